// Errors that this host makes: __icmp_send of net/ipv4/icmp.c, by the rules of RFC 1122 3.2.2 and RFC 1812 4.3.2: never about an error, a
// fragment that is not the first, a broadcast or multicast of either layer, or a source that is no host's.

namespace ActorNet.Protocols;

public sealed partial class Icmp
{
    /// <summary>The longest error, IP header included (RFC 1812 4.3.2.3), bytes.</summary>
    public const int MaxErrorLength = 576;

    /// <summary>Makes an error about a packet, if the rules and the rate limits allow one.</summary>
    /// <param name="about">Its IP header stands at <see cref="SkBuff.NetworkHeader"/>; it stays the caller's.</param>
    /// <param name="info">The header's second word: an MTU, or a pointer in the top byte.</param>
    /// <param name="error">To be sent by <see cref="Ipv4.Xmit"/>.</param>
    public bool TryMakeError(SkBuff about, IcmpType type, byte code, uint info, Instant now, [NotNullWhen(true)] out SkBuff? error)
    {
        error = null;
        if (about.PacketType is not (PacketType.HOST or PacketType.OUTGOING)) return false;
        ReadOnlySpan<byte> bytes = about.Head.AsSpan(about.NetworkHeader, about.DataOffset + about.Length - about.NetworkHeader);
        var v = new Ipv4View(bytes);
        if (!v.Fits || !v.OptionsFit || v.FragmentOffset != 0) return false;
        RouteType target = fib.AddressType(v.Daddr);
        if (target is RouteType.BROADCAST or RouteType.MULTICAST) return false;
        if (v.Saddr >> 24 == 0 || v.Saddr >> 28 >= 0xE) return false;
        if (v.Protocol == (byte)IpProtocol.ICMP && IcmpHeader.IsErrorType((byte)type))
        {
            // A type that is not known counts as an error.
            if (bytes.Length <= v.HeaderLength) return false;
            byte inner = bytes[v.HeaderLength];
            if (inner > (byte)IcmpType.ADDRESSREPLY || IcmpHeader.IsErrorType(inner)) return false;
        }

        bool overLoopback = about.PacketType == PacketType.HOST && fib.Device(about.IfIndex) is { IsLoopback: true };
        if (!overLoopback && !Limit.AllowGlobal(type, code, now)) return false;
        // An error about a packet for this host comes from the address it was for; another from the address that faces its source.
        RouteOut r = fib.Output(v.Saddr, target == RouteType.LOCAL ? v.Daddr : 0, 0, now);
        if (r.Errno != Errno.OK || !Limit.AllowPeer(v.Saddr, r.Device, type, code, now)) return false;

        int room = Math.Min(r.Mtu, MaxErrorLength) - Ipv4Header.MinLength - IcmpHeader.Length;
        if (room <= Ipv4Header.MinLength) return false;
        error = Make(new IcmpHeader(type, code, info), bytes[..Math.Min(room, bytes.Length)], r.Saddr, v.Saddr);
        // Internetwork control precedence (RFC 1812 4.3.2.5) with the TOS bits of the packet.
        error.Ip.Tos = (byte)(v.Tos & 0x1E | 0xC0);
        error.Mark = about.Mark;
        return true;
    }
}
