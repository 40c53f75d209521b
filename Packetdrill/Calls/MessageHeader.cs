// struct msghdr: what sendmsg(2), recvmsg(2) and their relatives for many messages take, in the language's notation and in memory.

namespace ActorNet.Packetdrill;

/// <summary>
/// <c>{msg_name(16)={sa_family = …}, msg_iov(2)=[{"abc", 3}, {..., 10}], msg_control(64)=[{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=3}], msg_flags=0}</c>.
/// A field that is not there is the null pointer; a count <c>...</c> is the usual one.
/// </summary>
public sealed class MessageHeader
{
    /// <summary>sizeof(struct msghdr), sizeof(struct iovec).</summary>
    public const int Size = 56, IovSize = 16;

    private const int UsualRoom = 512;

    private readonly Expr _written;
    private readonly List<int> _lengths = [];
    private readonly int _nameIn;
    private readonly bool _hasControl;
    private UserMemory? _iovec;

    private MessageHeader(Arguments arguments, Expr e, bool receives, bool opens)
    {
        _written = e;
        StructExpr s = e as StructExpr ?? throw Arguments.Wrong(e, "{msg_name(...)=..., msg_iov(1)=[{..., 10}], msg_flags=0}");
        Constants constants = arguments.Constants;
        foreach (Field f in s.Fields)
        {
            switch (f.Name)
            {
                case "msg_name":
                    bool open = f.Value is Ellipsis or Anything && !opens;
                    Name = receives ? Arguments.Room(f.Value, SockAddrs.StorageSize) : open ? UserMemory.Null : SockAddrs.Read(f.Value, constants);
                    NameLength = _nameIn = f.Count is null or Ellipsis ? (Name.IsNull ? 0 : SockAddrs.InSize) : (int)First(f.Count, constants);
                    break;
                case "msg_iov": ReadIov(arguments, f, receives); break;
                case "msg_flags": Flags = f.Value is Ellipsis or Anything || receives ? 0 : (int)constants.Evaluate(f.Value); break;
                case "msg_control":
                    _hasControl = true;
                    Control = receives ? new UserMemory([], f.Count is null or Ellipsis ? UsualRoom : (int)First(f.Count, constants)) : ControlMessages.Encode(f.Value, constants);
                    ControlLength = Control.Size;
                    break;
                default: throw new ScriptException(s.At, $"struct msghdr has no field {f.Name}; it has msg_name, msg_iov, msg_control, msg_flags");
            }
        }
    }

    public UserMemory Name { get; } = UserMemory.Null;

    /// <summary>msg_namelen; a call that receives writes it.</summary>
    public int NameLength { get; set; }

    public List<UserMemory> Iov { get; } = [];

    /// <summary>msg_iovlen: as the script has it, which may be more than there are.</summary>
    public int IovCount { get; private set; }

    public UserMemory Control { get; } = UserMemory.Null;

    /// <summary>msg_controllen; a call that receives writes it.</summary>
    public int ControlLength { get; set; }

    /// <summary>msg_flags; a call that receives writes it.</summary>
    public int Flags { get; set; }

    /// <summary>A message to send: its data and control messages are filled in.</summary>
    /// <param name="opens">MSG_FASTOPEN: a name that is not written is the far end's.</param>
    public static MessageHeader ToSend(Arguments arguments, Expr e, bool opens = false) => new(arguments, e, receives: false, opens);

    /// <summary>Room for a message: what is written in it is what is expected.</summary>
    public static MessageHeader ToReceive(Arguments arguments, Expr e) => new(arguments, e, receives: true, opens: false);

    /// <summary>The bytes of a <c>struct msghdr</c> for the real kernel.</summary>
    public void Write(Span<byte> m)
    {
        m[..Size].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(m, Name.Pointer);
        BinaryPrimitives.WriteInt32LittleEndian(m[8..], NameLength);
        BinaryPrimitives.WriteInt64LittleEndian(m[16..], IovMemory().Pointer);
        BinaryPrimitives.WriteInt64LittleEndian(m[24..], IovCount);
        BinaryPrimitives.WriteInt64LittleEndian(m[32..], Control.Pointer);
        BinaryPrimitives.WriteInt64LittleEndian(m[40..], ControlLength);
        BinaryPrimitives.WriteInt32LittleEndian(m[48..], Flags);
    }

