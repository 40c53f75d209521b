// A window that is not used is not valid (tcp_cwnd_validate, tcp_slow_start_after_idle_check). RFC 2861, RFC 7661 as Linux has them.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
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

        // Nothing is left to send although a writer waits: it is the send buffer that holds back.
        if (_writeQueue.IsEmpty && Has(TcpSockFlags.NoSpace) && _state.IsEstab()) _flow?.ChronoStart(TcpChrono.SndbufLimited, _mstamp);

        if (_packetsOut > _cwndUsed) _cwndUsed = _packetsOut;
        if (Sysctl.tcp_slow_start_after_idle && !_ca.ControlsAll && _mstamp - _cwndStamp >= _rto) ApplicationLimited();
    }

    private void ApplicationLimited()
    {
        if (_caState == TcpCaState.Open && !Has(TcpSockFlags.NoSpace))
        {
            int used = Math.Max(_cwndUsed, InitialCwnd);
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
        if (!Sysctl.tcp_slow_start_after_idle || _packetsOut > 0 || _ca.ControlsAll) return;
        Duration idle = _mstamp - _lsndtime;
        if (idle <= _rto) return;
        _ca.CwndEvent(this, TcpCaEvent.CwndRestart);
        SndSsthresh = CurrentSsthresh;
        int cwnd = SndCwnd, restart = Math.Min(InitialCwnd, cwnd);
        while ((idle -= _rto) > Duration.Zero && cwnd > restart) cwnd >>= 1;
        SndCwnd = Math.Max(cwnd, restart);
        _cwndStamp = _mstamp;
        _cwndUsed = 0;
    }
}
