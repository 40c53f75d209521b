// Data in: the receive queue, the out-of-order queue, FIN (tcp_data_queue, tcp_data_queue_ofo, tcp_fin; net/ipv4/tcp_input.c).
// RFC 9293 3.10.7.4, seventh and eighth.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_data_queue: the header has been pulled.</summary>
    private DropReason DataQueue(SkBuff skb)
    {
        ref TcpControl tcb = ref skb.Tcp;
        if (tcb.Seq == tcb.EndSeq) return Consume(skb);
        if (HasEcn) EcnAcceptCwr(skb);
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
            AccEcnSpuriousRetrans(seq);
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
        return DropReceived(skb, reason);
    }

    private DropReason QueueInOrder(SkBuff skb)
    {
        if (!TryRmemSchedule(skb))
        {
            // The window is zero until there is room (it is not kept: the peer asks again).
            _ackPending |= AckPending.Sched | AckPending.Now | AckPending.NoMem;
            Wake(DataReady);
            if (!_receiveQueue.IsEmpty && skb.Length > 0)
            {
                Inc(Snmp.TcpExtTCPRcvQDrop);
                return DropReceived(skb, DropReason.PROTO_MEM);
            }

            MemForce(RxCharge(skb)); // the reader has nothing else: it must not starve
        }

        int length = skb.Length, truesize = RxCharge(skb), gsoSize = skb.GsoSize;
        bool inPages = skb.LinearTruesize == 0;
        byte tos = skb.Ip.Tos;
        int headerLength = skb.Tcp.HeaderLength;
        var flags = (TcpFlags)skb.Tcp.Flags;
        bool fin = (flags & TcpFlags.FIN) != 0;
        SeqNum end = skb.Tcp.EndSeq;
        QueueRcv(skb);
        AdvanceRcvNxt(end);
        if (length > 0) EventDataRecv(length, truesize, inPages, headerLength, flags, gsoSize, tos);
        if (fin)
        {
            Fin();
            if (_state == TcpState.CLOSE) return DropReason.NOT_DROPPED_YET;
        }

        if (_ofo is not null) DrainOutOfOrder();
        if (_state != TcpState.CLOSE) FastPathCheck();
        TellDataReady();
        return DropReason.NOT_DROPPED_YET;
    }

    // MAX_SKB_FRAGS, and how much of a packet is one of them (an order-3 page).
    private const int MaxFrags = 17, FragSize = 32_768;

    /// <summary>tcp_queue_rcv: to the receive queue, as part of the last packet if that may be (tcp_try_coalesce); small ones into the room behind the last.</summary>
    private void QueueRcv(SkBuff skb, bool isCharged = false)
    {
        int charged = isCharged ? RxCharge(skb) : 0;
        skb.Tcp.Frags = (byte)(1 + skb.Length / FragSize);
        bool copied = _receiveQueue.Tail is { } tail && TryCoalesce(tail, skb);
        if (!copied)
        {
            RmemCharge(RxCharge(skb));
            _receiveQueue.Append(skb);
        }

        RmemUncharge(charged);
    }

    /// <summary>
    /// tcp_try_coalesce: a packet becomes part of the one before it. Of what lies in pages the pages are taken over; one in a buffer of its own
    /// (<see cref="SkBuff.LinearTruesize"/>) goes into the other's room or stays what it is.
    /// </summary>
    /// <returns>True when its bytes are in the other now and it is gone; else the caller queues it, behind the other.</returns>
    private bool TryCoalesce(SkBuff tail, SkBuff skb)
    {
        int length = skb.Length;
        if (tail.Tcp.EndSeq != skb.Tcp.Seq) return false;
        bool inRoom = length <= tail.LinearRoom, linear = (tail.LinearTruesize | skb.LinearTruesize) != 0;
        if (!inRoom && (linear || tail.Tcp.Frags + skb.Tcp.Frags > MaxFrags)) return false;
        Inc(Snmp.TcpExtTCPRcvCoalesce);
        skb.Tcp.Frags += tail.Tcp.Frags;
        if (linear) skb.Recount(tail.LinearTruesize, tail.LinearRoom - length);
        if (length > tail.Tailroom)
        {
            skb.Tcp.Continues = true;
            return false;
        }

        tail.Put(skb.Data);
        if (skb.Tstamp != default) tail.Tstamp = skb.Tstamp;
        tail.Tcp.EndSeq = skb.Tcp.EndSeq;
        tail.Tcp.Flags |= skb.Tcp.Flags;
        tail.Tcp.Frags = skb.Tcp.Frags;
        if (linear) tail.Recount(tail.LinearTruesize, skb.LinearRoom);
        else RmemCharge(length);
        skb.Free();
        return true;
    }

    private void AdvanceRcvNxt(SeqNum end)
    {
        _bytesReceived += end - _rcv.RcvNxt;
        _rcv.RcvNxt = end;
    }

    private DropReason QueueOutOfOrder(SkBuff skb)
    {
        if (HasAnyEcn) EcnCheckData(skb.Ip.Tos);
        if (!TryRmemSchedule(skb))
        {
            Inc(Snmp.TcpExtTCPOFODrop);
            Wake(DataReady);
            return DropReceived(skb, DropReason.PROTO_MEM);
        }

        MeasureRcvMss(skb);
        Set(TcpSockFlags.FastPath, false);
        _ackPending |= AckPending.Sched;
        Inc(Snmp.TcpExtTCPOFOQueue);
        Flow.RcvOooPack++;
        _ofo ??= new Reassembler();
        _ofo.ReportsDuplicates = IsSack && Sysctl.tcp_dsack;
        int truesize = RxCharge(skb), length = skb.Length;
        bool inPages = skb.LinearTruesize == 0;
        SeqNum seq = skb.Tcp.Seq, end = skb.Tcp.EndSeq;
        OfoOutcome outcome = _ofo.Insert(skb, Net, SegmentCharge, out int freed);
        RmemUncharge(freed);
        Drops += _ofo.Dropped;
        _ofo.Dropped = 0;
        if (IsSack)
        {
            if (outcome == OfoOutcome.Joined) GrowWindow(length, inPages || length == 0 ? length : truesize);
            if (_ofo.Place(seq, end) >= SackBlocksExpected) SendCompressedAck();
            _ofo.Touch(seq, end);
            // Without SACK the window stays as it is, so that a duplicate ACK is one to the peer.
            if (outcome == OfoOutcome.Queued) GrowWindow(length, truesize);
        }

        if (outcome == OfoOutcome.Queued)
        {
            if (freed > 0) MemForce(truesize); // what was freed went back in whole pages, and may have taken this one's along
            RmemCharge(truesize);
        }

        if (!IsDetached && _listenedFor is null) GrowRcvbuf(_rcvqSpace); // what came ahead of the hole wants room too
        return outcome switch
        {
            OfoOutcome.Queued => DropReason.NOT_DROPPED_YET,
            OfoOutcome.Joined => Consume(skb),
            _ => DropReceived(skb, DropReason.TCP_OFOMERGE),
        };
    }

    // TCP_SACK_BLOCKS_EXPECTED: what is further down than this may not be told again.
    private const int SackBlocksExpected = 2;

    /// <summary>tcp_sack_compress_send_ack: an ACK that waited for others goes before the blocks that it tells of change.</summary>
    private void SendCompressedAck()
    {
        if (_compressedAcks == 0) return;
        _compressedAcks--; // one is sent
        SendAck();
    }

    /// <summary>tcp_ofo_queue: what the filled hole lets through.</summary>
    private void DrainOutOfOrder()
    {
        Reassembler ofo = _ofo!;
        SeqNum dsackHigh = _rcv.RcvNxt;
        while (ofo.Queue.Head is { } skb && (SeqNum)skb.Tcp.Seq <= _rcv.RcvNxt)
        {
            ofo.Queue.Remove(skb);
            if ((SeqNum)skb.Tcp.Seq < dsackHigh)
            {
                SeqNum until = SeqNum.Min(skb.Tcp.EndSeq, dsackHigh);
                if (!ofo.ExtendDsack(skb.Tcp.Seq, until)) SetDsack(skb.Tcp.Seq, until);
            }

            if ((SeqNum)skb.Tcp.EndSeq <= _rcv.RcvNxt)
            {
                RmemUncharge(RxCharge(skb));
                DropReceived(skb, DropReason.TCP_OFO_DROP);
                continue;
            }

            bool fin = (skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0;
            SeqNum end = skb.Tcp.EndSeq;
            QueueRcv(skb, isCharged: true);
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
        _ofo ??= new Reassembler();
        _ofo.ReportsDuplicates = true;
        _ofo.SetDsack(start, end);
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
                EnterPingpong();
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
        Wake(StateChange);
    }

    /// <summary>tcp_data_ready: when there is as much as SO_RCVLOWAT asks for, or no more can come.</summary>
    private void TellDataReady()
    {
        if (IsEpollinReady(Rcvlowat) || Has(TcpSockFlags.Done)) Wake(DataReady);
    }

    /// <summary>tcp_epollin_ready: enough is here, or the peer could not send more because memory or the window is short.</summary>
    private bool IsEpollinReady(int target)
    {
        int available = _rcv.RcvNxt - _rcv.CopiedSeq;
        return available > 0 && (available >= target || IsRmemPressure || _rcv.Current <= _rcvMss);
    }

    private void DropOutOfOrder()
    {
        if (_ofo is null) return;
        RmemUncharge(RxCharge(_ofo.Queue));
        _ofo.Queue.Purge();
        _ofo = null;
    }
}
