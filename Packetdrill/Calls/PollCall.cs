// poll(2).

namespace ActorNet.Packetdrill;

/// <summary><c>poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, 100) = 1</c>: revents is what is expected. The time-out is in milliseconds.</summary>
[ScriptCall("poll")]
internal sealed class PollCall : SystemCall
{
    private readonly List<(int Fd, short Events, short Revents)> _fds = [];
    private int _count, _timeout;

    public override long OnKernel(IKernel kernel)
    {
        var memory = new UserMemory([], 8 * _fds.Count);
        for (int i = 0; i < _fds.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(memory.Bytes.AsSpan(8 * i), kernel.Real(_fds[i].Fd));
            BinaryPrimitives.WriteInt16LittleEndian(memory.Bytes.AsSpan(8 * i + 4), _fds[i].Events);
        }

        long r = kernel.Call(X64.poll, memory.Pointer, _count, _timeout);
        for (int i = 0; i < _fds.Count; i++) _fds[i] = _fds[i] with { Revents = BinaryPrimitives.ReadInt16LittleEndian(memory.Bytes.AsSpan(8 * i + 6)) };
        return r;
    }

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_count != _fds.Count) throw new NotSayableException("a number of descriptors that is not how many there are");
        PollFd[] fds = [.. _fds.Select(f => new PollFd(process.Fd(f.Fd), (PollEvents)(ushort)f.Events))];
        return HostProcess.Try(process.Os.Poll(fds, _timeout < 0 ? Duration.Infinite : Duration.FromMilliseconds(_timeout)), n =>
        {
            for (int i = 0; i < fds.Length; i++) _fds[i] = _fds[i] with { Revents = (short)fds[i].REvents };
            return n;
        });
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result < 0) yield break;
        yield return new Output(0, new ArrayExpr([.. _fds.Select(f => new StructExpr(
            ("fd", Expr.Of(f.Fd)), ("events", Layout.PollBits((ushort)f.Events)), ("revents", Layout.PollBits((ushort)f.Revents))))]));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
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

        (_count, _timeout) = (arguments.Int(1), arguments.Int(2));
    }
}
