// A query of IGMP version 3 (RFC 3376 4.1): struct igmpv3_query. Its times are written as numbers with an exponent from 128 on (IGMPV3_EXP).

namespace ActorNet.Protocols;

/// <summary>Reads a version 3 query's fields in place, after <see cref="TryParse"/>.</summary>
public readonly ref struct IgmpQuery
{
    private readonly ReadOnlySpan<byte> _b;

    private IgmpQuery(ReadOnlySpan<byte> bytes) => _b = bytes;

    /// <summary>Bytes before the sources.</summary>
    public const int MinLength = 12;

    /// <summary>Host order; 0 for a general query.</summary>
    public uint Group => BinaryPrimitives.ReadUInt32BigEndian(_b[4..]);

    /// <summary>Max Resp Code, decoded (IGMPV3_MRC): tenths of a second.</summary>
    public int MaxResponse => Decode(_b[1]);

    /// <summary>The S flag.</summary>
    public bool SuppressRouterSide => (_b[8] & 8) != 0;

    /// <summary>QRV, 0 to 7; 0: the querier's is larger than 7.</summary>
    public int Robustness => _b[8] & 7;

    /// <summary>QQIC, decoded: seconds.</summary>
    public int QueryInterval => Decode(_b[9]);

    public int SourceCount => BinaryPrimitives.ReadUInt16BigEndian(_b[10..]);

    /// <summary>Host order.</summary>
    public uint Source(int i) => BinaryPrimitives.ReadUInt32BigEndian(_b[(MinLength + 4 * i)..]);

    /// <summary>Whether the bytes are long enough for a version 3 query and its sources. The checksum has been verified (<see cref="IgmpMessage.TryParse"/>).</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out IgmpQuery value)
    {
        value = new IgmpQuery(bytes);
        return bytes.Length >= MinLength && bytes.Length >= MinLength + 4 * value.SourceCount;
    }

    /// <summary>Writes a query. Times are encoded: what cannot be said exactly is rounded down.</summary>
    /// <param name="maxResponse">Tenths of a second, at most 31,744.</param>
    /// <param name="queryInterval">Seconds, at most 31,744.</param>
    public static void Emit(Span<byte> to, uint group, int maxResponse, bool suppress, int robustness, int queryInterval, ReadOnlySpan<uint> sources)
    {
        to[0] = (byte)IgmpType.HOST_MEMBERSHIP_QUERY;
        to[1] = Encode(maxResponse);
        to[2] = to[3] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], group);
        to[8] = (byte)((suppress ? 8 : 0) | robustness & 7);
        to[9] = Encode(queryInterval);
        BinaryPrimitives.WriteUInt16BigEndian(to[10..], (ushort)sources.Length);
        for (int i = 0; i < sources.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(to[(MinLength + 4 * i)..], sources[i]);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], InternetChecksum.Compute(to[..(MinLength + 4 * sources.Length)]));
    }

    /// <summary>IGMPV3_EXP: below 128 the number itself, above a mantissa of four bits and an exponent of three.</summary>
    public static int Decode(byte code) => code < 128 ? code : (code & 15 | 16) << ((code >> 4 & 7) + 3);

    public static byte Encode(int value)
    {
        if (value < 128) return (byte)Math.Max(0, value);
        int exponent = 0;
        while (value >> (exponent + 3) > 31 && exponent < 7) exponent++;
        return (byte)(0x80 | exponent << 4 | Math.Min(31, value >> (exponent + 3)) & 15);
    }
}
