// What epoll's calls check before the epoll sees them: descriptors and what is behind them (do_epoll_ctl, do_epoll_wait).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    public void EpollCtl(Syscall.EpollCtl call)
    {
        OpenFile? epoll = _files[call.Fd], target = _files[call.TargetFd];
        if (epoll is null || target is null) Finish(call, Errno.EBADF);
        else if (!target.HasPoll) Finish(call, Errno.EPERM);
        else if (epoll == target || epoll is not EpollFile) Finish(call, Errno.EINVAL);
        else
        {
            target.Refs++;
            call.Target = target;
            ToFile(call, epoll);
        }
    }

    public void EpollWait(Syscall.EpollWait call)
    {
        OpenFile? epoll = _files[call.Fd];
        if (call.Timeout.Nanoseconds < 0) Finish(call, Errno.EINVAL);
        else if (epoll is null) Finish(call, Errno.EBADF);
        else if (call.Events.Length == 0 || epoll is not EpollFile) Finish(call, Errno.EINVAL);
        else
        {
            if (call.Mask is { } mask)
            {
                EnterMask(mask);
                call.HasMask = true;
                call.HasSignal = HasSignal();
            }

            ToFile(call, epoll);
        }
    }
}
