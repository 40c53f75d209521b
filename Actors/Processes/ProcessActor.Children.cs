// fork, wait4 and exit (kernel/fork.c, kernel/exit.c): a child is a process of its own that begins with its parent's descriptors. A program is a method, so
// a child says which it runs: fork keeps all descriptors, posix_spawn (fork and execve) drops those that are close-on-exec and sets handlers back.

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    private const int WNOHANG = 1;
    private List<Child>? _children;
    private List<Syscall.Wait4>? _waits;

    public int ParentPid => _spec.Parent?.Pid ?? 0;

    /// <summary>fork, posix_spawn: the child's pid.</summary>
    public void Fork(Syscall.Fork call)
    {
        ProcessStatus status = _spec.Host.NewProcess(call.Name ?? Name);
        SignalState signals = Signals.Fork();
        if (call.Exec) signals.Exec();
        _context.Parent.Tell(
            new ProcessSpec(_spec.Host, _stack, status.Pid, status.Name, call.Main, Now, status)
            {
                NoFile = _files.Limit, Credentials = Credentials, Files = _files.Copy(call.Exec), Signals = signals, Parent = _spec.Status,
            },
            _self);
        (_children ??= []).Add(new Child(status.Pid));
        Finish(call, status.Pid);
    }

    /// <summary>wait4: the pid and status of a child that has ended. ECHILD: there is no such child.</summary>
    public void Wait(Syscall.Wait4 call)
    {
        if ((call.Options & ~WNOHANG) != 0) Finish(call, Errno.EINVAL); // stopped children are not modelled
        else if (call.Pid is 0 or < -1) Finish(call, Errno.ECHILD); // nor are groups
        else if (TryReap(call)) Finish(call, call.Reaped);
        else if (_children?.Exists(c => call.Pid is -1 || c.Pid == call.Pid) != true) Finish(call, Errno.ECHILD);
        else if ((call.Options & WNOHANG) != 0) Finish(call, 0);
        else (_waits ??= []).Add(call);
    }

    public void EndWait(Syscall.Wait4 call, Errno why)
    {
        if (_waits?.Remove(call) == true) Finish(call, why);
    }

    public void ForgetWait(Syscall.Wait4 call)
    {
        _waits?.Remove(call);
        Lose(call);
    }

    /// <summary>exit_group: the process ends with a code.</summary>
    public void Exit(Syscall.Exit call)
    {
        _spec.Status.ExitCode = call.Code & 0xFF;
        OnKill();
        if (call.IsEntered) Finish(call, Errno.EINTR); // its caller sees the end of the process
    }

    private void OnChildExited(ChildExited m)
    {
        if (_children?.Find(c => c.Pid == m.Pid) is not { } child) return;
        child.Ended = m;
        SigAction action = Signals.Action(Signal.SIGCHLD);
        int signal = m.Status & 0x7F;
        Raise(new SigInfo(
            Signal.SIGCHLD, signal == 0 ? SigInfo.CLD_EXITED : SigInfo.CLD_KILLED, m.Pid, m.Uid, signal == 0 ? m.Status >> 8 : signal));
        // Who ignores SIGCHLD by choice has no zombies, and waits for the last of his children in vain.
        if (ReferenceEquals(action, SigAction.Ignore) || (action.Flags & SaFlags.NOCLDWAIT) != 0)
        {
            _children.Remove(child);
            while (_children.Count == 0 && _waits is { Count: > 0 }) EndWait(_waits[0], Errno.ECHILD);
        }
        else if (_waits?.Find(TryReap) is { } waits)
        {
            _waits.Remove(waits);
            Finish(waits, waits.Reaped);
        }
    }

    private bool TryReap(Syscall.Wait4 call)
    {
        if (_children?.Find(c => c.Ended is not null && (call.Pid == -1 || c.Pid == call.Pid)) is not { } child) return false;
        _children.Remove(child);
        call.Reaped = child.Pid;
        call.WaitStatus = child.Ended!.Status;
        return true;
    }

    private sealed class Child(int pid)
    {
        public readonly int Pid = pid;
        public ChildExited? Ended;
    }
}

/// <summary>To a parent: a child has ended. The status is as wait(2) gives it.</summary>
internal sealed record ChildExited(int Pid, uint Uid, int Status);
