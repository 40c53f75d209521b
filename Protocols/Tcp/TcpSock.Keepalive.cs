// Keep-alive, and the end of an orphan's FIN_WAIT2, on one timer (tcp_keepalive_timer, tcp_fin_time). RFC 9293 3.8.4, RFC 1122 4.2.2.20.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
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

                bool sent = WriteWakeup(Snmp.TcpExtTCPKeepAlive);
                if (sent) _probesOut++;
                elapsed = sent ? KeepaliveIntvl : TcpConst.ResourceProbeInterval; // lost in our own queue: try harder
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
