// What arrives: ip_rcv_core, ip_rcv_finish and ip_local_deliver (net/ipv4/ip_input.c), in their order of checks and with their counters.

namespace ActorNet.Protocols;

public sealed partial class Ipv4
{
    /// <summary>Takes one packet (not a chain) from a device: data at the IP header, PacketType and IfIndex as the device set them.</summary>
    /// <param name="local">Of LOCAL: the datagram, whole, data at the transport header and <see cref="SkBuff.Ip"/> filled. It need not be the packet given in.</param>
    public IpVerdict Rcv(SkBuff skb, Instant now, out SkBuff? local)
    {
        local = null;
        NetnsMib mib = _net.Mib;
        InDevice? device = _fib.Device(skb.IfIndex);
        if (device is null) return Drop(skb, DropReason.DEV_READY);
        if (skb.PacketType == PacketType.OTHERHOST) return Drop(skb, DropReason.OTHERHOST);
        mib.Inc(Snmp.IpInReceives);
        mib.Add(Snmp.IpExtInOctets, skb.Length);
        if (!Ipv4Header.TryParse(skb.Data, out Ipv4Header h, out DropReason reason))
        {
            if (reason == DropReason.PKT_TOO_SMALL)
            {
                mib.Inc(Snmp.IpExtInTruncatedPkts);
            }
            else
            {
                if (reason == DropReason.IP_CSUM) mib.Inc(Snmp.IpExtInCsumErrors);
                mib.Inc(Snmp.IpInHdrErrors);
            }

            return Drop(skb, reason);
        }

        mib.Inc((h.Tos & 3) switch
        {
            0 => Snmp.IpExtInNoECTPkts,
            1 => Snmp.IpExtInECT1Pkts,
            2 => Snmp.IpExtInECT0Pkts,
            _ => Snmp.IpExtInCEPkts,
        });
        skb.Trim(h.TotalLength);
        skb.NetworkHeader = skb.DataOffset;
        skb.TransportHeader = skb.DataOffset + h.HeaderLength;

        RouteIn route = RouteInput(h.Daddr, h.Saddr, device, (IpProtocol)h.Protocol);
        if (route.Type == RouteType.UNSPEC)
        {
            if (route.Reason == DropReason.IP_RPFILTER) mib.Inc(Snmp.TcpExtIPReversePathFilter);
            return Drop(skb, route.Reason);
        }

        Ipv4Options options = default;
        if (h.HeaderLength > Ipv4Header.MinLength && !TakeOptions(skb, h, out options, now)) return IpVerdict.DROPPED;
        if (route.Type == RouteType.MULTICAST)
        {
            mib.Inc(Snmp.IpExtInMcastPkts);
            mib.Add(Snmp.IpExtInMcastOctets, skb.Length);
        }
        else if (route.Type == RouteType.BROADCAST || skb.PacketType is PacketType.BROADCAST or PacketType.MULTICAST)
        {
            mib.Inc(Snmp.IpExtInBcastPkts);
            mib.Add(Snmp.IpExtInBcastOctets, skb.Length);
        }

        return route.Type switch
        {
            RouteType.UNICAST => Forward(skb, h, route, options, now),
            RouteType.UNREACHABLE => Refuse(skb, route.Error, now),
            _ => DeliverLocally(skb, h, now, out local),
        };
    }

    /// <summary>ipv4_link_failure: the next hop of a packet could not be resolved. Its sender is told (host unreachable), and it is freed.</summary>
    /// <param name="skb">Data at the IP header.</param>
    public void LinkFailure(SkBuff skb, Instant now)
    {
        skb.NetworkHeader = skb.DataOffset;
        SendIcmp(skb, IcmpType.DEST_UNREACH, IcmpCode.HOST_UNREACH, 0, now);
        _net.Mib.Drop(skb, DropReason.NEIGH_FAILED);
    }

    private IpVerdict DeliverLocally(SkBuff skb, in Ipv4Header h, Instant now, out SkBuff? local)
    {
        local = null;
        SkBuff whole = skb;
        if (h.IsFragment)
        {
            if (!(_reassembler ??= new IpReassembler(_net)).TryAdd(skb, h, now, out SkBuff? complete)) return IpVerdict.TAKEN;
            whole = complete;
        }

        var v = new Ipv4View(whole.Data);
        if ((_protocols[v.Protocol >> 6] >> v.Protocol & 1) == 0)
        {
            _net.Mib.Inc(Snmp.IpInUnknownProtos);
            SendIcmp(whole, IcmpType.DEST_UNREACH, IcmpCode.PROT_UNREACH, 0, now);
            return Drop(whole, DropReason.IP_NOPROTO);
        }

        _net.Mib.Inc(Snmp.IpInDelivers);
        ref IpControl ip = ref whole.Ip;
        ip.Saddr = IpAddress.FromV4(v.Saddr);
        ip.Daddr = IpAddress.FromV4(v.Daddr);
        ip.Protocol = v.Protocol;
        ip.Tos = v.Tos;
        ip.Ttl = v.Ttl;
        ip.DontFragment = v.DontFragment;
        ip.BoundIfIndex = whole.IfIndex;
        whole.TransportHeader = whole.NetworkHeader + v.HeaderLength;
        whole.Pull(v.HeaderLength);
        local = whole;
        return IpVerdict.LOCAL;
    }

    // ip_rcv_options: a fault is answered with a parameter problem that points at it; source routes are refused (accept_source_route=0).
    private bool TakeOptions(SkBuff skb, in Ipv4Header h, out Ipv4Options options, Instant now)
    {
        if (!Ipv4Options.TryParse(skb.Data[Ipv4Header.MinLength..h.HeaderLength], out options, out int pointer))
        {
            SendIcmp(skb, IcmpType.PARAMETERPROB, 0, (uint)pointer << 24, now);
            _net.Mib.Inc(Snmp.IpInHdrErrors);
            Drop(skb, DropReason.IP_INHDR);
            return false;
        }

        if (!options.HasSourceRoute) return true;
        Drop(skb, DropReason.NOT_SPECIFIED);
        return false;
    }

    // ip_error: a host only counts; a router says why.
    private IpVerdict Refuse(SkBuff skb, Errno error, Instant now)
    {
        if (_fib.Device(skb.IfIndex) is not { } device || !device.Forwards(_net.Sysctl))
        {
            _net.Mib.Inc(Snmp.IpInAddrErrors);
            return Drop(skb, DropReason.IP_INADDRERRORS);
        }

        DropReason reason = DropReason.NOT_SPECIFIED;
        byte code;
        switch (error)
        {
            case Errno.EHOSTUNREACH:
                code = IcmpCode.HOST_UNREACH;
                break;
            case Errno.ENETUNREACH:
                code = IcmpCode.NET_UNREACH;
                reason = DropReason.IP_INNOROUTES;
                _net.Mib.Inc(Snmp.IpExtInNoRoutes);
                break;
            case Errno.EACCES:
                code = IcmpCode.PKT_FILTERED;
                break;
            default:
                return Drop(skb, reason); // a black hole is silent
        }

        SendIcmp(skb, IcmpType.DEST_UNREACH, code, 0, now);
        return Drop(skb, reason);
    }

    private IpVerdict Drop(SkBuff skb, DropReason reason)
    {
        _net.Mib.Drop(skb, reason);
        return IpVerdict.DROPPED;
    }
}
