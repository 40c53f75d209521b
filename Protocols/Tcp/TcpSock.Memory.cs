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

    /// <summary>tcp_try_rmem_schedule: room for one more segment, by squeezing and pruning if need be (tcp_prune_queue).</summary>
    private bool TryRmemSchedule()
    {
        if (_rmemAlloc <= Rcvbuf) return true;
        Inc(Snmp.TcpExtPruneCalled);
        if (_rmemAlloc >= Rcvbuf) _rcv.RcvSsthresh = Math.Min(_rcv.RcvSsthresh, 4 * _advMss);
        CollapseReceiveQueue();
        if (_rmemAlloc <= Rcvbuf) return true;
        PruneOutOfOrder();
        if (_rmemAlloc <= Rcvbuf) return true;
        Inc(Snmp.TcpExtRcvPruned);
        Set(TcpSockFlags.FastPath, false);
        return false;
    }

    /// <summary>tcp_collapse: small segments move together into whole buffers.</summary>
    private void CollapseReceiveQueue()
    {
        for (SkBuff? skb = _receiveQueue.Head; skb?.Next is { } next;)
        {
            bool joins = skb.Tcp.EndSeq == next.Tcp.Seq && (skb.Tcp.Flags & (byte)TcpFlags.FIN) == 0
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
            _rmemAlloc -= next.Truesize;
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

    /// <summary>tcp_prune_ofo_queue: the furthest first. Having SACKed it is allowed to renege (RFC 2018 section 8).</summary>
    private void PruneOutOfOrder()
    {
        if (_ofo is null || _ofo.Queue.IsEmpty) return;
        Inc(Snmp.TcpExtOfoPruned);
        while (_ofo.Queue.Tail is { } tail && _rmemAlloc > Rcvbuf - (Rcvbuf >> 3))
        {
            _ofo.Queue.Remove(tail);
            _rmemAlloc -= tail.Truesize;
            Net.Mib.Drop(tail, DropReason.TCP_OFO_QUEUE_PRUNE);
        }

        // The peer must not be told of what is gone.
        Reassembler fresh = new();
        while (_ofo.Queue.TakeHead() is { } kept) fresh.Insert(kept, Net, out _);
        fresh.ClearDsack();
        _ofo = fresh.Queue.IsEmpty ? null : fresh;
    }
}
