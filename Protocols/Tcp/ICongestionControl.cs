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

    /// <summary>Data came without, or with, a mark of congestion. Only those that need ECN hear of it.</summary>
    EcnNoCe, EcnIsCe,
}

/// <summary>A congestion control. Windows count segments. One without state may be shared by all connections.</summary>
public interface ICongestionControl
{
    /// <summary>As tcp_congestion_control and TCP_CONGESTION name it.</summary>
    string Name { get; }

    /// <summary>It stands for a control until a connection needs state of its own; <see cref="Start"/> makes that.</summary>
    bool IsTemplate => false;

    /// <summary>Its state begins with the connection, not with the first acknowledgement of data.</summary>
    bool StartsEarly => false;

    /// <summary>It is of use only with ECN: asks for it whatever tcp_ecn says, and sends every packet as ECN-capable (TCP_CONG_NEEDS_ECN).</summary>
    bool NeedsEcn => false;

    /// <summary>It sets window and pacing rate by itself at every acknowledgement, by <see cref="Control"/> (cong_control).</summary>
    bool ControlsAll => false;

    /// <summary>The control of one connection. <see cref="Init"/> follows.</summary>
    ICongestionControl Start(TcpSock sk) => this;

    /// <summary>What an accepted connection has of its listener's control.</summary>
    ICongestionControl Inherited => this;

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

    /// <summary>An acknowledgement was counted, before the congestion state is looked at (in_ack_event).</summary>
    void InAck(TcpSock sk)
    {
    }

    /// <summary>cong_control, of those that <see cref="ControlsAll"/>.</summary>
    /// <param name="sample">What the acknowledgement measured.</param>
    void Control(TcpSock sk, in RateSample sample)
    {
    }

    /// <summary>The least segments of a burst.</summary>
    int MinTsoSegments(TcpSock sk) => sk.Net.Sysctl.tcp_min_tso_segs;

    /// <summary>TCP_CC_INFO (union tcp_cc_info): the bytes that there are; 0 for a control that tells nothing.</summary>
    int WriteInfo(TcpSock sk, Span<byte> to) => 0;

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
    public const string Available = "reno cubic bbr dctcp";

    /// <summary>Anyone may choose it (TCP_CONG_NON_RESTRICTED): tcp_allowed_congestion_control names it.</summary>
    public static bool IsAllowed(NetSysctl sysctl, string name) => sysctl.tcp_allowed_congestion_control.Split(' ').Contains(name, StringComparer.Ordinal);

    /// <summary>A control for one connection, or null for a name that is not there.</summary>
    public static ICongestionControl? Create(string name) => name switch
    {
        "reno" => Reno.Instance,
        "cubic" => Cubic.Unstarted,
        "bbr" => Bbr.Unstarted,
        "dctcp" => Dctcp.Unstarted,
        _ => null,
    };
}
