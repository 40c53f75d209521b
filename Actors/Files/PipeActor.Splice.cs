// A pipe's part in splice(2) and tee(2) (fs/splice.c): ipipe_prep, opipe_prep, splice_pipe_to_pipe, link_pipe, splice_to_socket, splice_file_to_pipe.

namespace ActorNet.Actors;

internal sealed partial class PipeActor
{
    private const int MaxBuffers = 16; // what one sendmsg of a splice carries
    private const int PageFrag = 32768; // a stream's bytes lie side by side in pages of so much (skb_page_frag_refill)
    private CallQueue? _backlog;
    private bool _headBusy, _tailBusy;

    // What a call that is away has in hand, nobody else touches: its mutex, but for the end that it does not use.
    private bool IsBusyFor(Syscall call) => call switch
    {
        Syscall.Splice s when IsHome(s) => !s.IsAway && (s.IntoPipe ? _tailBusy : _headBusy),
        Syscall.Splice or Syscall.SendTo or Syscall.Fcntl => _tailBusy,
        Syscall.RecvFrom => _headBusy,
        _ => false,
    };

    private bool IsHome(Syscall.Splice call) => Me.Equals(call.Leader);

    private void Splice(Syscall.Splice call)
    {
        if (!IsHome(call)) Visit(call);
        else if (!call.IsAway) Begin(call);
        else
        {
            call.IsAway = false;
            if (call.IntoPipe) Filled(call);
            else if (!call.WantsRoom) Drained(call);
            else
            {
                call.WantsRoom = false;
                if (!call.Back.IsOk) Answer(call, call.Partial(call.Back.Errno));
                else if (_headBusy) (_backlog ??= new CallQueue()).Enqueue(call);
                else Begin(call);
            }
        }
    }

    private void Begin(Syscall.Splice call)
    {
        if (call.IntoPipe) Fill(call);
        else Drain(call);
    }

    // wait_for_space, then the socket fills what room there is: nobody else writes until it has.
    private void Fill(Syscall.Splice call)
    {
        if (!_hasReader)
        {
            Answer(call, Errno.EPIPE);
        }
        else if (_ring.IsFull)
        {
            WaitUnlessSignal(Writers, call);
        }
        else
        {
            _tailBusy = true;
            int count = (int)Math.Min(call.Left, (ulong)_ring.Room);
            Syscall.SplicedRecv part = call.Recv ??= new Syscall.SplicedRecv(call);
            part.Buffer = call.Room(count).AsMemory(0, count);
            GoToSocket(call, part);
        }
    }

    private void Filled(Syscall.Splice call)
    {
        _tailBusy = false;
        SysResult got = call.Back;
        if (got.IsOk && got.Value > 0)
        {
            // With the reader gone meanwhile the bytes are in a pipe that nobody reads, as Linux has it.
            _ring.Fill(call.Bytes.AsSpan(0, (int)got.Value), ((Socket)call.Other!).Type == SocketType.STREAM ? PageFrag : PipeRing.PageSize);
            _readWait.Wake(Me, WaitQueue.Any, ReadPoll);
            SignalReader();
        }

        Answer(call, got);
        RunBacklog();
    }

    private void Drain(Syscall.Splice call)
    {
        bool toSocket = call.Other is Socket;
        if (_ring.IsEmpty && (toSocket || _hasWriter))
        {
            if (!_hasWriter || call.Moved > 0) Answer(call, call.Moved);
            else WaitUnlessSignal(Readers, call);
            return;
        }

        // A pipe is asked even when there will never be anything for it (opipe_prep): it may be full, or nobody's.
        _headBusy = true;
        int most = (int)Math.Min(call.Left, (ulong)_ring.Bytes);
        call.Count = _ring.Peek(call.Room(most).AsSpan(0, most), call.Buffers, toSocket ? MaxBuffers : int.MaxValue);
        if (!toSocket)
        {
            call.IsAway = true;
            call.Other!.Actor!.Tell(call, Me);
            return;
        }

        const uint more = 4;
        bool follows = (call.Flags & more) != 0 || ((ulong)call.Count < call.Left && call.Count < _ring.Bytes);
        Syscall.SplicedSend part = call.Send ??= new Syscall.SplicedSend(call);
        part.Data = call.Bytes.AsMemory(0, call.Count);
        part.Flags = follows ? MsgFlags.MORE : MsgFlags.None;
        GoToSocket(call, part);
    }

