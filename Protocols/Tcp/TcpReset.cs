// The answer to a segment that belongs to no connection: RFC 9293 section 3.10.7.1 and tcp_v4_send_reset (net/ipv4/tcp_ipv4.c).

namespace ActorNet.Protocols.Tcp;

/// <summary>Resets for strays.</summary>
public static class TcpReset
{
    /// <summary>Makes the RST that a segment without a socket deserves: none for a RST, a broken segment, or one from or to a group address.</summary>
    /// <param name="skb">The stray, transport header first; it stays the caller's.</param>
    public static bool TryReply(SkBuff skb, Net net, Instant now, [NotNullWhen(true)] out SkBuff? rst) => TryReply(skb, net, now, null, out rst);

    /// <param name="key">The connection's, with which the RST is signed. A signed segment of no connection gets none: nobody has its key.</param>
    internal static bool TryReply(SkBuff skb, Net net, Instant now, TcpMd5Key? key, [NotNullWhen(true)] out SkBuff? rst)
    {
        _ = now;
        rst = null;
        if (TcpInput.Check(skb, net) != DropReason.NOT_DROPPED_YET) return false;
        var flags = (TcpFlags)skb.Tcp.Flags;
        if ((flags & TcpFlags.RST) != 0) return false;
        if (skb.Ip.Daddr.IsMulticast || skb.Ip.Daddr.IsBroadcast || skb.Ip.Saddr.IsMulticast || skb.Ip.Saddr.IsBroadcast) return false;
        var th = new TcpHeader(skb.Data);
        if (key is null && TcpMd5.Find(skb.Data[..skb.Tcp.HeaderLength]) >= 0) return false;
        bool acked = (flags & TcpFlags.ACK) != 0;
        SockAddr from = SockAddr.In(skb.Ip.Daddr, th.DestinationPort), to = SockAddr.In(skb.Ip.Saddr, th.SourcePort);
        var options = new TcpOptionsWriter { WindowScale = -1, Md5 = key };
        rst = TcpSegmentBuilder.Build(
            net, from, to,
            acked ? skb.Tcp.AckSeq : 0, acked ? 0 : skb.Tcp.EndSeq,
            acked ? TcpFlags.RST : TcpFlags.RST | TcpFlags.ACK, 0, options, skb.Ip.Tos);
        net.Mib.Inc(Snmp.TcpOutRsts);
        return true;
    }
}
