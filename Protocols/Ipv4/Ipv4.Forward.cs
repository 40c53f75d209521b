// What passes through: ip_forward (net/ipv4/ip_forward.c) and ip_forward_options (net/ipv4/ip_options.c).

namespace ActorNet.Protocols;

public sealed partial class Ipv4
{
    private IpVerdict Forward(SkBuff skb, in Ipv4Header h, in RouteIn route, in Ipv4Options options, Instant now)
    {
        // A frame for many must not be multiplied (RFC 1812 5.3.4).
        if (skb.PacketType != PacketType.HOST) return Drop(skb, DropReason.NOT_SPECIFIED);
        if (h.Ttl <= 1)
        {
            _net.Mib.Inc(Snmp.IpInHdrErrors);
            SendIcmp(skb, IcmpType.TIME_EXCEEDED, IcmpCode.EXC_TTL, 0, now);
            return Drop(skb, DropReason.TTL_EXPIRED);
        }

        bool tooBig = WireLength(skb, h.HeaderLength, h.Protocol) > route.Mtu;
        if (tooBig && h.DontFragment)
        {
            _net.Mib.Inc(Snmp.IpFragFails);
            SendIcmp(skb, IcmpType.DEST_UNREACH, IcmpCode.FRAG_NEEDED, (uint)route.Mtu, now);
            return Drop(skb, DropReason.PKT_TOO_BIG);
        }

        Ipv4View.DecreaseTtl(skb.Data);
        _net.Mib.Inc(Snmp.IpForwDatagrams);
        if (options.NeedsWriting) options.WriteForwarder(skb.Data[..h.HeaderLength], _fib.Output(h.Daddr, 0, route.Device!.IfIndex, now).Saddr, now);
        _net.Mib.Inc(Snmp.IpOutTransmits);
        _net.Mib.Add(Snmp.IpExtOutOctets, skb.Length);
        skb.Ip = default;
        if (tooBig) Fragment(skb, route.Device!, route.NextHop, route.Mtu);
        else Enqueue(skb, route.Device!, route.NextHop);
        return IpVerdict.TAKEN;
    }

    // Of a packet that stands for several (GSO): the largest of them.
    private static int WireLength(SkBuff skb, int headerLength, byte protocol)
    {
        if (skb.GsoSize == 0) return skb.Length;
        int transport = protocol == (byte)IpProtocol.TCP ? (skb.Data[headerLength + 12] >> 4) * 4 : UdpHeader.Length;
        return headerLength + transport + skb.GsoSize;
    }
}
