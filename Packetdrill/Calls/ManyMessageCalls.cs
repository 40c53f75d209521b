// sendmmsg(2) and recvmmsg(2): arrays of {msg_hdr={…}, msg_len=n}.

namespace ActorNet.Packetdrill;

/// <summary><c>sendmmsg(3, [{msg_hdr={msg_iov(1)=[{"a", 1}]}, msg_len=1}], 1, 0) = 1</c>.</summary>
[ScriptCall("sendmmsg")]
internal sealed class SendMmsgCall : SystemCall
{
    private readonly MessageVector _vector = new();
    private int _fd, _count, _flags;

    public override long OnKernel(IKernel kernel)
    {
        UserMemory m = _vector.Write();
        long r = kernel.Call(X64.sendmmsg, kernel.Real(_fd), m.Pointer, _count, _flags);
        _vector.ReadLengths(m);
        return r;
    }

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        List<MsgHdr> messages = [.. _vector.Messages.Take(_count).Select(HostMessage.ToSend)];
        SysResult r = await process.Os.TrySendMmsg(process.Fd(_fd), messages, (MsgFlags)_flags);
        for (int i = 0; i < messages.Count; i++) _vector.Lengths[i] = messages[i].Length;
        return r;
    }

    public override IEnumerable<Output> Outputs(long result) => result <= 0 ? [] : [new Output(1, _vector.ShowLengths((int)result))];

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(4);
        (_fd, _count, _flags) = (arguments.Int(0), arguments.Int(2), arguments.Int(3));
        _vector.Read(arguments, 1, receives: false);
    }
}

/// <summary><c>recvmmsg(3, [{msg_hdr={msg_iov(1)=[{"a", 10}]}, msg_len=1}], 1, MSG_WAITFORONE, NULL) = 1</c>.</summary>
[ScriptCall("recvmmsg")]
internal sealed class RecvMmsgCall : SystemCall
{
    private readonly MessageVector _vector = new();
    private UserMemory _timeout = UserMemory.Null;
    private int _fd, _count, _flags;

    public override long OnKernel(IKernel kernel)
    {
        UserMemory m = _vector.Write();
        long r = kernel.Call(X64.recvmmsg, kernel.Real(_fd), m.Pointer, _count, _flags, _timeout.Pointer);
        _vector.ReadLengths(m);
        if (r > 0) _vector.ReadBack(m);
        return r;
    }

    public override async ValueTask<SysResult> OnHost(HostProcess process)
    {
        List<MsgHdr> messages = [.. _vector.Messages.Take(_count).Select(HostMessage.ToReceive)];
        Duration? timeout = _timeout.IsNull ? null
            : new Duration(BinaryPrimitives.ReadInt64LittleEndian(_timeout.Bytes) * 1_000_000_000 + BinaryPrimitives.ReadInt64LittleEndian(_timeout.Bytes.AsSpan(8)));
        SysResult r = await process.Os.TryRecvMmsg(process.Fd(_fd), messages, (MsgFlags)_flags, timeout);
        for (int i = 0; i < messages.Count; i++)
        {
            _vector.Lengths[i] = messages[i].Length;
            if (r.IsOk && i < r.Value) HostMessage.Give(messages[i], _vector.Messages[i]);
        }

        return r;
    }

    public override IEnumerable<Output> Outputs(long result) => result <= 0 ? [] : [new Output(1, _vector.ShowReceived((int)result))];

    protected override void ReadArguments(Arguments arguments)
    {
        arguments.Want(5);
        (_fd, _count, _flags) = (arguments.Int(0), arguments.Int(2), arguments.Int(3));
        _vector.Read(arguments, 1, receives: true);
        if (arguments.IsOpen(4) || arguments.IsNull(4)) return;
        StructExpr t = arguments.Struct(4, "{tv_sec=, tv_nsec=} or NULL");
        _timeout = new UserMemory([], 16);
        BinaryPrimitives.WriteInt64LittleEndian(_timeout.Bytes, arguments.Constants.Evaluate(t["tv_sec"]!.Value));
        BinaryPrimitives.WriteInt64LittleEndian(_timeout.Bytes.AsSpan(8), arguments.Constants.Evaluate(t["tv_nsec"]!.Value));
    }
}

/// <summary>An array of struct mmsghdr.</summary>
internal sealed class MessageVector
{
    private const int Size = 64;

    private readonly List<Expr> _written = [];

    public List<MessageHeader> Messages { get; } = [];

    public List<int> Lengths { get; } = [];

    public void Read(Arguments arguments, int index, bool receives)
    {
        ArrayExpr array = arguments[index] as ArrayExpr ?? throw arguments.Wrong(index, "[{msg_hdr={…}, msg_len=…}]");
        foreach (Expr item in array.Items)
        {
            if (item is not StructExpr s || s["msg_hdr"] is not { } header) throw Arguments.Wrong(item, "{msg_hdr={…}, msg_len=…}");
            Messages.Add(receives ? MessageHeader.ToReceive(arguments, header.Value) : MessageHeader.ToSend(arguments, header.Value));
            Lengths.Add(0);
            _written.Add(header.Value);
        }
    }

    public UserMemory Write()
    {
        var m = new UserMemory([], Size * Messages.Count);
        for (int i = 0; i < Messages.Count; i++) Messages[i].Write(m.Bytes.AsSpan(Size * i, MessageHeader.Size));
        return m;
    }

    public void ReadLengths(UserMemory m)
    {
        for (int i = 0; i < Messages.Count; i++) Lengths[i] = BinaryPrimitives.ReadInt32LittleEndian(m.Bytes.AsSpan(Size * i + MessageHeader.Size));
    }

    public void ReadBack(UserMemory m)
    {
        for (int i = 0; i < Messages.Count; i++) Messages[i].ReadBack(m.Bytes.AsSpan(Size * i, MessageHeader.Size));
    }

    public ArrayExpr ShowLengths(int count) =>
        new([.. Enumerable.Range(0, Messages.Count).Select(i => new StructExpr(("msg_hdr", _written[i]), ("msg_len", Expr.Of(i < count ? Lengths[i] : 0))))]);

    public ArrayExpr ShowReceived(int count) => new([.. Enumerable.Range(0, Messages.Count).Select(i => i < count
        ? new StructExpr(("msg_hdr", Messages[i].Received(Lengths[i])), ("msg_len", Expr.Of(Lengths[i])))
        : new StructExpr(("msg_hdr", _written[i]), ("msg_len", new Ellipsis())))]);
}
