// An Ethernet II header's meaning (eth_type_trans and eth_header of net/ethernet/eth.c).

namespace ActorNet.Protocols;

/// <summary>A frame's header.</summary>
/// <param name="Type">EtherType of what is carried, behind the tag if there is one.</param>
/// <param name="Tci">The 802.1Q tag's control information, or -1 for an untagged frame.</param>
public readonly record struct EthernetHeader(MacAddress Destination, MacAddress Source, ushort Type, int Tci = -1)
{
    /// <summary>14, or 18 with a tag.</summary>
    public int Length => Tci < 0 ? EtherType.HeaderLength : EtherType.HeaderLength + EtherType.TagLength;

    /// <summary>The VLAN, or -1.</summary>
    public int VlanId => Tci < 0 ? -1 : Tci & 0xFFF;

    /// <summary>Reads a header. Refused: too short (HDR_TRUNC), an 802.3 length in place of a type (UNHANDLED_PROTO).</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out EthernetHeader value, out DropReason reason)
    {
        value = default;
        reason = DropReason.HDR_TRUNC;
        if (bytes.Length < EtherType.HeaderLength) return false;
        var view = new EthernetView(bytes);
        if (!view.Fits) return false;
        reason = DropReason.UNHANDLED_PROTO;
        if (view.InnerType < EtherType.MIN) return false;
        value = new EthernetHeader(view.Destination, view.Source, view.InnerType, view.IsTagged ? view.Tci : -1);
        reason = DropReason.NOT_DROPPED_YET;
        return true;
    }

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public void Emit(Span<byte> to)
    {
        Destination.Write(to);
        Source.Write(to[6..]);
        if (Tci >= 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(to[12..], EtherType.VLAN);
            BinaryPrimitives.WriteUInt16BigEndian(to[14..], (ushort)Tci);
            BinaryPrimitives.WriteUInt16BigEndian(to[16..], Type);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(to[12..], Type);
        }
    }

    /// <summary>eth_type_trans: whom the frame is for, seen from a device with this address.</summary>
    public PacketType Classify(MacAddress device) =>
        Destination == device ? PacketType.HOST
        : Destination == MacAddress.Broadcast ? PacketType.BROADCAST
        : Destination.IsGroup ? PacketType.MULTICAST : PacketType.OTHERHOST;
}
