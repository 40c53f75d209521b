// An IPv4 or IPv6 address in 128 bits; IPv4 is held as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so that transports know one kind.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>An address of either family. The default value is ::, IPv6's "any"; IPv4's is <see cref="Any4"/>.</summary>
public readonly record struct IpAddress(ulong High, ulong Low)
{
    private const ulong Mapped = 0x0000_FFFF_0000_0000;

    public static readonly IpAddress Any4 = FromV4(0);
    public static readonly IpAddress Loopback4 = FromV4(0x7F00_0001);
    public static readonly IpAddress Broadcast4 = FromV4(0xFFFF_FFFF);

    /// <summary>True for an IPv4 address (held IPv4-mapped).</summary>
    public bool IsV4 => High == 0 && (Low & 0xFFFF_FFFF_0000_0000) == Mapped;

    /// <summary>The IPv4 address in host order; meaningful when <see cref="IsV4"/>.</summary>
    public uint V4 => (uint)Low;

    /// <summary>INADDR_ANY or in6addr_any.</summary>
    public bool IsAny => High == 0 && (Low == 0 || Low == Mapped);

    public bool IsLoopback => IsV4 ? V4 >> 24 == 127 : High == 0 && Low == 1;

    public bool IsMulticast => IsV4 ? V4 >> 28 == 0xE : High >> 56 == 0xFF;

    public bool IsBroadcast => IsV4 && V4 == 0xFFFF_FFFF;

    public static IpAddress FromV4(uint hostOrder) => new(0, Mapped | hostOrder);

    public static IpAddress FromV4(byte a, byte b, byte c, byte d) => FromV4((uint)a << 24 | (uint)b << 16 | (uint)c << 8 | d);

    /// <summary>Parses dotted decimal, or IPv6 text.</summary>
    /// <exception cref="FormatException">Neither.</exception>
    public static IpAddress Parse(string text) =>
        TryParse(text, out IpAddress a) ? a : throw new FormatException($"'{text}' is not an IP address");

    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = default;
        // Dotted decimal must have four parts: System.Net accepts "10.1" and octal, configuration should not.
        if (text.Contains(':') ? false : text.Count('.') != 3) return false;
        if (!System.Net.IPAddress.TryParse(text, out System.Net.IPAddress? ip)) return false;
        Span<byte> b = stackalloc byte[16];
        ip.TryWriteBytes(b, out int n);
        if (n == 4) address = FromV4(BinaryPrimitives.ReadUInt32BigEndian(b));
        else address = new IpAddress(BinaryPrimitives.ReadUInt64BigEndian(b), BinaryPrimitives.ReadUInt64BigEndian(b[8..]));
        return true;
    }

    public override string ToString()
    {
        if (IsV4) return string.Create(CultureInfo.InvariantCulture, $"{V4 >> 24}.{(V4 >> 16) & 255}.{(V4 >> 8) & 255}.{V4 & 255}");
        Span<byte> b = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(b, High);
        BinaryPrimitives.WriteUInt64BigEndian(b[8..], Low);
        return new System.Net.IPAddress(b).ToString();
    }

    // Fixed mixing: HashCode is seeded per process, and iteration order must not depend on it.
    public override int GetHashCode()
    {
        ulong h = (High * 0x9E3779B97F4A7C15 ^ Low) * 0xD6E8FEB86659FD93;
        return (int)(h >> 32);
    }
}
