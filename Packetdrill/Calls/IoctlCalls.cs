// ioctl(2): what the third argument points to is an int, a structure, or, with SIOCGIFCONF, a structure with a pointer.

namespace ActorNet.Packetdrill;

/// <summary>
/// <c>ioctl(3, FIONREAD, [5]) = 0</c>, <c>ioctl(3, SIOCGIFMTU, {ifr_name="lo", ifr_mtu=65536}) = 0</c>, <c>ioctl(3, FIOCLEX) = 0</c>,
/// <c>ioctl(3, SIOCGIFCONF, {ifc_len=[100, 40], ifc_req=[{ifr_name="lo"}]}) = 0</c>. An int goes in only with those that set something; of a structure what the
/// script says goes in, and what comes out is held against it.
/// </summary>
[ScriptCall("ioctl")]
internal sealed class IoctlCall : SystemCall
{
    private const int IfReqSize = 40, IfConfSize = 16, RoomSize = 128;

    private int _fd;
    private IoctlCmd _cmd;
    private int _lengthIn;
    private bool _isInt;
    private UserMemory _argument = UserMemory.Null, _buffer = UserMemory.Null;

    public override bool ReturnsDescriptor => _cmd == IoctlCmd.SIOCGSKNS;

    private bool Sets => _cmd is IoctlCmd.FIONBIO or IoctlCmd.FIOASYNC or IoctlCmd.FIOSETOWN or IoctlCmd.SIOCSPGRP;

    private string LayoutName => _cmd switch
    {
        IoctlCmd.SIOCGIFADDR or IoctlCmd.SIOCGIFDSTADDR or IoctlCmd.SIOCGIFBRDADDR or IoctlCmd.SIOCGIFNETMASK
            or IoctlCmd.SIOCSIFADDR or IoctlCmd.SIOCSIFDSTADDR or IoctlCmd.SIOCSIFBRDADDR or IoctlCmd.SIOCSIFNETMASK => "ifreq.addr",
        IoctlCmd.SIOCGIFFLAGS or IoctlCmd.SIOCSIFFLAGS => "ifreq.flags",
        IoctlCmd.SIOCGIFINDEX or IoctlCmd.SIOCGIFNAME => "ifreq.ifindex",
        IoctlCmd.SIOCGIFMTU or IoctlCmd.SIOCSIFMTU => "ifreq.mtu",
        IoctlCmd.SIOCGIFMETRIC or IoctlCmd.SIOCSIFMETRIC => "ifreq.metric",
        IoctlCmd.SIOCGIFTXQLEN or IoctlCmd.SIOCSIFTXQLEN => "ifreq.qlen",
        IoctlCmd.SIOCGIFHWADDR or IoctlCmd.SIOCSIFHWADDR => "ifreq.hwaddr",
        IoctlCmd.SIOCGIFMAP or IoctlCmd.SIOCSIFMAP => "ifreq.map",
        IoctlCmd.SIOCGSTAMP or IoctlCmd.SIOCGSTAMP_NEW => "scm_timestamp",
        IoctlCmd.SIOCGSTAMPNS or IoctlCmd.SIOCGSTAMPNS_NEW => "scm_timestampns",
        _ => "ifreq",
    };

    public override long OnKernel(IKernel kernel)
    {
        if (_cmd == IoctlCmd.SIOCGIFCONF && !_argument.IsNull) BinaryPrimitives.WriteInt64LittleEndian(_argument.Bytes.AsSpan(8), _buffer.Pointer);
        return kernel.Call(X64.ioctl, kernel.Real(_fd), (nint)(uint)_cmd, _argument.Pointer);
    }

    public override ValueTask<SysResult> OnHost(HostProcess process) =>
        process.Sockets.TryIoctl(process.Fd(_fd), _cmd, _argument.IsNull ? default : _argument.Bytes.AsMemory(), _buffer.IsNull ? (Memory<byte>?)null : _buffer.Bytes.AsMemory());

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result < 0 || _argument.IsNull || Event.Arguments.Count < 3) yield break;
        if (_cmd == IoctlCmd.SIOCGIFCONF) yield return new Output(2, ShowIfConf());
        else if (_isInt) yield return new Output(2, new ArrayExpr([Expr.Of(_argument.Int)]));
        else yield return new Output(2, Layout.Find(LayoutName)!.Decode(_argument.Bytes));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(2, 3);
        (_fd, _cmd) = (arguments.Int(0), (IoctlCmd)unchecked((uint)arguments.Long(1)));
        if (arguments.Count < 3 || arguments.IsNull(2)) return;
        switch (arguments[2])
        {
            case StructExpr s when _cmd == IoctlCmd.SIOCGIFCONF:
                ReadIfConf(s, arguments);
                break;
            case StructExpr s:
                _argument = new UserMemory((Layout.Find(LayoutName) ?? throw arguments.Wrong(2, "another structure")).Encode(s, arguments.Constants), RoomSize);
                break;
            case ArrayExpr { Items: [var item] }:
                _isInt = true;
                _argument = new UserMemory([], RoomSize);
                if (Sets) _argument.Int = (int)arguments.Constants.Evaluate(item);
                break;
            case Ellipsis or Anything:
                _argument = new UserMemory([], RoomSize);
                break;
            default: throw arguments.Wrong(2, "[value], {structure}, ... or NULL");
        }
    }

    private void ReadIfConf(StructExpr s, Arguments arguments)
    {
        _argument = new UserMemory([], IfConfSize);
        if (s["ifc_len"]?.Value is ArrayExpr { Items: [var length, ..] }) _lengthIn = (int)arguments.Constants.Evaluate(length);
        _argument.Int = _lengthIn;
        if (s["ifc_req"]?.Value is not Word { Name: "NULL" }) _buffer = new UserMemory([], Math.Max(0, _lengthIn) + IfReqSize);
    }

    private StructExpr ShowIfConf()
    {
        List<Expr> requests = [];
        for (int at = 0; !_buffer.IsNull && at + IfReqSize <= _argument.Int; at += IfReqSize)
            requests.Add(Layout.Find("ifreq.addr")!.Decode(_buffer.Bytes.AsSpan(at, IfReqSize)));
        return new StructExpr(("ifc_len", Arguments.LengthOut(_lengthIn, _argument.Int)), ("ifc_req", _buffer.IsNull ? new Word("NULL") : new ArrayExpr(requests)));
    }
}
