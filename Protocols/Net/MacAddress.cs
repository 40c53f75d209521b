// A 48-bit Ethernet address (IEEE 802-2014 clause 8), kept in the low 48 bits of a ulong.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>An Ethernet address.</summary>
public readonly record struct MacAddress(ulong Value)
{
    public static readonly MacAddress Broadcast = new(0xFFFF_FFFF_FFFF);
    public static readonly MacAddress Zero;

    /// <summary>The group bit: broadcast and multicast.</summary>
    public bool IsGroup => (Value >> 40 & 1) != 0;

    public static MacAddress Read(ReadOnlySpan<byte> b) =>
        new((ulong)b[0] << 40 | (ulong)b[1] << 32 | (ulong)b[2] << 24 | (ulong)b[3] << 16 | (ulong)b[4] << 8 | b[5]);

    public void Write(Span<byte> b)
    {
        b[5] = (byte)Value;
        b[4] = (byte)(Value >> 8);
        b[3] = (byte)(Value >> 16);
        b[2] = (byte)(Value >> 24);
        b[1] = (byte)(Value >> 32);
        b[0] = (byte)(Value >> 40);
    }

    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress mac)
    {
        mac = default;
        ulong v = 0;
        if (text.Length != 17) return false;
        for (int i = 0; i < 6; i++)
        {
            if (i > 0 && text[3 * i - 1] != ':') return false;
            if (!byte.TryParse(text.Slice(3 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte b)) return false;
            v = v << 8 | b;
        }

        mac = new MacAddress(v);
        return true;
    }

    public override int GetHashCode() => (int)(Value * 0x9E3779B97F4A7C15 >> 32);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Value >> 40 & 255:x2}:{Value >> 32 & 255:x2}:{Value >> 24 & 255:x2}:{Value >> 16 & 255:x2}:{Value >> 8 & 255:x2}:{Value & 255:x2}");
}
