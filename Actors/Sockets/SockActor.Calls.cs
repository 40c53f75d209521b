// A socket's calls: dispatch through its ops, waiting for data or room, time-outs and signals (sk_wait_data, sk_stream_wait_memory, sock_intr_errno).

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    /// <summary>The socket's face, as the call's file has it.</summary>
    public static Socket Face(Syscall call) => (Socket)call.File!;

    /// <summary>Answers a call: once, back to its process.</summary>
    /// <remarks>What the socket has told the port tables in this turn has come true when the caller hears of it: the answer goes by way of them.</remarks>
    public void Answer(Syscall call, SysResult result)
    {
        if (call.GoesOn(this, ref result)) return;
        call.Answer(result);
        if ((_state & State.ToldDemux) != 0) Stack.Demux(Sk.Protocol)!.Tell(call, Me);
        else call.Process!.Ref.Tell(call, Me);
    }

    /// <summary>Tells the demultiplexer something that needs no answer.</summary>
    public void TellDemux(object message)
    {
        if (Stack.Demux(Sk.Protocol) is not { } demux) return;
        _state |= State.ToldDemux;
        demux.Tell(message, Me);
    }

    /// <summary>Asks the demultiplexer on a call's behalf, and owns the socket until it answers.</summary>
    public void Ask(DemuxRequest request, Syscall? call)
    {
        request.Call = call;
        _state |= State.Owned;
        _owner = call;
        Stack.Demux(Sk.Protocol)!.Tell(request, Me);
    }

    /// <summary>Lets a call wait to read (or accept), unless it must not wait: then it is EAGAIN.</summary>
    public void WaitToRead(Syscall call, MsgFlags flags = MsgFlags.None) => Wait(_readers ??= Stack.TakeQueue(), call, flags, Sk.Rcvtimeo, Errno.EAGAIN);

    /// <summary>Lets a call wait to write (or connect, or linger).</summary>
    public void WaitToWrite(Syscall call, MsgFlags flags, Duration timeout, Errno ifNot) => Wait(_writers ??= Stack.TakeQueue(), call, flags, timeout, ifNot);

    /// <summary>Lets an accept wait, even one that must not, for a connection whose actor is being made in this instant.</summary>
    public void WaitForChild(Syscall call) => (_readers ??= Stack.TakeQueue()).Enqueue(call);

    private void Wait(CallQueue queue, Syscall call, MsgFlags flags, Duration timeout, Errno ifNot)
    {
        if (call.NonBlocking || (flags & MsgFlags.DONTWAIT) != 0 || timeout == Duration.Zero)
        {
            Answer(call, call.Partial(ifNot));
            return;
        }

        if (call.Deadline == Instant.Never && timeout != Duration.Infinite) call.Deadline = Now + timeout;
        queue.Enqueue(call);
    }

    private void Enter(Syscall call)
    {
        if (IsOwned) (Few.Backlog ??= new CallQueue()).Enqueue(call);
        else Begin(call);
    }

    private void Dispatch(Syscall call)
    {
        Stack.Net.Current = call.Process!;
        try
        {
            call.OnSocket(this);
        }
        catch
        {
            Few.Failed = call; // answered at the actor's end
            throw;
        }

        Stack.Net.Current = KernelTask.Instance;
    }

    // A call that may wait stands behind those that wait already; one that may not is tried at once.
    public void SendTo(Syscall.SendTo call)
    {
        if (_writers?.Head is not null && !call.NonBlocking && (call.Flags & (MsgFlags.DONTWAIT | MsgFlags.FASTOPEN)) == 0) WaitToWrite(call, call.Flags, Sk.Sndtimeo, Errno.EAGAIN);
        else _ops.SendTo(this, call);
    }

    public void RecvFrom(Syscall.RecvFrom call)
    {
        if (_readers?.Head is not null && !call.NonBlocking && (call.Flags & MsgFlags.DONTWAIT) == 0) WaitToRead(call, call.Flags);
        else _ops.RecvFrom(this, call);
    }

    /// <summary>sendmsg: a stream takes all of it, waiting as often as it must; a datagram goes or does not.</summary>
    public void Send(Syscall.SendTo call) => Do(call, call.Progress.Send(Sk, call.NonBlocking, Now), call.Flags);

    /// <summary>recvmsg of a socket that is no stream.</summary>
    public void Recv(Syscall.RecvFrom call) => Do(call, call.Progress.Recv(Sk, call.NonBlocking, Now), call.Flags);

    /// <summary>Does what a call's logic says is next: answers it, or lets it wait.</summary>
    public void Do(Syscall call, in CallStep step, MsgFlags flags = MsgFlags.None)
    {
        switch (step.Next)
        {
            case CallNext.Answer: Answer(call, step.Result); break;
            case CallNext.Fail: Answer(call, call.Partial(step.Result.Errno)); break;
            case CallNext.WaitToRead: WaitToRead(call, flags); break;
            default: WaitToWrite(call, flags, step.Timeout, step.IfNot); break;
        }
    }

    private void RetryReaders()
    {
        // As poll sees it: what a reader has taken already does not count for SO_RCVLOWAT (tcp_data_ready).
        while (_readers!.Head is { } call && (call is Syscall.Accept || (Sk.Poll & CallStep.Readable) != 0))
        {
            _readers.Remove(call);
            Stack.Net.Current = call.Process!;
            if (call is Syscall.RecvFrom recv) _ops.RecvFrom(this, recv);
            else _ops.Retry(this, call);
            Stack.Net.Current = KernelTask.Instance;
            if (call.WaitingIn != _readers) continue;
            // Still not enough for it: it keeps its place.
            _readers.Remove(call);
            _readers.EnqueueFirst(call);
            return;
        }
    }

    private void RetryWriters()
    {
        // A connect or a lingering close waits for a state, which need not show in the poll mask.
        for (Syscall? call = _writers!.Head, next; call is not null; call = next)
        {
            next = call.Next;
            bool send = call is Syscall.SendTo;
            if (send && (Sk.Poll & CallStep.Writable) == 0) continue;
            _writers.Remove(call);
            Stack.Net.Current = call.Process!;
            if (send) _ops.SendTo(this, (Syscall.SendTo)call);
            else _ops.Retry(this, call);
            Stack.Net.Current = KernelTask.Instance;
            if (call.WaitingIn is not null) return; // it went to the end of the queue: those behind it must not pass
        }
    }

    private void Expire(CallQueue queue)
    {
        while (queue.TakeExpired(Now) is { } call)
        {
            _ops.GaveUp(this, call);
            Answer(call, call switch
            {
                Syscall.Connect c => StreamCalls.ConnectExpired(c.WasConnecting),
                Syscall.SendTo { Progress.IsOpening: true } => call.Partial(Errno.EINPROGRESS),
                _ => call.Partial(Errno.EAGAIN),
            });
        }
    }

    private void OnInterrupt(Interrupt interrupt)
    {
        Syscall call = interrupt.Call;
        if (call == _owner && call.Version == interrupt.Version) OwnerInterrupted = true; // if it waits once its port is there
        if (call.Version != interrupt.Version || call.WaitingIn is not { } queue || (queue != _readers && queue != _writers && queue != Backlog)) return;
        queue.Remove(call);
        _ops.GaveUp(this, call);
        Answer(call, call is Syscall.SendTo { Progress.IsOpening: true } ? Errno.EINTR : call.Partial(Errno.EINTR));
    }

    public void Close(Syscall.Close call)
    {
        _state |= State.Closed;
        _watchers?.Free(Me); // eventpoll_release
        if (Sk.Family == AddressFamily.INET) Stack.Net.Cgroup?.SockRelease(Sk);
        _ops.Release(this, call);
        if (!call.IsAnswered && call.WaitingIn is null) AnswerWhenGone(call);
    }

    /// <summary>Answers a close at the end of the turn; if the machine is dead by then, when its port is free.</summary>
    public void AnswerWhenGone(Syscall.Close call) => _owner = call;

    public void SetSockOpt(Syscall.SetSockOpt call)
    {
        if (Stack.Net.Cgroup is CgroupPrograms programs && !MaySet(programs, call)) return;
        Errno e = Sk.SetOption(call.Level, call.Option, call.Value.Span, Stack.Fib, Now);
        if (e == Errno.OK && !Sk.Port.IsNone && Sock.IsPortOption(call.Level, call.Option)) TellDemux(new DemuxRequest(DemuxRequest.What.Update, Me, Sk));
        if (e != Errno.OK || Sk.AsksForDevices(call.Level, call.Option) is null || !TellGroups(call)) Answer(call, e);
    }

    public void GetSockOpt(Syscall.GetSockOpt call)
    {
        Errno e = Sk.GetOption(call.Level, call.Option, call.Value.Span, Stack.Fib, Now, out int length);
        if (Stack.Net.Cgroup is CgroupPrograms programs) Answer(call, Gotten(programs, call, e, length));
        else Answer(call, e == Errno.OK ? length : e);
    }
}
