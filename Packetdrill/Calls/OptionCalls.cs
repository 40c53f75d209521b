// setsockopt(2) and getsockopt(2): values as numbers, strings or structures.

namespace ActorNet.Packetdrill;

/// <summary><c>setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4)</c>, <c>{onoff=1, linger=2}</c>, <c>"reno"</c>. The length <c>...</c> is the value's own.</summary>
[ScriptCall("setsockopt")]
internal sealed class SetOptionCall : SystemCall
{
    private const int KeyLengthAt = 130, KeyAt = 136;
    private int _fd, _level, _option, _length;
    private UserMemory _value = UserMemory.Null;

    /// <summary>Of TCP_MD5SIG and TCP_MD5SIG_EXT the key, empty for one that goes; null of other options.</summary>
    public byte[]? Md5Key => _level != (int)SockLevel.TCP || (TcpOpt)_option is not (TcpOpt.TCP_MD5SIG or TcpOpt.TCP_MD5SIG_EXT) || _value.Size < KeyAt
        ? null
        : _value.Bytes.AsSpan(KeyAt, Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(_value.Bytes.AsSpan(KeyLengthAt)), _value.Size - KeyAt)).ToArray();

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.setsockopt, kernel.Real(_fd), _level, _option, _value.Pointer, _length);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_length < 0 || (_value.IsNull && _length > 0)) throw new NotSayableException("a value of no length, or at the null pointer");
        return process.Sockets.TrySetSockOpt(process.Fd(_fd), (SockLevel)_level, _option, _value.Bytes.AsMemory(0, Math.Min(_length, _value.Size)));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(5);
        (_fd, _level, _option) = (arguments.Int(0), arguments.Int(1), arguments.Int(2));
        _value = OptionValues.Read(arguments, 3, arguments.Int(4, -1));
        _length = arguments.Int(4, _value.Size);
    }
}

/// <summary><c>getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4])</c>: the value is what is expected; the length goes in and comes out.
/// <c>[[1, 2], [3, 4]]</c> is a value that goes in too, and comes out as the second: numbers of 4 bytes.</summary>
[ScriptCall("getsockopt")]
internal sealed class GetOptionCall : SystemCall
{
    private int _fd, _level, _option, _lengthIn;
    private ArrayExpr? _in;
    private UserMemory _room = UserMemory.Null, _length = UserMemory.Null;

    public override long OnKernel(IKernel kernel) => kernel.Call(X64.getsockopt, kernel.Real(_fd), _level, _option, _room.Pointer, _length.Pointer);

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_length.IsNull || _room.IsNull || _lengthIn < 0) throw new NotSayableException("a value of no length, or at the null pointer");
        return Get(process);
    }

    private async ValueTask<SysResult> Get(HostProcess process)
    {
        SysResult r = await process.Sockets.TryGetSockOpt(process.Fd(_fd), (SockLevel)_level, _option, _room.Bytes.AsMemory(0, _lengthIn));
        if (!r.IsOk) return r;
        _length.Int = (int)r.Value;
        return 0;
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result < 0) yield break;
        byte[] value = _room.Bytes[..Math.Clamp(_length.Int, 0, _room.Size)];
        yield return new Output(3, _in is null ? OptionValues.Show(_level, _option, value) : new ArrayExpr([_in, OptionValues.Numbers(value)]));
        yield return new Output(4, Arguments.LengthOut(_lengthIn, _length.Int));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(5);
        (_fd, _level, _option) = (arguments.Int(0), arguments.Int(1), arguments.Int(2));
        _length = arguments.Length(4, OptionValues.UsualSize(_level, _option));
        _lengthIn = _length.IsNull ? 0 : _length.Int;
        _room = arguments.Room(3, Math.Max(_lengthIn, 512));
        if (arguments[3] is not ArrayExpr { Items: [ArrayExpr given, ..] }) return;
        _in = given;
        for (int i = 0; i < given.Items.Count; i++) BinaryPrimitives.WriteInt32LittleEndian(_room.Bytes.AsSpan(sizeof(int) * i), unchecked((int)arguments.Constants.Evaluate(given.Items[i])));
    }
}
