// Calls about signals: kill, rt_sigaction, rt_sigprocmask (kernel/signal.c). They are answered in the caller's turn.

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>Whether a handler with SA_RESTART lets its wait go on. A wait with a time-out ends all the same (sock_intr_errno), as poll, epoll_wait and sleep do.</summary>
    internal virtual bool Restarts => Deadline == Instant.Never;

    /// <summary>kill(2). ESRCH: no such process; EPERM: another user's; EINVAL: no such signal, or one that stops, or a group of processes.</summary>
    public sealed class Kill() : Syscall(SyscallNr.kill)
    {
        public int Pid { get; set; }

        public Signal Signal { get; set; }

        internal override void OnEnter(ProcessActor process) => process.SysKill(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Pid, (long)Signal, 0, Result);
    }

    /// <summary>rt_sigaction(2). EINVAL: SIGKILL, SIGSTOP, or no signal.</summary>
    public sealed class Sigaction() : Syscall(SyscallNr.rt_sigaction)
    {
        public Signal Signal { get; set; }

        /// <summary>Null only asks.</summary>
        public SigAction? Action { get; set; }

        /// <summary>What was set before.</summary>
        public SigAction Old { get; internal set; } = SigAction.Default;

        internal override void OnEnter(ProcessActor process) => process.Sigaction(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, (long)Signal, 0, 0, Result);
    }

    /// <summary>rt_sigprocmask(2). EINVAL: an unknown how.</summary>
    public sealed class Sigprocmask() : Syscall(SyscallNr.rt_sigprocmask)
    {
        public SigHow How { get; set; }

        /// <summary>Null only asks.</summary>
        public SignalSet? Set { get; set; }

        public SignalSet Old { get; internal set; }

        internal override void OnEnter(ProcessActor process) => process.Sigprocmask(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) =>
            trace.Call(now, pid, name, (long)How, (long)(Set?.Bits ?? 0), 0, Result);
    }
}
