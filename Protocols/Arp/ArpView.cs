// ARP (RFC 826) for IPv4 over Ethernet: the fields as they stand in the bytes. Mirrors struct arphdr (include/uapi/linux/if_arp.h).

namespace ActorNet.Protocols;

/// <summary>Reads an ARP packet's fields in place, after <see cref="Fits"/>.</summary>
public readonly ref struct ArpView(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _b = bytes;

    /// <summary>Long enough for addresses of Ethernet and IPv4.</summary>
    public bool Fits => _b.Length >= ArpPacket.Length;

    /// <summary>ARPHRD_*: 1 is Ethernet.</summary>
    public ushort HardwareType => BinaryPrimitives.ReadUInt16BigEndian(_b);

    public ushort ProtocolType => BinaryPrimitives.ReadUInt16BigEndian(_b[2..]);

    public byte HardwareLength => _b[4];

    public byte ProtocolLength => _b[5];

    public ushort Operation => BinaryPrimitives.ReadUInt16BigEndian(_b[6..]);

    public MacAddress SenderHardware => MacAddress.Read(_b[8..]);

    public uint SenderAddress => BinaryPrimitives.ReadUInt32BigEndian(_b[14..]);

    public MacAddress TargetHardware => MacAddress.Read(_b[18..]);

    public uint TargetAddress => BinaryPrimitives.ReadUInt32BigEndian(_b[24..]);
}
