// send(2), sendto(2), write(2); recv(2), recvfrom(2), read(2).

namespace ActorNet.Packetdrill;

/// <summary><c>write(3, "abc", 3)</c>, <c>send(3, ..., 1000, MSG_DONTWAIT)</c>, <c>sendto(3, ..., 10, 0, {sa_family = …}, 16)</c>. Data <c>...</c> is a pattern of the line's own.</summary>
[ScriptCall("write", "send", "sendto")]
internal sealed class SendCall : SystemCall
{
    private int _fd, _length, _flags, _addressLength;
    private UserMemory _data = UserMemory.Null, _to = UserMemory.Null;

    public override long OnKernel(IKernel kernel) => Name == "write"
        ? kernel.Call(X64.write, kernel.Real(_fd), _data.Pointer, _length)
        : kernel.Call(X64.sendto, kernel.Real(_fd), _data.Pointer, _length, _flags, _to.Pointer, _addressLength);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        int fd = process.Fd(_fd);
        if (_data.IsNull && _length > 0) return process.SendFromNull(fd, _to.IsNull ? default(SockAddr?) : SockAddrs.ToHost(_to, _addressLength), (MsgFlags)_flags);
        if (_length < 0) throw new NotSayableException("a length below zero");
        ReadOnlyMemory<byte> data = _data.Bytes.AsMemory(0, _length);
        if (Name == "write") return HostProcess.Try(process.Sockets.Write(fd, data), n => n);
        return _to.IsNull
            ? process.Sockets.TrySend(fd, data, (MsgFlags)_flags)
            : process.Sockets.TrySendTo(fd, data, SockAddrs.ToHost(_to, _addressLength), (MsgFlags)_flags);
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(Name switch { "write" => 3, "send" => 4, _ => 6 });
        (_fd, _length) = (arguments.Int(0), arguments.Int(2));
        _data = arguments.Data(1, _length);
        if (Name != "write") _flags = arguments.Int(3);
        if (Name != "sendto") return;
        _to = arguments.IsOpen(4) && ((MsgFlags)_flags & MsgFlags.FASTOPEN) == 0 ? UserMemory.Null : arguments.Address(4);
        _addressLength = arguments.Int(5, _to.Size);
    }
}

/// <summary><c>read(3, "abc", 10) = 3</c>: the string is what is expected; <c>recv</c>, <c>recvfrom(3, ..., 10, 0, ..., ...)</c>.</summary>
[ScriptCall("read", "recv", "recvfrom")]
internal sealed class RecvCall : SystemCall
{
    private int _fd, _length, _flags, _lengthIn;
    private UserMemory _room = UserMemory.Null, _from = UserMemory.Null, _fromLength = UserMemory.Null;

    public override long OnKernel(IKernel kernel) => Name == "read"
        ? kernel.Call(X64.read, kernel.Real(_fd), _room.Pointer, _length)
        : kernel.Call(X64.recvfrom, kernel.Real(_fd), _room.Pointer, _length, _flags, _from.Pointer, _fromLength.Pointer);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        int fd = process.Fd(_fd);
        if (_room.IsNull && _length > 0) return process.ReceiveToNull(fd, (MsgFlags)_flags);
        if (_length < 0) throw new NotSayableException("a length below zero");
        Memory<byte> room = _room.Bytes.AsMemory(0, _length);
        if (Name == "read") return HostProcess.Try(process.Sockets.Read(fd, room), n => n);
        if (_from.IsNull) return process.Sockets.TryRecv(fd, room, (MsgFlags)_flags);
        return HostProcess.Try(process.Sockets.RecvFrom(fd, room, (MsgFlags)_flags), r =>
        {
            // A connected stream names nobody: the length comes back as 0.
            if (r.From == default) _fromLength.Int = 0;
            else SockAddrs.Give(r.From, _from, _fromLength);
            return r.Count;
        });
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result < 0) yield break;
        yield return new Output(1, _room.ToText((int)Math.Min(result, _length)));
        if (_from.IsNull || _fromLength.IsNull) yield break;
        yield return new Output(4, SockAddrs.Show(_from.Bytes.AsSpan(0, Math.Min(_lengthIn, _fromLength.Int))));
        yield return new Output(5, Arguments.LengthOut(_lengthIn, _fromLength.Int));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(Name switch { "read" => 3, "recv" => 4, _ => 6 });
        (_fd, _length) = (arguments.Int(0), arguments.Int(2));
        _room = arguments.Room(1, _length);
        if (Name != "read") _flags = arguments.Int(3);
        if (Name != "recvfrom") return;
        (_from, _fromLength) = (arguments.Room(4, SockAddrs.StorageSize), arguments.Length(5, SockAddrs.InSize));
        _lengthIn = _fromLength.IsNull ? 0 : _fromLength.Int;
    }
}