    /// <summary>Takes over what the kernel wrote into one.</summary>
    public void ReadBack(ReadOnlySpan<byte> m)
    {
        NameLength = BinaryPrimitives.ReadInt32LittleEndian(m[8..]);
        ControlLength = (int)BinaryPrimitives.ReadInt64LittleEndian(m[40..]);
        Flags = BinaryPrimitives.ReadInt32LittleEndian(m[48..]);
    }

    /// <summary>The array of <c>struct iovec</c>, also for readv(2) and writev(2).</summary>
    public UserMemory IovMemory()
    {
        if (_iovec is not null) return _iovec;
        _iovec = new UserMemory([], IovSize * Iov.Count);
        for (int i = 0; i < Iov.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_iovec.Bytes.AsSpan(IovSize * i), Iov[i].Pointer);
            BinaryPrimitives.WriteInt64LittleEndian(_iovec.Bytes.AsSpan(IovSize * i + 8), _lengths[i]);
        }

        return _iovec;
    }

    /// <summary>What was received, in the language's notation. The name and the control messages are in it if they were asked for.</summary>
    public StructExpr Received(long bytes)
    {
        List<Field> fields = [];
        if (!Name.IsNull)
            fields.Add(new Field("msg_name", _nameIn == NameLength ? Expr.Of(NameLength) : new ArrayExpr([Expr.Of(_nameIn), Expr.Of(NameLength)]), SockAddrs.Show(Name.Bytes.AsSpan(0, Math.Clamp(Math.Min(_nameIn, NameLength), 0, Name.Size)))));
        fields.Add(new Field("msg_iov", Expr.Of(Iov.Count), Filled(bytes)));
        fields.Add(new Field("msg_flags", null, Constants.Flags(
            (uint)Flags, "MSG_OOB", "MSG_CTRUNC", "MSG_TRUNC", "MSG_EOR", "MSG_ERRQUEUE", "MSG_CMSG_CLOEXEC", "MSG_DONTWAIT", "MSG_WAITALL", "MSG_PEEK", "MSG_ZEROCOPY")));
        if (_hasControl) fields.Add(new Field("msg_control", null, ControlMessages.Decode(Control.Bytes.AsSpan(0, Math.Clamp(ControlLength, 0, Control.Size)))));
        return new StructExpr(fields) { At = _written.At };
    }

    /// <summary>The pieces with what a call put into them: <c>[{"abc", 3}, {"", 10}]</c>.</summary>
    public ArrayExpr Filled(long bytes)
    {
        List<Expr> items = [];
        for (int i = 0; i < Iov.Count; i++)
        {
            int n = (int)Math.Clamp(bytes, 0, Math.Min(_lengths[i], Iov[i].Size));
            bytes -= n;
            items.Add(new StructExpr([new Field(null, null, Iov[i].ToText(n)), new Field(null, null, Expr.Of(_lengths[i]))]));
        }

        return new ArrayExpr(items);
    }

    /// <summary>An array of pieces alone, as readv(2) and writev(2) take it: <c>[{"abc", 3}, {..., 10}], 2</c>.</summary>
    public static MessageHeader Pieces(Arguments arguments, Expr array, int count, bool receives) =>
        new(arguments, new StructExpr([new Field("msg_iov", Expr.Of(count), array)]) { At = array.At }, receives, opens: false);

    private void ReadIov(Arguments arguments, Field f, bool receives)
    {
        ArrayExpr array = f.Value as ArrayExpr ?? throw Arguments.Wrong(f.Value, "[{..., 10}, {\"abc\", 3}]");
        foreach (Expr item in array.Items)
        {
            if (item is not StructExpr { Fields: [{ Name: null } data, { Name: null } size] }) throw Arguments.Wrong(item, "{data, length}");
            int length = (int)arguments.Constants.Evaluate(size.Value);
            Iov.Add(receives ? Arguments.Room(data.Value, length) : arguments.Data(data.Value, length));
            _lengths.Add(length);
        }

        IovCount = f.Count is null or Ellipsis ? Iov.Count : (int)First(f.Count, arguments.Constants);
    }

    private static long First(Expr e, Constants constants) => constants.Evaluate(e is ArrayExpr { Items.Count: > 0 } a ? a.Items[0] : e);
}
