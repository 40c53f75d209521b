// System calls from entry to answer (kernel/entry, net/socket.c, fs/file.c, fs/open.c): what concerns descriptors is done here, the rest is the socket's.

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    private const int MaxCallsAfterKill = 1000;
    private readonly FreeList<Syscall.Close> _closes = new();
    private int _callsAfterKill;

    /// <summary>Enters a call. It may be answered on return.</summary>
    public void Enter(Syscall call, IActorRef? caller = null)
    {
        call.Enter(this, caller);
        Link(call);
        _spec.Host.Calls.Entered++;
        if (_spec.Host.Observers is { } observers) TellEntered(call, observers);
        if (IsStopping || _exited)
        {
            // A program that keeps calling after its end is given EINTR for a while, then silence: it cannot spin for ever.
            if (_callsAfterKill++ < MaxCallsAfterKill) Finish(call, Errno.EINTR);
            else Drop(call);
            return;
        }

        call.OnEnter(this);
    }

    /// <summary>An answer that the process gives itself.</summary>
    public void Finish(Syscall call, SysResult result)
    {
        call.Answer(result);
        Complete(call);
    }

    /// <summary>A call is answered: its file is let go, what it made is installed, its caller goes on.</summary>
    private void Complete(Syscall call)
    {
        Unlink(call);
        _spec.Host.Calls.Answered++;
        call.OnComplete(this);
        bool ours = call is Syscall.Close { Implied: true };
        if (!ours && _spec.Host.Observers is { } observers) TellAnswered(call, observers);
        if (call.File is { } file)
        {
            call.File = null;
            if (call is not Syscall.Close) Put(file);
        }

        if (!ours) SyscallTrace.Record(Net.Trace, Now, Pid, call);
        if (ours)
        {
            call.Recycle();
            _closes.Return(call);
        }
        else if (call.Caller is { } caller)
        {
            caller.Tell(call, _self);
        }
        else
        {
            call.Complete();
            call.Resume();
        }

        if (_openCount == 0 && IsStopping || _exited) LeaveWhenDone();
    }

    private void Drop(Syscall call)
    {
        call.Answer(Errno.EINTR); // and never completed: an await of it does not end
        Unlink(call);
        _spec.Host.Calls.Answered++;
    }

    /// <summary>Gives a call to who serves its descriptor's file. EBADF: no such file, or not open in that way; ENOTSOCK.</summary>
    /// <param name="access">RDONLY for a call that reads, WRONLY for one that writes; null when the way does not count.</param>
    public void ToFile(Syscall call, FileFlags? access = null)
    {
        OpenFile? file = _files[call.Fd];
        bool open = file is not null && (access is null || (access == FileFlags.RDONLY ? file.MayRead : file.MayWrite));
        if (!open) Finish(call, Errno.EBADF);
        else if (call.NeedsSocket && file is not Actors.Socket) Finish(call, Errno.ENOTSOCK);
        else ToFile(call, file!);
    }

    /// <summary>do_iter_readv_writev: nothing to move never comes to the file. EBADF all the same.</summary>
    public void FinishEmpty(Syscall call, FileFlags access) =>
        Finish(call, _files[call.Fd] is { } file && (access == FileFlags.RDONLY ? file.MayRead : file.MayWrite) ? 0 : Errno.EBADF);

    /// <summary>Gives a call to who serves a file.</summary>
    public void ToFile(Syscall call, OpenFile file)
    {
        if (file.IsDead)
        {
            Finish(call, Errno.EIO);
            return;
        }

        if (_spec.Host.Security is { } security && file is Actors.Socket { Sk: { } sk } && security.Call(this, call, sk) is var refusal and not Errno.OK)
        {
            Finish(call, refusal);
            return;
        }

        call.NonBlocking = (file.Flags & FileFlags.NONBLOCK) != 0;
        if (file.Actor is { } actor)
        {
            file.Refs++;
            call.File = file;
            actor.Tell(call, _self);
        }
        else
        {
            Finish(call, file.Serve(call, this));
        }
    }

    /// <summary>socket(2).</summary>
    public void Socket(Syscall.Socket call)
    {
        Socket? socket = null;
        Errno e = NetFamilies.AreFlags(call.Type) ? Make(call.Family, call.Type, call.Protocol, out socket) : Errno.EINVAL;
        if (e != Errno.OK)
        {
            Finish(call, e);
            return;
        }

        call.Created = socket;
        _stack.Sockfs.Tell(call, _self); // comes back with its actor
    }

    // sock_map_fd: after the socket is made, so that a wrong family is EAFNOSUPPORT even when the table is full.
    private void Install(Syscall.Socket call)
    {
        Socket socket = call.Created!;
        int fd = _exited ? -1 : _files.Reserve((call.Type & SocketType.CLOEXEC) != 0);
        if (fd < 0)
        {
            Finish(call, _exited ? Errno.EINTR : Errno.EMFILE);
            Release(socket.Opened(0));
            return;
        }

        _files.Install(fd, socket.Opened((call.Type & SocketType.NONBLOCK) != 0 ? FileFlags.NONBLOCK : 0));
        Finish(call, fd);
    }

    /// <summary>accept4(2): the new descriptor's number is taken before the wait.</summary>
    public void Accept(Syscall.Accept call)
    {
        OpenFile? file = _files[call.Fd];
        if (file is not null && (call.Flags & ~(SocketType.NONBLOCK | SocketType.CLOEXEC)) != 0) Finish(call, Errno.EINVAL);
        else if (file is not null && (call.NewFd = _files.Reserve((call.Flags & SocketType.CLOEXEC) != 0)) < 0) Finish(call, Errno.EMFILE);
        else ToFile(call);
    }

    public void CompleteAccept(Syscall.Accept call)
    {
        if (call.NewFd < 0) return;
        if (call.Result.IsOk && !_exited)
        {
            _files.Install(call.NewFd, call.Accepted!.Opened((call.Flags & SocketType.NONBLOCK) != 0 ? FileFlags.NONBLOCK : 0));
            return;
        }

        _files.Remove(call.NewFd);
        if (call.Accepted is { } orphan) Release(orphan.Opened(0));
    }

    /// <summary>close(2): the descriptor goes at once; the last one's call goes on to who serves the file.</summary>
    public void Close(Syscall.Close call)
    {
        if (_files[call.Fd] is null)
        {
            Finish(call, Errno.EBADF);
            return;
        }

        OpenFile file = _files.Remove(call.Fd)!;
        if (--file.Refs > 0 || file.IsDead)
        {
            Finish(call, 0);
        }
        else if (file.Actor is { } actor)
        {
            call.File = file; // O_NONBLOCK does not keep close from lingering
            actor.Tell(call, _self);
        }
        else
        {
            file.Released();
            Finish(call, 0);
        }
    }

    /// <summary>fput: the last reference releases the file.</summary>
    public void Put(OpenFile file)
    {
        if (--file.Refs == 0) Release(file);
    }

    /// <summary>__fput: nobody refers to the file any more; a file with an actor is closed by a call of the process's own.</summary>
    public void Release(OpenFile file)
    {
        if (file.IsDead) return;
        if (file.Actor is not { } actor)
        {
            file.Released();
            return;
        }

        Syscall.Close call = _closes.Rent();
        call.Implied = true;
        call.Enter(this, null);
        call.File = file;
        Link(call);
        _spec.Host.Calls.Entered++;
        actor.Tell(call, _self);
    }

    private void Link(Syscall call)
    {
        call.NextOpen = _openCalls;
        call.PrevOpen = null;
        if (_openCalls is not null) _openCalls.PrevOpen = call;
        _openCalls = call;
        _openCount++;
    }

    private void Unlink(Syscall call)
    {
        if (call.PrevOpen is null) _openCalls = call.NextOpen;
        else call.PrevOpen.NextOpen = call.NextOpen;
        if (call.NextOpen is not null) call.NextOpen.PrevOpen = call.PrevOpen;
        call.NextOpen = call.PrevOpen = null;
        _openCount--;
    }

    // A signal for every call that waits. The newest is first in the list; they are interrupted in that order.
    private void InterruptCalls()
    {
        for (Syscall? call = _openCalls, next; call is not null; call = next)
        {
            next = call.NextOpen;
            bool waits = call.IsEntered;
            call.OnInterrupt(this);
            if (waits && !call.IsEntered) next = _openCalls; // answered at once: its caller ran, and may have changed the list
        }
    }

    /// <summary>Ends a call's wait where it waits: with who serves its file.</summary>
    public void InterruptAtFile(Syscall call) => call.File?.Actor?.Tell(new Interrupt(call, call.Version), _self);
}
