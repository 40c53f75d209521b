// What a device does with an Ethernet header (net/ethernet/eth.c, eth_type_trans), without making a value of it.

namespace ActorNet.Devices;

/// <summary>Reading frames as a device does.</summary>
internal static class EtherFrame
{
    /// <summary>ETH_P_802_2: what frames with an 802.3 length in place of a type are handed to.</summary>
    public const ushort ETH_P_802_2 = 0x0004;

    /// <summary>Takes the header off, notes where it was, whom the frame was for, and what it carries. The frame holds at least a header.</summary>
    public static void TypeTrans(SkBuff skb, MacAddress own)
    {
        ReadOnlySpan<byte> h = skb.Data;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(h[12..]);
        skb.Protocol = type >= EtherType.MIN ? type : ETH_P_802_2;
        skb.PacketType = Classify(Destination(h), own);
        skb.MacHeader = skb.DataOffset;
        skb.Pull(EtherType.HeaderLength);
        skb.NetworkHeader = skb.DataOffset;
        skb.TransportHeader = -1;
    }

    /// <summary>The first six bytes of a frame that has at least eight.</summary>
    public static MacAddress Destination(ReadOnlySpan<byte> frame) => new(BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16);

    /// <summary>The six bytes after the destination.</summary>
    public static MacAddress Source(ReadOnlySpan<byte> frame) => new(BinaryPrimitives.ReadUInt64BigEndian(frame[4..]) & 0xFFFF_FFFF_FFFF);

    public static PacketType Classify(MacAddress destination, MacAddress own) =>
        destination == own ? PacketType.HOST
        : destination == MacAddress.Broadcast ? PacketType.BROADCAST
        : destination.IsGroup ? PacketType.MULTICAST
        : PacketType.OTHERHOST;
}
