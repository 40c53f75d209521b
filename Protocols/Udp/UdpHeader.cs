// A UDP header's meaning (RFC 768): the checks of __udp4_lib_rcv and udp4_csum_init (net/ipv4/udp.c).

namespace ActorNet.Protocols;

/// <summary>A valid UDP header.</summary>
/// <param name="Len">Header and payload, bytes: 8 to 65,535.</param>
public readonly record struct UdpHeader(ushort Source, ushort Dest, ushort Len)
{
    /// <summary>Bytes.</summary>
    public const int Length = 8;

    /// <summary>The largest payload over IPv4: 65,535 - 20 - 8.</summary>
    public const int MaxPayload = 65_507;

    /// <summary>
    /// Reads a datagram's header. Refused: too short for the header or for its own length (PKT_TOO_SMALL), a wrong checksum (UDP_CSUM).
    /// A checksum of 0 was not made, and is right (RFC 768). Bytes beyond the length are ignored.
    /// </summary>
    /// <param name="verify">False when the checksum is known to be right (CHECKSUM_UNNECESSARY).</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, IpAddress saddr, IpAddress daddr, bool verify, out UdpHeader value, out DropReason reason)
    {
        value = default;
        reason = DropReason.PKT_TOO_SMALL;
        var v = new UdpView(bytes);
        if (!v.Fits || v.Len < Length || v.Len > bytes.Length) return false;
        if (verify && v.Check != 0
            && !InternetChecksum.IsValid(bytes[..v.Len], InternetChecksum.PseudoHeader(saddr, daddr, (byte)IpProtocol.UDP, v.Len)))
        {
            reason = DropReason.UDP_CSUM;
            return false;
        }

        value = new UdpHeader(v.Source, v.Dest, (ushort)v.Len);
        reason = DropReason.NOT_DROPPED_YET;
        return true;
    }

    /// <summary>Writes 8 bytes in front of a payload that is already there, and the checksum over both (0 is sent as 0xFFFF).</summary>
    /// <param name="datagram">Header and payload.</param>
    /// <param name="payloadSum">The payload's sum when the caller has it (from the copy); it begins at an even offset.</param>
    public void Emit(Span<byte> datagram, IpAddress saddr, IpAddress daddr, uint? payloadSum = null)
    {
        EmitNoCheck(datagram);
        uint sum = InternetChecksum.PseudoHeader(saddr, daddr, (byte)IpProtocol.UDP, Len) + Source + Dest + Len;
        ushort check = InternetChecksum.Finish(sum + (payloadSum ?? InternetChecksum.Sum(datagram[Length..Len])));
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], check == 0 ? (ushort)0xFFFF : check);
    }

    /// <summary>Writes 8 bytes with no checksum (SO_NO_CHECK).</summary>
    public void EmitNoCheck(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, Source);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], Dest);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], Len);
        to[6] = to[7] = 0;
    }
}
