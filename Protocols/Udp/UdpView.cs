// A UDP header (RFC 768) as it stands in the bytes. Mirrors struct udphdr (include/uapi/linux/udp.h).

namespace ActorNet.Protocols;

/// <summary>Reads a UDP header's fields in place, after <see cref="Fits"/>.</summary>
public readonly ref struct UdpView(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _b = bytes;

    public bool Fits => _b.Length >= UdpHeader.Length;

    public ushort Source => BinaryPrimitives.ReadUInt16BigEndian(_b);

    public ushort Dest => BinaryPrimitives.ReadUInt16BigEndian(_b[2..]);

    /// <summary>Header and payload, bytes.</summary>
    public int Len => BinaryPrimitives.ReadUInt16BigEndian(_b[4..]);

    /// <summary>0: the sender made none.</summary>
    public ushort Check => BinaryPrimitives.ReadUInt16BigEndian(_b[6..]);
}
