// Segments of one stream that a poll finds in a row become one packet on their way up: dev_gro_receive (net/core/gro.c), inet_gro_receive (net/ipv4/af_inet.c),
// tcp_gro_receive and tcp_gro_complete (net/ipv4/tcp_offload.c).

using ActorNet.Protocols.Tcp;

namespace ActorNet.Devices;

/// <summary>Generic receive offload. One stream at a time: what another sends in between ends a packet.</summary>
internal static class Gro
{
    private const int Ip = Ipv4Header.MinLength, MostBytes = 65_535;
    private const TcpFlags Ends = TcpFlags.URG | TcpFlags.PSH | TcpFlags.RST | TcpFlags.SYN | TcpFlags.FIN;

    /// <summary>Puts a segment at the end of a packet that is on its way up; it is gone then. Both have their data at the network header.</summary>
    /// <param name="held">Another buffer may take its place.</param>
    public static bool TryMerge(ref SkBuff held, SkBuff skb)
    {
        if (held.Protocol != EtherType.IP || skb.Protocol != EtherType.IP || skb.GsoSize != 0) return false;
        ReadOnlySpan<byte> a = held.Data, b = skb.Data;
        if (!IsPlain(a) || !IsPlain(b)) return false;
        // Hosts, TOS, TTL, DF and protocol; ports, acknowledgement, length of the header, window and options: all alike, flags but FIN and PSH too.
        int header = Ip + (a[Ip + 12] >> 4) * 4;
        if (a[1] != b[1] || a[6] != b[6] || !a[8..10].SequenceEqual(b[8..10]) || !a[12..(Ip + 4)].SequenceEqual(b[12..(Ip + 4)]) || !a[(Ip + 8)..(Ip + 13)].SequenceEqual(b[(Ip + 8)..(Ip + 13)])
            || ((a[Ip + 13] ^ b[Ip + 13]) & unchecked((byte)~(TcpFlags.FIN | TcpFlags.PSH))) != 0 || !a[(Ip + 14)..(Ip + 16)].SequenceEqual(b[(Ip + 14)..(Ip + 16)])
            || b.Length < header || !a[(Ip + 20)..header].SequenceEqual(b[(Ip + 20)..header])) return false;
        int wholeA = BinaryPrimitives.ReadUInt16BigEndian(a[2..]), wholeB = BinaryPrimitives.ReadUInt16BigEndian(b[2..]);
        if (wholeA != a.Length || wholeB > b.Length) return false;
        int got = wholeA - header, length = wholeB - header, mss = held.GsoSize == 0 ? got : held.GsoSize;
        if (length <= 0 || length > mss || got % mss != 0 || wholeA + length > MostBytes) return false;
        var flags = (TcpFlags)(a[Ip + 13] | b[Ip + 13]);
        if (((TcpFlags)a[Ip + 13] & Ends) != 0 || (flags & (TcpFlags.CWR | TcpFlags.URG | TcpFlags.RST | TcpFlags.SYN)) != 0) return false;
        if (BinaryPrimitives.ReadUInt32BigEndian(b[(Ip + 4)..]) != BinaryPrimitives.ReadUInt32BigEndian(a[(Ip + 4)..]) + (uint)got) return false;
        if (!Verifies(held, a) || !Verifies(skb, b[..wholeB])) return false;

        SkBuff to = held.GsoSize == 0 ? Larger(held) : held;
        held = to;
        b[header..wholeB].CopyTo(to.Put(length));
        to.GsoSize = mss;
        to.GsoSegs = Math.Max(1, to.GsoSegs) + 1;
        Span<byte> whole = to.Data;
        BinaryPrimitives.WriteUInt16BigEndian(whole[2..], (ushort)whole.Length);
        Ipv4View.SendCheck(whole[..Ip]);
        whole[Ip + 13] = (byte)flags;
        var v = new Ipv4View(whole);
        BinaryPrimitives.WriteUInt16BigEndian(whole[(Ip + 16)..], (ushort)InternetChecksum.PseudoHeader4(v.Saddr, v.Daddr, v.Protocol, whole.Length - Ip));
        to.IpSummed = SkbChecksum.PARTIAL;
        skb.Free();
        return true;
    }

    // TCP without IP options, whole.
    private static bool IsPlain(ReadOnlySpan<byte> ip) =>
        ip.Length >= Ip + TcpHeader.MinLength && ip[0] == 0x45 && ip[9] == (byte)IpProtocol.TCP && (ip[6] & 0x3F) == 0 && ip[7] == 0 && TcpHeader.Fits(ip[Ip..]);

    private static bool Verifies(SkBuff skb, ReadOnlySpan<byte> ip)
    {
        if (skb.IpSummed is SkbChecksum.PARTIAL or SkbChecksum.UNNECESSARY) return true;
        var v = new Ipv4View(ip);
        if (!InternetChecksum.IsValid(ip[Ip..], InternetChecksum.PseudoHeader4(v.Saddr, v.Daddr, v.Protocol, ip.Length - Ip))) return false;
        skb.IpSummed = SkbChecksum.UNNECESSARY;
        return v.ChecksumIsValid;
    }

    // With room for as much as a packet may have.
    private static SkBuff Larger(SkBuff skb)
    {
        int headroom = skb.DataOffset;
        SkBuff to = skb.Pool.Alloc(headroom, MostBytes);
        skb.From(skb.MacHeader).CopyTo(to.Head.AsSpan(skb.MacHeader));
        to.Put(skb.Length);
        to.MacHeader = skb.MacHeader;
        to.NetworkHeader = skb.NetworkHeader;
        to.Protocol = skb.Protocol;
        to.PacketType = skb.PacketType;
        to.IpSummed = skb.IpSummed;
        to.IfIndex = skb.IfIndex;
        to.Tstamp = skb.Tstamp;
        skb.Free();
        return to;
    }
}
