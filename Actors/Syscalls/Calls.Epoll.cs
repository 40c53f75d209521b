// epoll_ctl(2) and epoll_wait(2).

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>epoll_ctl(2). EPERM: a file that cannot be waited for; EINVAL: not an epoll, or itself; EEXIST, ENOENT, ELOOP.</summary>
    public sealed class EpollCtl() : Syscall(SyscallNr.epoll_ctl)
    {
        public EpollOp Op { get; set; }

        public int TargetFd { get; set; }

        public EpollEvent Event { get; set; }

        internal OpenFile? Target { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.EpollCtl(this);

        internal override void OnInterrupt(ProcessActor process)
        {
            // It is answered without waiting.
        }

        internal override void OnComplete(ProcessActor process)
        {
            if (Target is not { } target) return;
            Target = null;
            process.Put(target);
        }

        internal override void OnLost(ProcessActor process) => OnComplete(process);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, (long)Op, TargetFd, Result);
    }

    /// <summary>epoll_wait(2): how many events were written. EINVAL: not an epoll, or room for none.</summary>
    public sealed class EpollWait() : Syscall(SyscallNr.epoll_wait)
    {
        public Memory<EpollEvent> Events { get; set; }

        /// <summary>How long to wait; zero for not at all, <see cref="Duration.Infinite"/> for ever.</summary>
        public Duration Timeout { get; set; }

        /// <summary>epoll_pwait: the signals that are held back while it waits; null leaves the process's own.</summary>
        public SignalSet? Mask { get; set; }

        /// <summary>Its mask holds.</summary>
        internal bool HasMask { get; set; }

        /// <summary>A signal is pending (with its mask), or came while its files were asked: it must not wait.</summary>
        internal bool HasSignal { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.EpollWait(this);

        internal override void OnComplete(ProcessActor process)
        {
            if (!HasMask) return;
            HasMask = false;
            if (HasSignal && !Result.IsOk) process.DeliverInWait();
            process.LeaveMask();
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, Events.Length, 0, Result);

        internal override void Recycle()
        {
            base.Recycle();
            Events = default;
            Mask = null;
            HasSignal = false;
        }
    }
}
