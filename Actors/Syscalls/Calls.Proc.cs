// Calls on files that have a path: open, lseek and getdents64 (fs/open.c, fs/read_write.c, fs/readdir.c).

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>open(2): a descriptor. The files that a host has are those of /proc.</summary>
    public sealed class Open() : Syscall(SyscallNr.open)
    {
        public string Path { get; set; } = "";

        /// <summary>O_*.</summary>
        public FileFlags Flags { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Open(this);

        internal override void OnInterrupt(ProcessActor process)
        {
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) =>
            trace.Call(now, pid, name, (long)Flags, new SockAddr(AddressFamily.UNSPEC, default, 0) { Path = Path }, Result);
    }

    /// <summary>lseek(2): the new position.</summary>
    public sealed class Lseek() : Syscall(SyscallNr.lseek)
    {
        public long Offset { get; set; }

        /// <summary>SEEK_SET, SEEK_CUR, SEEK_END: 0, 1, 2.</summary>
        public int Whence { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Seek(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Fd, Offset, Whence, Result);
    }

    /// <summary>getdents64(2): how many bytes of struct linux_dirent64 were written; 0 at the end.</summary>
    public sealed class Getdents() : Syscall(SyscallNr.getdents64)
    {
        public Memory<byte> Buffer { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.ReadDirectory(this);
    }
}
