// A pipe (fs/pipe.c): pipe_read, pipe_write, pipe_poll, pipe_release. One actor serves both ends; each end has a wait queue.

namespace ActorNet.Actors;

/// <summary>One end of a pipe.</summary>
internal sealed class PipeFile(FileFlags flags) : ActorFile(flags)
{
    public override bool CanAsync => true;

    public override bool RaisesSigpipe => true;
}

/// <summary>Drives a pipe: who reads an empty one waits, and who writes to a full one.</summary>
internal sealed partial class PipeActor(HostPlan host, FileLife life) : FileActor(host, life)
{
    private const PollEvents CanRead = PollEvents.IN | PollEvents.RDNORM, CanWrite = PollEvents.OUT | PollEvents.WRNORM;
    private readonly PipeRing _ring = new();
    private readonly WaitQueue _readWait = new(), _writeWait = new();
    private bool _hasReader = true, _hasWriter = true, _polled;

    private PollEvents ReadPoll => (_ring.IsEmpty ? 0 : CanRead) | (_hasWriter ? 0 : PollEvents.HUP);

    private PollEvents WritePoll => (_ring.IsFull ? 0 : CanWrite) | (_hasReader ? 0 : PollEvents.ERR);

    protected override void Handle(Syscall call)
    {
        if (IsBusyFor(call)) (_backlog ??= new CallQueue()).Enqueue(call);
        else Dispatch(call);
        RunWaiting();
    }

    private void Dispatch(Syscall call)
    {
        switch (call)
        {
            case Syscall.Splice splice: Splice(splice); break;
            case Syscall.RecvFrom read: Read(read, begins: true); break;
            case Syscall.SendTo write: Write(write, begins: true); break;
            case Syscall.Fcntl fcntl: Answer(call, Size(fcntl)); break;
            case Syscall.Ioctl ioctl: Answer(call, ProcessActor.PutInt(ioctl, _ring.Bytes)); break;
            case Syscall.Close: Close(call); break;
            default: Answer(call, Errno.EINVAL); break;
        }
    }

    protected override void OnAsked(WaitEntry entry)
    {
        _polled = true; // from now on every write gives an edge, not only the first to an empty pipe
        bool writes = FileOf(entry).MayWrite;
        entry.OnAsked(Me, writes ? _writeWait : _readWait, writes ? WritePoll : ReadPoll);
    }

    protected override void FreeWaiters()
    {
        _readWait.Free(Me);
        _writeWait.Free(Me);
    }

    protected override void Freed() => _ring.Clear();

    private static OpenFile FileOf(WaitEntry entry) => entry is PollEntry poll ? poll.File! : ((EpollItem)entry).File;

    private void Read(Syscall.RecvFrom call, bool begins)
    {
        if (call.Buffer.Length == 0)
        {
            Answer(call, 0);
        }
        else if (_ring.IsEmpty || (begins && Readers.Head is not null && !call.NonBlocking))
        {
            if (!_hasWriter && _ring.IsEmpty) Answer(call, 0);
            else Wait(Readers, call);
            if (call.NonBlocking) SignalWriter(); // even of nothing
        }
        else
        {
            bool wasFull = _ring.IsFull;
            Answer(call, _ring.Read(call.Buffer.Span));
            if (wasFull && !_ring.IsFull) _writeWait.Wake(Me, CanWrite, WritePoll);
            SignalWriter();
        }
    }

    private void Write(Syscall.SendTo call, bool begins)
    {
        if (call.Data.Length == 0)
        {
            Answer(call, 0);
            return;
        }

        if (!_hasReader)
        {
            Answer(call, call.Partial(Errno.EPIPE));
            return;
        }

        if (begins && Writers.Head is not null && !call.NonBlocking)
        {
            Writers.Enqueue(call);
            SignalReader();
            return;
        }

        bool wasEmpty = _ring.IsEmpty;
        int taken = _ring.Write(call.Data.Span[call.Progress.Done..], begins, (call.File!.Flags & FileFlags.DIRECT) != 0);
        call.Progress.Done += taken;
        if (taken > 0 && (wasEmpty || _polled)) _readWait.Wake(Me, CanRead, ReadPoll);
        SignalReader(); // before it waits, or at its end
        if (call.Progress.Done == call.Data.Length) Answer(call, call.Progress.Done);
        else if (begins || call.NonBlocking) Wait(Writers, call);
        else Writers.EnqueueFirst(call);
    }

    // Who has waited longest comes first, and one who still waits keeps its place.
    private void RunWaiting()
    {
        bool moved = true;
        while (moved)
        {
            moved = false;
            while (Readers.Head is { } reader && !_headBusy && (!_ring.IsEmpty || !_hasWriter))
            {
                Readers.Remove(reader);
                if (reader is Syscall.Splice splice) Splice(splice);
                else Read((Syscall.RecvFrom)reader, begins: false);
                moved = true;
            }

            while (Writers.Head is { } writer && !_tailBusy && (!_ring.IsFull || !_hasReader))
            {
                Writers.Remove(writer);
                if (writer is Syscall.Splice splice) Splice(splice);
                else Write((Syscall.SendTo)writer, begins: false);
                moved = true;
            }
        }
    }

    private SysResult Size(Syscall.Fcntl call)
    {
        if (call.Cmd == FcntlCmd.F_GETPIPE_SZ) return _ring.Capacity * PipeRing.PageSize;
        SysResult r = _ring.Resize((uint)call.Arg, mayExceed: call.Process!.Credentials.Capable(Capability.SYS_RESOURCE));
        if (r.IsOk) _writeWait.Wake(Me, WaitQueue.Any, WritePoll); // pipe_resize_ring does not ask whether there is more room
        return r;
    }

    private void Close(Syscall call)
    {
        bool writes = call.File!.MayWrite;
        (writes ? _writeWait : _readWait).Free(Me);
        if (writes) _hasWriter = false;
        else _hasReader = false;
        Disown(writes);
        if (_hasReader || _hasWriter)
        {
            _readWait.Wake(Me, PollEvents.None, ReadPoll);
            _writeWait.Wake(Me, PollEvents.None, WritePoll);
            SignalReader();
            SignalWriter();
        }

        Answer(call, 0);
        if (!_hasReader && !_hasWriter) End();
    }
}
