// The state machine of RFC 9293 figure 5 as one pure function: what every state makes of every event, and nothing else.
// TcpSock.SetState asserts each of its moves against it, so that the figure and the code cannot part. Numbers and names as Linux has them.

namespace ActorNet.Protocols.Tcp;

/// <summary>What can move a connection from one state to another. "Acceptable" segments only: sequence checks come before.</summary>
public enum TcpEvent : byte
{
    /// <summary>listen(2).</summary>
    PassiveOpen,

    /// <summary>connect(2).</summary>
    ActiveOpen,

    /// <summary>A SYN without ACK.</summary>
    RcvSyn,

    /// <summary>A SYN that acknowledges ours.</summary>
    RcvSynAck,

    /// <summary>An ACK of our SYN.</summary>
    RcvAckOfSyn,

    /// <summary>An ACK of our FIN.</summary>
    RcvAckOfFin,

    /// <summary>A FIN in order.</summary>
    RcvFin,

    /// <summary>A FIN in order on a segment that also acknowledges our FIN.</summary>
    RcvFinAckOfFin,

    /// <summary>An acceptable RST.</summary>
    RcvRst,

    /// <summary>close(2) or shutdown(SHUT_WR) without an abortive linger.</summary>
    Close,

    /// <summary>An abortive close, or close(2) with unread data.</summary>
    Abort,

    /// <summary>The retransmission (or user, keepalive, linger) time-out ended the connection.</summary>
    TimedOut,

    /// <summary>2 MSL in TIME_WAIT, or the FIN_WAIT2 time-out of an orphan.</summary>
    Expired,
}

/// <summary>Figure 5.</summary>
public static class TcpTransitions
{
    /// <summary>The state after an event; the same state when the event does not move it.</summary>
    public static TcpState Next(TcpState state, TcpEvent e) => (state, e) switch
    {
        (TcpState.CLOSE, TcpEvent.PassiveOpen) => TcpState.LISTEN,
        (TcpState.CLOSE, TcpEvent.ActiveOpen) => TcpState.SYN_SENT,
        (TcpState.CLOSE, _) => TcpState.CLOSE,

        // Linux keeps the listener in LISTEN and gives each SYN a request sock in NEW_SYN_RECV; the figure's arrow is that child's.
        (TcpState.LISTEN, TcpEvent.Close or TcpEvent.Abort) => TcpState.CLOSE,
        (TcpState.LISTEN, _) => TcpState.LISTEN,

        (TcpState.NEW_SYN_RECV, TcpEvent.RcvAckOfSyn) => TcpState.SYN_RECV,
        (TcpState.NEW_SYN_RECV, TcpEvent.RcvRst or TcpEvent.Abort or TcpEvent.TimedOut or TcpEvent.Close) => TcpState.CLOSE,
        (TcpState.NEW_SYN_RECV, _) => TcpState.NEW_SYN_RECV,

        (TcpState.SYN_SENT, TcpEvent.RcvSyn) => TcpState.SYN_RECV,
        (TcpState.SYN_SENT, TcpEvent.RcvSynAck) => TcpState.ESTABLISHED,
        (TcpState.SYN_SENT, TcpEvent.Close) => TcpState.CLOSE,

        (TcpState.SYN_RECV, TcpEvent.RcvAckOfSyn) => TcpState.ESTABLISHED,
        (TcpState.SYN_RECV, TcpEvent.Close) => TcpState.FIN_WAIT1,
        (TcpState.SYN_RECV, TcpEvent.RcvFin) => TcpState.CLOSE_WAIT,

        (TcpState.ESTABLISHED, TcpEvent.Close) => TcpState.FIN_WAIT1,
        (TcpState.ESTABLISHED, TcpEvent.RcvFin) => TcpState.CLOSE_WAIT,

        (TcpState.FIN_WAIT1, TcpEvent.RcvAckOfFin) => TcpState.FIN_WAIT2,
        (TcpState.FIN_WAIT1, TcpEvent.RcvFin) => TcpState.CLOSING,
        (TcpState.FIN_WAIT1, TcpEvent.RcvFinAckOfFin) => TcpState.TIME_WAIT,

        (TcpState.FIN_WAIT2, TcpEvent.RcvFin or TcpEvent.RcvFinAckOfFin) => TcpState.TIME_WAIT,
        (TcpState.FIN_WAIT2, TcpEvent.Expired) => TcpState.CLOSE,

        (TcpState.CLOSE_WAIT, TcpEvent.Close) => TcpState.LAST_ACK,

        (TcpState.CLOSING, TcpEvent.RcvAckOfFin) => TcpState.TIME_WAIT,

        (TcpState.LAST_ACK, TcpEvent.RcvAckOfFin) => TcpState.CLOSE,

        (TcpState.TIME_WAIT, TcpEvent.Expired or TcpEvent.RcvRst) => TcpState.CLOSE,
        (TcpState.TIME_WAIT, _) => TcpState.TIME_WAIT,

        // Every remaining state dies of these.
        (_, TcpEvent.RcvRst or TcpEvent.Abort or TcpEvent.TimedOut) => TcpState.CLOSE,
        _ => state,
    };

    /// <summary>Whether some event leads from one state to the other.</summary>
    public static bool IsArrow(TcpState from, TcpState to)
    {
        for (TcpEvent e = TcpEvent.PassiveOpen; e <= TcpEvent.Expired; e++)
            if (Next(from, e) == to) return true;
        return false;
    }

    /// <summary>Whether close(2) or shutdown(SHUT_WR) sends a FIN from this state (tcp_close_state).</summary>
    public static bool CloseSendsFin(TcpState state) => state is TcpState.ESTABLISHED or TcpState.SYN_RECV or TcpState.CLOSE_WAIT;
}
