// An ICMP message (RFC 792) as it stands in the bytes. Mirrors struct icmphdr (include/uapi/linux/icmp.h).

namespace ActorNet.Protocols;

/// <summary>Reads an ICMP message's fields in place, after <see cref="Fits"/>.</summary>
public readonly ref struct IcmpView(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _b = bytes;

    public bool Fits => _b.Length >= IcmpHeader.Length;

    public byte Type => _b[0];

    public byte Code => _b[1];

    public ushort Check => BinaryPrimitives.ReadUInt16BigEndian(_b[2..]);

    /// <summary>The second word whole: gateway, pointer, unused.</summary>
    public uint Rest => BinaryPrimitives.ReadUInt32BigEndian(_b[4..]);

    /// <summary>Of echo and timestamp.</summary>
    public ushort Id => BinaryPrimitives.ReadUInt16BigEndian(_b[4..]);

    public ushort Sequence => BinaryPrimitives.ReadUInt16BigEndian(_b[6..]);

    /// <summary>Of "fragmentation needed": the next hop's MTU (RFC 1191), 0 from routers that do not say.</summary>
    public ushort Mtu => BinaryPrimitives.ReadUInt16BigEndian(_b[6..]);

    /// <summary>What follows the header: echo data, or the quoted packet of an error.</summary>
    public ReadOnlySpan<byte> Payload => _b[IcmpHeader.Length..];
}
