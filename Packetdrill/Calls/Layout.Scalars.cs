// The plain types that structures are made of.

namespace ActorNet.Packetdrill;

public sealed partial class Layout
{
    private static void Scalar(string name, int size) => s_all.Add(name, new Layout(name, size) { Alignment = size });

    private static void DefineScalars()
    {
        foreach (string one in (string[])["s8", "u8", "char", "lo4", "hi4", "lo1", "mid2", "uint8_t"]) Scalar(one, 1);
        foreach (string two in (string[])["s16", "u16", "be16", "family", "pollbits", "short", "uint16_t"]) Scalar(two, 2);
        foreach (string four in (string[])["s32", "u32", "be32", "in_addr", "epollbits", "int", "unsigned", "socklen_t", "uint32_t", "int32_t"]) Scalar(four, 4);
        foreach (string eight in (string[])["s64", "u64", "long", "size_t", "uint64_t", "int64_t", "off_t"]) Scalar(eight, 8);
    }

    private static void WriteScalar(string type, Span<byte> b, long value)
    {
        switch (s_all[type].Size)
        {
            case 1 when type == "lo4": b[0] = (byte)((b[0] & 0xF0) | ((int)value & 15)); break;
            case 1 when type == "lo1": b[0] = (byte)((b[0] & 0xFE) | ((int)value & 1)); break;
            case 1 when type == "mid2": b[0] = (byte)((b[0] & 0xF9) | ((int)value & 3) << 1); break;
            case 1 when type == "hi4": b[0] = (byte)((b[0] & 0x0F) | ((int)value & 15) << 4); break;
            case 1: b[0] = (byte)value; break;
            case 2: BinaryPrimitives.WriteInt16LittleEndian(b, unchecked((short)value)); break;
            case 4: BinaryPrimitives.WriteInt32LittleEndian(b, unchecked((int)value)); break;
            default: BinaryPrimitives.WriteInt64LittleEndian(b, value); break;
        }
    }

    private static Expr ShowScalar(string type, ReadOnlySpan<byte> b) => type switch
    {
        "lo4" => Expr.Of(b[0] & 15),
        "hi4" => Expr.Of(b[0] >> 4),
        "lo1" => Expr.Of(b[0] & 1),
        "mid2" => Expr.Of(b[0] >> 1 & 3),
        "s8" or "char" => Expr.Of((sbyte)b[0]),
        "s16" or "short" => Expr.Of(BinaryPrimitives.ReadInt16LittleEndian(b)),
        "s32" or "int" or "int32_t" => Expr.Of(BinaryPrimitives.ReadInt32LittleEndian(b)),
        "family" => Family(BinaryPrimitives.ReadUInt16LittleEndian(b)),
        "be16" => new Apply("htons", [Expr.Of(BinaryPrimitives.ReadUInt16BigEndian(b))]),
        "be32" => new Apply("htonl", [Expr.Of(BinaryPrimitives.ReadUInt32BigEndian(b))]),
        "in_addr" => new Apply("inet_addr", [new Text(System.Text.Encoding.ASCII.GetBytes(IpAddress.FromV4(BinaryPrimitives.ReadUInt32BigEndian(b)).ToString()))]),
        "pollbits" => PollBits(BinaryPrimitives.ReadUInt16LittleEndian(b)),
        "epollbits" => EpollBits(BinaryPrimitives.ReadUInt32LittleEndian(b)),
        _ => Expr.Of(s_all[type].Size switch
        {
            1 => b[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(b),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(b),
            _ => BinaryPrimitives.ReadInt64LittleEndian(b),
        }),
    };

    private static Expr Family(ushort family) => family switch
    {
        0 => new Word("AF_UNSPEC"),
        1 => new Word("AF_UNIX"),
        2 => new Word("AF_INET"),
        10 => new Word("AF_INET6"),
        _ => Expr.Of(family),
    };

    /// <summary>POLL* by name.</summary>
    public static Expr PollBits(long events) =>
        Constants.Flags(events, "POLLIN", "POLLPRI", "POLLOUT", "POLLERR", "POLLHUP", "POLLNVAL", "POLLRDNORM", "POLLRDBAND", "POLLWRNORM", "POLLWRBAND", "POLLRDHUP");

    /// <summary>EPOLL* by name.</summary>
    public static Expr EpollBits(long events) => Constants.Flags(
        events, "EPOLLIN", "EPOLLPRI", "EPOLLOUT", "EPOLLERR", "EPOLLHUP", "EPOLLRDNORM", "EPOLLRDBAND", "EPOLLWRNORM", "EPOLLWRBAND", "EPOLLMSG", "EPOLLRDHUP",
        "EPOLLEXCLUSIVE", "EPOLLWAKEUP", "EPOLLONESHOT", "EPOLLET");
}
