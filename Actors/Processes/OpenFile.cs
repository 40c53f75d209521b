// struct file and struct file_operations (include/linux/fs.h): what a descriptor refers to. A socket, a pipe, an eventfd or a /proc file is a subclass.

namespace ActorNet.Actors;

/// <summary>O_*, as fcntl(F_GETFL) shows them.</summary>
[Flags]
public enum FileFlags
{
    RDONLY = 0, WRONLY = 1, RDWR = 2, AccessMode = 3, CREAT = 0x40, EXCL = 0x80, TRUNC = 0x200, LARGEFILE = 0x8000, DIRECTORY = 0x1_0000, APPEND = 0x400, NONBLOCK = 0x800, ASYNC = 0x2000, DIRECT = 0x4000, CLOEXEC = 0x80000,
    DSYNC = 0x1000, SYNC = 0x10_1000, NOFOLLOW = 0x2_0000, NOATIME = 0x4_0000, TMPFILE = 0x41_0000,
}

/// <summary>An open file: shared by the descriptors that dup made, and kept by the calls that are at work on it.</summary>
/// <remarks>
/// A file whose calls may wait has an actor: calls, polls and the last close are messages to it, each answered once. A file without one answers in its
/// caller's turn (<see cref="Serve"/>), and is always ready.
/// </remarks>
internal abstract class OpenFile(FileFlags flags)
{
    public FileFlags Flags { get; set; } = flags;

    /// <summary>Descriptors plus calls in flight.</summary>
    public int Refs { get; set; }

    /// <summary>Who hears of it by signal; made when first asked for.</summary>
    public FileOwner? Owner { get; set; }

    /// <summary>Who serves its calls; null for a file that answers in its caller's turn.</summary>
    public virtual IActorRef? Actor => null;

    /// <summary>Its actor was stopped by a bug: calls are EIO, polls ERR|HUP, and there is nothing left to close.</summary>
    public virtual bool IsDead => false;

    /// <summary>Whether poll and epoll can wait for it. One that they cannot wait for is always ready.</summary>
    public virtual bool CanPoll => Actor is not null;

    /// <summary>Whether epoll takes it (f_op->poll is there): EPERM otherwise.</summary>
    public virtual bool HasPoll => CanPoll;

    /// <summary>Epolls that watch a file which is always ready; null for one that has an actor, or that epoll does not take.</summary>
    public virtual WaitQueue? Watchers => null;

    /// <summary>Whether EPIPE comes with SIGPIPE.</summary>
    public virtual bool RaisesSigpipe => false;

    /// <summary>Whether O_ASYNC can be asked for (f_op->fasync): FIOASYNC is ENOTTY for a file without.</summary>
    public virtual bool CanAsync => false;

    public bool MayRead => (Flags & FileFlags.AccessMode) != FileFlags.WRONLY;

    public bool MayWrite => (Flags & FileFlags.AccessMode) != FileFlags.RDONLY;

    /// <summary>A call on a file without an actor: its result, at once. EINVAL for what it does not know, as a file without that operation.</summary>
    public virtual SysResult Serve(Syscall call, ProcessActor process) => Errno.EINVAL;

    /// <summary>lseek(2), in the caller's turn (f_op->llseek). ESPIPE: it has no positions.</summary>
    /// <param name="whence">SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE.</param>
    public virtual SysResult Seek(long offset, int whence, Instant now) => Errno.ESPIPE;

    /// <summary>getdents64(2), in the caller's turn (f_op->iterate_shared). ENOTDIR: it is no directory.</summary>
    public virtual SysResult ReadDirectory(Span<byte> to) => Errno.ENOTDIR;

    /// <summary>The last reference to a file without an actor is gone.</summary>
    public virtual void Released()
    {
    }
}
