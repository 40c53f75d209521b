// Segments that are built without a full socket: resets, SYN-ACKs of request socks, ACKs of TIME_WAIT (tcp_v4_send_reset, tcp_v4_send_ack, tcp_make_synack).

namespace ActorNet.Protocols.Tcp;

/// <summary>Writes one control segment with its checksum.</summary>
internal static class TcpSegmentBuilder
{
    public static SkBuff Build(
        Net net, in SockAddr from, in SockAddr to, SeqNum seq, SeqNum ack, TcpFlags flags, int window, in TcpOptionsWriter options, byte tos = 0)
    {
        int length = TcpHeader.MinLength + options.Length;
        SkBuff skb = net.Pool.Alloc(TcpConst.Headroom, length);
        Span<byte> b = skb.Put(length);
        TcpHeader.Emit(b, from.Port, to.Port, seq, ack, length, flags, (ushort)window, 0); // cut, not bounded: so Linux (htons)
        options.Emit(b[TcpHeader.MinLength..]);
        if (options.Md5 is { } key) TcpMd5.Sign(key, from.Address, to.Address, b, default);
        uint sum = InternetChecksum.PseudoHeader(from.Address, to.Address, (byte)IpProtocol.TCP, length);
        BinaryPrimitives.WriteUInt16BigEndian(b[16..], InternetChecksum.Finish(InternetChecksum.Sum(b, sum)));
        skb.TransportHeader = skb.DataOffset;
        skb.PacketType = PacketType.OUTGOING;
        skb.Protocol = EtherType.IP;
        skb.Ip.Saddr = from.Address;
        skb.Ip.Daddr = to.Address;
        skb.Ip.Protocol = (byte)IpProtocol.TCP;
        skb.Ip.Tos = tos;
        skb.Ip.DontFragment = !net.Sysctl.ip_no_pmtu_disc;
        net.Mib.Inc(Snmp.TcpOutSegs);
        return skb;
    }
}
