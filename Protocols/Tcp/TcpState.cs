// The states of a connection: RFC 9293 section 3.3.2, with Linux's numbers (include/net/tcp_states.h).

namespace ActorNet.Protocols.Tcp;

/// <summary>TCP_ESTABLISHED and its kin, as /proc/net/tcp and TCP_INFO number them.</summary>
public enum TcpState : byte
{
    ESTABLISHED = 1, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE, CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING, NEW_SYN_RECV,
}

/// <summary>What congestion control believes of the network (enum tcp_ca_state).</summary>
public enum TcpCaState : byte
{
    /// <summary>Nothing bad has been observed.</summary>
    Open = 0,

    /// <summary>Duplicate acknowledgements or SACKs, but no loss established yet.</summary>
    Disorder = 1,

    /// <summary>The window is being reduced after ECN or a local drop.</summary>
    CWR = 2,

    /// <summary>Fast retransmit: recovering from established loss.</summary>
    Recovery = 3,

    /// <summary>A retransmission time-out, or SACK reneging.</summary>
    Loss = 4,
}

/// <summary>The tests of several states at once that Linux writes as bit masks.</summary>
public static class TcpStates
{
    private const int Synchronized = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 9 | 1 << 11;

    /// <summary>RFC 9293 3.10.7.4's synchronised states.</summary>
    public static bool IsSynchronized(this TcpState s) => (Synchronized >> (int)s & 1) != 0;

    /// <summary>Still allowed to take new data from the user (ESTABLISHED, CLOSE_WAIT).</summary>
    public static bool CanSend(this TcpState s) => s is TcpState.ESTABLISHED or TcpState.CLOSE_WAIT;

    /// <summary>Counted by Tcp: CurrEstab (RFC 4022).</summary>
    public static bool IsEstab(this TcpState s) => s is TcpState.ESTABLISHED or TcpState.CLOSE_WAIT;
}
