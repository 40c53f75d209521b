// dup(2), dup2(2), dup3(2) and fcntl(2).

namespace ActorNet.Packetdrill;

/// <summary><c>dup(3) = 4</c>.</summary>
[ScriptCall("dup")]
internal sealed class DupCall : SystemCall
{
    private int _fd;

    public override bool ReturnsDescriptor => true;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.dup, kernel.Real(_fd));

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Sockets.TryDup(process.Fd(_fd));

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(1);
        _fd = arguments.Int(0);
    }
}

/// <summary><c>dup2(3, 10) = 10</c>.</summary>
[ScriptCall("dup2")]
internal sealed class Dup2Call : SystemCall
{
    private int _fd, _to;

    // The number is the script's own choice: it is translated, not handed out.
    public override long OnKernel(IKernel kernel)
    {
        long r = kernel.Call(X64.dup2, kernel.Real(_fd), kernel.Real(_to));
        return r < 0 ? r : kernel.Script((int)r);
    }

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        SysResult r = await process.Os.TryDup2(process.Fd(_fd), process.Fd(_to));
        return r.IsOk ? process.Script((int)r.Value) : r;
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2);
        (_fd, _to) = (arguments.Int(0), arguments.Int(1));
    }
}

/// <summary><c>fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK)</c>, <c>fcntl(3, F_GETFL) = 0x2</c>, <c>fcntl(3, F_DUPFD, 10) = 10</c>.</summary>
[ScriptCall("fcntl")]
internal sealed class FcntlCall : SystemCall
{
    private const int F_DUPFD = 0, F_DUPFD_CLOEXEC = 1030;

    private int _fd, _command, _argument;

    private bool Dups => _command is F_DUPFD or F_DUPFD_CLOEXEC;

    public override long OnKernel(IKernel kernel)
    {
        long r = kernel.Call(X64.fcntl, kernel.Real(_fd), _command, Dups ? kernel.Real(_argument) : _argument);
        return r >= 0 && Dups ? kernel.Script((int)r) : r;
    }

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        SysResult r = await process.Sockets.TryFcntl(process.Fd(_fd), (FcntlCmd)_command, Dups && _argument >= 0 ? Math.Max(0, process.Fd(_argument)) : _argument);
        return r.IsOk && Dups ? process.Script((int)r.Value) : r;
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2, 3);
        (_fd, _command, _argument) = (arguments.Int(0), arguments.Int(1), arguments.Int(2, 0));
    }
}
