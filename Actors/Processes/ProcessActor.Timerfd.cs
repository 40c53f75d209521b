// A timerfd's calls find its file (timerfd_fget).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    /// <summary>EBADF: no such file; EINVAL: not a timerfd.</summary>
    public void ToTimer(Syscall call)
    {
        OpenFile? file = _files[call.Fd];
        if (file is TimerFile) ToFile(call, file);
        else Finish(call, file is null ? Errno.EBADF : Errno.EINVAL);
    }
}
