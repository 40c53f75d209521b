// Data in: the receive queue, the out-of-order queue, FIN, urgent data, and when to acknowledge
// (tcp_data_queue, tcp_data_queue_ofo, tcp_fin, tcp_check_urg, __tcp_ack_snd_check, tcp_event_data_recv; net/ipv4/tcp_input.c). RFC 5681 section 4.2.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private const int CompSackNr = 44;

    private bool InPingpong => _pingpong >= 1;

    /// <summary>tcp_data_queue: the header has been pulled.</summary>
    private DropReason DataQueue(SkBuff skb)
    {
        ref TcpControl tcb = ref skb.Tcp;
        if (tcb.Seq == tcb.EndSeq) return Consume(skb);
        SeqNum seq = tcb.Seq, end = tcb.EndSeq;
        if (seq == _rcv.RcvNxt)
        {
            if (_rcv.Current == 0 && !(skb.Length == 0 && _receiveQueue.IsEmpty)) return OutOfWindow(skb, DropReason.TCP_ZEROWINDOW, Snmp.TcpExtTCPZeroWindowDrop);
            return QueueInOrder(skb);
        }

        if (end <= _rcv.RcvNxt)
        {
            // A retransmission of what is here: the ACK was lost.
            Inc(Snmp.TcpExtDelayedACKLost);
            SetDsack(seq, end);
            return OutOfWindow(skb, DropReason.TCP_OLD_DATA, null);
        }

        if (seq >= _rcv.RcvNxt + _rcv.Current) return OutOfWindow(skb, DropReason.TCP_OVERWINDOW, null);
        if (seq < _rcv.RcvNxt)
        {
            SetDsack(seq, _rcv.RcvNxt);
            if (_rcv.Current == 0) return OutOfWindow(skb, DropReason.TCP_ZEROWINDOW, Snmp.TcpExtTCPZeroWindowDrop);
            return QueueInOrder(skb);
        }

        return QueueOutOfOrder(skb);
    }

    private DropReason OutOfWindow(SkBuff skb, DropReason reason, Snmp? mib)
    {
        if (mib is { } m) Inc(m);
        EnterQuickAck(TcpConst.MaxQuickAcks);
        _ackPending |= AckPending.Sched;
        return Net.Mib.Drop(skb, reason);
    }

    private DropReason QueueInOrder(SkBuff skb)
    {
        if (!TryRmemSchedule())
        {
            Inc(Snmp.TcpExtTCPRcvQDrop);
            _ackPending |= AckPending.Sched | AckPending.Now;
            return Net.Mib.Drop(skb, DropReason.PROTO_MEM);
        }

        int length = skb.Length, truesize = skb.Truesize;
        bool fin = (skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0, push = (skb.Tcp.Flags & (byte)TcpFlags.PSH) != 0;
        SeqNum end = skb.Tcp.EndSeq;
        QueueRcv(skb);
        AdvanceRcvNxt(end);
        if (length > 0) EventDataRecv(length, truesize, push);
        if (fin)
        {
            Fin();
            if (_state == TcpState.CLOSE) return DropReason.NOT_DROPPED_YET;
        }

        if (_ofo is not null) DrainOutOfOrder();
        if (_state != TcpState.CLOSE) FastPathCheck();
        return DropReason.NOT_DROPPED_YET;
    }

    /// <summary>tcp_queue_rcv: to the receive queue; small ones into the room behind the last (tcp_try_coalesce).</summary>
    private void QueueRcv(SkBuff skb)
    {
        if (_receiveQueue.Tail is { } tail
            && skb.Length > 0 && skb.Length <= tail.Tailroom && tail.Tcp.EndSeq == skb.Tcp.Seq
            && ((tail.Tcp.Flags | skb.Tcp.Flags) & (byte)TcpFlags.FIN) == 0)
        {
            tail.Put(skb.Data);
            tail.Tcp.EndSeq = skb.Tcp.EndSeq;
            tail.Tcp.Flags |= skb.Tcp.Flags;
            Inc(Snmp.TcpExtTCPRcvCoalesce);
            skb.Free();
            return;
        }

        _rmemAlloc += skb.Truesize;
        _receiveQueue.Append(skb);
    }

    private void AdvanceRcvNxt(SeqNum end)
    {
        _bytesReceived += end - _rcv.RcvNxt;
        _rcv.RcvNxt = end;
    }

    private DropReason QueueOutOfOrder(SkBuff skb)
    {
        if (!TryRmemSchedule())
        {
            Inc(Snmp.TcpExtTCPOFODrop);
            return Net.Mib.Drop(skb, DropReason.PROTO_MEM);
        }

        Set(TcpSockFlags.FastPath, false);
        _ackPending |= AckPending.Sched;
        Inc(Snmp.TcpExtTCPOFOQueue);
        _ofo ??= new Reassembler();
        int truesize = skb.Truesize, length = skb.Length;
        if (!_ofo.Insert(skb, Net, out int freed))
        {
            Inc(Snmp.TcpExtTCPOFOMerge);
            Inc(Snmp.TcpExtTCPDSACKOfoSent);
            if (!IsSack || !Sysctl.tcp_dsack) _ofo.ClearDsack();
            return Net.Mib.Drop(skb, DropReason.TCP_OFOMERGE);
        }

        if (!IsSack || !Sysctl.tcp_dsack) _ofo.ClearDsack();
        _rmemAlloc += truesize - freed;
        GrowWindow(length, truesize);
        return DropReason.NOT_DROPPED_YET;
    }

    /// <summary>tcp_ofo_queue: what the filled hole lets through.</summary>
    private void DrainOutOfOrder()
    {
        Reassembler ofo = _ofo!;
        while (ofo.Queue.Head is { } skb && (SeqNum)skb.Tcp.Seq <= _rcv.RcvNxt)
        {
            ofo.Queue.Remove(skb);
            _rmemAlloc -= skb.Truesize;
            if ((SeqNum)skb.Tcp.EndSeq <= _rcv.RcvNxt)
            {
                Net.Mib.Drop(skb, DropReason.TCP_OFO_DROP);
                continue;
            }

            if ((SeqNum)skb.Tcp.Seq < _rcv.RcvNxt) SetDsack(skb.Tcp.Seq, _rcv.RcvNxt);
            bool fin = (skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0;
            SeqNum end = skb.Tcp.EndSeq;
            QueueRcv(skb);
            AdvanceRcvNxt(end);
            if (!fin) continue;
            // Nothing behind a FIN counts; Fin lets go of the queue.
            _ackPending |= AckPending.Now;
            Fin();
            return;
        }

        ofo.Remove(_rcv.RcvNxt);
        if (!ofo.Queue.IsEmpty) return;
        // The last hole is filled: say so at once (RFC 5681 4.2).
        _ackPending |= AckPending.Now;
        if (!ofo.HasSomethingToReport) _ofo = null;
    }

    private void SetDsack(SeqNum start, SeqNum end)
    {
        if (!IsSack || !Sysctl.tcp_dsack) return;
        Inc(start < _rcv.RcvNxt ? Snmp.TcpExtTCPDSACKOldSent : Snmp.TcpExtTCPDSACKOfoSent);
        (_ofo ??= new Reassembler()).SetDsack(start, end);
    }

    /// <summary>tcp_fin: the peer will send no more.</summary>
    private void Fin()
    {
        _ackPending |= AckPending.Sched;
        _shutdown |= RcvShutdown;
        Set(TcpSockFlags.Done);
        switch (_state)
        {
            case TcpState.SYN_RECV or TcpState.ESTABLISHED:
                SetState(TcpState.CLOSE_WAIT);
                _pingpong = Math.Max(_pingpong, (byte)1);
                break;
            case TcpState.FIN_WAIT1:
                // Simultaneous close.
                SendAck();
                SetState(TcpState.CLOSING);
                break;
            case TcpState.FIN_WAIT2:
                SendAck();
                EnterTimeWait(TcpState.TIME_WAIT, Duration.Zero);
                break;
        }

        DropOutOfOrder();
    }

    private void DropOutOfOrder()
    {
        if (_ofo is null) return;
        _rmemAlloc -= _ofo.Queue.Purge();
        _ofo = null;
    }

    // ---- memory

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

    // ---- acknowledging

    /// <summary>tcp_event_data_recv: learns the peer's rhythm, and owes an ACK.</summary>
    private void EventDataRecv(int length, int truesize, bool push)
    {
        _ackPending |= AckPending.Sched;
        MeasureRcvMss(length, truesize, push);
        RcvRttMeasure();
        if (_ato == Duration.Zero)
        {
            // The first data: the sender is in slow start and wants every ACK.
            IncrQuickAck(TcpConst.MaxQuickAcks);
            _ato = TcpConst.AtoMin;
        }
        else
        {
            Duration gap = _mstamp - _lrcvtime;
            if (gap.Nanoseconds <= TcpConst.AtoMin.Nanoseconds / 2)
            {
                _ato = _ato / 2 + TcpConst.AtoMin / 2;
            }
            else if (gap < _ato)
            {
                _ato = Duration.Min(_ato / 2 + gap, _rto);
            }
            else if (gap > _rto)
            {
                // A long pause: the sender is likely to have restarted slowly.
                IncrQuickAck(TcpConst.MaxQuickAcks);
            }
        }

        _lrcvtime = _mstamp;
        if (length >= 128) GrowWindow(length, truesize);
    }

    /// <summary>tcp_measure_rcv_mss.</summary>
    private void MeasureRcvMss(int length, int truesize, bool push)
    {
        int lss = _lastSegSize;
        _lastSegSize = 0;
        if (length >= _rcvMss)
        {
            if (length != _rcvMss)
            {
                // How much of a buffer is payload: the window follows it.
                int ratio = (int)Math.Clamp(((long)length << 8) / Math.Max(1, truesize), 1, 255);
                if (ratio != _scalingRatio)
                {
                    _scalingRatio = (byte)ratio;
                    if (_rcv.WindowClamp < FullSpace) _rcv.WindowClamp = Math.Min(FullSpace, TcpConst.MaxWindowUnscaled << _rcv.Wscale);
                }
            }

            _rcvMss = Math.Min(length, _advMss);
            if (push && length < _advMss) _ackPending |= AckPending.Pushed;
            return;
        }

        // Smaller than ever seen: the peer's MSS only when two in a row agree and nothing says that it is a tail.
        int whole = length + HeaderLength;
        if (whole >= TcpConst.DefaultMss + TcpHeader.MinLength || (whole >= TcpConst.MinMss + TcpHeader.MinLength && !push))
        {
            _lastSegSize = length;
            if (length == lss)
            {
                _rcvMss = length;
                return;
            }
        }

        if ((_ackPending & AckPending.Pushed) != 0) _ackPending |= AckPending.Pushed2;
        _ackPending |= AckPending.Pushed;
    }

    private int _lastSegSize;

    private void IncrQuickAck(int most)
    {
        int quick = _rcv.RcvWnd / Math.Max(1, 2 * _rcvMss);
        if (quick == 0) quick = 2;
        quick = Math.Min(quick, most);
        if (quick > _quick) _quick = (byte)quick;
    }

    /// <summary>tcp_enter_quickack_mode.</summary>
    private void EnterQuickAck(int most)
    {
        IncrQuickAck(most);
        _pingpong = 0;
        _ato = TcpConst.AtoMin;
    }

    private void AckSndCheckIfOwed()
    {
        if ((_ackPending & AckPending.Sched) != 0 && _state != TcpState.CLOSE) AckSndCheck(true);
    }

    /// <summary>__tcp_ack_snd_check: now, a little later, or compressed with others.</summary>
    private void AckSndCheck(bool ofoPossible)
    {
        bool moreThanOne = _rcv.RcvNxt - _rcv.RcvWup > _rcvMss
            && (_rcv.RcvNxt - _rcv.CopiedSeq < Rcvlowat || ComputeWindow() >= _rcv.RcvWnd);
        if (moreThanOne || (_quick > 0 && !InPingpong) || (_ackPending & AckPending.Now) != 0)
        {
            SendAck();
            return;
        }

        if (!ofoPossible || _ofo is null || _ofo.Queue.IsEmpty)
        {
            SendDelayedAck();
            return;
        }

        // Out of order: three at once so that the sender's fast retransmit starts, then compressed (tcp_comp_sack_*).
        if (!IsSack || _compressedAcks >= CompSackNr || _dupAckCounter < TcpConst.FastRetransThresh || _compAckRcvNxt != _rcv.RcvNxt)
        {
            if (_compAckRcvNxt != _rcv.RcvNxt)
            {
                _compAckRcvNxt = _rcv.RcvNxt;
                _dupAckCounter = 0;
            }

            if (_dupAckCounter < byte.MaxValue) _dupAckCounter++;
            SendAck();
            return;
        }

        _compressedAcks++;
        if (_compAckAt != Instant.Never) return;
        long rtt = _rcvRttUs8;
        if (_rtt.Srtt8 != 0 && (_rtt.Srtt8 < rtt || rtt == 0)) rtt = _rtt.Srtt8;
        long delay = Math.Min(1_000_000, rtt * 125 / 20);
        _compAckAt = _mstamp + Duration.FromNanoseconds(delay);
    }

    private SeqNum _compAckRcvNxt;

    /// <summary>tcp_send_delayed_ack: within 40 to 200 ms, as the peer's rhythm and the round trip suggest.</summary>
    private void SendDelayedAck()
    {
        Duration ato = _ato;
        if (ato > TcpConst.DelackMin)
        {
            Duration most = Duration.FromMilliseconds(500);
            if (InPingpong || (_ackPending & AckPending.Pushed) != 0) most = TcpConst.DelackMax;
            if (_rtt.HasSample) most = Duration.Min(most, Duration.Max(Duration.FromMicroseconds(_rtt.SrttMicros), TcpConst.DelackMin));
            ato = Duration.Min(ato, most);
        }

        ato = Duration.Min(ato, TcpConst.DelackMax);
        Instant due = _mstamp + ato;
        if ((_ackPending & AckPending.Timer) != 0)
        {
            // One is running: about to fire, so send; else the earlier of the two.
            if (_delackAt <= _mstamp + ato / 4)
            {
                SendAck();
                return;
            }

            due = Instant.Min(due, _delackAt);
        }

        _ackPending |= AckPending.Sched | AckPending.Timer;
        _delackAt = due;
    }

    /// <summary>tcp_send_dupack: at once, with a D-SACK for what was there already.</summary>
    private void SendDupAck(SkBuff skb)
    {
        SeqNum seq = skb.Tcp.Seq, end = skb.Tcp.EndSeq;
        if (end != seq && seq < _rcv.RcvNxt)
        {
            Inc(Snmp.TcpExtDelayedACKLost);
            EnterQuickAck(TcpConst.MaxQuickAcks);
            if (IsSack && Sysctl.tcp_dsack) SetDsack(seq, SeqNum.Min(end, _rcv.RcvNxt));
        }

        SendAck();
    }

    /// <summary>tcp_cleanup_rbuf: after the user has read, is an ACK or a window update due?</summary>
    private void CleanupRbuf(int copied)
    {
        bool now = false;
        if ((_ackPending & AckPending.Sched) != 0)
        {
            now = _rcv.RcvNxt - _rcv.RcvWup > _rcvMss
                || (copied > 0 && _rmemAlloc == 0
                    && ((_ackPending & AckPending.Pushed2) != 0 || ((_ackPending & AckPending.Pushed) != 0 && !InPingpong)));
        }

        if (copied > 0 && !now && (_shutdown & RcvShutdown) == 0)
        {
            int current = _rcv.Current;
            if (2L * current <= _rcv.WindowClamp)
            {
                int window = ComputeWindow();
                if (window != 0 && window >= 2L * current) now = true;
            }
        }

        if (now && _state != TcpState.CLOSE) SendAck();
    }

    /// <summary>tcp_data_snd_check: the ACK may have opened the way for more.</summary>
    private void DataSndCheck()
    {
        PushPending();
        CheckSpace();
    }

    // ---- urgent data

    /// <summary>tcp_urg and tcp_check_urg: notes the mark, and the byte when it is here. The header has not been pulled yet.</summary>
    private void CheckUrgent(SkBuff skb, TcpHeader th)
    {
        if ((th.Flags & TcpFlags.URG) != 0)
        {
            // RFC 793's wording counted from SEG.SEQ to the last urgent byte; BSD, and everyone since, to the byte behind it.
            int pointer = th.UrgentPointer;
            if (pointer != 0 && !Sysctl.tcp_stdurg) pointer--;
            SeqNum mark = (SeqNum)skb.Tcp.Seq + pointer;
            bool old = mark < _rcv.CopiedSeq || mark < _rcv.RcvNxt || (_urgent is { RcvMarked: true } && mark <= _urgent.RcvSeq);
            if (!old)
            {
                _urgent ??= new TcpUrgent();
                _urgent.RcvMarked = true;
                _urgent.RcvValid = _urgent.RcvRead = false;
                _urgent.RcvSeq = mark;
                Set(TcpSockFlags.FastPath, false);
            }
        }

        if (_urgent is not { RcvMarked: true, RcvValid: false, RcvRead: false }) return;
        int at = _urgent.RcvSeq - skb.Tcp.Seq + skb.Tcp.HeaderLength - ((th.Flags & TcpFlags.SYN) != 0 ? 1 : 0);
        if (at < skb.Tcp.HeaderLength || at >= skb.Length) return;
        _urgent.RcvByte = skb.Data[at];
        _urgent.RcvValid = true;
    }
}
