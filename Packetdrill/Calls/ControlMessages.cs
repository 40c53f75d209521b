// Control messages (man 3 cmsg): a list of {cmsg_level=, cmsg_type=, cmsg_data=} and its bytes.

namespace ActorNet.Packetdrill;

/// <summary>Ancillary data in the language's notation.</summary>
public static class ControlMessages
{
    private const int Header = 16, Socket = 1, Ip = 0, Tcp = 6;

    /// <summary>An array of messages as sendmsg(2) takes it, each at its aligned place. <c>...</c> is none.</summary>
    public static UserMemory Encode(Expr e, Constants constants)
    {
        if (e is Ellipsis or Word { Name: "NULL" }) return UserMemory.Null;
        if (e is Text raw) return new UserMemory(raw.Bytes, raw.Bytes.Length);
        ArrayExpr array = e as ArrayExpr ?? throw Arguments.Wrong(e, "[{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=64}]");
        var bytes = new List<byte>();
        foreach (Expr item in array.Items)
        {
            if (item is not StructExpr s || s["cmsg_level"] is not { } level || s["cmsg_type"] is not { } type)
                throw Arguments.Wrong(item, "{cmsg_level=, cmsg_type=, cmsg_data=}");
            byte[] data = s["cmsg_data"] is { } d ? Data(d.Value, constants) : [];
            long length = s["cmsg_len"] is { } l ? constants.Evaluate(l.Value) : Header + data.Length;
            byte[] header = new byte[Header];
            BinaryPrimitives.WriteInt64LittleEndian(header, length);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), (int)constants.Evaluate(level.Value));
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), (int)constants.Evaluate(type.Value));
            bytes.AddRange(header);
            bytes.AddRange(data);
            while (bytes.Count % 8 != 0) bytes.Add(0);
        }

        return new UserMemory([.. bytes], bytes.Count);
    }

    /// <summary>What recvmsg(2) gave.</summary>
    public static ArrayExpr Decode(ReadOnlySpan<byte> b)
    {
        List<Expr> items = [];
        while (b.Length >= Header)
        {
            long length = BinaryPrimitives.ReadInt64LittleEndian(b);
            int level = BinaryPrimitives.ReadInt32LittleEndian(b[8..]), type = BinaryPrimitives.ReadInt32LittleEndian(b[12..]);
            int end = (int)Math.Clamp(length, Header, b.Length);
            items.Add(new StructExpr(("cmsg_level", Level(level)), ("cmsg_type", Type(level, type)), ("cmsg_data", Show(level, type, b[Header..end]))));
            b = b[Math.Min(b.Length, (end + 7) & ~7)..];
        }

        return new ArrayExpr(items);
    }

    private static byte[] Data(Expr e, Constants constants)
    {
        switch (e)
        {
            case Text t: return t.Bytes;
            case StructExpr s: return (Layout.For(s) ?? throw new ScriptException(s.At, $"no structure has the fields of {s}")).Encode(s, constants);
            case ArrayExpr a:
                byte[] all = new byte[4 * a.Items.Count];
                for (int i = 0; i < a.Items.Count; i++) BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(4 * i), (int)constants.Evaluate(a.Items[i]));
                return all;
            default:
                byte[] number = new byte[4];
                BinaryPrimitives.WriteInt32LittleEndian(number, unchecked((int)constants.Evaluate(e)));
                return number;
        }
    }

    private static Expr Show(int level, int type, ReadOnlySpan<byte> data) => (level, type) switch
    {
        (Ip, 8) => Layout.Find("in_pktinfo")!.Decode(data),
        (Ip, 11) => Layout.Find("recverr")!.Decode(data),
        (Socket, 29 or 63) => Layout.Find("scm_timestamp")!.Decode(data),
        (Socket, 35 or 64) => Layout.Find("scm_timestampns")!.Decode(data),
        (Socket, 37 or 65) => Layout.Find("scm_timestamping")!.Decode(data),
        _ => data.Length switch
        {
            1 => new ArrayExpr([Expr.Of(data[0])]), // IP_TOS is one byte
            4 => Expr.Of(BinaryPrimitives.ReadInt32LittleEndian(data)),
            _ => new Text(data.ToArray()),
        },
    };

    private static Expr Level(int level) => level switch
    {
        Ip => new Word("SOL_IP"),
        Socket => new Word("SOL_SOCKET"),
        Tcp => new Word("SOL_TCP"),
        17 => new Word("SOL_UDP"),
        _ => Expr.Of(level),
    };

    private static Expr Type(int level, int type) => (level, type) switch
    {
        (Ip, 1) => new Word("IP_TOS"),
        (Ip, 2) => new Word("IP_TTL"),
        (Ip, 8) => new Word("IP_PKTINFO"),
        (Ip, 11) => new Word("IP_RECVERR"),
        (Socket, 29) => new Word("SCM_TIMESTAMP"),
        (Socket, 35) => new Word("SCM_TIMESTAMPNS"),
        (Socket, 37) => new Word("SCM_TIMESTAMPING"),
        (Tcp, 36) => new Word("TCP_CM_INQ"),
        _ => Expr.Of(type),
    };
}
