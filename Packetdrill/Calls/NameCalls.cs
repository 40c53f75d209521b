// getsockname(2) and getpeername(2).

namespace ActorNet.Packetdrill;

/// <summary><c>getsockname(3, {sa_family = AF_INET, …}, [16]) = 0</c>: the address is what is expected.</summary>
[ScriptCall("getsockname", "getpeername")]
internal sealed class NameCall : SystemCall
{
    private int _fd, _lengthIn;
    private UserMemory _address = UserMemory.Null, _length = UserMemory.Null;

    public override long OnKernel(IKernel kernel) =>
        kernel.Call(Name == "getsockname" ? X64.getsockname : X64.getpeername, kernel.Real(_fd), _address.Pointer, _length.Pointer);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_address.IsNull || _length.IsNull) throw new NotSayableException("an address that is the null pointer");
        int fd = process.Fd(_fd);
        return HostProcess.Try(Name == "getsockname" ? process.Sockets.GetSockName(fd) : process.Sockets.GetPeerName(fd), a =>
        {
            SockAddrs.Give(a, _address, _length);
            return 0;
        });
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result < 0) yield break;
        yield return new Output(1, SockAddrs.Show(_address.Bytes.AsSpan(0, Math.Min(_lengthIn, _length.Int))));
        yield return new Output(2, Arguments.LengthOut(_lengthIn, _length.Int));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(3);
        (_fd, _address, _length) = (arguments.Int(0), arguments.Room(1, SockAddrs.StorageSize), arguments.Length(2, SockAddrs.InSize));
        _lengthIn = _length.IsNull ? 0 : _length.Int;
    }
}
