// Calls that need no socket: descriptor flags and copies (fs/fcntl.c, fs/file.c), sleeping, and poll's fan-out (fs/select.c).

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    /// <summary>DEFAULT_POLLMASK: what a file says that cannot be waited for.</summary>
    public const PollEvents DefaultPollMask = PollEvents.IN | PollEvents.OUT | PollEvents.RDNORM | PollEvents.WRNORM;

    private const int FD_CLOEXEC = 1;
    private const FcntlCmd F_ADD_SEALS = (FcntlCmd)1033;
    private const FileFlags Settable = FileFlags.APPEND | FileFlags.NONBLOCK | FileFlags.DIRECT | FileFlags.NOATIME;

    public void Fcntl(Syscall.Fcntl call)
    {
        if (call.Cmd is FcntlCmd.F_GETPIPE_SZ or FcntlCmd.F_SETPIPE_SZ && _files[call.Fd] is PipeFile pipe) ToFile(call, pipe);
        else if (call.Cmd is FcntlCmd.F_GETPIPE_SZ or FcntlCmd.F_SETPIPE_SZ) Finish(call, Errno.EBADF);
        else Finish(call, Fcntl(call.Fd, call.Cmd, call.Arg));
    }

    private SysResult Fcntl(int fd, FcntlCmd cmd, int arg)
    {
        if (_files[fd] is not { } file) return Errno.EBADF;
        switch (cmd)
        {
            case FcntlCmd.F_GETFL: return (int)file.Flags;
            case FcntlCmd.F_SETFL:
                if (((FileFlags)arg & FileFlags.DIRECT) != 0 && file is not PipeFile) return Errno.EINVAL;
                if (((FileFlags)arg & ~file.Flags & FileFlags.NOATIME) != 0 && file is ProcFile && !ProcFs.IsOwner(Credentials)) return Errno.EPERM;
                if (file.CanAsync) SetAsync(file, fd, ((FileFlags)arg & FileFlags.ASYNC) != 0);
                file.Flags = file.Flags & ~Settable | (FileFlags)arg & Settable;
                return 0;
            case FcntlCmd.F_GETFD: return _files.CloseOnExec(fd) ? FD_CLOEXEC : 0;
            case FcntlCmd.F_SETFD:
                _files.SetCloseOnExec(fd, (arg & FD_CLOEXEC) != 0);
                return 0;
            case FcntlCmd.F_DUPFD or FcntlCmd.F_DUPFD_CLOEXEC:
                if (arg < 0 || arg >= _files.Limit) return Errno.EINVAL;
                int copy = _files.Reserve(cmd == FcntlCmd.F_DUPFD_CLOEXEC, arg);
                if (copy < 0) return Errno.EMFILE;
                _files.Install(copy, file);
                return copy;
            case F_ADD_SEALS: return file.MayWrite ? Errno.EINVAL : Errno.EPERM; // memfd_add_seals: there is nothing that can be sealed
            default: return Owner(file, cmd, arg);
        }
    }

    public void Dup(Syscall.Dup call) => Finish(call, DupResult(call));

    private SysResult DupResult(Syscall.Dup call)
    {
        if (call.Nr == SyscallNr.dup) return _files[call.Fd] is null ? Errno.EBADF : Fcntl(call.Fd, FcntlCmd.F_DUPFD, 0);
        if (call.Nr == SyscallNr.dup3 && (call.NewFd == call.Fd || (call.Flags & ~(int)FileFlags.CLOEXEC) != 0)) return Errno.EINVAL;
        if (call.NewFd < 0 || call.NewFd >= _files.Limit || _files[call.Fd] is not { } file) return Errno.EBADF;
        if (call.NewFd == call.Fd) return call.NewFd;
        if (_files[call.NewFd] is null && _files.IsReserved(call.NewFd)) return Errno.EBUSY; // an accept4 is about to use it
        OpenFile? old = _files.Remove(call.NewFd);
        _files.Take(call.NewFd, (call.Flags & (int)FileFlags.CLOEXEC) != 0);
        _files.Install(call.NewFd, file);
        if (old is not null) Put(old);
        return call.NewFd;
    }

    public void Sleep(Syscall.Nanosleep call)
    {
        if (call.Time.Nanoseconds < 0)
        {
            Finish(call, Errno.EINVAL);
            return;
        }

        call.Deadline = Now + call.Time;
        call.Timer ??= NewTimer(new CallTimeout(call));
        call.Timer.Arm(call.Deadline.Nanoseconds);
    }

    public void EndSleep(Syscall.Nanosleep call, Errno why)
    {
        call.Timer?.Disarm();
        Finish(call, why);
    }

    private void OnTimeout(Syscall call)
    {
        if (call.IsIdle || call.IsAnswered || Now < call.Deadline) return; // a message of a timer that was moved
        if (call is Syscall.Poll poll) FinishPoll(poll, Errno.OK);
        else Finish(call, 0);
    }

    public void Poll(Syscall.Poll call)
    {
        Span<PollFd> fds = call.Fds.Span;
        if (fds.Length > _files.Limit || call.Timeout.Nanoseconds < 0)
        {
            Finish(call, Errno.EINVAL);
            return;
        }

        if (call.Mask is { } mask)
        {
            EnterMask(mask);
            call.HasMask = true;
        }

        call.Asked = fds.Length;
        bool wait = call.Timeout.Nanoseconds != 0;
        for (int i = 0; i < fds.Length; i++)
        {
            PollEntry entry = call.Entry(i);
            entry.File = null;
            entry.Outstanding = false;
            entry.Result = PollEvents.None;
            if (fds[i].Fd < 0) continue;
            if (_files[fds[i].Fd] is not { } file)
            {
                entry.Result = PollEvents.NVAL;
                call.Ready++;
                continue;
            }

            if (file.IsDead || !file.CanPoll)
            {
                entry.Result = file.IsDead ? PollEvents.ERR | PollEvents.HUP : DefaultPollMask & fds[i].Events;
                if (file.IsDead) entry.Result &= call.MaskOf(fds[i].Events);
                if (entry.Result != PollEvents.None) call.Ready++;
                continue;
            }

            file.Refs++;
            entry.File = file;
            entry.Mask = call.MaskOf(fds[i].Events);
            entry.Wait = wait;
            Ask(entry, PollEntry.Request.Query);
        }

        if (wait && call.Timeout != Duration.Infinite)
        {
            call.Deadline = Now + call.Timeout;
            call.Timer ??= NewTimer(new CallTimeout(call));
            call.Timer.Arm(call.Deadline.Nanoseconds);
        }

        if (call.Owed == 0) PollAsked(call);
    }

    // Every file has said what it has. Who has to wait lets signals in before; with a time-out of zero they count as well.
    private void PollAsked(Syscall.Poll call)
    {
        if (call is { HasMask: true, Ready: 0, Interrupted: Errno.OK } && DeliverInWait() && call.IsEntered) FinishPoll(call, Errno.EINTR);
        if (!call.IsEntered || call.Finishing) return;
        if (call.Ready > 0 || call.Timeout.Nanoseconds == 0 || call.Deadline <= Now || call.Interrupted != Errno.OK) FinishPoll(call, call.Interrupted);
    }

    private void Ask(PollEntry entry, PollEntry.Request request)
    {
        entry.Ask = request;
        entry.Outstanding = true;
        entry.Call.Owed++;
        // A socket that a bug stopped since will not answer, but it has told of the bug.
        entry.Handled = entry.File!.IsDead;
        if (!entry.Handled) entry.File.Actor!.Tell(entry, _self);
    }

    // A socket answers a question, wakes us, or acknowledges that an entry is withdrawn.
    private void OnPollEntry(PollEntry entry)
    {
        Syscall.Poll call = entry.Call;
        entry.Received++;
        // An entry is an object, and a socket may fire it behind its answer: the last message that is under way settles it.
        if (entry.Outstanding && entry.Handled && entry.Received == entry.Sent)
        {
            entry.Outstanding = false;
            call.Owed--;
        }

        if (entry.Result != PollEvents.None && !entry.Counted)
        {
            entry.Counted = true;
            call.Ready++;
        }

        if (call.Owed > 0) return;
        if (call.Finishing) AnswerPoll(call);
        else PollAsked(call);
    }

    /// <summary>Takes the entries that still wait off their sockets, then answers.</summary>
    public void FinishPoll(Syscall.Poll call, Errno why)
    {
        if (call.Finishing) return;
        call.Interrupted = why;
        if (call.Owed > 0) return; // when the questions are answered
        call.Finishing = true;
        for (int i = 0; i < call.Asked; i++)
        {
            PollEntry entry = call.Entry(i);
            if (entry.File is not null && entry.Wait && !entry.Counted) Ask(entry, PollEntry.Request.Withdraw);
        }

        if (call.Owed == 0) AnswerPoll(call);
    }

    private void AnswerPoll(Syscall.Poll call)
    {
        call.Timer?.Disarm();
        Span<PollFd> fds = call.Fds.Span;
        for (int i = 0; i < call.Asked; i++)
        {
            PollEntry entry = call.Entry(i);
            fds[i].REvents = entry.Result;
            entry.Counted = false;
            if (entry.File is not { } file) continue;
            entry.File = null;
            Put(file);
        }

        Finish(call, call.Outcome(Now));
    }
}
