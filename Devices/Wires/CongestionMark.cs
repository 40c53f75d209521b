// Congestion Experienced on a frame (RFC 3168 section 5; INET_ECN_set_ce, include/net/inet_ecn.h): what an active queue does in place of a loss.

namespace ActorNet.Devices.Wires;

internal static class CongestionMark
{
    /// <summary>Marks the IP packet in a frame. False: it is none, or its sender did not say that it understands (Not-ECT), or it is marked.</summary>
    /// <param name="frame">From the link header on.</param>
    /// <param name="ethernet">Whether there is one; else bare IP.</param>
    public static bool TrySet(Span<byte> frame, bool ethernet)
    {
        Span<byte> ip = frame;
        if (ethernet)
        {
            if (frame.Length < EtherType.HeaderLength) return false;
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
            if (type is not (EtherType.IP or EtherType.IPV6)) return false;
            ip = frame[EtherType.HeaderLength..];
        }

        return ip.Length == 0 ? false : (ip[0] >> 4) switch { 4 => TrySet4(ip), 6 => TrySet6(ip), _ => false };
    }

    private static bool TrySet4(Span<byte> ip)
    {
        const int minHeader = 20;
        if (ip.Length < minHeader || (ip[1] & 3) is 0 or 3) return false;
        ushort before = BinaryPrimitives.ReadUInt16BigEndian(ip);
        ip[1] |= 3;
        ushort check = BinaryPrimitives.ReadUInt16BigEndian(ip[10..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Update16(check, before, BinaryPrimitives.ReadUInt16BigEndian(ip)));
        return true;
    }

    // The traffic class lies across two bytes; its last two bits are in the second (RFC 8200 section 3).
    private static bool TrySet6(Span<byte> ip)
    {
        if (ip.Length < 2 || (ip[1] >> 4 & 3) is 0 or 3) return false;
        ip[1] |= 0x30;
        return true;
    }
}
