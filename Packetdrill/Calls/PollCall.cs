// poll(2) and ppoll(2).

namespace ActorNet.Packetdrill;

/// <summary><c>poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, 100) = 1</c>: revents is what is expected. The time-out is in milliseconds.
/// <c>ppoll([…], 1, {tv_sec=0, tv_nsec=0}, [SIGUSR1])</c>: a time-out and a mask, or NULL.</summary>
[ScriptCall("poll", "ppoll")]
internal sealed class PollCall : SystemCall
{
    private readonly List<(int Fd, short Events, short Revents)> _fds = [];
    private UserMemory _time = UserMemory.Null, _mask = UserMemory.Null;
    private int _count, _timeout;

    public override long OnKernel(IKernel kernel)
    {
        var memory = new UserMemory([], 8 * _fds.Count);
        for (int i = 0; i < _fds.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(memory.Bytes.AsSpan(8 * i), kernel.Real(_fds[i].Fd));
            BinaryPrimitives.WriteInt16LittleEndian(memory.Bytes.AsSpan(8 * i + 4), _fds[i].Events);
        }

        long r = Name == "poll"
            ? kernel.Call(X64.poll, memory.Pointer, _count, _timeout)
            : kernel.Call(X64.ppoll, memory.Pointer, _count, _time.Pointer, _mask.Pointer, SignalSets.Size);
        for (int i = 0; i < _fds.Count; i++) _fds[i] = _fds[i] with { Revents = BinaryPrimitives.ReadInt16LittleEndian(memory.Bytes.AsSpan(8 * i + 6)) };
        return r;
    }

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_count != _fds.Count) throw new NotSayableException("a number of descriptors that is not how many there are");
        PollFd[] fds = [.. _fds.Select(f => new PollFd(process.Fd(f.Fd), (PollEvents)(ushort)f.Events))];
        SysResult r = Name == "poll"
            ? await HostProcess.Try(process.Sockets.Poll(fds, _timeout < 0 ? Duration.Infinite : Duration.FromMilliseconds(_timeout)), n => n)
            : await process.Os.TryPpoll(fds, TimeArguments.ToHost(_time, 1), SignalSets.ToHost(_mask));
        for (int i = 0; i < fds.Length; i++) _fds[i] = _fds[i] with { Revents = (short)fds[i].REvents };
        return r;
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result < 0) yield break;
        yield return new Output(0, new ArrayExpr([.. _fds.Select(f => new StructExpr(
            ("fd", Expr.Of(f.Fd)), ("events", Layout.PollBits((ushort)f.Events)), ("revents", Layout.PollBits((ushort)f.Revents))))]));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(Name == "poll" ? 3 : 4);
        if (!arguments.IsNull(0))
        {
            if (arguments[0] is not ArrayExpr array) throw arguments.Wrong(0, "[{fd=3, events=POLLIN, revents=POLLIN}, ...]");
            foreach (Expr item in array.Items)
            {
                if (item is not StructExpr s || s["fd"] is not { } fd) throw Arguments.Wrong(item, "{fd=, events=, revents=}");
                long events = s["events"] is { Value: not Ellipsis } e ? arguments.Constants.Evaluate(e.Value) : 0;
                _fds.Add(((int)arguments.Constants.Evaluate(fd.Value), (short)events, 0));
            }
        }

        _count = arguments.Int(1);
        if (Name == "poll") _timeout = arguments.Int(2);
        else (_time, _mask) = (TimeArguments.Read(arguments, 2), SignalSets.Read(arguments, 3));
    }
}
