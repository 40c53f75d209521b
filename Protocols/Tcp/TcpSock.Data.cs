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
        byte tos = skb.Ip.Tos;
        bool fin = (skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0, push = (skb.Tcp.Flags & (byte)TcpFlags.PSH) != 0;
        SeqNum end = skb.Tcp.EndSeq;
        QueueRcv(skb);
        AdvanceRcvNxt(end);
        if (length > 0) EventDataRecv(length, truesize, push, gsoSize, tos);
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
        int length = skb.Length, charged = isCharged ? RxCharge(skb) : 0;
        skb.Tcp.Frags = (byte)(1 + length / FragSize);
        if (_receiveQueue.Tail is { } tail && tail.Tcp.EndSeq == skb.Tcp.Seq && tail.Tcp.Frags + skb.Tcp.Frags <= MaxFrags
            && ((tail.Tcp.Flags | skb.Tcp.Flags) & (byte)TcpFlags.FIN) == 0)
        {
            Inc(Snmp.TcpExtTCPRcvCoalesce);
            skb.Tcp.Frags += tail.Tcp.Frags;
            if (length > 0 && length <= tail.Tailroom)
            {
                tail.Put(skb.Data);
                if (skb.Tstamp != default) tail.Tstamp = skb.Tstamp;
                tail.Tcp.EndSeq = skb.Tcp.EndSeq;
                tail.Tcp.Flags |= skb.Tcp.Flags;
                tail.Tcp.Frags = skb.Tcp.Frags;
                RmemCharge(length);
                RmemUncharge(charged);
                skb.Free();
                return;
            }

            skb.Tcp.Continues = true;
        }

        RmemCharge(RxCharge(skb));
        RmemUncharge(charged);
        _receiveQueue.Append(skb);
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

        Set(TcpSockFlags.FastPath, false);
        _ackPending |= AckPending.Sched;
        Inc(Snmp.TcpExtTCPOFOQueue);
        Flow.RcvOooPack++;
        _ofo ??= new Reassembler();
        int truesize = RxCharge(skb), length = skb.Length;
        if (!_ofo.Insert(skb, Net, SegmentCharge, out int freed))
        {
            Inc(Snmp.TcpExtTCPOFOMerge);
            Inc(Snmp.TcpExtTCPDSACKOfoSent);
            if (!IsSack || !Sysctl.tcp_dsack) _ofo.ClearDsack();
            return DropReceived(skb, DropReason.TCP_OFOMERGE);
        }

        if (!IsSack || !Sysctl.tcp_dsack) _ofo.ClearDsack();
        RmemCharge(truesize);
        RmemUncharge(freed);
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
            if ((SeqNum)skb.Tcp.EndSeq <= _rcv.RcvNxt)
            {
                RmemUncharge(RxCharge(skb));
                DropReceived(skb, DropReason.TCP_OFO_DROP);
                continue;
            }

            if ((SeqNum)skb.Tcp.Seq < _rcv.RcvNxt) SetDsack(skb.Tcp.Seq, _rcv.RcvNxt);
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
