// Congestion state: tcp_fastretrans_alert, PRR, F-RTO, undo, time-outs (net/ipv4/tcp_input.c).
// RFC 5681/6582 (NewReno), RFC 6675, RFC 6937 (PRR), RFC 5682 (F-RTO), RFC 4015 and 3708 in spirit (undo by timestamps and D-SACK).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private bool InCwndReduction => _caState is TcpCaState.CWR or TcpCaState.Recovery;

    /// <summary>CUBIC's state is made when the first data is acknowledged: an idle connection has none.</summary>
    private ICongestionControl Ca
    {
        get
        {
            if (ReferenceEquals(_ca, Cubic.Unstarted))
            {
                _ca = new Cubic();
                _ca.Init(this);
            }

            return _ca;
        }
    }

    /// <summary>tcp_is_cwnd_limited: growing makes sense only where cwnd is what holds back (RFC 7661).</summary>
    internal bool IsCwndLimited => Has(TcpSockFlags.CwndLimited) || (InSlowStart && SndCwnd < 2 * _maxPacketsOut);

    private void SetCaState(TcpCaState state)
    {
        if (!ReferenceEquals(_ca, Cubic.Unstarted)) _ca.SetState(this, state);
        _caState = state;
    }

    private int CurrentSsthresh => InCwndReduction ? SndSsthresh : Math.Max(SndSsthresh, (SndCwnd >> 1) + (SndCwnd >> 2));

    /// <summary>tcp_fastretrans_alert: everything that an ACK may mean while not all is well.</summary>
    private void FastretransAlert(SeqNum priorUna, int dupacks, ref AckFlags flag, ref Rexmit rexmit)
    {
        if (_packetsOut == 0 && _sackedOut != 0) _sackedOut = 0;
        if (CheckReneging(flag)) return;

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
                    EnterRecovery();
                }

                break;

            case TcpCaState.Loss:
                ProcessLoss(flag, dupacks, ref rexmit);
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

                EnterRecovery();
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
        RackMarkLost();
        if (prior > _retransOut) flag |= AckFlags.LostRetrans;
        _ = priorUna;
    }

    /// <summary>RFC 6582: the head is lost after three duplicates, and again at every partial ACK.</summary>
    private void NewRenoMarkLost(bool advanced)
    {
        if (!((_caState < TcpCaState.Recovery && _sackedOut >= _reordering) || (_caState == TcpCaState.Recovery && advanced))) return;
        if (_rtxQueue.Head is not { } head || (head.Tcp.Sacked & Tcpcb.Lost) != 0) return;
        if (head.Length > _mssCache) FragmentSent(head, _mssCache);
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
            if ((sacked & Tcpcb.SackedRetrans) != 0)
            {
                skb.Tcp.Sacked &= unchecked((byte)~Tcpcb.SackedRetrans);
                _retransOut--;
            }
        }

        _lost++;
    }

    /// <summary>tcp_try_to_open, tcp_try_keep_open.</summary>
    private void TryToOpen(AckFlags flag)
    {
        _ = flag;
        if (!AnyRetransDone) _retransStamp = Instant.Never;
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

    private void EnterRecovery()
    {
        Inc(IsSack ? Snmp.TcpExtTCPSackRecovery : Snmp.TcpExtTCPRenoRecovery);
        _priorSsthresh = 0;
        InitUndo();
        if (!InCwndReduction)
        {
            _priorSsthresh = CurrentSsthresh;
            InitCwndReduction();
        }

        SetCaState(TcpCaState.Recovery);
    }

    private void InitUndo()
    {
        _undoMarker = _snd.SndUna;
        if (_undoMarker == default) _undoMarker = 1;
        _undoRetrans = _retransOut > 0 ? _retransOut : -1;
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
        if (InCwndReduction) CwndReduction(delivered, lost, flag);
        else if ((flag & (_reordering > Sysctl.tcp_reordering ? AckFlags.ForwardProgress : AckFlags.DataAcked)) != 0)
        {
            Ca.CongAvoid(this, ack, delivered);
            _cwndStamp = _mstamp;
        }
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

    // ---- undo

    /// <summary>tcp_packet_delayed: the ACK echoes a timestamp from before the first retransmission, so the original arrived (Eifel).</summary>
    private bool PacketDelayed =>
        _retransStamp != Instant.Never && _echoSaw && (int)(_echoTs - ((uint)_retransStamp.Milliseconds + _tsOffset)) < 0;

    private bool _echoSaw;
    private uint _echoTs;

    private bool MayUndo => _undoMarker != default && (_undoRetrans == 0 || PacketDelayed);

    private void UndoCwndReduction(bool unmarkLoss)
    {
        if (unmarkLoss)
        {
            for (SkBuff? s = _rtxQueue.Head; s is not null; s = s.Next) s.Tcp.Sacked &= unchecked((byte)~Tcpcb.Lost);
            _lostOut = 0;
        }

        if (_priorSsthresh != 0)
        {
            SndCwnd = Ca.UndoCwnd(this);
            if (_priorSsthresh > SndSsthresh) SndSsthresh = _priorSsthresh;
        }

        _cwndStamp = _mstamp;
        _undoMarker = default;
        _rackAdvanced = true;
    }

    private bool TryUndoRecovery()
    {
        if (MayUndo)
        {
            Inc(_caState == TcpCaState.Loss ? Snmp.TcpExtTCPLossUndo : Snmp.TcpExtTCPFullUndo);
            UndoCwndReduction(false);
        }

        if (_snd.SndUna == _highSeq && !IsSack)
        {
            // RFC 6582: hold the state until something above high_seq is acknowledged, against false fast retransmits.
            if (!AnyRetransDone) _retransStamp = Instant.Never;
            return true;
        }

        SetCaState(TcpCaState.Open);
        Set(TcpSockFlags.Frto, false);
        return false;
    }

    private bool TryUndoDsack()
    {
        if (_undoMarker == default || _undoRetrans != 0) return false;
        UndoCwndReduction(false);
        Inc(Snmp.TcpExtTCPDSACKUndo);
        return true;
    }

    private bool TryUndoPartial(SeqNum priorUna)
    {
        if (_undoMarker == default || !PacketDelayed) return false;
        CheckSackReordering(priorUna, true);
        if (_retransOut > 0) return true;
        _retransStamp = Instant.Never;
        UndoCwndReduction(true);
        Inc(Snmp.TcpExtTCPPartialUndo);
        TryKeepOpen();
        return false;
    }

    private bool TryUndoLoss(bool frto)
    {
        if (!frto && !MayUndo) return false;
        UndoCwndReduction(true);
        Inc(Snmp.TcpExtTCPLossUndo);
        if (frto) Inc(Snmp.TcpExtTCPSpuriousRTOs);
        _retransmits = 0;
        if (frto || IsSack)
        {
            SetCaState(TcpCaState.Open);
            Set(TcpSockFlags.Frto, false);
        }

        return true;
    }

    // ---- time-outs

    /// <summary>tcp_enter_loss.</summary>
    private void EnterLoss()
    {
        bool newRecovery = _caState < TcpCaState.Recovery;
        MarkAllLost();
        if (_caState <= TcpCaState.Disorder || _highSeq <= _snd.SndUna || (_caState == TcpCaState.Loss && _retransmits == 0))
        {
            _priorSsthresh = CurrentSsthresh;
            PriorCwnd = SndCwnd;
            SndSsthresh = Ca.Ssthresh(this);
            _ca.CwndEvent(this, TcpCaEvent.Loss);
            InitUndo();
        }

        SndCwnd = PacketsInFlight + 1;
        SndCwndCnt = 0;
        _cwndStamp = _mstamp;
        if (_caState <= TcpCaState.Disorder && _sackedOut >= Sysctl.tcp_reordering) _reordering = Math.Min(_reordering, Sysctl.tcp_reordering);
        SetCaState(TcpCaState.Loss);
        _highSeq = _snd.SndNxt;
        _tlpHighSeq = default;
        Set(TcpSockFlags.TlpRetrans, false);
        Set(TcpSockFlags.Frto, newRecovery || _retransmits > 0);
    }

    /// <summary>tcp_timeout_mark_lost: all, except what RACK says was sent too recently to judge.</summary>
    private void MarkAllLost()
    {
        SkBuff? head = _rtxQueue.Head;
        bool reneging = head is not null && (head.Tcp.Sacked & Tcpcb.SackedAcked) != 0;
        if (reneging)
        {
            Inc(Snmp.TcpExtTCPSACKReneging);
            _sackedOut = 0;
            _hasHighestSack = false;
        }
        else if (!IsSack)
        {
            _sackedOut = 0;
        }

        for (SkBuff? s = head; s is not null; s = s.Next)
        {
            if (reneging) s.Tcp.Sacked &= unchecked((byte)~Tcpcb.SackedAcked);
            else if (IsSack && s != head && _rackRttUs > 0 && RackTimeout(s, 0) > 0) continue;
            MarkLost(s);
        }
    }

    private bool CheckReneging(AckFlags flag)
    {
        if ((flag & AckFlags.SackReneging) == 0 || (flag & AckFlags.SndUnaAdvanced) == 0) return false;
        // The receiver may have thrown away what it SACKed (RFC 2018 section 8): wait a little, then act on it.
        Duration delay = Duration.Max(Duration.FromMicroseconds(_rtt.Srtt8 >> 4), Duration.FromMilliseconds(10));
        ArmRetrans(RetransKind.Retrans, delay);
        return true;
    }

    /// <summary>tcp_process_loss with F-RTO (RFC 5682).</summary>
    private void ProcessLoss(AckFlags flag, int dupacks, ref Rexmit rexmit)
    {
        bool recovered = _snd.SndUna >= _highSeq, advanced = (flag & AckFlags.SndUnaAdvanced) != 0;
        if (advanced && TryUndoLoss(false)) return;
        if (Has(TcpSockFlags.Frto))
        {
            // Step 3.b: an original below high_seq arrived, so the time-out was spurious.
            if ((flag & AckFlags.OrigSackAcked) != 0 && TryUndoLoss(true)) return;
            if (_snd.SndNxt > _highSeq)
            {
                if ((flag & AckFlags.DataSacked) != 0 || dupacks > 0) Set(TcpSockFlags.Frto, false);
            }
            else if (advanced && !recovered)
            {
                _highSeq = _snd.SndNxt;
                // Step 2.b: try new data to tell a spurious time-out from a real one.
                if (_writeQueue.Head is not null && _snd.WndEnd > _snd.SndNxt)
                {
                    rexmit = Rexmit.New;
                    return;
                }

                Set(TcpSockFlags.Frto, false);
            }
        }

        if (recovered)
        {
            TryUndoRecovery();
            return;
        }

        if (!IsSack)
        {
            if (_snd.SndNxt > _highSeq && dupacks > 0) AddRenoSack(dupacks);
            else if (advanced) _sackedOut = 0;
        }

        rexmit = Rexmit.Lost;
    }

    // ---- the window's validity (RFC 7661 as Linux has it)

    private void ValidateCwnd(bool limited)
    {
        if (_snd.SndUna >= _cwndUsageSeq || limited || (!Has(TcpSockFlags.CwndLimited) && _packetsOut > _maxPacketsOut))
        {
            Set(TcpSockFlags.CwndLimited, limited);
            _maxPacketsOut = _packetsOut;
            _cwndUsageSeq = _snd.SndNxt;
        }

        if (IsCwndLimited)
        {
            _cwndUsed = 0;
            _cwndStamp = _mstamp;
            return;
        }

        if (_packetsOut > _cwndUsed) _cwndUsed = _packetsOut;
        if (Sysctl.tcp_slow_start_after_idle && _mstamp - _cwndStamp >= _rto) ApplicationLimited();
    }

    private void ApplicationLimited()
    {
        if (_caState == TcpCaState.Open && !Has(TcpSockFlags.NoSpace))
        {
            int used = Math.Max(_cwndUsed, TcpConst.InitCwnd);
            if (used < SndCwnd)
            {
                SndSsthresh = CurrentSsthresh;
                SndCwnd = (SndCwnd + used) >> 1;
            }

            _cwndUsed = 0;
        }

        _cwndStamp = _mstamp;
    }

    /// <summary>tcp_slow_start_after_idle_check: after an RTO without sending, cwnd halves per RTO down to the initial window (RFC 2861).</summary>
    private void SlowStartAfterIdleCheck()
    {
        if (!Sysctl.tcp_slow_start_after_idle || _packetsOut > 0) return;
        Duration idle = _mstamp - _lsndtime;
        if (idle <= _rto) return;
        _ca.CwndEvent(this, TcpCaEvent.CwndRestart);
        SndSsthresh = CurrentSsthresh;
        int cwnd = SndCwnd, restart = Math.Min(TcpConst.InitCwnd, cwnd);
        while ((idle -= _rto) > Duration.Zero && cwnd > restart) cwnd >>= 1;
        SndCwnd = Math.Max(cwnd, restart);
        _cwndStamp = _mstamp;
        _cwndUsed = 0;
    }
}
