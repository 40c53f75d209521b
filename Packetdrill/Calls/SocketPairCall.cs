// socketpair(2).

namespace ActorNet.Packetdrill;

/// <summary><c>socketpair(AF_INET, SOCK_STREAM, 0, [3, 4])</c>; the family <c>...</c> is AF_INET.</summary>
[ScriptCall("socketpair")]
internal sealed class SocketPairCall : SystemCall
{
    private readonly int[] _pair = new int[2];
    private UserMemory _room = UserMemory.Null;
    private int _family, _type, _protocol;

    public override long OnKernel(IKernel kernel)
    {
        long r = kernel.Call(X64.socketpair, _family, _type, _protocol, _room.Pointer);
        if (r < 0) return r;
        for (int i = 0; i < 2; i++) _pair[i] = kernel.Install(BinaryPrimitives.ReadInt32LittleEndian(_room.Bytes.AsSpan(4 * i)));
        return r;
    }

    public override ValueTask<SysResult> OnHost(HostProcess process)
    {
        if (_room.IsNull) throw new NotSayableException("room for descriptors at the null pointer");
        return HostProcess.Try(process.Os.SocketPair((AddressFamily)_family, (SocketType)_type, (IpProtocol)_protocol), p =>
        {
            (_pair[0], _pair[1]) = (process.Script(p.First), process.Script(p.Second));
            return 0;
        });
    }

    public override IEnumerable<Output> Outputs(long result)
    {
        if (result == 0) yield return new Output(3, new ArrayExpr([Expr.Of(_pair[0]), Expr.Of(_pair[1])]));
    }

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(4);
        (_family, _type, _protocol) = (arguments.Int(0, (int)AddressFamily.INET), arguments.Int(1), arguments.Int(2));
        if (arguments.IsNull(3)) return;
        if (!arguments.IsOpen(3) && arguments[3] is not ArrayExpr { Items.Count: 2 }) throw arguments.Wrong(3, "[3, 4], ... or NULL");
        _room = new UserMemory(8);
    }
}
