// A connection's books, gone over: what its counters say, counted again in its queues (tcp_verify_left_out and the WARN_ONs of tcp_input.c, all of them at once).
// Debug builds do it after every call; the fuzzer asks in any build.

using System.Diagnostics;

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>The first of the machine's invariants that does not hold, in words; null when all is well. It costs a walk over all queues.</summary>
    public string? FindInconsistency() => Destroyed() ?? OfSequences() ?? OfMemory() ?? OfSendQueues() ?? OfReceiveQueues() ?? OfTimers();

    [Conditional("DEBUG")]
    private void CheckInvariants()
    {
        string? wrong = FindInconsistency();
        Debug.Assert(wrong is null, wrong);
    }

    private string? Destroyed() =>
        Has(TcpSockFlags.Destroyed) && (_rmemAlloc | _wmemQueued | ForwardAlloc) != 0 ? "a destroyed socket holds memory" : null;

    private string? OfSequences()
    {
        if (!_snd.IsValid) return $"not SND.UNA {_snd.SndUna} <= SND.NXT {_snd.SndNxt} <= write_seq {_snd.WriteSeq}";
        if (_rcv.RcvNxt < _rcv.CopiedSeq) return $"read to {_rcv.CopiedSeq}, beyond RCV.NXT {_rcv.RcvNxt}";
        if (_rcv.RcvNxt < _rcv.RcvWup) return $"the window went out at {_rcv.RcvWup}, beyond RCV.NXT {_rcv.RcvNxt}";
        if (_rcv.RcvWnd < 0) return $"a window of {_rcv.RcvWnd}";
        return SndCwnd < 1 ? $"cwnd {SndCwnd}" : null;
    }

    private string? OfMemory()
    {
        int sent = SumCharge(_writeQueue) + SumCharge(_rtxQueue), received = RxCharge(_receiveQueue) + (_ofo is null ? 0 : RxCharge(_ofo.Queue));
        if (_wmemQueued != sent) return $"sk_wmem_queued is {_wmemQueued}, its queues' charge {sent}";
        if (_rmemAlloc != received) return $"sk_rmem_alloc is {_rmemAlloc}, its queues' charge {received}";
        if (ForwardAlloc < 0 || (ForwardAlloc + _wmemQueued + _rmemAlloc) % ProtoMemory.PageSize != 0) return $"sk_forward_alloc {ForwardAlloc} and what is charged are no whole pages";
        return _state == TcpState.CLOSE && sent != 0 ? "a closed connection has something to send" : null;
    }

    private string? OfSendQueues()
    {
        int packets = 0, sacked = 0, lost = 0, retrans = 0;
        SeqNum expected = _rtxQueue.Head?.Tcp.Seq ?? _snd.SndNxt.Value;
        if (expected > _snd.SndUna && !_rtxQueue.IsEmpty) return $"the retransmit queue begins at {expected}, behind SND.UNA {_snd.SndUna}";
        for (SkBuff? s = _rtxQueue.Head; s is not null; s = s.Next)
        {
            if (s.Tcp.Seq != expected.Value) return $"the retransmit queue has {s.Tcp.Seq} where {expected} belongs";
            expected = s.Tcp.EndSeq;
            if (expected <= _snd.SndUna) return $"the retransmit queue keeps what ends at {expected}, and SND.UNA is {_snd.SndUna}";
            packets++;
            if ((s.Tcp.Sacked & Tcpcb.SackedAcked) != 0) sacked++;
            if ((s.Tcp.Sacked & Tcpcb.Lost) != 0) lost++;
            if ((s.Tcp.Sacked & Tcpcb.SackedRetrans) != 0) retrans++;
            if ((s.Tcp.Sacked & (Tcpcb.SackedAcked | Tcpcb.Lost)) == (Tcpcb.SackedAcked | Tcpcb.Lost)) return $"{s.Tcp.Seq} is both SACKed and lost";
        }

        if (expected != _snd.SndNxt) return $"the retransmit queue ends at {expected}, not at SND.NXT {_snd.SndNxt}";
        // A copy that was under way at an undo is counted twice when it goes again (RetransmitSkb): more than the queue has is no fault.
        if (packets != _packetsOut || lost != _lostOut || retrans > _retransOut || (IsSack ? sacked != _sackedOut : sacked != 0))
            return $"packets, sacked, lost, retrans out: {_packetsOut} {_sackedOut} {_lostOut} {_retransOut}; in the queue {packets} {sacked} {lost} {retrans}";
        if (_sackedOut < 0 || _sackedOut + _lostOut > _packetsOut) return $"left_out {_sackedOut} + {_lostOut} is more than packets_out {_packetsOut}";
        for (SkBuff? s = _writeQueue.Head; s is not null; s = s.Next)
        {
            if (s.Tcp.Seq != expected.Value) return $"the write queue has {s.Tcp.Seq} where {expected} belongs";
            if (s.Tcp.EndSeq == s.Tcp.Seq) return $"the write queue has nothing at {expected}";
            expected = s.Tcp.EndSeq;
        }

        return !_writeQueue.IsEmpty && expected != _snd.WriteSeq ? $"the write queue ends at {expected}, not at write_seq {_snd.WriteSeq}" : null;
    }

    private string? OfReceiveQueues()
    {
        SeqNum end = default;
        for (SkBuff? s = _receiveQueue.Head; s is not null; s = s.Next)
        {
            if (s.Prev is not null && (SeqNum)s.Tcp.Seq > end) return $"the receive queue has a hole from {end} to {s.Tcp.Seq}";
            if (s.Prev is not null && (SeqNum)s.Tcp.EndSeq <= end) return $"the receive queue has {s.Tcp.Seq} to {s.Tcp.EndSeq} behind {end}";
            end = s.Tcp.EndSeq;
        }

        if (!_receiveQueue.IsEmpty && (end != _rcv.RcvNxt || (SeqNum)_receiveQueue.Head!.Tcp.Seq > _rcv.CopiedSeq))
            return $"the receive queue goes from {_receiveQueue.Head!.Tcp.Seq} to {end}, read is to {_rcv.CopiedSeq}, RCV.NXT is {_rcv.RcvNxt}";
        end = _rcv.RcvNxt;
        for (SkBuff? s = _ofo?.Queue.Head; s is not null; s = s.Next)
        {
            if (s.Prev is null && (SeqNum)s.Tcp.Seq <= end) return $"{s.Tcp.Seq} is out of order, and RCV.NXT is {end}";
            // One that another, joined to the one before it, covers stays where it is (tcp_ooo_try_coalesce).
            if (s.Prev is not null && (SeqNum)s.Tcp.Seq <= s.Prev.Tcp.Seq)
                return $"out of order are {s.Prev.Tcp.Seq} to {s.Prev.Tcp.EndSeq} before {s.Tcp.Seq} to {s.Tcp.EndSeq}";
        }

        return null;
    }

    private string? OfTimers()
    {
        bool waits = _retransAt != Instant.Never;
        if (_state is TcpState.CLOSE or TcpState.LISTEN)
            return waits || _flow is { } flow && (flow.PaceAt != Instant.Never || flow.MemoryAt != Instant.Never) || _delackAt != Instant.Never || _keepaliveAt != Instant.Never || _compAckAt != Instant.Never ? $"a timer runs in {_state}" : null;
        return _packetsOut > 0 && !waits ? $"{_packetsOut} segments are under way in {_state}, and no timer runs" : null;
    }

    private static int SumCharge(in SegmentQueue queue)
    {
        int n = 0;
        for (SkBuff? skb = queue.Head; skb is not null; skb = skb.Next) n += Charge(skb);
        return n;
    }
}
