// Sent packets whose segments change: for a smaller MSS (tcp_fragment, tcp_set_skb_tso_segs), and where an acknowledgement ends inside of one (tcp_tso_acked).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>Cuts what is left of a sent packet into segments of this size, counts and marks included.</summary>
    /// <param name="skb">Its first segment; another buffer may take its place.</param>
    private void RecutSent(ref SkBuff skb, int mss)
    {
        byte marks = skb.Tcp.Sacked;
        bool isFirst = true;
        SkBuff at = skb;
        while (true)
        {
            if (at.Length > mss) FragmentSent(at, mss, continues: true);
            if (at.Next is not { Tcp.Continues: true } next || next.Tcp.Sacked != marks) break;
            int n = Math.Min(mss - at.Length, next.Length);
            if (n > 0)
            {
                if (at.Tailroom < n) at = EnlargeSent(at, mss);
                if (isFirst) skb = at;
                at.Put(next.Data[..n]);
                at.Tcp.EndSeq += (uint)n;
                if (n == next.Length)
                {
                    EatSent(at, next);
                    continue;
                }

                next.Pull(n);
                next.Tcp.Seq += (uint)n;
            }

            at = next;
            isFirst = false;
        }
    }

    private SkBuff EnlargeSent(SkBuff skb, int mss)
    {
        SkBuff larger = Net.Pool.Alloc(mss);
        larger.Put(skb.Data);
        larger.Tcp = skb.Tcp;
        if (_sackHint == skb) _sackHint = null;
        _rtxQueue.InsertAfter(skb, larger);
        _rtxQueue.Remove(skb);
        skb.Free();
        return larger;
    }

    // Its bytes are at the end of the one before it; it goes.
    private void EatSent(SkBuff to, SkBuff next)
    {
        byte sacked = next.Tcp.Sacked;
        _packetsOut--;
        if ((sacked & Tcpcb.SackedAcked) != 0) _sackedOut--;
        if ((sacked & Tcpcb.SackedRetrans) != 0) _retransOut--;
        if ((sacked & Tcpcb.Lost) != 0) _lostOut--;
        to.Tcp.EndSeq = next.Tcp.EndSeq;
        to.Tcp.Flags |= next.Tcp.Flags;
        to.Tcp.Eor |= next.Tcp.Eor;
        if (_sackHint == next) _sackHint = null;
        _rtxQueue.Remove(next);
        next.Free();
    }

    /// <summary>tcp_tso_acked: an acknowledgement that ends inside of a packet of several segments: the rest begins there, and is cut anew.</summary>
    /// <returns>How many segments it has less.</returns>
    private int TrimPacket()
    {
        if (_rtxQueue.Head is not { } head || (SeqNum)head.Tcp.Seq >= _snd.SndUna || head.Next is not { Tcp.Continues: true }) return 0;
        int mss = Math.Max(head.Length, head.Next.Length), before = _packetsOut;
        TrimAcked(head);
        RecutSent(ref head, mss);
        return before - _packetsOut;
    }
}
