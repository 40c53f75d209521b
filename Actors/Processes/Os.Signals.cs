// Signals as a program knows them: kill(2), sigaction(2), sigprocmask(2), sigpending(2).

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.Kill> _kills = new();
    private readonly FreeList<Syscall.Sigaction> _sigactions = new();
    private readonly FreeList<Syscall.Sigprocmask> _sigprocmasks = new();

    /// <summary>The signals that are blocked.</summary>
    public SignalSet SignalMask => _process.Signals.Mask;

    /// <summary>sigpending(2).</summary>
    public SignalSet PendingSignals => _process.Signals.Pending;

    /// <summary>What is set for a signal.</summary>
    public SigAction ActionOf(Signal signal) => _process.Signals.Action(signal);

    /// <summary>kill(2). Signal 0 only asks whether one could be sent.</summary>
    public ValueTask Kill(int pid, Signal signal) => Void(KillCall(pid, signal));

    public ValueTask<SysResult> TryKill(int pid, Signal signal) => Try(KillCall(pid, signal));

    /// <summary>sigaction(2). A process begins with SIGPIPE ignored, as every .NET program does, and all others at their defaults.</summary>
    public ValueTask Sigaction(Signal signal, SigAction action) => Void(SigactionCall(signal, action));

    public ValueTask<SysResult> TrySigaction(Signal signal, SigAction action) => Try(SigactionCall(signal, action));

    /// <summary>sigprocmask(2).</summary>
    public ValueTask Sigprocmask(SigHow how, SignalSet set) => Void(SigprocmaskCall(how, set));

    public ValueTask<SysResult> TrySigprocmask(SigHow how, SignalSet set) => Try(SigprocmaskCall(how, set));

    private Syscall.Kill KillCall(int pid, Signal signal)
    {
        Syscall.Kill call = _kills.Rent();
        (call.Pid, call.Signal) = (pid, signal);
        return call;
    }

    private Syscall.Sigaction SigactionCall(Signal signal, SigAction action)
    {
        Syscall.Sigaction call = _sigactions.Rent();
        (call.Signal, call.Action) = (signal, action);
        return call;
    }

    private Syscall.Sigprocmask SigprocmaskCall(SigHow how, SignalSet set)
    {
        Syscall.Sigprocmask call = _sigprocmasks.Rent();
        (call.How, call.Set) = (how, set);
        return call;
    }
}
