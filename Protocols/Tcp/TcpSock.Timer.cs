// Time: deadlines, retransmission, giving up (net/ipv4/tcp_timer.c). RFC 6298 section 5, RFC 9293 3.8.3 (R1, R2).
// Deadlines are fields: moving one costs a store.

using System.Numerics;

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <inheritdoc/>
    public override Instant NextTimer
    {
        get
        {
            Instant next = Instant.Min(Instant.Min(_retransAt, _delackAt), Instant.Min(_keepaliveAt, _compAckAt));
            if (_flow is { } flow) next = Instant.Min(next, Instant.Min(flow.MemoryAt, flow.PaceAt));
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
        if (_flow is { } flow && now >= flow.MemoryAt) flow.MemoryAt = Instant.Never; // the driver tries the writer again
        if (_flow is { } paced && now >= paced.PaceAt) PaceTimer(paced);
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
        if (_flow is { } flow) flow.PaceAt = flow.MemoryAt = Instant.Never;
        _ackPending = AckPending.None;
    }

    /// <summary>tcp_rto_delta_us: until the head of the retransmit queue times out.</summary>
    private Duration RtoDelta() =>
        _rtxQueue.Head is { } head ? head.Tcp.SentAt + _rto - _mstamp : _rto;

    /// <summary>tcp_rearm_rto: RFC 6298 (5.2), (5.3); in place of a probe or reordering timer, what is left of the head's RTO.</summary>
    private void RearmRto()
    {
        if (FastOpenRequest is not null) return; // the timer is the SYN-ACK's until its handshake is done
        if (_packetsOut == 0)
        {
            ClearRetrans();
            return;
        }

        Duration rto = _rto;
        if (_retransKind is RetransKind.ReoTimeout or RetransKind.LossProbe) rto = Duration.Max(RtoDelta(), Duration.FromMicroseconds(1));
        ArmRetrans(RetransKind.Retrans, rto + PacingDelay);
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
        if (FastOpenRequest is { } req)
        {
            FastOpenSynAckTimer(req);
            return;
        }

        if (_packetsOut == 0 || _rtxQueue.Head is not { } head) return;
        if (_snd.SndWnd == 0 && !IsDetached && _state is not (TcpState.SYN_SENT or TcpState.SYN_RECV))
        {
            // The peer closed its window on data in flight: probe with the head for as long as the peer answers.
            if (IsProbedInVain(head))
            {
                WriteErr();
                return;
            }

            EnterLoss();
            if (head.Next is { } next) BeginRun(next);
            RetransmitSkb(ref head);
            BackoffRto();
            return;
        }

        Inc(Snmp.TcpExtTCPTimeouts);
        if (WriteTimeout()) return;
        if (_retransmits == 0) CountFailure();
        EnterLoss();
        CountRto();
        _retransmits++;
        Instant before = PacingStamp;
        SkBuff first = _rtxQueue.Head!;
        TrimAcked(first);
        if (first.Length > CurrentMss()) RecutSent(ref first, CurrentMss());
        if (first.Next is { } second) BeginRun(second); // one segment, not all of the packet
        if (RetransmitSkb(ref first))
        {
            PaceAfter(before, first.Length);
            BackoffRto();
        }
        else ArmRetrans(RetransKind.Retrans, TcpConst.ResourceProbeInterval);
    }

    /// <summary>
    /// tcp_rtx_probe0_timed_out: the peer that shut its window on data in flight has been silent, and the data sent again, for twice the largest RTO, or for as
    /// long as the user waits; for the user it is enough that the data does not get through, whatever the peer answers.
    /// </summary>
    private bool IsProbedInVain(SkBuff head)
    {
        Duration tried = _mstamp - (_retransStamp != Instant.Never ? _retransStamp : head.Tcp.SentAt), limit = RtoMax * 2;
        if (_user is { UserTimeout: > 0 and int user })
        {
            if (tried > Duration.FromMilliseconds(user)) return true;
            limit = Duration.Min(limit, Duration.FromMilliseconds(user));
        }

        return _mstamp - _rcvTstamp > limit && tried > limit;
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
        if (_state == TcpState.SYN_SENT && Flow.TotalRto <= Sysctl.tcp_syn_linear_timeouts)
        {
            _backoff = 0;
        }
        else
        {
            BackoffOrLinear();
        }

        ArmRetrans(RetransKind.Retrans, ClampToUserTimeout(_rto));
        // R1: after some tries the path itself is in doubt (__dst_negative_advice): nothing to do here, the IP layer finds routes afresh.
    }

    private const int ThinLinearRetries = 6;

    // TCP_THIN_LINEAR_TIMEOUTS: a stream of few packets, beyond its first slow start, does not double its first six time-outs.
    private void BackoffOrLinear()
    {
        bool isThin = _packetsOut < 4 && SndSsthresh < TcpConst.InfiniteSsthresh;
        if (_state == TcpState.ESTABLISHED && (Sysctl.tcp_thin_linear_timeouts || _user is { ThinLinearTimeouts: true }) && isThin && _retransmits <= ThinLinearRetries)
        {
            _backoff = 0;
            _rto = Duration.Min(Duration.Max(_rtt.Rto, Duration.FromMicroseconds(RtoMinUs)), RtoMax);
            return;
        }

        _backoff++;
        _rto = Duration.Min(_rto * 2, RtoMax);
    }

    /// <summary>tcp_clamp_rto_to_user_timeout: the last retransmission is due when TCP_USER_TIMEOUT is over, not at its own time.</summary>
    private Duration ClampToUserTimeout(Duration rto)
    {
        if (_user is not { UserTimeout: > 0 } u || _retransStamp == Instant.Never) return rto;
        Duration left = Duration.FromMilliseconds(u.UserTimeout) - (_mstamp - _retransStamp);
        return Duration.Min(rto, Duration.Max(left, Duration.FromMilliseconds(1)));
    }

    /// <summary>tcp_write_timeout: has the connection been tried long enough (R2)?</summary>
    private bool WriteTimeout()
    {
        int retries;
        bool expired = false;
        if (_state is TcpState.SYN_SENT or TcpState.SYN_RECV)
        {
            retries = _user is { SynRetries: > 0 } ? _user.SynRetries : Sysctl.tcp_syn_retries;
            int limit = retries; // the linear ones do not make it last longer
            if (_state == TcpState.SYN_SENT) retries += Sysctl.tcp_syn_linear_timeouts;
            expired = _retransmits >= retries;
            if (!expired) expired = TimedOut(limit, _user?.UserTimeout ?? 0);
        }
        else
        {
            if (TimedOut(Sysctl.tcp_retries1, 0)) SuspectBlackHole();
            retries = Sysctl.tcp_retries2;
            if (IsDetached)
            {
                bool alive = _rto < RtoMax;
                retries = OrphanRetries(alive);
                if (OutOfResources(alive || !TimedOut(retries, 0))) return true;
            }

            expired = TimedOut(retries, _user?.UserTimeout ?? 0);
        }

        DetectBlackhole(expired);
        if (!expired)
        {
            // sk_rethink_txhash: another path may do better.
            if (IsTxRehash)
            {
                Flow.TimeoutRehash++;
                Inc(Snmp.TcpExtTcpTimeoutRehash);
            }

            return false;
        }

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
            Duration rtoBase = _state == TcpState.SYN_SENT ? TcpConst.TimeoutInit : Duration.FromMicroseconds(RtoMinUs);
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

    /// <summary>tcp_out_of_resources: too many orphans, or too much memory; this one goes. Those that look dead count for more.</summary>
    private bool OutOfResources(bool doReset)
    {
        int shift = 0;
        if (_mstamp - _lsndtime > RtoMax * 2 || !doReset) shift++;
        if (_errSoft != Errno.OK) shift++;
        if (!CheckOom(shift)) return false;
        // The peer is told if it is likely to listen: the last segment is young, or the window is closed.
        if (_mstamp - _lsndtime <= TcpConst.TimewaitLen || (_snd.SndWnd == 0 && _packetsOut == 0)) doReset = true;
        if (doReset) SendActiveReset();
        Done();
        Inc(Snmp.TcpExtTCPAbortOnMemory);
        return true;
    }

    /// <summary>tcp_check_oom.</summary>
    private bool CheckOom(int shift) => (long)Net.Tcp.Orphans << shift > Sysctl.tcp_max_orphans || IsOutOfMemory;

    /// <summary>tcp_write_err: give up, with the soft error if there is one.</summary>
    private void WriteErr()
    {
        Errno err = _errSoft != Errno.OK ? _errSoft : Errno.ETIMEDOUT;
        Inc(Snmp.TcpExtTCPAbortOnTimeout);
        DoneWithError(err);
    }
}
