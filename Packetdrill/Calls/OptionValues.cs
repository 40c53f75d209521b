// What an option's value looks like: an int, unless the table here says otherwise.

namespace ActorNet.Packetdrill;

/// <summary>Values of socket options in the language's notation.</summary>
internal static class OptionValues
{
    private const int Socket = 1, Ip = 0, Tcp = 6;

    // Strings have no layout.
    private static readonly HashSet<(int Level, int Option)> s_strings = [(Socket, 25), (Tcp, 13), (Tcp, 31)]; // SO_BINDTODEVICE, TCP_CONGESTION, TCP_ULP

    private static string? LayoutOf(int level, int option) => (level, option) switch
    {
        (Socket, 13) => "linger",
        (Socket, 20 or 21 or 66 or 67) => "timeval", // SO_RCVTIMEO, SO_SNDTIMEO, old and new
        (Socket, 17) => "ucred",
        (Socket, 55) => "sk_meminfo", // SO_MEMINFO
        (Socket, 47 or 57) => "u64", // SO_MAX_PACING_RATE, SO_COOKIE
        (Ip, 32) => "in_addr", // IP_MULTICAST_IF
        (Tcp, 11) => "tcp_info",
        _ => null,
    };

    public static int UsualSize(int level, int option) =>
        s_strings.Contains((level, option)) ? 16 : (level, option) == (Socket, 47) ? 8 : LayoutOf(level, option) is { } name ? Layout.Find(name)!.Size : sizeof(int);

    /// <summary><c>[1]</c>, <c>"reno"</c>, <c>{onoff=1, linger=2}</c>, NULL; <c>...</c> is zeroes.</summary>
    /// <param name="length">What the call says of its length; -1 if nothing.</param>
    public static UserMemory Read(Arguments arguments, int i, int length)
    {
        switch (arguments[i])
        {
            case Word { Name: "NULL" }: return UserMemory.Null;
            case Ellipsis: return new UserMemory([], Math.Max(0, length));
            case Text t: return new UserMemory(t.Bytes, Math.Max(length, t.Bytes.Length));
            case StructExpr s:
                Layout layout = Layout.For(s) ?? throw new ScriptException(s.At, $"no structure has the fields of {s}");
                byte[] bytes = layout.Encode(s, arguments.Constants);
                return new UserMemory(bytes, Math.Max(length, bytes.Length));
            case ArrayExpr a:
                // Numbers of 4 bytes; one alone that is said to have 8 has 8.
                int size = a.Items.Count == 1 && length == sizeof(long) ? sizeof(long) : sizeof(int);
                var m = new UserMemory([], Math.Max(length, a.Items.Count * size));
                for (int n = 0; n < a.Items.Count; n++)
                {
                    long value = arguments.Constants.Evaluate(a.Items[n]);
                    if (size == sizeof(long)) BinaryPrimitives.WriteInt64LittleEndian(m.Bytes, value);
                    else BinaryPrimitives.WriteInt32LittleEndian(m.Bytes.AsSpan(n * size), unchecked((int)value));
                }

                return m;
            default: throw arguments.Wrong(i, "[value], \"string\", {structure}, ... or NULL");
        }
    }

    public static Expr Show(int level, int option, ReadOnlySpan<byte> b)
    {
        if (s_strings.Contains((level, option))) return new Text(b.TrimEnd((byte)0).ToArray());
        if (LayoutOf(level, option) is { } name && Layout.Find(name) is { } layout)
        {
            if (name == "in_addr") return b.Length == 4 ? new ArrayExpr([new Apply("inet_addr", [AddressText(b)])]) : new Text(b.ToArray());
            if (name != "u64") return layout.Decode(b);
        }

        return b.Length switch
        {
            0 => new ArrayExpr([]),
            1 => new ArrayExpr([Expr.Of(b[0])]),
            4 => new ArrayExpr([Expr.Of(BinaryPrimitives.ReadInt32LittleEndian(b))]),
            8 => new ArrayExpr([Expr.Of(BinaryPrimitives.ReadInt64LittleEndian(b))]),
            _ => new Text(b.ToArray()),
        };
    }

    /// <summary>As so many numbers of 4 bytes.</summary>
    public static ArrayExpr Numbers(ReadOnlySpan<byte> b)
    {
        var numbers = new Expr[b.Length / sizeof(int)];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = Expr.Of(BinaryPrimitives.ReadUInt32LittleEndian(b[(sizeof(int) * i)..]));
        return new ArrayExpr(numbers);
    }

    private static Text AddressText(ReadOnlySpan<byte> b) =>
        new(System.Text.Encoding.ASCII.GetBytes(IpAddress.FromV4(BinaryPrimitives.ReadUInt32BigEndian(b)).ToString()));
}
