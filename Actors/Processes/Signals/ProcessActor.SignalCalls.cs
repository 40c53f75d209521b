// kill, rt_sigaction and rt_sigprocmask (kernel/signal.c), in the caller's turn.

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    /// <summary>kill(2): to oneself before the call returns, to another as a message.</summary>
    public void SysKill(Syscall.Kill call)
    {
        SysResult r = SendSignal(call.Pid, call.Signal);
        if (r.IsOk && call.Pid == Pid && call.Signal != Signal.None) RaiseHere(new SigInfo(call.Signal, SigInfo.SI_USER, Pid, Credentials.Uid));
        if (call.IsEntered) Finish(call, r); // it may have been its own end
    }

    public void Sigaction(Syscall.Sigaction call)
    {
        if (!IsSignal(call.Signal) || (call.Action is not null && call.Signal is Signal.SIGKILL or Signal.SIGSTOP))
        {
            Finish(call, Errno.EINVAL);
            return;
        }

        call.Old = Signals.Action(call.Signal);
        if (call.Action is { } action) Signals.Set(call.Signal, action);
        Finish(call, 0);
    }

    public void Sigprocmask(Syscall.Sigprocmask call)
    {
        call.Old = Signals.Mask;
        if (call.Set is { } set)
        {
            if (call.How is < SigHow.SIG_BLOCK or > SigHow.SIG_SETMASK)
            {
                Finish(call, Errno.EINVAL);
                return;
            }

            SetMask(call.How switch
            {
                SigHow.SIG_BLOCK => Signals.Mask.Or(set),
                SigHow.SIG_UNBLOCK => Signals.Mask.Without(set),
                _ => set,
            });
        }

        if (call.IsEntered) Finish(call, 0);
    }

    private static bool IsSignal(Signal signal) => signal is > Signal.None and <= Signal.SIGRTMAX;

    private SysResult SendSignal(int pid, Signal signal)
    {
        if (signal is < Signal.None or > Signal.SIGRTMAX) return Errno.EINVAL;
        if (signal is Signal.SIGSTOP or Signal.SIGTSTP or Signal.SIGTTIN or Signal.SIGTTOU) return Errno.EINVAL; // job control is not modelled
        if (pid <= 0) return Errno.EINVAL; // nor are groups of processes
        if (_spec.Host.Find(pid) is not { } target) return Errno.ESRCH;
        if (Credentials.Uid != target.Uid && !Credentials.Capable(Capability.KILL)) return Errno.EPERM;
        if (signal != Signal.None && pid != Pid) target.Send(new SigInfo(signal, SigInfo.SI_USER, Pid, Credentials.Uid));
        return 0;
    }
}
