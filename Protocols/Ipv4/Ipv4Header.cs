// An IPv4 header's meaning (RFC 791 3.1): valid in version, lengths and checksum, in the order of ip_rcv_core (net/ipv4/ip_input.c).

namespace ActorNet.Protocols;

/// <summary>A valid IPv4 header; addresses in host order, options apart.</summary>
/// <param name="HeaderLength">Bytes, options included: 20 to 60.</param>
/// <param name="TotalLength">Bytes, header included.</param>
/// <param name="FragOff">Flags and offset as they stand: IP_DF, IP_MF, IP_OFFSET.</param>
public readonly record struct Ipv4Header(
    byte HeaderLength, byte Tos, ushort TotalLength, ushort Id, ushort FragOff, byte Ttl, byte Protocol, uint Saddr, uint Daddr)
{
    public const int MinLength = 20, MaxLength = 60;

    public const ushort IP_CE = 0x8000, IP_DF = 0x4000, IP_MF = 0x2000, IP_OFFSET = 0x1FFF;

    public bool DontFragment => (FragOff & IP_DF) != 0;

    public bool MoreFragments => (FragOff & IP_MF) != 0;

    /// <summary>Bytes.</summary>
    public int FragmentOffset => (FragOff & IP_OFFSET) * 8;

    public bool IsFragment => (FragOff & (IP_MF | IP_OFFSET)) != 0;

    /// <summary>
    /// Reads and checks a header in Linux's order: room for it, ihl and version (IP_INHDR), checksum (IP_CSUM), a total length beyond the
    /// bytes (PKT_TOO_SMALL) or below the header's (IP_INHDR). Bytes beyond the total length are the link's padding.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Ipv4Header value, out DropReason reason)
    {
        value = default;
        var v = new Ipv4View(bytes);
        reason = DropReason.IP_INHDR;
        if (!v.Fits || v.HeaderLength < MinLength || v.Version != 4 || !v.OptionsFit) return false;
        reason = DropReason.IP_CSUM;
        if (!v.ChecksumIsValid) return false;
        reason = DropReason.PKT_TOO_SMALL;
        if (bytes.Length < v.TotalLength) return false;
        reason = DropReason.IP_INHDR;
        if (v.TotalLength < v.HeaderLength) return false;
        value = new Ipv4Header((byte)v.HeaderLength, v.Tos, (ushort)v.TotalLength, v.Id, v.FragOff, v.Ttl, v.Protocol, v.Saddr, v.Daddr);
        reason = DropReason.NOT_DROPPED_YET;
        return true;
    }

    /// <summary>Writes <see cref="HeaderLength"/> bytes, the checksum included. Options, padded by the caller, fill what is beyond 20.</summary>
    public void Emit(Span<byte> to, ReadOnlySpan<byte> options = default)
    {
        to[0] = (byte)(0x40 | HeaderLength >> 2);
        to[1] = Tos;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], TotalLength);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], Id);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], FragOff);
        to[8] = Ttl;
        to[9] = Protocol;
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], Saddr);
        BinaryPrimitives.WriteUInt32BigEndian(to[16..], Daddr);
        if (HeaderLength > MinLength)
        {
            Span<byte> room = to[MinLength..HeaderLength];
            options.CopyTo(room);
            room[options.Length..].Clear();
        }

        Ipv4View.SendCheck(to[..HeaderLength]);
    }
}
