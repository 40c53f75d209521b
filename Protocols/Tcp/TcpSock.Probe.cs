// The closed window: probes for as long as the peer answers (tcp_probe_timer, tcp_send_probe0, tcp_write_wakeup). RFC 9293 3.8.6.1.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_probe0_base and tcp_probe0_when: RTO, doubled per probe.</summary>
    private Duration Probe0When()
    {
        Duration b = Duration.Max(_rto, Duration.FromMicroseconds(RtoMinUs));
        int backoff = Math.Min((int)_backoff, 32);
        return Duration.Min(new Duration(b.Nanoseconds > long.MaxValue >> (backoff + 1) ? long.MaxValue : b.Nanoseconds << backoff), RtoMax);
    }

    private void CheckProbeTimer()
    {
        if (_packetsOut == 0 && _retransKind == RetransKind.None)
            ArmRetrans(RetransKind.Probe0, Duration.Max(_rto, Duration.FromMicroseconds(RtoMinUs)) + PacingDelay);
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

            if (OutOfResources(true)) return;
        }

        if (_probesOut >= most) WriteErr();
        else SendProbe0();
    }

    private void SendProbe0()
    {
        bool sent = WriteWakeup(Snmp.TcpExtTCPWinProbe);
        if (_packetsOut > 0 || _writeQueue.IsEmpty)
        {
            _probesOut = 0;
            _backoff = 0;
            _probesTstamp = Instant.Never;
            return;
        }

        _probesOut++;
        if (sent && _backoff < Sysctl.tcp_retries2) _backoff++;
        // What the device's own queue dropped is no sign of the peer: again soon, and not ever later.
        ArmRetrans(RetransKind.Probe0, ClampProbe0(sent ? Probe0When() : TcpConst.ResourceProbeInterval));
    }

    /// <summary>tcp_clamp_probe0_to_user_timeout.</summary>
    private Duration ClampProbe0(Duration when)
    {
        if (_user is not { UserTimeout: > 0 } u || _probesTstamp == Instant.Never) return when;
        Duration left = Duration.FromMilliseconds(u.UserTimeout) - (_mstamp - _probesTstamp);
        return Duration.Min(when, Duration.Max(left, TcpConst.TimeoutMin));
    }

    /// <summary>tcp_write_wakeup: new data if the window has any room, else an old sequence number that makes the peer answer.</summary>
    /// <returns>False: the device's queue dropped it.</returns>
    private bool WriteWakeup(Snmp mib)
    {
        if (_state == TcpState.CLOSE) return true;
        if (_writeQueue.Head is { } skb && (SeqNum)skb.Tcp.Seq < _snd.WndEnd)
        {
            int room = _snd.WndEnd - skb.Tcp.Seq, mss = CurrentMss();
            if (room < skb.Length || skb.Length > mss) FragmentUnsent(skb, Math.Min(room, mss));
            skb.Tcp.Flags |= (byte)TcpFlags.PSH;
            if (!TransmitData(skb)) return false;
            NewDataSent(skb);
            return true;
        }

        Inc(mib);
        return Transmit(_snd.SndUna - 1, TcpFlags.ACK, default);
    }
}
