// Where a connection's figures are taken: rate samples, chronograph (tcp_rate_check_app_limited, tcp_chrono_*).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private TcpFlow? _flow;

    // A passive open has heard of no delivery yet, so it begins as limited by its application (app_limited = ~0 until the first ACK is counted).
    private TcpFlow Flow => _flow ??= new TcpFlow { AppLimited = _bytesAcked == 0 ? uint.MaxValue : 0 };

    private int _rcvRttUs8
    {
        get => _flow is { } f ? f.RcvRttUs8 : 0;
        set
        {
            if (_flow is not null || value != 0) Flow.RcvRttUs8 = value;
        }
    }

    private int _lastSegSize
    {
        get => _flow is { } f ? f.LastSegSize : 0;
        set
        {
            if (_flow is not null || value != 0) Flow.LastSegSize = value;
        }
    }

    private SeqNum _rcvRttSeq
    {
        get => _flow is { } f ? f.RcvRttSeq : default;
        set
        {
            if (_flow is not null || value != default) Flow.RcvRttSeq = value;
        }
    }

    private Instant _rcvRttTime
    {
        get => _flow is { } f ? f.RcvRttTime : default;
        set
        {
            if (_flow is not null || value != default) Flow.RcvRttTime = value;
        }
    }

    private bool IsSendIdle => _writeQueue.IsEmpty && _rtxQueue.IsEmpty;

    /// <summary>tcp_rate_check_app_limited: at a write, is there so little to send that the network is not what bounds the rate?</summary>
    private void CheckAppLimited()
    {
        TcpFlow flow = Flow;
        if (_snd.WriteSeq - _snd.SndNxt < _mssCache && PacketsInFlight < SndCwnd && _lostOut <= _retransOut)
            flow.AppLimited = (uint)Math.Max(1, _delivered + PacketsInFlight);
    }

    /// <summary>tcp_update_rto_stats.</summary>
    private void CountRto()
    {
        TcpFlow flow = Flow;
        if (_retransmits == 0)
        {
            flow.TotalRtoRecoveries++;
            flow.RtoStamp = _mstamp;
        }

        flow.TotalRto++;
    }

    /// <summary>tcp_update_rto_time: progress ends a time of RTOs.</summary>
    private void EndRtoTime()
    {
        if (_flow is not { } flow || flow.RtoStamp == Instant.Never) return;
        flow.TotalRtoTime += (_mstamp - flow.RtoStamp).Milliseconds;
        flow.RtoStamp = Instant.Never;
    }
}
