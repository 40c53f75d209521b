// TCP while a process owns the socket: tcp_add_backlog with its coalescing and limit, tcp_v4_err, the timers that are put off, tcp_release_cb
// (net/ipv4/tcp_ipv4.c, tcp_timer.c, tcp_output.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>The owner cannot prune queues for others: a little more than the buffers may wait, bytes.</summary>
    private const int BacklogHeadroom = 64 * 1024;

    // Larger than this no segment is made (GSO_LEGACY_MAX_SIZE).
    private const int MostCoalesced = 65_535;

    private static readonly Duration s_keepaliveRetry = Duration.FromMilliseconds(50); // HZ / 20

    /// <summary>Listeners take SYNs without their lock.</summary>
    public override bool HasBacklog => _state != TcpState.LISTEN;

    /// <summary>tcp_add_backlog. Since Linux 6.9 twice the receive buffer and half the send buffer may wait.</summary>
    public override DropReason AddBacklog(SkBacklog backlog, SkBuff skb)
    {
        DropReason bad = TcpInput.Check(skb, Net);
        if (bad != DropReason.NOT_DROPPED_YET) return bad;
        if (backlog.Tail is not null && TryCoalesce(backlog, skb))
        {
            Inc(Snmp.TcpExtTCPBacklogCoalesce);
            return DropReason.NOT_DROPPED_YET;
        }

        long limit = ((long)Rcvbuf << 1) + (Sndbuf >> 1) + BacklogHeadroom;
        if (backlog.TryAdd(skb, RmemAlloc, limit)) return DropReason.NOT_DROPPED_YET;
        Inc(Snmp.TcpExtTCPBacklogDrop);
        Drops++;
        return DropReason.SOCKET_BACKLOG;
    }

    /// <summary>Joins a segment to the last one that waits if it goes on where that ends and its header says nothing else; frees it then.</summary>
    private static bool TryCoalesce(SkBacklog backlog, SkBuff skb)
    {
        SkBuff tail = backlog.Tail!;
        ref TcpControl a = ref tail.Tcp;
        ref TcpControl b = ref skb.Tcp;
        const TcpFlags alone = TcpFlags.SYN | TcpFlags.RST | TcpFlags.URG;
        var flagsA = (TcpFlags)a.Flags;
        var flagsB = (TcpFlags)b.Flags;
        if (a.EndSeq != b.Seq || tail.Ip.Tos != skb.Ip.Tos || ((flagsA | flagsB) & alone) != 0 || (flagsA & flagsB & TcpFlags.ACK) == 0
            || new TcpHeader(tail.Data).Ace != new TcpHeader(skb.Data).Ace || a.HeaderLength != b.HeaderLength) return false;
        int header = a.HeaderLength, length = skb.Length - header;
        if (!tail.Data[TcpHeader.MinLength..header].SequenceEqual(skb.Data[TcpHeader.MinLength..header])) return false;
        if (tail.Length + length > MostCoalesced) return false;
        if (length > tail.Tailroom) tail = Larger(backlog, tail, length);
        if (length > 0) tail.Put(skb.Data[header..]);
        Join(tail, skb, length);
        skb.Free();
        return true;
    }

    // The header of the joined segment: the later acknowledgement and window, PSH and FIN of either.
    private static void Join(SkBuff tail, SkBuff skb, int length)
    {
        ref TcpControl a = ref tail.Tcp;
        ref TcpControl b = ref skb.Tcp;
        Span<byte> th = tail.Data;
        ReadOnlySpan<byte> late = skb.Data;
        a.EndSeq = b.EndSeq;
        if (new SeqNum(b.AckSeq) >= a.AckSeq)
        {
            a.AckSeq = b.AckSeq;
            late[8..12].CopyTo(th[8..]);
            late[14..16].CopyTo(th[14..]);
        }

        a.Flags |= b.Flags;
        th[13] |= late[13];
        if (length == 0) return;
        // A segment of several: what one of them is.
        if (tail.GsoSize == 0) tail.GsoSize = Math.Max(length, tail.Length - a.HeaderLength - length);
        tail.GsoSegs = Math.Max(1, tail.GsoSegs) + Math.Max(1, skb.GsoSegs);
    }

    private static SkBuff Larger(SkBacklog backlog, SkBuff tail, int more)
    {
        SkBuff larger = tail.Pool.Alloc(tail.DataOffset, tail.Length + more);
        tail.Data.CopyTo(larger.Put(tail.Length));
        larger.MacHeader = tail.MacHeader;
        larger.NetworkHeader = tail.NetworkHeader;
        larger.TransportHeader = tail.TransportHeader;
        larger.Protocol = tail.Protocol;
        larger.PacketType = tail.PacketType;
        larger.IpSummed = tail.IpSummed;
        larger.GsoSize = tail.GsoSize;
        larger.GsoSegs = tail.GsoSegs;
        larger.IfIndex = tail.IfIndex;
        larger.Mark = tail.Mark;
        larger.Priority = tail.Priority;
        larger.Tstamp = tail.Tstamp;
        larger.Ip = tail.Ip;
        larger.Tcp = tail.Tcp;
        if (tail.NetworkHeader >= 0 && tail.NetworkHeader < tail.DataOffset)
            tail.Head.AsSpan(tail.NetworkHeader, tail.DataOffset - tail.NetworkHeader).CopyTo(larger.Head.AsSpan(tail.NetworkHeader));
        backlog.ReplaceTail(larger);
        return larger;
    }

    /// <summary>tcp_v4_err of an owned socket: a hint at most, and counted; a path MTU is kept for the owner.</summary>
    public override void IcmpErrorLocked(in IcmpErrorInfo error, Instant now)
    {
        _mstamp = now;
        if (error.Mtu == 0) Inc(Snmp.TcpExtLockDroppedIcmps);
        if (_state is TcpState.CLOSE or TcpState.LISTEN) return;
        if (!new SeqNum(error.Seq).IsBetween(_snd.SndUna, _snd.SndNxt)) Inc(Snmp.TcpExtOutOfWindowIcmps);
        else if (error.Mtu > 0) User.MtuDeferred = error.Mtu;
        else if (error.Errno != Errno.OK) _errSoft = error.Errno;
    }

    /// <summary>tcp_delack_timer and tcp_keepalive_timer of an owned socket; the write timer leaves no trace.</summary>
    public override void TimersLocked(Instant since, Instant now)
    {
        if (_delackAt < now) Inc(Snmp.TcpExtDelayedACKLocked);
        while (_keepaliveAt < now) _keepaliveAt += s_keepaliveRetry;
    }

    /// <summary>tcp_release_cb: the write timer, the delayed or compressed ACK, the path MTU, the ACK for the backlog.</summary>
    public override void ReleaseCb(Instant now)
    {
        _mstamp = now;
        if (now >= _retransAt) WriteTimer();
        if (now >= _compAckAt) CompressedAckTimer();
        if (now >= _delackAt) DelackTimer();
        if (_user is { MtuDeferred: > 0 and int mtu })
        {
            _user.MtuDeferred = 0;
            MtuReduced(mtu);
        }

        if (_user is not { AckDeferred: true }) return;
        _user.AckDeferred = false;
        if (_state is not (TcpState.CLOSE or TcpState.LISTEN) && (_ackPending & AckPending.Sched) != 0) SendAck();
    }
}
