// struct tcp_congestion_ops (include/net/tcp.h): what a congestion control decides. RFC 5681 names the quantities.

namespace ActorNet.Protocols.Tcp;

/// <summary>What congestion control is told of (enum tcp_ca_event).</summary>
public enum TcpCaEvent : byte
{
    /// <summary>The first data after everything was acknowledged.</summary>
    TxStart,

    /// <summary>The window restarts after an idle time (RFC 2861).</summary>
    CwndRestart,

    /// <summary>The window was fully restored or the reduction is complete.</summary>
    CompleteCwr,

    /// <summary>A retransmission time-out.</summary>
    Loss,
}

/// <summary>A congestion control. Windows count segments. One without state may be shared by all connections.</summary>
public interface ICongestionControl
{
    /// <summary>As tcp_congestion_control and TCP_CONGESTION name it.</summary>
    string Name { get; }

    /// <summary>A connection is established, or changed to this control.</summary>
    void Init(TcpSock sk)
    {
    }

    /// <summary>The slow start threshold after a loss now, at least 2.</summary>
    int Ssthresh(TcpSock sk);

    /// <summary>Grows the window for newly acknowledged segments.</summary>
    void CongAvoid(TcpSock sk, SeqNum ack, int acked);

    /// <summary>The window after a reduction that proved unnecessary.</summary>
    int UndoCwnd(TcpSock sk) => Math.Max(sk.SndCwnd, sk.PriorCwnd);

    void SetState(TcpSock sk, TcpCaState state)
    {
    }

    void CwndEvent(TcpSock sk, TcpCaEvent e)
    {
    }

    /// <summary>Segments were acknowledged.</summary>
    /// <param name="rttUs">Their round-trip time in microseconds, below zero when it is not known.</param>
    void PktsAcked(TcpSock sk, int acked, long rttUs)
    {
    }
}

/// <summary>The controls by name (tcp_ca_find).</summary>
public static class CongestionControls
{
    /// <summary>tcp_available_congestion_control.</summary>
    public const string Available = "reno cubic";

    /// <summary>A control for one connection, or null for a name that is not there.</summary>
    public static ICongestionControl? Create(string name) => name switch
    {
        "reno" => Reno.Instance,
        "cubic" => Cubic.Unstarted,
        _ => null,
    };
}
