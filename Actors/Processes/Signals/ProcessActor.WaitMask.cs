// A mask for the time of a wait: set_user_sigmask and restore_saved_sigmask_unless (kernel/signal.c), of ppoll, pselect6, epoll_pwait and epoll_pwait2.

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    // The mask to go back to, and how many calls wait with one of their own: tasks share the process's mask.
    private SignalSet _savedMask;
    private int _masked;

    /// <summary>The mask holds from here on, but nothing is delivered yet: a call that need not wait leaves what is pending alone.</summary>
    public void EnterMask(SignalSet mask)
    {
        if (_masked++ == 0) _savedMask = Signals.Mask;
        Signals.Mask = mask;
    }

    /// <summary>signal_pending of a call that is about to wait with a mask: something is pending that does more than go away.</summary>
    public bool HasSignal()
    {
        for (ulong left = Signals.Pending.Bits & ~Signals.Mask.Bits; left != 0; left &= left - 1)
        {
            var signal = (Signal)(System.Numerics.BitOperations.TrailingZeroCount(left) + 1);
            if (Signals.FateOf(signal) != SignalFate.Ignore) return true;
        }

        return false;
    }

    /// <summary>Runs what the mask of a wait lets through. True when a handler ran: the wait ends, and it is this one that does.</summary>
    public bool DeliverInWait()
    {
        int before = HandlersRun;
        bool here = _here;
        _here = true;
        Deliver();
        _here = here;
        return HandlersRun != before;
    }

    /// <summary>The wait is over: the process's own mask again, and what it lets through.</summary>
    public void LeaveMask()
    {
        if (--_masked > 0) return;
        Signals.Mask = _savedMask;
        DeliverInWait();
    }
}