    private void Drained(Syscall.Splice call)
    {
        _headBusy = false;
        SysResult taken = call.Back;
        if (taken.IsOk && taken.Value > 0)
        {
            call.Moved += (int)taken.Value;
            if (!call.IsTee && _ring.Skip((int)taken.Value))
            {
                _writeWait.Wake(Me, WaitQueue.Any, WritePoll);
                SignalWriter();
            }
        }

        if (call.Other is Socket)
        {
            if (!taken.IsOk) Answer(call, call.Partial(taken.Errno));
            else if (taken.Value == 0 || call.Left == 0) Answer(call, call.Moved);
            else if (call.Interrupted) Answer(call, call.Partial(Errno.EINTR));
            else Drain(call);
        }
        else if (taken.Errno != Errno.EAGAIN)
        {
            Answer(call, taken.IsOk ? call.Moved : taken);
        }
        else if (call.NonBlocking || call.Interrupted)
        {
            Answer(call, call.NonBlocking ? Errno.EAGAIN : Errno.EINTR);
        }
        else
        {
            call.WantsRoom = call.IsAway = true; // with nothing in hand, so that this pipe goes on
            call.Other!.Actor!.Tell(call, Me);
        }

        RunBacklog();
    }

    // At the pipe that takes.
    private void Visit(Syscall.Splice call)
    {
        if (!_hasReader)
        {
            call.GoHome(Errno.EPIPE, Me);
        }
        else if (call.WantsRoom)
        {
            if (_ring.IsFull) Writers.Enqueue(call);
            else call.GoHome(0, Me);
        }
        else if (_ring.IsFull)
        {
            call.GoHome(Errno.EAGAIN, Me);
        }
        else
        {
            int taken = _ring.Take(call.Bytes.AsSpan(0, call.Count), call.Buffers, call.IsTee);
            if (taken > 0)
            {
                _readWait.Wake(Me, WaitQueue.Any, ReadPoll);
                SignalReader();
            }

            call.GoHome(taken, Me);
        }
    }

    private void GoToSocket(Syscall.Splice call, Syscall part)
    {
        var socket = (Socket)call.Other!;
        // security_socket_sendmsg, security_socket_recvmsg: a stream's tcp_splice_read asks nobody.
        bool isAsked = part is Syscall.SendTo || socket.Type != SocketType.STREAM;
        if (isAsked && call.Process!.Permits(part, socket.Sk!) is var refusal and not Errno.OK)
        {
            call.Back = refusal;
            if (call.IntoPipe) Filled(call);
            else Drained(call);
            return;
        }

        part.Enter(call.Process!, null);
        part.Fd = call.Fd;
        part.File = socket;
        part.NonBlocking = (socket.Flags & FileFlags.NONBLOCK) != 0;
        call.PartVersion = part.Version;
        call.IsAway = true;
        socket.Actor!.Tell(part, Me);
    }

    private void WaitUnlessSignal(CallQueue queue, Syscall.Splice call)
    {
        if (call.Interrupted && !call.NonBlocking) Answer(call, call.Partial(Errno.EINTR));
        else Wait(queue, call);
    }

    private void RunBacklog()
    {
        for (Syscall? call = _backlog?.Head, next; call is not null; call = next)
        {
            next = call.Next;
            if (IsBusyFor(call)) continue;
            _backlog!.Remove(call);
            Dispatch(call);
        }
    }

    protected override void OnInterrupt(Interrupt interrupt)
    {
        if (interrupt.Call is Syscall.Splice splice && splice.Version == interrupt.Version && splice.IsEntered)
        {
            if (IsHome(splice) && splice.IsAway)
            {
                splice.Interrupted = true;
                Syscall? part = splice.IntoPipe ? splice.Recv : splice.Send;
                splice.Other!.Actor!.Tell(splice.Other is Socket ? new Interrupt(part!, splice.PartVersion) : interrupt, Me);
                return;
            }

            if (!IsHome(splice))
            {
                if (splice.WaitingIn is not { } waits || (waits != Writers && waits != _backlog)) return;
                waits.Remove(splice);
                splice.GoHome(Errno.EINTR, Me);
                return;
            }
        }

        if (interrupt.Call.Version == interrupt.Version && _backlog is not null && interrupt.Call.WaitingIn == _backlog)
        {
            _backlog.Remove(interrupt.Call);
            Answer(interrupt.Call, interrupt.Call.Partial(Errno.EINTR));
            return;
        }

        base.OnInterrupt(interrupt);
    }

    protected override void AnswerAll(Errno errno)
    {
        foreach (CallQueue? queue in (CallQueue?[])[_backlog, Readers, Writers])
        {
            while (queue?.Dequeue() is { } call)
            {
                if (call is Syscall.Splice splice && !IsHome(splice)) splice.GoHome(errno, Me);
                else Answer(call, call.Partial(errno));
            }
        }
    }
}
