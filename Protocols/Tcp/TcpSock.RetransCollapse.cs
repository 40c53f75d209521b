// A small segment that is sent again takes the small ones behind it along: tcp_retrans_try_collapse, tcp_collapse_retrans (net/ipv4/tcp_output.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_retrans_try_collapse.</summary>
    /// <param name="to">Another buffer may take its place.</param>
    /// <param name="space">The most bytes that the segment may have.</param>
    private void CollapseSent(ref SkBuff to, int space)
    {
        if (!Sysctl.tcp_retrans_collapse || (to.Tcp.Flags & (byte)TcpFlags.SYN) != 0 || !MayCollapse(to)) return;
        space -= to.Length;
        while (to.Next is { } next && MayCollapse(next) && !to.Tcp.Eor && _user is not { Zerocopy: not null })
        {
            space -= next.Length;
            if (space < 0 || (SeqNum)next.Tcp.EndSeq > _snd.WndEnd) return;
            Join(ref to, next);
        }
    }

    // tcp_can_collapse: one segment, not a part of a larger packet, and not known to have arrived.
    private static bool MayCollapse(SkBuff skb) => !skb.Tcp.Continues && skb.Next is not { Tcp.Continues: true } && (skb.Tcp.Sacked & Tcpcb.SackedAcked) == 0;

    // tcp_collapse_retrans. Whether it was sent again before stays true of all of it.
    private void Join(ref SkBuff to, SkBuff next)
    {
        byte sacked = next.Tcp.Sacked;
        _packetsOut--;
        if ((sacked & Tcpcb.SackedRetrans) != 0) _retransOut--;
        if ((sacked & Tcpcb.Lost) != 0) _lostOut--;
        if (!IsSack) _sackedOut -= Math.Min(_sackedOut, 1);
        if (_sackHint == to || _sackHint == next) _sackHint = null;
        _rtxQueue.Remove(next);
        if (to.Tailroom < next.Length)
        {
            SkBuff larger = Net.Pool.Alloc(to.Length + next.Length);
            larger.Put(to.Data);
            larger.Tcp = to.Tcp;
            _rtxQueue.InsertAfter(to, larger);
            _rtxQueue.Remove(to);
            to.Free();
            to = larger;
        }

        to.Put(next.Data);
        to.Tcp.EndSeq = next.Tcp.EndSeq;
        to.Tcp.Flags |= next.Tcp.Flags;
        to.Tcp.Eor |= next.Tcp.Eor;
        to.Tcp.Sacked |= (byte)(sacked & Tcpcb.EverRetrans);
        WmemUncharge(SegmentCharge);
        next.Free();
    }
}
