// Waiting for many files with sets, with nanoseconds and with a mask for signals: select, pselect6, ppoll, epoll_pwait, epoll_pwait2.

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.Select> _selects = new();

    /// <summary>select(2): how many bits are set in the sets, which are rewritten.</summary>
    /// <param name="n">One more than the highest descriptor.</param>
    /// <param name="timeout">Zero does not wait; null waits for ever; a negative one is EINVAL.</param>
    public ValueTask<int> Select(int n, FdSets sets, Duration? timeout) => Int(SelectCall(SyscallNr.select, n, sets, timeout, mask: null));

    /// <inheritdoc cref="Select"/>
    public ValueTask<SysResult> TrySelect(int n, FdSets sets, Duration? timeout) => Try(SelectCall(SyscallNr.select, n, sets, timeout, mask: null));

    /// <summary>pselect6(2): select with a mask for the time of the wait.</summary>
    /// <inheritdoc cref="Select"/>
    /// <param name="mask">The signals that are held back while it waits; null leaves the process's own.</param>
    public ValueTask<SysResult> TryPselect(int n, FdSets sets, Duration? timeout, SignalSet? mask) => Try(SelectCall(SyscallNr.pselect6, n, sets, timeout, mask));

    /// <summary>ppoll(2): poll with a mask for the time of the wait.</summary>
    /// <param name="timeout">Zero does not wait; null waits for ever; a negative one is EINVAL.</param>
    /// <param name="mask">The signals that are held back while it waits; null leaves the process's own.</param>
    public ValueTask<SysResult> TryPpoll(Memory<PollFd> fds, Duration? timeout, SignalSet? mask)
    {
        Syscall.Poll call = _polls.Rent();
        call.Nr = SyscallNr.ppoll;
        (call.Fds, call.Timeout, call.Mask) = (fds, timeout ?? Duration.Infinite, mask);
        return Try(call);
    }

    /// <summary>epoll_pwait(2): epoll_wait with a mask for the time of the wait; a negative time-out waits for ever.</summary>
    public ValueTask<SysResult> TryEpollPwait(int epfd, Memory<EpollEvent> events, Duration timeout, SignalSet? mask)
    {
        Syscall.EpollWait call = WaitCall(epfd, events, timeout);
        (call.Nr, call.Mask) = (SyscallNr.epoll_pwait, mask);
        return Try(call);
    }

    /// <summary>epoll_pwait2(2): the time-out is null to wait for ever; a negative one is EINVAL.</summary>
    public ValueTask<SysResult> TryEpollPwait2(int epfd, Memory<EpollEvent> events, Duration? timeout, SignalSet? mask)
    {
        Syscall.EpollWait call = WaitCall(epfd, events, timeout ?? Duration.Infinite);
        (call.Nr, call.Timeout, call.Mask) = (SyscallNr.epoll_pwait2, timeout ?? Duration.Infinite, mask);
        return Try(call);
    }

    private Syscall.Select SelectCall(SyscallNr nr, int n, FdSets sets, Duration? timeout, SignalSet? mask)
    {
        Syscall.Select call = _selects.Rent();
        call.Nr = nr;
        (call.Count, call.Sets, call.Timeout, call.Mask) = (n, sets, timeout ?? Duration.Infinite, mask);
        return call;
    }
}
