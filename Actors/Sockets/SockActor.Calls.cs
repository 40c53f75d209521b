// A socket's calls: dispatch through its ops, waiting for data or room, time-outs and signals (sk_wait_data, sk_stream_wait_memory, sock_intr_errno).

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    private const PollEvents Readable = PollEvents.IN | PollEvents.RDNORM | PollEvents.PRI | PollEvents.RDHUP | PollEvents.HUP | PollEvents.ERR;
    private const PollEvents Writable = PollEvents.OUT | PollEvents.WRNORM | PollEvents.HUP | PollEvents.ERR;

    /// <summary>The socket's face, as the call's file has it.</summary>
    public static Socket Face(Syscall call) => ((SocketFile)call.File!).Socket;

    /// <summary>Answers a call: once, back to its process.</summary>
    /// <remarks>What the socket has told the port tables in this turn has come true when the caller hears of it: the answer goes by way of them.</remarks>
    public void Answer(Syscall call, SysResult result)
    {
        if (call.GoesOn(this, ref result)) return;
        call.Answer(result);
        if ((_state & State.ToldDemux) != 0) Stack.Demux(Sk.Protocol)!.Tell(call, _self);
        else call.Process!.Ref.Tell(call, _self);
    }

    /// <summary>Tells the demultiplexer something that needs no answer.</summary>
    public void TellDemux(object message)
    {
        if (Stack.Demux(Sk.Protocol) is not { } demux) return;
        _state |= State.ToldDemux;
        demux.Tell(message, _self);
    }

    /// <summary>Asks the demultiplexer on a call's behalf, and owns the socket until it answers.</summary>
    public void Ask(DemuxRequest request, Syscall? call)
    {
        request.Call = call;
        _state |= State.Owned;
        _owner = call;
        Stack.Demux(Sk.Protocol)!.Tell(request, _self);
    }

    /// <summary>Lets a call wait to read (or accept), unless it must not wait: then it is EAGAIN.</summary>
    public void WaitToRead(Syscall call, MsgFlags flags = MsgFlags.None) => Wait(_readers ??= new CallQueue(), call, flags, Sk.Rcvtimeo, Errno.EAGAIN);

    /// <summary>Lets a call wait to write (or connect, or linger).</summary>
    public void WaitToWrite(Syscall call, MsgFlags flags, Duration timeout, Errno ifNot) => Wait(_writers ??= new CallQueue(), call, flags, timeout, ifNot);

    /// <summary>Lets an accept wait, even one that must not, for a connection whose actor is being made in this instant.</summary>
    public void WaitForChild(Syscall call) => (_readers ??= new CallQueue()).Enqueue(call);

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
        if (IsOwned) (_backlog ??= new CallQueue()).Enqueue(call);
        else Begin(call);
    }

    private void Dispatch(Syscall call)
    {
        _current = call;
        Stack.Net.Current = call.Process!;
        call.OnSocket(this);
        Stack.Net.Current = KernelTask.Instance;
        _current = null;
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
    public void Send(Syscall.SendTo call)
    {
        bool stream = Sk.Type == SocketType.STREAM;
        if (call.Control.Length > Stack.Net.Sysctl.optmem_max)
        {
            Answer(call, Errno.ENOBUFS);
            return;
        }

        do
        {
            // What was taken is reported first; the error that ended it is the next call's.
            if (call.Done > 0 && Sk.Err != Errno.OK)
            {
                Answer(call, call.Done);
                return;
            }

            SysResult r = Sk.Send(call.Data.Span[call.Done..], call.To, call.Control.Span, call.NonBlocking ? call.Flags | MsgFlags.DONTWAIT : call.Flags, Now);
            if (r.Errno == Errno.EAGAIN)
            {
                WaitToWrite(call, call.Flags, Sk.Sndtimeo, Errno.EAGAIN);
                return;
            }

            if (!r.IsOk)
            {
                Answer(call, call.Partial(r.Errno));
                return;
            }

            call.Done += (int)r.Value;
            // What was refused once is not tried again by a call that may not wait, though all may have been sent by now (sk_stream_wait_memory).
            if (!stream || r.Value == 0 || call.NonBlocking || (call.Flags & MsgFlags.DONTWAIT) != 0 || Sk.Sndtimeo == Duration.Zero) break;
        }
        while (call.Done < call.Data.Length);
        Answer(call, call.Done);
    }

    /// <summary>recvmsg: what there is, but of a stream no less than SO_RCVLOWAT says, or, with MSG_WAITALL, all that was asked for (sock_rcvlowat).</summary>
    public void Recv(Syscall.RecvFrom call)
    {
        bool counts = (call.Flags & (MsgFlags.PEEK | MsgFlags.OOB)) == 0 && Sk.Type == SocketType.STREAM;
        int length = call.Buffer.Length;
        int target = !counts ? 0 : (call.Flags & MsgFlags.WAITALL) != 0 ? length : Math.Min(Sk.Rcvlowat, length);
        while (true)
        {
            if (call.Done > 0 && Sk.Err != Errno.OK)
            {
                Answer(call, call.Done);
                return;
            }

            var control = new CmsgWriter(call.Control.Span);
            SysResult r = Sk.Recv(call.Buffer.Span[call.Done..], ref control, call.NonBlocking ? call.Flags | MsgFlags.DONTWAIT : call.Flags, Now, out SockAddr from, out MsgFlags outFlags);
            if (r.Errno == Errno.EAGAIN && (call.Flags & MsgFlags.ERRQUEUE) == 0)
            {
                WaitToRead(call, call.Flags);
                return;
            }

            if (!r.IsOk)
            {
                Answer(call, call.Partial(r.Errno));
                return;
            }

            call.From = from;
            call.OutFlags = outFlags | control.Flags;
            call.ControlLength = control.Length;
            int got = (int)r.Value;
            call.Done += got;
            if (got == 0 || call.Done >= target)
            {
                Answer(call, call.Done);
                return;
            }
        }
    }

    private void RetryReaders()
    {
        // As poll sees it: what a reader has taken already does not count for SO_RCVLOWAT (tcp_data_ready).
        while (_readers!.Head is { } call && (call is Syscall.Accept || (Sk.Poll & Readable) != 0))
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
            if (send && (Sk.Poll & Writable) == 0) continue;
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
                Syscall.Connect c => c.WasConnecting ? Errno.EALREADY : Errno.EINPROGRESS,
                Syscall.SendTo { IsOpening: true } => call.Partial(Errno.EINPROGRESS),
                _ => call.Partial(Errno.EAGAIN),
            });
        }
    }

    private void OnInterrupt(Interrupt interrupt)
    {
        Syscall call = interrupt.Call;
        if (call == _owner && call.Version == interrupt.Version) _ownerInterrupted = true; // if it waits once its port is there
        if (call.Version != interrupt.Version || call.WaitingIn is not { } queue || (queue != _readers && queue != _writers && queue != _backlog)) return;
        queue.Remove(call);
        _ops.GaveUp(this, call);
        Answer(call, call is Syscall.SendTo { IsOpening: true } ? Errno.EINTR : call.Partial(Errno.EINTR));
    }

    public void Close(Syscall.Close call)
    {
        _state |= State.Closed;
        _watchers?.Free(_self); // eventpoll_release
        if (Sk.Family == AddressFamily.INET) Stack.Net.Cgroup?.SockRelease(Sk);
        _ops.Release(this, call);
        if (!call.IsAnswered && call.WaitingIn is null) AnswerWhenGone(call);
    }

    /// <summary>Answers a close at the end of the turn; if the machine is dead by then, when its port is free.</summary>
    public void AnswerWhenGone(Syscall.Close call) => _owner = call;

    public void SetSockOpt(Syscall.SetSockOpt call)
    {
        if (Stack.Net.Cgroup is CgroupPrograms programs && !MaySet(programs, call)) return;
        Errno e = Sk.MaySet(call.Level, call.Option, call.Value.Span);
        if (e == Errno.OK)
        {
            e = call.Level == SockLevel.SOCKET && (SockOpt)call.Option == SockOpt.SO_BINDTODEVICE
                ? BindToDevice(call.Value.Span)
                : AsksForDevices(call.Level, call.Option) is { } inet ? inet.SetDeviceOption(call.Option, call.Value.Span, Stack.Fib)
                : Sk.Setsockopt(call.Level, call.Option, call.Value.Span, Now);
        }

        if (e == Errno.OK && call.Level == SockLevel.SOCKET && !Sk.Port.IsNone
            && (SockOpt)call.Option is SockOpt.SO_REUSEADDR or SockOpt.SO_REUSEPORT or SockOpt.SO_BINDTODEVICE or SockOpt.SO_BINDTOIFINDEX or SockOpt.SO_INCOMING_CPU)
        {
            TellDemux(new DemuxRequest(DemuxRequest.What.Update, _self, Sk));
        }

        if (e != Errno.OK || AsksForDevices(call.Level, call.Option) is null || !TellGroups(call)) Answer(call, e);
    }

    public void GetSockOpt(Syscall.GetSockOpt call)
    {
        Errno e;
        int length;
        if (call.Level == SockLevel.SOCKET && (SockOpt)call.Option == SockOpt.SO_BINDTODEVICE) e = BoundDevice(call.Value.Span, out length);
        else if (AsksForDevices(call.Level, call.Option) is { } inet) e = inet.GetDeviceOption(call.Option, call.Value.Span, Stack.Fib, out length);
        else e = Sk.Getsockopt(call.Level, call.Option, call.Value.Span, out length, Now);
        if (Stack.Net.Cgroup is CgroupPrograms programs) Answer(call, Gotten(programs, call, e, length));
        else Answer(call, e == Errno.OK ? length : e);
    }

    private Errno BindToDevice(ReadOnlySpan<byte> name)
    {
        int end = name.IndexOf((byte)0);
        if (end >= 0) name = name[..end];
        int ifIndex = 0;
        if (name.Length > 0 && (ifIndex = Stack.IfIndexOf(System.Text.Encoding.ASCII.GetString(name))) == 0) return Errno.ENODEV;
        if (Sk.MayRebind() is var denied and not Errno.OK) return denied;
        Sk.BoundIfIndex = ifIndex;
        return Errno.OK;
    }

    private Errno BoundDevice(Span<byte> value, out int length)
    {
        length = 0;
        if (Sk.BoundIfIndex == 0) return Errno.OK;
        const int IFNAMSIZ = 16;
        if (value.Length < IFNAMSIZ) return Errno.EINVAL;
        string name = Stack.DeviceName(Sk.BoundIfIndex);
        length = System.Text.Encoding.ASCII.GetBytes(name, value) + 1;
        value[length - 1] = 0;
        return Errno.OK;
    }
}
