// An ARP packet's meaning (RFC 826): arp_rcv's checks and arp_create of net/ipv4/arp.c.

namespace ActorNet.Protocols;

/// <summary>ARPOP_*.</summary>
public enum ArpOperation : ushort { REQUEST = 1, REPLY = 2 }

/// <summary>A request or reply for IPv4 over Ethernet; addresses in host order.</summary>
public readonly record struct ArpPacket(ArpOperation Operation, MacAddress SenderHardware, uint SenderAddress, MacAddress TargetHardware, uint TargetAddress)
{
    /// <summary>Bytes.</summary>
    public const int Length = 28;

    /// <summary>Reads a packet. Refused: too short (HDR_TRUNC), other address kinds or operations (UNHANDLED_PROTO).</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ArpPacket value, out DropReason reason)
    {
        value = default;
        reason = DropReason.HDR_TRUNC;
        var v = new ArpView(bytes);
        if (!v.Fits) return false;
        reason = DropReason.UNHANDLED_PROTO;
        // ARPHRD_IEEE802 (6) is taken for Ethernet, as RFC 1042 has it and arp_process does.
        if (v.HardwareType is not (1 or 6) || v.ProtocolType != EtherType.IP || v.HardwareLength != 6 || v.ProtocolLength != 4) return false;
        if (v.Operation is not ((ushort)ArpOperation.REQUEST or (ushort)ArpOperation.REPLY)) return false;
        value = new ArpPacket((ArpOperation)v.Operation, v.SenderHardware, v.SenderAddress, v.TargetHardware, v.TargetAddress);
        reason = DropReason.NOT_DROPPED_YET;
        return true;
    }

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public void Emit(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, 0x0001_0800_0604_0000 | (ulong)Operation);
        SenderHardware.Write(to[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(to[14..], SenderAddress);
        TargetHardware.Write(to[18..]);
        BinaryPrimitives.WriteUInt32BigEndian(to[24..], TargetAddress);
    }
}
