// Delivery of signals (kernel/signal.c, man 7 signal): the action is taken in the process's turn, as on return to user mode; a handler that ran ends the
// wait of one call with EINTR, unless SA_RESTART lets it go on.

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    private bool _here;

    public SignalState Signals { get; }

    /// <summary>Handlers that have run: a call that waits with a mask of its own asks whether one did (TIF_SIGPENDING).</summary>
    public int HandlersRun { get; private set; }

    // SIGPIPE ends nobody who did not ask for it: the .NET runtime ignores it, and so does each of its programs.
    private static SignalState FirstSignals()
    {
        var signals = new SignalState();
        signals.Set(Signal.SIGPIPE, SigAction.Ignore);
        return signals;
    }

    /// <summary>A signal that a task's own call brings upon it (send_sig(sig, current)): no other task's wait ends by it.</summary>
    public void RaiseHere(in SigInfo info)
    {
        bool outer = _here;
        _here = true;
        Raise(info);
        _here = outer;
    }

    /// <summary>A signal to this process, in its own turn.</summary>
    public void Raise(in SigInfo info)
    {
        if (!_exited && Signals.Add(info)) Deliver();
    }

    /// <summary>Takes the action of each signal that is pending and not blocked: one that a handler raises interrupts that handler, unless its mask holds it back.</summary>
    public void Deliver()
    {
        while (!_exited && Signals.TryTake(out SigInfo info)) Act(info);
    }

    /// <summary>set_current_blocked: what it lets through is delivered at once.</summary>
    public void SetMask(SignalSet mask)
    {
        Signals.Mask = mask;
        Deliver();
    }

    private void Act(in SigInfo info)
    {
        switch (Signals.FateOf(info.Signo))
        {
            case SignalFate.Handle: Handle(info); break;
            case SignalFate.Terminate: Terminate(info.Signo); break;
        }
    }

    private void Handle(in SigInfo info)
    {
        SigAction action = Signals.Action(info.Signo);
        if ((action.Flags & SaFlags.RESETHAND) != 0) Signals.Set(info.Signo, SigAction.Default);
        SignalSet before = Signals.Mask, during = before.Or(action.Mask);
        if ((action.Flags & SaFlags.NODEFER) == 0) during = during.Or(SignalSet.Of(info.Signo));
        Signals.Mask = during;
        try
        {
            action.Handler!(info);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        Signals.Mask = before;
        HandlersRun++;
        if (_here) return;
        if (WaitsLongest() is not { } call) return;
        bool goesOn = call.Restarts && (action.Flags & SaFlags.RESTART) != 0 && !call.Partial(Errno.EINTR).IsOk;
        if (!goesOn) call.OnInterrupt(this);
    }

    // The kernel prefers the main thread, wherever it waits. Tasks are not threads: the call that has waited longest stands for it.
    private Syscall? WaitsLongest()
    {
        Syscall? oldest = null;
        for (Syscall? call = _openCalls; call is not null; call = call.NextOpen)
        {
            if (call.IsEntered && (call is Syscall.Poll { HasMask: true } or Syscall.EpollWait { HasMask: true })) return call; // the thread that lets it in
            if (call.IsEntered && call is not Syscall.Close { Implied: true }) oldest = call;
        }

        return oldest;
    }

    // The default of most: the process ends, and its parent learns by which signal.
    private void Terminate(Signal signal)
    {
        _spec.Status.TermSignal = signal;
        OnKill();
    }
}

/// <summary>A signal on its way to a process.</summary>
internal sealed record SignalSent(SigInfo Info);
