// socket(2), bind(2), listen(2), connect(2), accept(2), shutdown(2), close(2).

namespace ActorNet.Packetdrill;

/// <summary><c>socket(AF_INET, SOCK_STREAM, 0)</c>; the family <c>...</c> is AF_INET.</summary>
[ScriptCall("socket")]
internal sealed class SocketCall : SystemCall
{
    private int _family, _type, _protocol;

    public override bool ReturnsDescriptor => true;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.socket, _family, _type, _protocol);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Sockets.TrySocket((AddressFamily)_family, (SocketType)_type, (IpProtocol)_protocol);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_family, _type, _protocol) = (arguments.Int(0, (int)AddressFamily.INET), arguments.Int(1), arguments.Int(2));
    }
}

/// <summary>bind(2) and connect(2): <c>bind(3, {sa_family = AF_INET, …}, 16)</c>; <c>...</c> is 127.0.0.1:8080 and 16.</summary>
[ScriptCall("bind", "connect")]
internal sealed class AddressCall : SystemCall
{
    private int _fd, _length;
    private UserMemory _address = UserMemory.Null;

    public override long OnKernel(IKernel kernel) => kernel.Call(Name == "bind" ? X64.bind : X64.connect, kernel.Real(_fd), _address.Pointer, _length);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        SockAddr to = SockAddrs.ToHost(_address, _length);
        return Name == "bind" ? process.Sockets.TryBind(process.Fd(_fd), to) : process.Sockets.TryConnect(process.Fd(_fd), to);
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_fd, _address) = (arguments.Int(0), arguments.Address(1));
        _length = arguments.Int(2, _address.Size);
    }
}

/// <summary>listen(2).</summary>
[ScriptCall("listen")]
internal sealed class ListenCall : SystemCall
{
    private int _fd, _backlog;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.listen, kernel.Real(_fd), _backlog);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Sockets.TryListen(process.Fd(_fd), _backlog);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2);
        (_fd, _backlog) = (arguments.Int(0), arguments.Int(1));
    }
}

/// <summary>accept(2) and accept4(2): <c>accept4(3, ..., ..., SOCK_NONBLOCK) = 4</c>.</summary>
[ScriptCall("accept", "accept4")]
internal sealed class AcceptCall : SystemCall
{
    private int _fd, _flags, _lengthIn;
    private UserMemory _peer = UserMemory.Null, _length = UserMemory.Null;

    public override bool ReturnsDescriptor => true;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.accept4, kernel.Real(_fd), _peer.Pointer, _length.Pointer, _flags);

    public override ValueTask<SysResult> OnHost(HostProcess process) => HostProcess.Try(process.Sockets.Accept(process.Fd(_fd), (SocketType)_flags), r =>
    {
        SockAddrs.Give(r.Peer, _peer, _length);
        return r.Fd;
    });

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result < 0 || _peer.IsNull || _length.IsNull) yield break;
        yield return new Output(1, SockAddrs.Show(_peer.Bytes.AsSpan(0, Math.Min(_lengthIn, _length.Int))));
        yield return new Output(2, Arguments.LengthOut(_lengthIn, _length.Int));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(Name == "accept" ? 3 : 4);
        (_fd, _flags) = (arguments.Int(0), Name == "accept" ? 0 : arguments.Int(3, 0));
        (_peer, _length) = (arguments.Room(1, SockAddrs.StorageSize), arguments.Length(2, SockAddrs.InSize));
        _lengthIn = _length.IsNull ? 0 : _length.Int;
    }
}

/// <summary>shutdown(2).</summary>
[ScriptCall("shutdown")]
internal sealed class ShutdownCall : SystemCall
{
    private int _fd, _how;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.shutdown, kernel.Real(_fd), _how);

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Sockets.TryShutdown(process.Fd(_fd), (ShutdownHow)_how);

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2);
        (_fd, _how) = (arguments.Int(0), arguments.Int(1));
    }
}

/// <summary>close(2).</summary>
[ScriptCall("close")]
internal sealed class CloseCall : SystemCall
{
    private int _fd;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.close, kernel.Real(_fd));

    public override ValueTask<SysResult> OnHost(HostProcess process) => process.Sockets.TryClose(process.Fd(_fd));

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(1);
        _fd = arguments.Int(0);
    }
}
