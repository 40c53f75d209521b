// Files without a name, and waiting for many: pipe2, eventfd2, epoll, dup3 (section 2 of the manual).

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.EpollCtl> _epollCtls = new();
    private readonly FreeList<Syscall.EpollWait> _epollWaits = new();

    /// <summary>pipe2(2): the end to read from and the end to write to.</summary>
    /// <param name="flags">O_NONBLOCK, O_CLOEXEC, O_DIRECT.</param>
    public async ValueTask<(int Read, int Write)> Pipe(FileFlags flags = 0)
    {
        var call = new Syscall.Pipe { Flags = flags };
        await Int(call);
        return (call.First, call.Second);
    }

    public ValueTask<SysResult> TryPipe(FileFlags flags = 0) => Try(new Syscall.Pipe { Flags = flags });

    /// <summary>eventfd2(2): a descriptor.</summary>
    /// <param name="flags">EFD_SEMAPHORE (1), EFD_NONBLOCK and EFD_CLOEXEC, which are O_NONBLOCK and O_CLOEXEC.</param>
    public ValueTask<int> Eventfd(uint initial, FileFlags flags = 0) => Int(new Syscall.Eventfd { Initial = initial, Flags = flags });

    public ValueTask<SysResult> TryEventfd(uint initial, FileFlags flags = 0) => Try(new Syscall.Eventfd { Initial = initial, Flags = flags });

    /// <summary>epoll_create1(2): a descriptor.</summary>
    public ValueTask<int> EpollCreate(FileFlags flags = 0) => Int(new Syscall.EpollCreate { Flags = flags });

    /// <summary>epoll_ctl(2).</summary>
    public ValueTask EpollCtl(int epfd, EpollOp op, int fd, EpollEvents events, long data) => Void(CtlCall(epfd, op, fd, new EpollEvent(events, data)));

    public ValueTask<SysResult> TryEpollCtl(int epfd, EpollOp op, int fd, EpollEvents events = 0, long data = 0) => Try(CtlCall(epfd, op, fd, new EpollEvent(events, data)));

    /// <summary>epoll_wait(2): how many events were written.</summary>
    /// <param name="timeout">Zero does not wait; <see cref="Duration.Infinite"/> waits for ever.</param>
    public ValueTask<int> EpollWait(int epfd, Memory<EpollEvent> events, Duration timeout) => Int(WaitCall(epfd, events, timeout));

    public ValueTask<SysResult> TryEpollWait(int epfd, Memory<EpollEvent> events, Duration timeout) => Try(WaitCall(epfd, events, timeout));

    /// <summary>dup3(2).</summary>
    /// <param name="flags">O_CLOEXEC or 0.</param>
    public ValueTask<SysResult> TryDup3(int fd, int newFd, FileFlags flags)
    {
        Syscall.Dup call = DupCall(fd, SyscallNr.dup3, newFd);
        call.Flags = (int)flags;
        return Try(call);
    }

    private Syscall.EpollCtl CtlCall(int epfd, EpollOp op, int fd, EpollEvent what)
    {
        Syscall.EpollCtl call = _epollCtls.Rent();
        (call.Fd, call.Op, call.TargetFd, call.Event) = (epfd, op, fd, what);
        return call;
    }

    private Syscall.EpollWait WaitCall(int epfd, Memory<EpollEvent> events, Duration timeout)
    {
        Syscall.EpollWait call = _epollWaits.Rent();
        call.Nr = SyscallNr.epoll_wait;
        (call.Fd, call.Events, call.Timeout) = (epfd, events, timeout.Nanoseconds < 0 ? Duration.Infinite : timeout);
        return call;
    }
}
