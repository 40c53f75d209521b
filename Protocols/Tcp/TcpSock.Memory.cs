// A full receive buffer: collapse and prune (tcp_try_rmem_schedule, tcp_collapse, tcp_prune_queue; net/ipv4/tcp_input.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_rmem_pressure: the receive buffer is nearly full, or TCP as a whole is short of memory.</summary>
    private bool IsRmemPressure
    {
        get
        {
            if (Net.TcpMemory.UnderPressure) return true;
            return _rmemAlloc > Rcvbuf - (Rcvbuf >> 3);
        }
    }

    /// <summary>tcp_can_ingest: the buffer is not over its size yet; the last segment may go beyond it.</summary>
    private bool CanIngest => _rmemAlloc <= Rcvbuf;

    /// <summary>tcp_try_rmem_schedule: room and memory for one more segment, by squeezing and pruning if need be.</summary>
    private bool TryRmemSchedule(SkBuff skb)
    {
        int truesize = RxCharge(skb);
        if (CanIngest && MemSchedule(truesize, SockMemory.Receive, _mstamp)) return true;
        if (!PruneQueue(skb)) return false;
        while (!MemSchedule(truesize, SockMemory.Receive, _mstamp))
            if (!PruneOutOfOrder(skb)) return false;
        return true;
    }

    /// <summary>tcp_prune_queue: true when there is room in the buffer again.</summary>
    private bool PruneQueue(SkBuff incoming)
    {
        Inc(Snmp.TcpExtPruneCalled);
        if (_rmemAlloc >= Rcvbuf) ClampWindow();
        else if (UnderMemoryPressure) AdjustRcvSsthresh();
        if (CanIngest) return true;
        CollapseOutOfOrder();
        if (_receiveQueue.Head is { LinearTruesize: > 0 } first) Collapse(ref _receiveQueue, first, null, _rcv.CopiedSeq, _rcv.RcvNxt);
        else CollapseReceiveQueue();
        if (CanIngest) return true;
        PruneOutOfOrder(incoming);
        if (CanIngest) return true;
        Inc(Snmp.TcpExtRcvPruned);
        Set(TcpSockFlags.FastPath, false);
        return false;
    }

    /// <summary>tcp_clamp_window: a buffer that may grow takes what is in it; one that may not offers less.</summary>
    private void ClampWindow()
    {
        _quick = 0;
        if (Rcvbuf < Sysctl.tcp_rmem_max && !RcvbufLocked && !UnderMemoryPressure && Net.TcpMemory.IsPlentiful)
            Rcvbuf = Math.Min(_rmemAlloc, Sysctl.tcp_rmem_max);
        if (_rmemAlloc > Rcvbuf) _rcv.RcvSsthresh = Math.Min(_rcv.WindowClamp, 2 * _advMss);
    }

    /// <summary>tcp_adjust_rcv_ssthresh.</summary>
    private void AdjustRcvSsthresh() => _rcv.RcvSsthresh = Math.Min(_rcv.RcvSsthresh, 4 * _advMss);

    /// <summary>tcp_collapse, of packets whose bytes lie in pages: small segments move together into whole buffers.</summary>
    private void CollapseReceiveQueue()
    {
        for (SkBuff? skb = _receiveQueue.Head; skb?.Next is { } next;)
        {
            bool joins = (skb.LinearTruesize | next.LinearTruesize) == 0 && skb.Tcp.EndSeq == next.Tcp.Seq && (skb.Tcp.Flags & (byte)TcpFlags.FIN) == 0
                && (next.Tcp.Flags & (byte)TcpFlags.FIN) == 0 && next.Length + skb.Length <= skb.Head.Length;
            if (!joins)
            {
                skb = next;
                continue;
            }

            if (skb.Tailroom < next.Length) MoveToFront(skb);
            skb.Put(next.Data);
            skb.Tcp.EndSeq = next.Tcp.EndSeq;
            _receiveQueue.Remove(next);
            skb.Tcp.Held += next.Tcp.Held;
            skb.Tcp.Frags = next.Tcp.Frags;
            if (!next.Tcp.Continues) RmemUncharge(SegmentCharge);
            Inc(Snmp.TcpExtTCPRcvCollapsed);
            next.Free();
        }
    }

    private static void MoveToFront(SkBuff skb)
    {
        int length = skb.Length, shift = skb.Headroom;
        skb.Push(shift);
        skb.Data.Slice(shift, length).CopyTo(skb.Data);
        skb.Trim(length);
    }

    /// <summary>tcp_prune_ofo_queue: the furthest first, but nothing before what comes in. Having SACKed it is allowed to renege (RFC 2018 section 8).</summary>
    /// <returns>False when there was nothing to prune.</returns>
    private bool PruneOutOfOrder(SkBuff incoming)
    {
        if (_ofo is null) return false;
        // An eighth of the buffer at a time, so that this is not called for each segment.
        int step = Rcvbuf >> 3, goal = step;
        bool pruned = false;
        while (_ofo.Queue.Tail is { } tail && (SeqNum)incoming.Tcp.Seq <= tail.Tcp.Seq)
        {
            pruned = true;
            _ofo.Queue.Remove(tail);
            RmemUncharge(RxCharge(tail));
            goal -= RxCharge(tail);
            Net.Mib.Drop(tail, DropReason.TCP_OFO_QUEUE_PRUNE);
            if (goal > 0 && !_ofo.Queue.IsEmpty) continue;
            if (CanIngest && !UnderMemoryPressure) break;
            goal = step;
        }

        if (!pruned) return false;
        Inc(Snmp.TcpExtOfoPruned);
        _ofo.ForgetBlocks(); // the peer must not be told of what is gone
        if (_ofo.Queue.IsEmpty && !_ofo.HasSomethingToReport) _ofo = null;
        return true;
    }
}
