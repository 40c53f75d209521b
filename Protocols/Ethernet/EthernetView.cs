// Ethernet II (IEEE 802.3 clause 3) with an optional 802.1Q tag: the fields as they stand in the bytes, sane or not.

namespace ActorNet.Protocols;

/// <summary>Reads a frame's fields in place. Only after <see cref="Fits"/>; the tag's only when <see cref="IsTagged"/>.</summary>
public readonly ref struct EthernetView(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _b = bytes;

    public bool Fits => _b.Length >= EtherType.HeaderLength && (!IsTagged || _b.Length >= EtherType.HeaderLength + EtherType.TagLength);

    public MacAddress Destination => MacAddress.Read(_b);

    public MacAddress Source => MacAddress.Read(_b[6..]);

    /// <summary>Bytes 12 and 13: the type, the tag's TPID or an 802.3 length.</summary>
    public ushort TypeField => BinaryPrimitives.ReadUInt16BigEndian(_b[12..]);

    public bool IsTagged => TypeField is EtherType.VLAN or EtherType.QINQ;

    /// <summary>The tag's control information: priority (3 bits), DEI, VLAN id (12 bits).</summary>
    public ushort Tci => BinaryPrimitives.ReadUInt16BigEndian(_b[14..]);

    /// <summary>The type of what is carried, behind the tag if there is one.</summary>
    public ushort InnerType => IsTagged ? BinaryPrimitives.ReadUInt16BigEndian(_b[16..]) : TypeField;

    public int HeaderLength => IsTagged ? EtherType.HeaderLength + EtherType.TagLength : EtherType.HeaderLength;
}
