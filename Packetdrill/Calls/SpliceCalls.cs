// splice(2), tee(2), sendfile(2).

namespace ActorNet.Packetdrill;

/// <summary><c>splice(3, NULL, 6, NULL, 100, SPLICE_F_NONBLOCK) = 100</c>; an offset is <c>[0]</c>.</summary>
[ScriptCall("splice")]
internal sealed class SpliceCall : SystemCall
{
    private UserMemory _offsetIn = UserMemory.Null, _offsetOut = UserMemory.Null;
    private int _in, _out, _flags;
    private long _length;

    public override long OnKernel(IKernel kernel) =>
        kernel.Call(X64.splice, kernel.Real(_in), _offsetIn.Pointer, kernel.Real(_out), _offsetOut.Pointer, (nint)_length, _flags);

    public override ValueTask<SysResult> OnHost(HostProcess process) =>
        process.Os.TrySplice(process.Fd(_in), process.Fd(_out), _length, (uint)_flags, !_offsetIn.IsNull, !_offsetOut.IsNull);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(6);
        (_in, _out, _length, _flags) = (arguments.Int(0), arguments.Int(2), arguments.Long(4), arguments.Int(5));
        (_offsetIn, _offsetOut) = (Offset(arguments, 1), Offset(arguments, 3));
    }

    internal static UserMemory Offset(Arguments arguments, int i)
    {
        if (arguments.IsNull(i)) return UserMemory.Null;
        if (arguments[i] is not ArrayExpr { Items: [var offset] }) throw arguments.Wrong(i, "[offset] or NULL");
        var m = new UserMemory(sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(m.Bytes, arguments.Constants.Evaluate(offset));
        return m;
    }
}

/// <summary><c>tee(3, 6, 100, 0) = 100</c>.</summary>
[ScriptCall("tee")]
internal sealed class TeeCall : SystemCall
{
    private int _in, _out, _flags;
    private long _length;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.tee, kernel.Real(_in), kernel.Real(_out), (nint)_length, _flags);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TryTee(process.Fd(_in), process.Fd(_out), _length, (uint)_flags);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(4);
        (_in, _out, _length, _flags) = (arguments.Int(0), arguments.Int(1), arguments.Long(2), arguments.Int(3));
    }
}

/// <summary><c>sendfile(4, 3, NULL, 100) = 100</c>; an offset is <c>[0]</c>.</summary>
[ScriptCall("sendfile")]
internal sealed class SendfileCall : SystemCall
{
    private UserMemory _offset = UserMemory.Null;
    private int _in, _out;
    private long _length;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.sendfile, kernel.Real(_out), kernel.Real(_in), _offset.Pointer, (nint)_length);

    public override ValueTask<SysResult> OnHost(HostProcess process) => _offset.IsNull
        ? process.Os.TrySendfile(process.Fd(_out), process.Fd(_in), _length)
        : process.Os.TrySendfile(process.Fd(_out), process.Fd(_in), _length, BinaryPrimitives.ReadInt64LittleEndian(_offset.Bytes));

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(4);
        (_out, _in, _length, _offset) = (arguments.Int(0), arguments.Int(1), arguments.Long(3), SpliceCall.Offset(arguments, 2));
    }
}
