// The eight bytes of IGMP versions 1 and 2 (RFC 1112 appendix I, RFC 2236 2): struct igmphdr.

namespace ActorNet.Protocols;

/// <summary>A message of version 1 or 2, or what version 3 has in common with them.</summary>
/// <param name="Code">Of a query: the maximum response time in tenths of a second; 0 in version 1.</param>
/// <param name="Group">Host order; 0 for a general query.</param>
public readonly record struct IgmpMessage(IgmpType Type, byte Code, uint Group)
{
    /// <summary>Bytes.</summary>
    public const int Length = 8;

    /// <summary>Reads a message. Refused: shorter than 8 bytes (HDR_TRUNC), a wrong checksum over all of it (IP_CSUM).</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out IgmpMessage value, out DropReason reason)
    {
        value = default;
        reason = DropReason.HDR_TRUNC;
        if (bytes.Length < Length) return false;
        reason = DropReason.IP_CSUM;
        if (!InternetChecksum.IsValid(bytes)) return false;
        value = new IgmpMessage((IgmpType)bytes[0], bytes[1], BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));
        reason = DropReason.NOT_DROPPED_YET;
        return true;
    }

    /// <summary>Writes 8 bytes with their checksum.</summary>
    public void Emit(Span<byte> to)
    {
        to[0] = (byte)Type;
        to[1] = Code;
        to[2] = to[3] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], Group);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], InternetChecksum.Compute(to[..Length]));
    }
}
