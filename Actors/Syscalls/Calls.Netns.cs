// unshare(2) and setns(2) (kernel/fork.c, kernel/nsproxy.c) for network namespaces, which are the only kind there is.

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>CLONE_NEWNET.</summary>
    public const int CLONE_NEWNET = 0x4000_0000;

    /// <summary>unshare(2): a namespace of its own, with nothing but lo, which is down. EINVAL: flags that are not known; EPERM without CAP_SYS_ADMIN.</summary>
    public sealed class Unshare() : Syscall(SyscallNr.unshare)
    {
        public int Flags { get; set; }

        internal Netns? Made { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Unshare(this);

        internal override void OnInterrupt(ProcessActor process)
        {
            // the host answers it without waiting
        }

        internal override void OnCollapse(ProcessActor process)
        {
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Flags, 0, 0, Result);

        internal override void Recycle()
        {
            base.Recycle();
            Made = null;
        }
    }

    /// <summary>setns(2). EBADF; EINVAL: no namespace's file, or of another kind than asked; EPERM without CAP_SYS_ADMIN.</summary>
    public sealed class Setns() : Syscall(SyscallNr.setns)
    {
        /// <summary>CLONE_NEWNET, or 0 for whatever it is.</summary>
        public int NsType { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Setns(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, NsType, 0, Result);
    }
}
