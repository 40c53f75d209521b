// Congestion state: tcp_fastretrans_alert and PRR (net/ipv4/tcp_input.c). RFC 5681/6582 (NewReno), RFC 6675, RFC 6937 (PRR).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private bool InCwndReduction => _caState is TcpCaState.CWR or TcpCaState.Recovery;

    /// <summary>CUBIC's state is made when the first data is acknowledged: an idle connection has none. Others begin with the connection.</summary>
    private ICongestionControl Ca
    {
        get
        {
            if (!_ca.IsTemplate) return _ca;
            if (_ca.StartsEarly && _state is (TcpState.SYN_SENT or TcpState.SYN_RECV)) return Reno.Instance; // its time begins with the connection
            StartCa();
            return _ca;
        }
    }

    /// <summary>tcp_is_cwnd_limited: growing makes sense only where cwnd is what holds back (RFC 7661).</summary>
    internal bool IsCwndLimited => Has(TcpSockFlags.CwndLimited) || (InSlowStart && SndCwnd < 2 * _maxPacketsOut);

    private void SetCaState(TcpCaState state)
    {
        if (!_ca.IsTemplate) _ca.SetState(this, state);
        _caState = state;
    }

    private int CurrentSsthresh => InCwndReduction ? SndSsthresh : Math.Max(SndSsthresh, (SndCwnd >> 1) + (SndCwnd >> 2));

    /// <summary>tcp_fastretrans_alert: everything that an ACK may mean while not all is well.</summary>
    private void FastretransAlert(SeqNum priorUna, int dupacks, ref AckFlags flag, ref Rexmit rexmit)
    {
        if (_packetsOut == 0 && _sackedOut != 0) _sackedOut = 0;
        if ((flag & AckFlags.Ece) != 0) _priorSsthresh = 0; // a mark forbids to take the cut back
        if (CheckReneging(ref flag)) return;

        if (_caState == TcpCaState.Open)
        {
            _retransStamp = Instant.Never;
        }
        else if (_snd.SndUna >= _highSeq)
        {
            // Everything that was in flight at the reduction is acknowledged.
            switch (_caState)
            {
                case TcpCaState.CWR when _snd.SndUna != _highSeq:
                    EndCwndReduction();
                    SetCaState(TcpCaState.Open);
                    break;
                case TcpCaState.Recovery:
                    if (!IsSack) _sackedOut = 0;
                    if (TryUndoRecovery()) return;
                    EndCwndReduction();
                    break;
            }
        }

        switch (_caState)
        {
            case TcpCaState.Recovery:
                if ((flag & AckFlags.SndUnaAdvanced) == 0)
                {
                    if (!IsSack) AddRenoSack(dupacks);
                }
                else if (TryUndoPartial(priorUna))
                {
                    return;
                }

                if (TryUndoDsack()) TryToOpen(flag);
                IdentifyLoss(ref flag, priorUna);
                if (_caState != TcpCaState.Recovery)
                {
                    if (!TimeToRecover()) return;
                    EnterRecovery((flag & AckFlags.Ece) != 0);
                }

                break;

            case TcpCaState.Loss:
                ProcessLoss(flag, dupacks, ref rexmit);
                if (_caState != TcpCaState.Loss) EndRtoTime();
                IdentifyLoss(ref flag, priorUna);
                if (!(_caState == TcpCaState.Open || (flag & AckFlags.LostRetrans) != 0)) return;
                goto default;

            default:
                if (!IsSack)
                {
                    if ((flag & AckFlags.SndUnaAdvanced) != 0) _sackedOut = 0;
                    AddRenoSack(dupacks);
                }

                if (_caState <= TcpCaState.Disorder) TryUndoDsack();
                IdentifyLoss(ref flag, priorUna);
                if (!TimeToRecover())
                {
                    TryToOpen(flag);
                    return;
                }

                if (MtuProbeFailed()) return;
                EnterRecovery((flag & AckFlags.Ece) != 0);
                break;
        }

        rexmit = Rexmit.Lost;
    }

    /// <summary>tcp_time_to_recover: something is marked lost (by RACK, or by the third duplicate ACK without SACK).</summary>
    private bool TimeToRecover() => _lostOut > 0;

    /// <summary>tcp_identify_packet_loss.</summary>
    private void IdentifyLoss(ref AckFlags flag, SeqNum priorUna)
    {
        if (_rtxQueue.IsEmpty) return;
        if (!IsSack)
        {
            NewRenoMarkLost((flag & AckFlags.SndUnaAdvanced) != 0);
            return;
        }

        int prior = _retransOut;
        if (RackMarkLost()) flag &= ~AckFlags.SetXmitTimer;
        if (prior > _retransOut) flag |= AckFlags.LostRetrans;
        _ = priorUna;
    }

    /// <summary>RFC 6582: the head is lost after three duplicates, and again at every partial ACK.</summary>
    private void NewRenoMarkLost(bool advanced)
    {
        if (!((_caState < TcpCaState.Recovery && _sackedOut >= _reordering) || (_caState == TcpCaState.Recovery && advanced))) return;
        if (_rtxQueue.Head is not { } head || (head.Tcp.Sacked & Tcpcb.Lost) != 0) return;
        if ((SeqNum)head.Tcp.Seq < _snd.SndUna) TrimAcked(head); // else the cut might leave a piece that is acknowledged already
        MarkLost(head);
    }

    /// <summary>tcp_mark_skb_lost: a segment lost, or its retransmission lost.</summary>
    private void MarkLost(SkBuff skb)
    {
        byte sacked = skb.Tcp.Sacked;
        if ((sacked & Tcpcb.SackedAcked) != 0) return;
        if ((sacked & Tcpcb.Lost) != 0)
        {
            if ((sacked & Tcpcb.SackedRetrans) == 0) return;
            skb.Tcp.Sacked &= unchecked((byte)~Tcpcb.SackedRetrans);
            _retransOut--;
            Inc(Snmp.TcpExtTCPLostRetransmit);
        }
        else
        {
            _lostOut++;
            skb.Tcp.Sacked |= Tcpcb.Lost;
        }

        _lost++;
    }

    /// <summary>tcp_try_to_open, tcp_try_keep_open.</summary>
    private void TryToOpen(AckFlags flag)
    {
        if (!AnyRetransDone) _retransStamp = Instant.Never;
        if ((flag & AckFlags.Ece) != 0) EnterCwr();
        if (_caState != TcpCaState.CWR) TryKeepOpen();
    }

    /// <summary>tcp_any_retrans_done: something in flight has been sent twice.</summary>
    private bool AnyRetransDone => _retransOut > 0 || (_rtxQueue.Head is { } head && (head.Tcp.Sacked & Tcpcb.EverRetrans) != 0);

    private void TryKeepOpen()
    {
        TcpCaState state = _sackedOut + _lostOut > 0 || AnyRetransDone ? TcpCaState.Disorder : TcpCaState.Open;
        if (_caState == state) return;
        SetCaState(state);
        _highSeq = _snd.SndNxt;
    }

    private void EnterRecovery(bool ece = false)
    {
        Inc(IsSack ? Snmp.TcpExtTCPSackRecovery : Snmp.TcpExtTCPRenoRecovery);
        _priorSsthresh = 0;
        InitUndo();
        if (!InCwndReduction)
        {
            if (!ece) _priorSsthresh = CurrentSsthresh;
            InitCwndReduction();
        }

        SetCaState(TcpCaState.Recovery);
    }

    private void InitUndo()
    {
        _undoMarker = _snd.SndUna;
        if (_undoMarker == default) _undoMarker = 1;
        // A retransmission under way, a probe's too, may be told of as a duplicate later.
        _undoRetrans = _retransOut + (_tlpHighSeq != default && Has(TcpSockFlags.TlpRetrans) ? 1 : 0);
        if (_undoRetrans == 0) _undoRetrans = -1;
    }

    private void InitCwndReduction()
    {
        _highSeq = _snd.SndNxt;
        _tlpHighSeq = default;
        Set(TcpSockFlags.TlpRetrans, false);
        SndCwndCnt = 0;
        PriorCwnd = SndCwnd;
        _prrDelivered = _prrOut = 0;
        SndSsthresh = Ca.Ssthresh(this);
        EcnQueueCwr();
    }

    /// <summary>RFC 6937: in proportion while above ssthresh, then conservation or slow start, never a stall.</summary>
    private void CwndReduction(int delivered, int lost, AckFlags flag)
    {
        if (delivered <= 0 || PriorCwnd == 0) return;
        int inFlight = PacketsInFlight, delta = SndSsthresh - inFlight, send;
        _prrDelivered += delivered;
        if (delta < 0)
        {
            send = (int)(((long)SndSsthresh * _prrDelivered + PriorCwnd - 1) / PriorCwnd) - _prrOut;
        }
        else
        {
            send = Math.Max(_prrDelivered - _prrOut, delivered);
            if ((flag & AckFlags.SndUnaAdvanced) != 0 && lost == 0) send++;
            send = Math.Min(delta, send);
        }

        send = Math.Max(send, _prrOut > 0 ? 0 : 1); // fast retransmit goes out whatever the arithmetic
        SndCwnd = Math.Max(1, inFlight + send);
    }

    private void EndCwndReduction()
    {
        if (_ca.ControlsAll) return;
        if (SndSsthresh < TcpConst.InfiniteSsthresh && (_caState == TcpCaState.CWR || _undoMarker != default))
        {
            SndCwnd = SndSsthresh;
            _cwndStamp = _mstamp;
        }

        _ca.CwndEvent(this, TcpCaEvent.CompleteCwr);
    }

    /// <summary>tcp_cong_control.</summary>
    private void CongControl(SeqNum ack, int delivered, int lost, AckFlags flag)
    {
        if (_ca.ControlsAll)
        {
            ControlByRate(delivered, lost);
            return;
        }

        if (InCwndReduction) CwndReduction(delivered, lost, flag);
        else if ((flag & (_reordering > Sysctl.tcp_reordering ? AckFlags.ForwardProgress : AckFlags.DataAcked)) != 0)
        {
            Ca.CongAvoid(this, ack, delivered);
            _cwndStamp = _mstamp;
        }

        if (_flow is not null) PacingRate = ComputePacingRate();
    }

    private void XmitRecovery(Rexmit rexmit)
    {
        if (rexmit == Rexmit.None || _state == TcpState.SYN_SENT) return;
        if (rexmit == Rexmit.New)
        {
            PushPending(CurrentMss(), NagleOff);
            if (_snd.SndNxt > _highSeq) return;
            Set(TcpSockFlags.Frto, false);
        }

        XmitRetransmitQueue();
    }
}
