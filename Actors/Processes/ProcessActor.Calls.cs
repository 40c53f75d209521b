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
        if (IsStopping || _exited)
        {
            // A program that keeps calling after its end is given EINTR for a while, then silence: it cannot spin for ever.
            if (_callsAfterKill++ < MaxCallsAfterKill) Finish(call, Errno.EINTR);
            else Drop(call);
            return;
        }

        switch (call)
        {
            case Syscall.SendTo or Syscall.RecvFrom: ToSocket(call); break;
            case Syscall.Socket c: Socket(c); break;
            case Syscall.Accept c: Accept(c); break;
            case Syscall.Close c: Close(c); break;
            case Syscall.Fcntl c: Fcntl(c); break;
            case Syscall.Dup c: Finish(c, Dup(c)); break;
            case Syscall.Poll c: Poll(c); break;
            case Syscall.Nanosleep c: Sleep(c); break;
            default: ToSocket(call); break;
        }
    }

    /// <summary>An answer that the process gives itself.</summary>
    private void Finish(Syscall call, SysResult result)
    {
        call.Answer(result);
        Complete(call);
    }

    /// <summary>A call is answered: its file is let go, what it made is installed, its caller goes on.</summary>
    private void Complete(Syscall call)
    {
        Unlink(call);
        _spec.Host.Calls.Answered++;
        if (call is Syscall.Accept accept) CompleteAccept(accept);
        if (call.File is { } file)
        {
            call.File = null;
            if (call is not Syscall.Close) Put(file);
        }

        bool ours = call is Syscall.Close { Implied: true };
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

    private void ToSocket(Syscall call)
    {
        OpenFile? file = _files[call.Fd];
        if (file is not SocketFile socket)
        {
            Finish(call, file is null ? Errno.EBADF : Errno.ENOTSOCK);
            return;
        }

        if (socket.Socket.Sk!.Owner == SockActor.Dead)
        {
            Finish(call, Errno.EIO);
            return;
        }

        file.Refs++;
        call.File = socket;
        call.NonBlocking = (file.Flags & FileFlags.NONBLOCK) != 0;
        socket.Socket.Actor!.Tell(call, _self);
    }

    private void Socket(Syscall.Socket call)
    {
        Errno e = _stack.Families.Create(_stack, call.Family, call.Type, call.Protocol, out Socket? socket);
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
            Release(socket);
            return;
        }

        _files.Install(fd, new SocketFile(socket, (call.Type & SocketType.NONBLOCK) != 0 ? FileFlags.NONBLOCK : 0));
        Finish(call, fd);
    }

    private void Accept(Syscall.Accept call)
    {
        OpenFile? file = _files[call.Fd];
        if (file is SocketFile && (call.Flags & ~(SocketType.NONBLOCK | SocketType.CLOEXEC)) != 0) Finish(call, Errno.EINVAL);
        else if (file is SocketFile && (call.NewFd = _files.Reserve((call.Flags & SocketType.CLOEXEC) != 0)) < 0) Finish(call, Errno.EMFILE);
        else ToSocket(call);
    }

    private void CompleteAccept(Syscall.Accept call)
    {
        if (call.NewFd < 0) return;
        if (call.Result.IsOk && !_exited)
        {
            _files.Install(call.NewFd, new SocketFile(call.Accepted!, (call.Flags & SocketType.NONBLOCK) != 0 ? FileFlags.NONBLOCK : 0));
            return;
        }

        _files.Remove(call.NewFd);
        if (call.Accepted is { } orphan) Release(orphan);
    }

    private void Close(Syscall.Close call)
    {
        if (_files[call.Fd] is null)
        {
            Finish(call, Errno.EBADF);
            return;
        }

        OpenFile file = _files.Remove(call.Fd)!;
        if (--file.Refs > 0 || file is not SocketFile socket || socket.Socket.Sk!.Owner == SockActor.Dead)
        {
            Finish(call, 0);
            return;
        }

        call.File = socket; // O_NONBLOCK does not keep close from lingering
        socket.Socket.Actor!.Tell(call, _self);
    }

    /// <summary>fput: the last reference releases the file.</summary>
    private void Put(OpenFile file)
    {
        if (--file.Refs == 0 && file is SocketFile socket) Release(socket.Socket);
    }

    private void Release(Socket socket)
    {
        if (socket.Sk!.Owner == SockActor.Dead) return;
        Syscall.Close call = _closes.Rent();
        call.Implied = true;
        call.Enter(this, null);
        Link(call);
        _spec.Host.Calls.Entered++;
        socket.Actor!.Tell(call, _self);
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
            switch (call)
            {
                case Syscall.Nanosleep sleep:
                    sleep.Timer?.Disarm();
                    Finish(sleep, Errno.EINTR);
                    next = _openCalls; // its caller ran, and may have changed the list
                    break;
                case Syscall.Poll poll:
                    FinishPoll(poll, Errno.EINTR);
                    if (!poll.IsEntered) next = _openCalls; // answered at once: its caller ran
                    break;
                case Syscall.Close { Implied: true } or Syscall.Socket: break;
                default: call.File!.Socket.Actor!.Tell(new Interrupt(call, call.Version), _self); break;
            }
        }
    }
}
