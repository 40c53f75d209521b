// Socket addresses: in the language's notation, as bytes (what the kernel reads and writes) and as ActorNet has them.

namespace ActorNet.Packetdrill;

/// <summary>struct sockaddr_in and its relatives.</summary>
public static class SockAddrs
{
    /// <summary>sizeof(struct sockaddr_in).</summary>
    public const int InSize = 16;

    /// <summary>sizeof(struct sockaddr_storage): room for any.</summary>
    public const int StorageSize = 128;

    private static readonly Layout s_in = Layout.Find("sockaddr_in")!;

    public static UserMemory Of(SockAddr address)
    {
        var m = new UserMemory([], InSize);
        Write(address, m.Bytes);
        return m;
    }

    /// <summary><c>{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("10.0.0.1")}</c>, AF_UNSPEC, or NULL.</summary>
    public static UserMemory Read(Expr e, Constants constants)
    {
        switch (e)
        {
            case Word { Name: "NULL" }: return UserMemory.Null;
            case Ellipsis: return Of(constants.UsualRemote);
            case StructExpr s: return new UserMemory(s_in.Encode(s, constants), InSize);
            case Word or Number:
                var m = new UserMemory([], InSize);
                BinaryPrimitives.WriteUInt16LittleEndian(m.Bytes, (ushort)constants.Evaluate(e));
                return m;
            default: throw Arguments.Wrong(e, "an address {sa_family = ..., sin_port = htons(...), sin_addr = inet_addr(...)}, ... or NULL");
        }
    }

    /// <summary>Bytes as the language writes them.</summary>
    public static Expr Show(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0) return new StructExpr();
        AddressFamily family = bytes.Length >= 2 ? (AddressFamily)BinaryPrimitives.ReadUInt16LittleEndian(bytes) : 0;
        return family is AddressFamily.INET or AddressFamily.UNSPEC ? s_in.Decode(bytes) : new Text(bytes.ToArray());
    }

    /// <summary>What a call gave into a buffer that it was told the size of: at most that much, and the whole length.</summary>
    public static void Give(SockAddr address, UserMemory room, UserMemory length)
    {
        if (room.IsNull || length.IsNull) return;
        byte[] bytes = new byte[InSize];
        Write(address, bytes);
        bytes.AsSpan(0, Math.Min(Math.Max(0, length.Int), Math.Min(room.Size, InSize))).CopyTo(room.Bytes);
        length.Int = InSize;
    }

    /// <summary>As a program of ActorNet gives it.</summary>
    /// <exception cref="NotSayableException">It is too short to be an address, or missing.</exception>
    public static SockAddr ToHost(UserMemory m, int length)
    {
        if (m.IsNull) throw new NotSayableException("an address that is the null pointer");
        if (length < InSize || m.Size < InSize) throw new NotSayableException($"an address of {length} bytes");
        return Parse(m.Bytes);
    }

    public static SockAddr Parse(ReadOnlySpan<byte> b) => new(
        (AddressFamily)BinaryPrimitives.ReadUInt16LittleEndian(b),
        IpAddress.FromV4(BinaryPrimitives.ReadUInt32BigEndian(b[4..])),
        BinaryPrimitives.ReadUInt16BigEndian(b[2..]));

    private static void Write(SockAddr address, Span<byte> b)
    {
        b.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(b, (ushort)address.Family);
        BinaryPrimitives.WriteUInt16BigEndian(b[2..], address.Port);
        BinaryPrimitives.WriteUInt32BigEndian(b[4..], address.Address.V4);
    }
}
