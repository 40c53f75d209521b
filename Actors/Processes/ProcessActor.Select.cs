// What select's call checks before its files are asked (core_sys_select, max_select_fd).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    // NR_OPEN_DEFAULT: the first size of a table of descriptors. Bits beyond the table's size are not looked at.
    private const int FirstTable = 64;

    public void Select(Syscall.Select call)
    {
        if (call.Count < 0 || call.Timeout.Nanoseconds < 0)
        {
            Finish(call, Errno.EINVAL);
            return;
        }

        call.Ask(Math.Min(call.Count, Math.Max(FirstTable, _files.End)));
        foreach (PollFd fd in call.Fds.Span)
        {
            if (_files[fd.Fd] is not null) continue;
            call.Sets.Left = call.Timeout;
            Finish(call, Errno.EBADF);
            return;
        }

        Poll(call);
    }
}
