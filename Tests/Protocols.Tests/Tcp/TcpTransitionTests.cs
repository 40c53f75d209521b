// RFC 9293 figure 5, as data: every pair of state and event.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpTransitionTests
{
    // The arrows of the figure (and of section 3.10's text: RST, abort, time-outs); whatever is not here stays where it is.
    private static readonly Dictionary<(TcpState, TcpEvent), TcpState> Arrows = new()
    {
        [(TcpState.CLOSE, TcpEvent.PassiveOpen)] = TcpState.LISTEN,
        [(TcpState.CLOSE, TcpEvent.ActiveOpen)] = TcpState.SYN_SENT,
        [(TcpState.LISTEN, TcpEvent.Close)] = TcpState.CLOSE,
        [(TcpState.LISTEN, TcpEvent.Abort)] = TcpState.CLOSE,
        [(TcpState.NEW_SYN_RECV, TcpEvent.RcvAckOfSyn)] = TcpState.SYN_RECV,
        [(TcpState.NEW_SYN_RECV, TcpEvent.Close)] = TcpState.CLOSE,
        [(TcpState.SYN_SENT, TcpEvent.RcvSyn)] = TcpState.SYN_RECV,
        [(TcpState.SYN_SENT, TcpEvent.RcvSynAck)] = TcpState.ESTABLISHED,
        [(TcpState.SYN_SENT, TcpEvent.Close)] = TcpState.CLOSE,
        [(TcpState.SYN_RECV, TcpEvent.RcvAckOfSyn)] = TcpState.ESTABLISHED,
        [(TcpState.SYN_RECV, TcpEvent.Close)] = TcpState.FIN_WAIT1,
        [(TcpState.SYN_RECV, TcpEvent.RcvFin)] = TcpState.CLOSE_WAIT,
        [(TcpState.ESTABLISHED, TcpEvent.Close)] = TcpState.FIN_WAIT1,
        [(TcpState.ESTABLISHED, TcpEvent.RcvFin)] = TcpState.CLOSE_WAIT,
        [(TcpState.FIN_WAIT1, TcpEvent.RcvAckOfFin)] = TcpState.FIN_WAIT2,
        [(TcpState.FIN_WAIT1, TcpEvent.RcvFin)] = TcpState.CLOSING,
        [(TcpState.FIN_WAIT1, TcpEvent.RcvFinAckOfFin)] = TcpState.TIME_WAIT,
        [(TcpState.FIN_WAIT2, TcpEvent.RcvFin)] = TcpState.TIME_WAIT,
        [(TcpState.FIN_WAIT2, TcpEvent.RcvFinAckOfFin)] = TcpState.TIME_WAIT,
        [(TcpState.FIN_WAIT2, TcpEvent.Expired)] = TcpState.CLOSE,
        [(TcpState.CLOSE_WAIT, TcpEvent.Close)] = TcpState.LAST_ACK,
        [(TcpState.CLOSING, TcpEvent.RcvAckOfFin)] = TcpState.TIME_WAIT,
        [(TcpState.LAST_ACK, TcpEvent.RcvAckOfFin)] = TcpState.CLOSE,
        [(TcpState.TIME_WAIT, TcpEvent.Expired)] = TcpState.CLOSE,
        [(TcpState.TIME_WAIT, TcpEvent.RcvRst)] = TcpState.CLOSE,
    };

    [Fact]
    public void Every_pair_of_state_and_event_goes_where_figure_5_says()
    {
        int pairs = 0;
        foreach (TcpState state in Enum.GetValues<TcpState>())
        {
            foreach (TcpEvent e in Enum.GetValues<TcpEvent>())
            {
                TcpState expected = Arrows.TryGetValue((state, e), out TcpState to) ? to
                    : e is TcpEvent.RcvRst or TcpEvent.Abort or TcpEvent.TimedOut && state is not (TcpState.LISTEN or TcpState.TIME_WAIT) ? TcpState.CLOSE
                    : state;
                Assert.True(expected == TcpTransitions.Next(state, e), $"{state} and {e}: {TcpTransitions.Next(state, e)}, not {expected}");
                pairs++;
            }
        }

        Assert.Equal(12 * 13, pairs);
    }

    [Fact]
    public void A_fin_is_owed_by_the_states_that_close_into_fin_wait1_or_last_ack()
    {
        foreach (TcpState state in Enum.GetValues<TcpState>())
            Assert.Equal(TcpTransitions.Next(state, TcpEvent.Close) is TcpState.FIN_WAIT1 or TcpState.LAST_ACK && TcpTransitions.Next(state, TcpEvent.Close) != state, TcpTransitions.CloseSendsFin(state));
    }
}
