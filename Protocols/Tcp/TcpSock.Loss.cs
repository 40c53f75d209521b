// After a time-out: everything is lost, unless F-RTO shows otherwise (tcp_enter_loss, tcp_process_loss). RFC 5681 section 5, RFC 5682.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
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
        Set(TcpSockFlags.Frto, Sysctl.tcp_frto != 0 && (newRecovery || _retransmits > 0) && MtuProbeState is not { ProbeSize: > 0 });
        EcnQueueCwr();
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
            else if (IsSack && s != head && RackTimeout(s, 0) > 0) continue;
            MarkLost(s);
        }
    }

    private bool CheckReneging(ref AckFlags flag)
    {
        if ((flag & AckFlags.SackReneging) == 0 || (flag & AckFlags.SndUnaAdvanced) == 0) return false;
        // The receiver may have thrown away what it SACKed (RFC 2018 section 8): wait a little, then act on it.
        Duration delay = Duration.Max(Duration.FromMicroseconds(_rtt.Srtt8 >> 4), Duration.FromMilliseconds(10));
        ArmRetrans(RetransKind.Retrans, delay);
        flag &= ~AckFlags.SetXmitTimer;
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
}
