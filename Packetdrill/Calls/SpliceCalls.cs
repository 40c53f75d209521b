// splice(2), tee(2), sendfile(2).

namespace ActorNet.Packetdrill;

/// <summary><c>splice(3, NULL, 6, NULL, 100, SPLICE_F_NONBLOCK) = 100</c>.</summary>
[ScriptCall("splice")]
internal sealed class SpliceCall : SystemCall
{
    private int _in, _out, _length, _flags;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.splice, kernel.Real(_in), 0, kernel.Real(_out), 0, _length, _flags);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TrySplice(process.Fd(_in), process.Fd(_out), _length, (uint)_flags);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(6);
        (_in, _out, _length, _flags) = (arguments.Int(0), arguments.Int(2), arguments.Int(4), arguments.Int(5));
    }
}

/// <summary><c>tee(3, 6, 100, 0) = 100</c>.</summary>
[ScriptCall("tee")]
internal sealed class TeeCall : SystemCall
{
    private int _in, _out, _length, _flags;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.tee, kernel.Real(_in), kernel.Real(_out), _length, _flags);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TryTee(process.Fd(_in), process.Fd(_out), _length, (uint)_flags);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(4);
        (_in, _out, _length, _flags) = (arguments.Int(0), arguments.Int(1), arguments.Int(2), arguments.Int(3));
    }
}

/// <summary><c>sendfile(4, 3, NULL, 100) = 100</c>.</summary>
[ScriptCall("sendfile")]
internal sealed class SendfileCall : SystemCall
{
    private int _in, _out, _length;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.sendfile, kernel.Real(_out), kernel.Real(_in), 0, _length);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Os.TrySendfile(process.Fd(_out), process.Fd(_in), _length);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(4);
        (_out, _in, _length) = (arguments.Int(0), arguments.Int(1), arguments.Int(3));
    }
}
