// What of the write queue goes as one of the kernel's packets: tcp_grow_skb, tcp_mss_split_point (net/ipv4/tcp_output.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_nagle_check for a last part that is no full segment.</summary>
    private bool NagleHolds(byte nonagle) =>
        (nonagle & NagleCork) != 0 || (nonagle == 0 && _packetsOut > 0 && _snd.SndSml > _snd.SndUna && _snd.SndSml <= _snd.SndNxt);

    /// <summary>
    /// tcp_mss_split_point: how many segments from this one on go as one burst. They continue each other and fit the window; where the window ends inside of one,
    /// and Nagle would let a small one go, what fits goes too.
    /// </summary>
    private int RunLength(SkBuff first, int most, int mss, byte nonagle)
    {
        if (UrgentMode) return 1;
        int run = 1;
        for (SkBuff? s = first.Next; s is not null && run < most; s = s.Next)
        {
            if (!s.Tcp.Continues || s.Length > mss) break;
            if (!_snd.Allows(s.Tcp.EndSeq))
            {
                int room = _snd.WndEnd - s.Tcp.Seq;
                if (room <= 0 || NagleHolds(nonagle)) break;
                FragmentUnsent(s, room);
                Recut(s.Next!, mss);
                return run + 1;
            }

            if (s.Next is null && s.Length < mss && NagleHolds(nonagle)) break;
            run++;
        }

        return run;
    }

    /// <summary>tcp_grow_skb: a packet that is shorter than what may go takes from the one behind it, its mark for delivery moving to its new end.</summary>
    /// <param name="first">The write queue's head.</param>
    /// <param name="bytes">What may go.</param>
    /// <returns>The head as it is now: in a larger buffer, perhaps.</returns>
    private SkBuff GrowRun(SkBuff first, int bytes, int mss)
    {
        SkBuff last = first;
        int length = first.Length;
        while (last.Next is { Tcp.Continues: true } s)
        {
            SkBuff.Prefetch(s.Next);
            last = s;
            length += s.Length;
        }

        if (length >= bytes || last.Next is not { } next || last.Tcp.Eor || _user is { Zerocopy: not null }) return first;
        bool push = (last.Tcp.Flags & (byte)TcpFlags.PSH) != 0;
        last.Tcp.Flags &= unchecked((byte)~TcpFlags.PSH);
        next.Tcp.Continues = true;
        WmemUncharge(SegmentCharge);
        SkBuff at = next;
        for (int left = bytes - length; ; at = at.Next!)
        {
            if (at.Length > left) FragmentUnsent(at, left);
            left -= at.Length;
            if (left == 0 || at.Next is not { Tcp.Continues: true }) break;
        }

        if (push) at.Tcp.Flags |= (byte)TcpFlags.PSH;
        if (at.Next is { Tcp.Continues: true } rest)
        {
            BeginRun(rest);
            Recut(rest, mss);
        }

        if (last.Length < mss) Recut(last, mss);
        _tailRun = 0;
        for (SkBuff? s = _writeQueue.Tail; s is not null; s = s.Prev)
        {
            _tailRun += s.Length;
            if (!s.Tcp.Continues) break;
        }

        return _writeQueue.Head!;
    }

    // Every segment from this one to its packet's end is made full again, but the last.
    private void Recut(SkBuff skb, int mss)
    {
        while (true)
        {
            if (skb.Length > mss) FragmentUnsent(skb, mss);
            if (skb.Next is not { Tcp.Continues: true } next) return;
            int n = Math.Min(mss - skb.Length, next.Length);
            if (n == 0)
            {
                skb = next;
                continue;
            }

            if (skb.Tailroom < n) skb = Enlarge(skb, mss);
            skb.Put(next.Data[..n]);
            skb.Tcp.EndSeq += (uint)n;
            if (n == next.Length)
            {
                skb.Tcp.EndSeq = next.Tcp.EndSeq; // a FIN takes one more
                skb.Tcp.Flags |= next.Tcp.Flags;
                skb.Tcp.Eor |= next.Tcp.Eor;
                _writeQueue.Remove(next);
                next.Free();
            }
            else
            {
                next.Pull(n);
                next.Tcp.Seq += (uint)n;
                skb = next;
            }
        }
    }

    // The same segment of the write queue in a buffer that has room for a full one.
    private SkBuff Enlarge(SkBuff skb, int mss)
    {
        SkBuff larger = Net.Pool.Alloc(mss);
        larger.Put(skb.Data);
        larger.Tcp = skb.Tcp;
        _writeQueue.InsertAfter(skb, larger);
        _writeQueue.Remove(skb);
        skb.Free();
        return larger;
    }
}
