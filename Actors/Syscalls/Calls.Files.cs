// The calls that make files without a name: pipe2(2), eventfd2(2), timerfd_create(2), epoll_create1(2).

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>A call that makes a file: whoever keeps the file system makes its actor, then the process installs it.</summary>
    public abstract class NewFile : Syscall
    {
        private protected NewFile(SyscallNr nr)
            : base(nr)
        {
        }

        /// <summary>O_NONBLOCK, O_CLOEXEC and what the call knows besides.</summary>
        public FileFlags Flags { get; set; }

        /// <summary>pipe2: the write end's descriptor; the call's value is 0 and the read end is in <see cref="First"/>.</summary>
        public int Second { get; internal set; } = -1;

        /// <inheritdoc cref="Second"/>
        public int First { get; internal set; } = -1;

        internal ActorFile[]? Made { get; set; }

        internal override bool NeedsSocket => false;

        /// <summary>Its checks, before anything is made.</summary>
        internal abstract Errno Check();

        internal abstract ActorFile[] Make();

        internal abstract Func<HostPlan, FileLife, ActorFile[], FileActor> Driver { get; }

        internal override void OnEnter(ProcessActor process) => process.New(this);

        internal override void OnInterrupt(ProcessActor process)
        {
            // It is answered without waiting.
        }

        internal override void OnCollapse(ProcessActor process)
        {
        }

        internal override void OnLost(ProcessActor process)
        {
            foreach (ActorFile file in Made ?? []) process.Release(file);
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, First, Second, (long)Flags, Result);

        internal override void Recycle()
        {
            base.Recycle();
            Made = null;
            Flags = 0;
        }
    }

    /// <summary>pipe2(2): two descriptors. EINVAL: other flags than O_NONBLOCK, O_CLOEXEC, O_DIRECT.</summary>
    public sealed class Pipe() : NewFile(SyscallNr.pipe2)
    {
        internal override Errno Check() => (Flags & ~(FileFlags.NONBLOCK | FileFlags.CLOEXEC | FileFlags.DIRECT)) != 0 ? Errno.EINVAL : Errno.OK;

        internal override ActorFile[] Make()
        {
            FileFlags own = Flags & (FileFlags.NONBLOCK | FileFlags.DIRECT);
            return [new PipeFile(own & FileFlags.NONBLOCK), new PipeFile(own | FileFlags.WRONLY)];
        }

        internal override Func<HostPlan, FileLife, ActorFile[], FileActor> Driver => static (host, life, files) => new PipeActor(host, life);
    }

    /// <summary>eventfd2(2). EINVAL: flags that it does not know.</summary>
    public sealed class Eventfd() : NewFile(SyscallNr.eventfd2)
    {
        internal const FileFlags SEMAPHORE = (FileFlags)1;

        public uint Initial { get; set; }

        internal override Errno Check() => (Flags & ~(SEMAPHORE | FileFlags.NONBLOCK | FileFlags.CLOEXEC)) != 0 ? Errno.EINVAL : Errno.OK;

        internal override ActorFile[] Make() => [new EventFile(Flags & FileFlags.NONBLOCK, Initial, (Flags & SEMAPHORE) != 0)];

        internal override Func<HostPlan, FileLife, ActorFile[], FileActor> Driver => static (host, life, files) => new EventActor(host, life, (EventFile)files[0]);
    }

    /// <summary>epoll_create1(2). EINVAL: other flags than EPOLL_CLOEXEC.</summary>
    public sealed class EpollCreate() : NewFile(SyscallNr.epoll_create1)
    {
        internal override Errno Check() => (Flags & ~FileFlags.CLOEXEC) != 0 ? Errno.EINVAL : Errno.OK;

        internal override ActorFile[] Make() => [new EpollFile()];

        internal override Func<HostPlan, FileLife, ActorFile[], FileActor> Driver => static (host, life, files) => new EpollActor(host, life, (EpollFile)files[0]);
    }
}
