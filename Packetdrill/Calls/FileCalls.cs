// The calls that make files without a name: pipe(2), pipe2(2), eventfd(2), eventfd2(2); and dup3(2).

namespace ActorNet.Packetdrill;

/// <summary>Numbers of this file's calls on x86-64 that <see cref="X64"/> does not have.</summary>
internal static class X64Files
{
    public const int epoll_create = 213, eventfd = 284;
}

/// <summary><c>pipe2([3, 4], O_NONBLOCK) = 0</c>, <c>pipe([3, 4]) = 0</c>: the end to read from comes first.</summary>
[ScriptCall("pipe", "pipe2")]
internal sealed class PipeCall : SystemCall
{
    private readonly int[] _ends = new int[2];
    private UserMemory _room = UserMemory.Null;
    private int _flags;

    public override long OnKernel(IKernel kernel)
    {
        long r = Name == "pipe" ? kernel.Call(X64.pipe, _room.Pointer) : kernel.Call(X64.pipe2, _room.Pointer, _flags);
        if (r < 0) return r;
        for (int i = 0; i < 2; i++) _ends[i] = kernel.Install(BinaryPrimitives.ReadInt32LittleEndian(_room.Bytes.AsSpan(4 * i)));
        return r;
    }

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_room.IsNull) throw new NotSayableException("room for descriptors at the null pointer");
        return HostProcess.Try(process.Os.Pipe((FileFlags)_flags), p =>
        {
            (_ends[0], _ends[1]) = (process.Script(p.Read), process.Script(p.Write));
            return 0;
        });
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result == 0) yield return new Output(0, new ArrayExpr([Expr.Of(_ends[0]), Expr.Of(_ends[1])]));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(Name == "pipe" ? 1 : 2);
        if (!arguments.IsNull(0))
        {
            if (!arguments.IsOpen(0) && arguments[0] is not ArrayExpr { Items.Count: 2 }) throw arguments.Wrong(0, "[3, 4], ... or NULL");
            _room = new UserMemory(8);
        }

        if (Name == "pipe2") _flags = arguments.Int(1);
    }
}

/// <summary><c>eventfd2(0, EFD_NONBLOCK) = 3</c>, <c>eventfd(5) = 3</c>.</summary>
[ScriptCall("eventfd", "eventfd2")]
internal sealed class EventfdCall : SystemCall
{
    private int _initial, _flags;

    public override bool ReturnsDescriptor => true;

    public override long OnKernel(IKernel kernel) => Name == "eventfd" ? kernel.Call(X64Files.eventfd, _initial) : kernel.Call(X64.eventfd2, _initial, _flags);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TryEventfd((uint)_initial, (FileFlags)_flags);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(Name == "eventfd" ? 1 : 2);
        _initial = arguments.Int(0);
        if (Name == "eventfd2") _flags = arguments.Int(1);
    }
}

/// <summary><c>dup3(3, 10, O_CLOEXEC) = 10</c>.</summary>
[ScriptCall("dup3")]
internal sealed class Dup3Call : SystemCall
{
    private int _fd, _to, _flags;

    // The number is the script's own choice: it is translated, not handed out.
    public override long OnKernel(IKernel kernel)
    {
        long r = kernel.Call(X64.dup3, kernel.Real(_fd), kernel.Real(_to), _flags);
        return r < 0 ? r : kernel.Script((int)r);
    }

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        SysResult r = await process.Os.TryDup3(process.Fd(_fd), process.Fd(_to), (FileFlags)_flags);
        return r.IsOk ? process.Script((int)r.Value) : r;
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_fd, _to, _flags) = (arguments.Int(0), arguments.Int(1), arguments.Int(2));
    }
}
