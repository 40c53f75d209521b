// Time: retransmission, zero-window probes, delayed ACKs, keepalive, FIN_WAIT2 of orphans (net/ipv4/tcp_timer.c).
// RFC 6298 section 5, RFC 9293 3.8.3 (R1, R2), 3.8.4 (keep-alive), 3.8.6.1 (probes). Deadlines are fields: moving one costs a store.

using System.Numerics;

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private Instant _compAckAt = Instant.Never, _probesTstamp = Instant.Never;
    private int _compressedAcks;

    /// <inheritdoc/>
    public override Instant NextTimer
    {
        get
        {
            Instant next = Instant.Min(Instant.Min(_retransAt, _delackAt), Instant.Min(_keepaliveAt, _compAckAt));
            return _listener is null ? next : Instant.Min(next, _listener.NextTimer);
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(Instant now)
    {
        _mstamp = now;
        _listener?.OnTimer(this, now);
        if (now >= _compAckAt) CompressedAckTimer();
        if (now >= _delackAt) DelackTimer();
        if (now >= _retransAt) WriteTimer();
        if (now >= _keepaliveAt) KeepaliveTimer();
        CheckInvariants();
    }

    private void ArmRetrans(RetransKind kind, Duration after)
    {
        _retransKind = kind;
        _retransAt = _mstamp + Duration.Min(after, RtoMax);
    }

    private void ClearRetrans()
    {
        _retransKind = RetransKind.None;
        _retransAt = Instant.Never;
    }

    private void ClearTimers()
    {
        ClearRetrans();
        _delackAt = _keepaliveAt = _compAckAt = Instant.Never;
        _ackPending = AckPending.None;
    }

    /// <summary>tcp_rto_delta_us: until the head of the retransmit queue times out.</summary>
    private Duration RtoDelta() =>
        _rtxQueue.Head is { } head ? head.Tcp.SentAt + _rto - _mstamp : _rto;

    /// <summary>tcp_rearm_rto: RFC 6298 (5.2), (5.3); in place of a probe or reordering timer, what is left of the head's RTO.</summary>
    private void RearmRto()
    {
        if (_packetsOut == 0)
        {
            ClearRetrans();
            return;
        }

        Duration rto = _rto;
        if (_retransKind is RetransKind.ReoTimeout or RetransKind.LossProbe) rto = Duration.Max(RtoDelta(), Duration.FromMicroseconds(1));
        ArmRetrans(RetransKind.Retrans, rto);
    }

    private void WriteTimer()
    {
        if (_state is TcpState.CLOSE or TcpState.LISTEN || _retransKind == RetransKind.None)
        {
            ClearRetrans();
            return;
        }

        RetransKind kind = _retransKind;
        switch (kind)
        {
            case RetransKind.ReoTimeout:
                _retransAt = Instant.Never;
                RackReoTimeout();
                break;
            case RetransKind.LossProbe:
                _retransAt = Instant.Never;
                SendLossProbe();
                break;
            case RetransKind.Retrans:
                ClearRetrans();
                RetransmitTimer();
                break;
            case RetransKind.Probe0:
                ClearRetrans();
                ProbeTimer();
                break;
        }
    }

    /// <summary>tcp_retransmit_timer.</summary>
    private void RetransmitTimer()
    {
        if (_packetsOut == 0 || _rtxQueue.Head is not { } head) return;
        if (_snd.SndWnd == 0 && !IsDetached && _state is not (TcpState.SYN_SENT or TcpState.SYN_RECV))
        {
            // The peer closed its window on data in flight: probe with the head for as long as the peer answers.
            if (_mstamp - _rcvTstamp > RtoMax && _rcvTstamp.Nanoseconds != 0)
            {
                WriteErr();
                return;
            }

            EnterLoss();
            RetransmitSkb(head);
            BackoffRto();
            return;
        }

        Inc(Snmp.TcpExtTCPTimeouts);
        if (WriteTimeout()) return;
        if (_retransmits == 0) CountFailure();
        EnterLoss();
        _retransmits++;
        if (RetransmitSkb(_rtxQueue.Head!)) BackoffRto();
        else ArmRetrans(RetransKind.Retrans, TcpConst.ResourceProbeInterval);
    }

    private void CountFailure()
    {
        if (_caState == TcpCaState.Recovery) Inc(IsSack ? Snmp.TcpExtTCPSackRecoveryFail : Snmp.TcpExtTCPRenoRecoveryFail);
        else if (_caState == TcpCaState.Loss) Inc(Snmp.TcpExtTCPLossFailures);
        else if (_caState == TcpCaState.Disorder || _sackedOut > 0) Inc(IsSack ? Snmp.TcpExtTCPSackFailures : Snmp.TcpExtTCPRenoFailures);
    }

    // RFC 6298 (5.5): double, up to the ceiling. The first SYNs of a connection go at one second each (tcp_syn_linear_timeouts), then double.
    private void BackoffRto()
    {
        if (_state == TcpState.SYN_SENT && _retransmits <= SynLinearTimeouts)
        {
            _backoff = 0;
        }
        else
        {
            _backoff++;
            _rto = Duration.Min(_rto * 2, RtoMax);
        }

        ArmRetrans(RetransKind.Retrans, _rto);
        // R1: after some tries the path itself is in doubt (__dst_negative_advice): nothing to do here, the IP layer finds routes afresh.
    }

    private const int SynLinearTimeouts = 4;

    /// <summary>tcp_write_timeout: has the connection been tried long enough (R2)?</summary>
    private bool WriteTimeout()
    {
        int retries;
        bool expired = false;
        if (_state is TcpState.SYN_SENT or TcpState.SYN_RECV)
        {
            retries = _user is { SynRetries: > 0 } ? _user.SynRetries : Sysctl.tcp_syn_retries;
            if (_state == TcpState.SYN_SENT) retries += SynLinearTimeouts;
            expired = _retransmits >= retries;
            if (_user is { UserTimeout: > 0 }) expired |= TimedOut(retries, _user.UserTimeout);
        }
        else
        {
            retries = Sysctl.tcp_retries2;
            if (IsDetached)
            {
                bool alive = _rto < RtoMax;
                retries = OrphanRetries(alive);
                if (TooManyOrphans(!alive)) return true;
            }

            expired = TimedOut(retries, _user?.UserTimeout ?? 0);
        }

        if (!expired) return false;
        WriteErr();
        return true;
    }

    /// <summary>retransmits_timed_out: the time that so many doublings of the least RTO would have taken.</summary>
    private bool TimedOut(int boundary, int userTimeoutMs)
    {
        if (_retransmits == 0) return false;
        Instant start = _retransStamp != Instant.Never ? _retransStamp : _rtxQueue.Head?.Tcp.SentAt ?? _mstamp;
        Duration limit;
        if (userTimeoutMs > 0)
        {
            limit = Duration.FromMilliseconds(userTimeoutMs);
        }
        else
        {
            Duration rtoBase = _state == TcpState.SYN_SENT ? TcpConst.TimeoutInit : Duration.FromMicroseconds(Sysctl.tcp_rto_min_us);
            int doublings = BitOperations.Log2((uint)Math.Max(1, RtoMax.Nanoseconds / rtoBase.Nanoseconds));
            limit = boundary <= doublings
                ? rtoBase * ((2L << boundary) - 1)
                : rtoBase * ((2L << doublings) - 1) + RtoMax * (boundary - doublings);
        }

        return _mstamp - start >= limit;
    }

    /// <summary>tcp_orphan_retries: an orphan that the peer's silence keeps gets 8 tries, one that cannot be reached none.</summary>
    private int OrphanRetries(bool alive)
    {
        int retries = Sysctl.tcp_orphan_retries;
        if (_errSoft != Errno.OK && !alive) return 0;
        return retries == 0 && alive ? 8 : retries;
    }

    /// <summary>tcp_out_of_resources: more orphans than tcp_max_orphans; this one is reset.</summary>
    private bool TooManyOrphans(bool doReset)
    {
        if (Net.Tcp.Orphans <= Sysctl.tcp_max_orphans) return false;
        if (doReset) SendActiveReset();
        Inc(Snmp.TcpExtTCPAbortOnMemory);
        Done();
        return true;
    }

    /// <summary>tcp_write_err: give up, with the soft error if there is one.</summary>
    private void WriteErr()
    {
        Errno err = _errSoft != Errno.OK ? _errSoft : Errno.ETIMEDOUT;
        Inc(Snmp.TcpExtTCPAbortOnTimeout);
        DoneWithError(err);
    }

    // ---- zero window

    /// <summary>tcp_probe0_base and tcp_probe0_when: RTO, doubled per probe.</summary>
    private Duration Probe0When()
    {
        Duration b = Duration.Max(_rto, Duration.FromMicroseconds(Sysctl.tcp_rto_min_us));
        int backoff = Math.Min((int)_backoff, 32);
        return Duration.Min(new Duration(b.Nanoseconds > long.MaxValue >> (backoff + 1) ? long.MaxValue : b.Nanoseconds << backoff), RtoMax);
    }

    private void CheckProbeTimer()
    {
        if (_packetsOut == 0 && _retransKind == RetransKind.None)
            ArmRetrans(RetransKind.Probe0, Duration.Max(_rto, Duration.FromMicroseconds(Sysctl.tcp_rto_min_us)));
    }

    /// <summary>tcp_probe_timer.</summary>
    private void ProbeTimer()
    {
        if (_packetsOut > 0 || _writeQueue.Head is null)
        {
            _probesOut = 0;
            _probesTstamp = Instant.Never;
            return;
        }

        // RFC 9293 3.8.6.1: probe for as long as the peer acknowledges; an orphan is more impatient, and so is TCP_USER_TIMEOUT.
        if (_probesTstamp == Instant.Never)
        {
            _probesTstamp = _mstamp;
        }
        else if (_user is { UserTimeout: > 0 } && _mstamp - _probesTstamp >= Duration.FromMilliseconds(_user.UserTimeout))
        {
            WriteErr();
            return;
        }

        int most = Sysctl.tcp_retries2;
        if (IsDetached)
        {
            bool alive = Probe0When() < RtoMax;
            most = OrphanRetries(alive);
            if (!alive && _backoff >= most)
            {
                WriteErr();
                return;
            }

            if (TooManyOrphans(true)) return;
        }

        if (_probesOut >= most) WriteErr();
        else SendProbe0();
    }

    private void SendProbe0()
    {
        WriteWakeup(Snmp.TcpExtTCPWinProbe);
        if (_packetsOut > 0 || _writeQueue.IsEmpty)
        {
            _probesOut = 0;
            _backoff = 0;
            _probesTstamp = Instant.Never;
            return;
        }

        _probesOut++;
        if (_backoff < Sysctl.tcp_retries2) _backoff++;
        ArmRetrans(RetransKind.Probe0, Probe0When());
    }

    /// <summary>tcp_write_wakeup: new data if the window has any room, else an old sequence number that makes the peer answer.</summary>
    private void WriteWakeup(Snmp mib)
    {
        if (_state == TcpState.CLOSE) return;
        if (_writeQueue.Head is { } skb && (SeqNum)skb.Tcp.Seq < _snd.WndEnd)
        {
            int room = _snd.WndEnd - skb.Tcp.Seq, mss = CurrentMss();
            if (room < skb.Length || skb.Length > mss) FragmentUnsent(skb, Math.Min(room, mss));
            skb.Tcp.Flags |= (byte)TcpFlags.PSH;
            TransmitData(skb);
            NewDataSent(skb);
            return;
        }

        Inc(mib);
        Transmit(_snd.SndUna - 1, TcpFlags.ACK, default);
    }

    // ---- delayed ACKs

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
        if (_compressedAcks > 0 && _state != TcpState.CLOSE) SendAck();
    }

    // ---- keepalive and FIN_WAIT2

    private Duration KeepaliveTime => Duration.FromMilliseconds(1000L * (_user is { KeepIdle: > 0 } ? _user.KeepIdle : Sysctl.tcp_keepalive_time));

    private Duration KeepaliveIntvl => Duration.FromMilliseconds(1000L * (_user is { KeepIntvl: > 0 } ? _user.KeepIntvl : Sysctl.tcp_keepalive_intvl));

    private int KeepaliveProbes => _user is { KeepCnt: > 0 } ? _user.KeepCnt : Sysctl.tcp_keepalive_probes;

    /// <summary>tcp_keepalive_timer.</summary>
    private void KeepaliveTimer()
    {
        _keepaliveAt = Instant.Never;
        if (_state is TcpState.LISTEN or TcpState.CLOSE or TcpState.SYN_SENT) return;
        if (_state == TcpState.FIN_WAIT2 && IsDetached)
        {
            if (Linger2Seconds >= 0)
            {
                Duration rest = FinTime - TcpConst.TimewaitLen;
                if (rest > Duration.Zero)
                {
                    EnterTimeWait(TcpState.FIN_WAIT2, rest);
                    return;
                }
            }

            SendActiveReset();
            Done();
            return;
        }

        if (!KeepOpen) return;
        Duration elapsed = KeepaliveTime;
        if (_packetsOut == 0 && _writeQueue.IsEmpty)
        {
            // Idle since the last data or ACK of either side.
            Duration idle = _mstamp - Instant.Max(_rcvTstamp, _lrcvtime);
            if (idle >= elapsed)
            {
                if ((_user is { UserTimeout: > 0 } && idle >= Duration.FromMilliseconds(_user.UserTimeout) && _probesOut > 0)
                    || (_user is not { UserTimeout: > 0 } && _probesOut >= KeepaliveProbes))
                {
                    SendActiveReset();
                    WriteErr();
                    return;
                }

                WriteWakeup(Snmp.TcpExtTCPKeepAlive);
                _probesOut++;
                elapsed = KeepaliveIntvl;
            }
            else
            {
                elapsed -= idle;
            }
        }

        _keepaliveAt = _mstamp + elapsed;
    }

    private int Linger2Seconds => _user?.Linger2 ?? 0;

    /// <summary>tcp_fin_time: how long an orphan stays in FIN_WAIT2, at least 3.5 RTO.</summary>
    private Duration FinTime
    {
        get
        {
            Duration t = Duration.FromMilliseconds(1000L * (Linger2Seconds > 0 ? Linger2Seconds : Sysctl.tcp_fin_timeout));
            return Duration.Max(t, new Duration((_rto.Nanoseconds << 2) - (_rto.Nanoseconds >> 1)));
        }
    }
}
