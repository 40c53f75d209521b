// What this host sends: __ip_queue_xmit, __ip_local_out, ip_output and ip_mc_output (net/ipv4/ip_output.c).

namespace ActorNet.Protocols;

public sealed partial class Ipv4
{
    /// <summary>Sends a transport's packet: data at the transport header, <see cref="SkBuff.Ip"/> filled, head room for the headers below. Owned from here.</summary>
    /// <returns>ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL: no route; EMSGSIZE: larger than the path's MTU, and not to be cut. The packet is freed then.</returns>
    public Errno Xmit(SkBuff skb, Instant now)
    {
        NetnsMib mib = _net.Mib;
        ref IpControl ip = ref skb.Ip;
        // A packet of a socket has its source; replies keep theirs even when the address is gone by now (FLOWI_FLAG_ANYSRC).
        RouteOut r = RouteOutput(ip.Daddr.V4, ip.Saddr.IsAny ? 0 : ip.Saddr.V4, ip.BoundIfIndex, now);
        if (r.Errno != Errno.OK)
        {
            mib.Inc(Snmp.IpOutNoRoutes);
            mib.Drop(skb, DropReason.IP_OUTNOROUTES);
            return r.Errno;
        }

        int optionsLength = ip.Options?.Length ?? 0, headerLength = Ipv4Header.MinLength + optionsLength, length = skb.Length + headerLength;
        if (ip.IgnorePathMtu) r.Mtu = Math.Min(r.Device.Mtu, Fib.MaxMtu);
        bool tooBig = length > r.Mtu && skb.GsoSize == 0;
        // IP_PMTUDISC_WANT sets DF on what fits the path; what does not is cut here. A path locked below the smallest MTU is not probed.
        bool df = ip.DontFragment && !(ip.AllowLocalFragmentation && (tooBig || r.MtuLocked));
        byte ttl = ip.Ttl != 0 ? ip.Ttl : r.Type == RouteType.MULTICAST ? (byte)1 : (byte)_net.Sysctl.ip_default_ttl;
        bool staysHere = r.Type == RouteType.MULTICAST && ip.Ttl == 0 && ip.MulticastLoop;
        ushort id = ip.HasId ? ip.Id
            : df ? (ushort)0
            : (_idents ??= new IpIdents(_net.Random("ip-id"))).Select(r.Daddr, r.Saddr, ip.Protocol, Math.Max(1, skb.GsoSegs), now);
        skb.TransportHeader = skb.DataOffset;
        // A GSO packet may be longer than the field can say; its segments are not.
        var header = new Ipv4Header((byte)headerLength, ip.Tos, (ushort)Math.Min(length, Fib.MaxMtu), id, df ? Ipv4Header.IP_DF : (ushort)0, ttl, ip.Protocol, r.Saddr, r.Daddr);
        header.Emit(skb.Push(headerLength), ip.Options);
        skb.NetworkHeader = skb.DataOffset;
        mib.Inc(Snmp.IpOutRequests);
        mib.Inc(Snmp.IpOutTransmits);
        mib.Add(Snmp.IpExtOutOctets, length);

        if (r.LoopsBack && (r.Type == RouteType.BROADCAST || ip.MulticastLoop)) LoopBack(skb, r.Device, now);
        if (staysHere)
        {
            // A multicast with TTL 0 does not leave the host.
            mib.Drop(skb, DropReason.CONSUMED);
            return Errno.OK;
        }

        CountGroups(r.Type, length);
        if (!tooBig)
        {
            Enqueue(skb, r.Device, r.NextHop);
            return Errno.OK;
        }

        if (!df)
        {
            Fragment(skb, r.Device, r.NextHop, r.Mtu);
            return Errno.OK;
        }

        mib.Inc(Snmp.IpFragFails);
        SendIcmp(skb, IcmpType.DEST_UNREACH, IcmpCode.FRAG_NEEDED, (uint)r.Mtu, now);
        mib.Drop(skb, DropReason.PKT_TOO_BIG);
        return Errno.EMSGSIZE;
    }

    private void CountGroups(RouteType type, int length)
    {
        if (type is not (RouteType.MULTICAST or RouteType.BROADCAST)) return;
        bool multicast = type == RouteType.MULTICAST;
        _net.Mib.Inc(multicast ? Snmp.IpExtOutMcastPkts : Snmp.IpExtOutBcastPkts);
        _net.Mib.Add(multicast ? Snmp.IpExtOutMcastOctets : Snmp.IpExtOutBcastOctets, length);
    }

    // ip_mc_finish_output and dev_loopback_xmit: a copy comes up again as if it had arrived on the device; it needs no route any more.
    private void LoopBack(SkBuff skb, InDevice device, Instant now)
    {
        SkBuff copy = skb.Copy();
        copy.PacketType = PacketType.LOOPBACK;
        copy.IpSummed = SkbChecksum.UNNECESSARY;
        copy.IfIndex = device.IfIndex;
        _net.Mib.Inc(Snmp.IpInReceives);
        _net.Mib.Add(Snmp.IpExtInOctets, copy.Length);
        bool parsed = Ipv4Header.TryParse(copy.Data, out Ipv4Header h, out DropReason reason);
        if (!parsed) _net.Mib.Drop(copy, reason);
        else if (DeliverLocally(copy, h, now, out SkBuff? local) == IpVerdict.LOCAL) SkBuffChain.Put(ref _upHead, ref _upTail, local!);
    }
}
