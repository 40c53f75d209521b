// When to acknowledge: quick, delayed, compressed (tcp_event_data_recv, __tcp_ack_snd_check, tcp_send_delayed_ack, tcp_cleanup_rbuf, tcp_delack_timer).
// RFC 5681 section 4.2, RFC 9293 3.8.6.3, with Linux's quick-ACK and ping-pong modes.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private bool InPingpong => _pingpong >= Sysctl.tcp_pingpong_thresh;

    /// <summary>inet_csk_enter_pingpong_mode: the user answers; an ACK may ride on what it says.</summary>
    private void EnterPingpong() => _pingpong = (byte)Sysctl.tcp_pingpong_thresh;

    /// <summary>tcp_event_data_recv: learns the peer's rhythm, and owes an ACK.</summary>
    private void EventDataRecv(int length, int truesize, bool inPages, int headerLength, TcpFlags flags, int gsoSize, byte tos)
    {
        _ackPending |= AckPending.Sched;
        MeasureRcvMss(gsoSize > 0 ? Math.Min(gsoSize, length) : length, truesize, headerLength, flags);
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
        if (HasAnyEcn) EcnCheckData(tos);
        if (length >= 128) GrowWindow(length, inPages ? length : truesize); // truesize_adjust: the packet's head does not count when its bytes lie in pages
    }

    private void MeasureRcvMss(SkBuff skb) =>
        MeasureRcvMss(skb.GsoSize > 0 ? Math.Min(skb.GsoSize, skb.Length) : skb.Length, RxCharge(skb), skb.Tcp.HeaderLength, (TcpFlags)skb.Tcp.Flags);

    /// <summary>tcp_measure_rcv_mss.</summary>
    private void MeasureRcvMss(int length, int truesize, int headerLength, TcpFlags flags)
    {
        bool push = (flags & TcpFlags.PSH) != 0;
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
                    MoveWindowClamp(FullSpace);
                    _rcvqSpace = Math.Min(_rcvqSpace, _rcv.WindowClamp);
                }
            }

            _rcvMss = Math.Min(length, _advMss);
            if (push) _ackPending |= AckPending.Pushed;
            return;
        }

        // Smaller than ever seen: the peer's MSS only when two in a row agree and nothing says that it is a tail.
        int whole = length + headerLength;
        if (whole >= TcpConst.DefaultMss + TcpHeader.MinLength
            || (whole >= TcpConst.MinMss + TcpHeader.MinLength && (flags & (TcpFlags.FIN | TcpFlags.URG | TcpFlags.SYN | TcpFlags.PSH)) == 0))
        {
            _lastSegSize = whole - HeaderLength; // an MSS free of what options it may carry
            if (_lastSegSize == lss)
            {
                _rcvMss = lss;
                return;
            }
        }

        if ((_ackPending & AckPending.Pushed) != 0) _ackPending |= AckPending.Pushed2;
        _ackPending |= AckPending.Pushed;
    }

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
            // tcp_backlog_ack_defer: one for the whole backlog.
            if (IsReleasing && Sysctl.tcp_backlog_ack_defer) User.AckDeferred = true;
            else SendAck();
            return;
        }

        if (!ofoPossible || _ofo is null || _ofo.Queue.IsEmpty)
        {
            SendDelayedAck();
            return;
        }

        // Out of order: three at once so that the sender's fast retransmit starts, then compressed (tcp_comp_sack_*).
        bool compresses = IsSack && _compressedAcks < Sysctl.tcp_comp_sack_nr;
        if (!compresses || _dupAckCounter < TcpConst.FastRetransThresh || _compAckRcvNxt != _rcv.RcvNxt)
        {
            if (compresses && _compAckRcvNxt != _rcv.RcvNxt)
            {
                _compAckRcvNxt = _rcv.RcvNxt;
                _dupAckCounter = 0;
            }

            if (compresses) _dupAckCounter++; // three at most
            SendAck();
            return;
        }

        _compressedAcks++;
        if (_compAckAt != Instant.Never) return;
        long rtt = _rcvRttUs8;
        if (_rtt.Srtt8 != 0 && _rtt.Srtt8 < rtt) rtt = _rtt.Srtt8; // nothing is known of the way to here before a window was filled: no delay
        long delay = (long)Math.Min(Sysctl.tcp_comp_sack_delay_ns, (ulong)(rtt * 125 / 20));
        _compAckAt = _mstamp + Duration.FromNanoseconds(delay);
    }

    /// <summary>tcp_send_delayed_ack: within 40 to 200 ms, as the peer's rhythm and the round trip suggest.</summary>
    private void SendDelayedAck()
    {
        Duration ato = _ato;
        if (ato > TcpConst.DelackMin)
        {
            Duration most = Duration.FromMilliseconds(500);
            if (InPingpong || (_ackPending & AckPending.Pushed) != 0) most = DelackMax;
            if (_rtt.HasSample) most = Duration.Min(most, Duration.Max(Duration.FromMicroseconds(_rtt.SrttMicros), TcpConst.DelackMin));
            ato = Duration.Min(ato, most);
        }

        ato = Duration.Min(ato, DelackMax);
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
            AccEcnSpuriousRetrans(seq);
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

    private void DelackTimer()
    {
        _delackAt = Instant.Never;
        if (_state is TcpState.CLOSE or TcpState.LISTEN || (_ackPending & AckPending.Timer) == 0) return;
        _ackPending &= ~AckPending.Timer;
        if ((_ackPending & AckPending.Sched) == 0) return;
        if (!InPingpong)
        {
            _ato = Duration.Min(_ato * 2, _rto); // missed: inflate
        }
        else
        {
            _pingpong = 0;
            _ato = TcpConst.AtoMin;
        }

        SendAck();
        Inc(Snmp.TcpExtDelayedACKs);
    }

    /// <summary>tcp_compressed_ack_kick: an ACK that stood for several out-of-order arrivals.</summary>
    private void CompressedAckTimer()
    {
        _compAckAt = Instant.Never;
        if (_state != TcpState.CLOSE) SendCompressedAck();
    }
}
