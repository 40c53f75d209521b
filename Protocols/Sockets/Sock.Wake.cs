// The callbacks of struct sock: sk_data_ready, sk_write_space, sk_state_change, sk_error_report (net/core/sock.c), and the key that each
// gives to those who wait. Level-triggered waits need only Poll; an edge, and SIGIO, need to know which callbacks ran.

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    private ushort _wakes;

    /// <summary>sock_def_readable: something to read, or a connection to accept.</summary>
    protected const PollEvents DataReady = PollEvents.IN | PollEvents.RDNORM | PollEvents.RDBAND;

    /// <summary>sock_def_write_space, sk_stream_write_space: room to write, for one that was refused (SOCK_NOSPACE).</summary>
    protected const PollEvents WriteSpace = PollEvents.OUT | PollEvents.WRNORM | PollEvents.WRBAND;

    /// <summary>sock_def_error_report.</summary>
    protected const PollEvents ErrorReport = PollEvents.ERR;

    /// <summary>sk_send_sigurg: a new urgent mark: POLLPRI, and SIGURG for the owner.</summary>
    protected const PollEvents UrgentMark = PollEvents.PRI;

    /// <summary>sock_def_wakeup: the state changed; whoever waits, for whatever, looks again.</summary>
    protected const PollEvents StateChange =
        DataReady | WriteSpace | PollEvents.ERR | PollEvents.HUP | PollEvents.RDHUP;

    /// <summary>A callback runs. Several in one turn add up.</summary>
    protected void Wake(PollEvents key) => _wakes |= (ushort)key;

    /// <summary>The keys of the callbacks that have run since this was last called; None when nobody would have been woken.</summary>
    public PollEvents TakeWakes()
    {
        var wakes = (PollEvents)_wakes;
        _wakes = 0;
        return wakes;
    }
}
