// /udp: __udp4_lib_rcv up to the socket (net/ipv4/udp.c): one receiver, or a copy for each where the address is for many; "port unreachable".

namespace ActorNet.Actors;

/// <summary>UDP's demultiplexer.</summary>
internal sealed class UdpActor(NetStack stack) : DemuxActor(stack, PortRules.UDP, "ports-udp")
{
    private readonly List<object> _takers = [];

    protected override void Rcv(SkBuff skb, Instant now)
    {
        var udp = new UdpView(skb.Data);
        if (!udp.Fits)
        {
            Net.Mib.Inc(Snmp.UdpInErrors);
            Net.Mib.Drop(skb, DropReason.PKT_TOO_SMALL);
            return;
        }

        ref IpControl ip = ref skb.Ip;
        if (ip.Daddr.IsMulticast || Stack.Fib.AddressType(ip.Daddr.V4) == RouteType.BROADCAST) DeliverToMany(skb, udp.Source, udp.Dest);
        else if (Ports.TryLookup(ip.Saddr, udp.Source, ip.Daddr, udp.Dest, ip.BoundIfIndex, out object? owner, out _)) Deliver((IActorRef)owner, skb);
        else NoPort(skb, now);
    }

    // Each gets a copy of its own; the last one the datagram itself. Nobody there: no error is sent about a packet for many.
    private void DeliverToMany(SkBuff skb, ushort source, ushort dest)
    {
        Ports.CollectMatches(skb.Ip.Saddr, source, skb.Ip.Daddr, dest, skb.Ip.BoundIfIndex, _takers);
        if (_takers.Count == 0)
        {
            Net.Mib.Inc(Snmp.UdpIgnoredMulti);
            Net.Mib.Drop(skb, DropReason.CONSUMED);
            return;
        }

        for (int i = 0; i < _takers.Count - 1; i++) Deliver((IActorRef)_takers[i], skb.Copy());
        Deliver((IActorRef)_takers[^1], skb);
        _takers.Clear();
    }

    private void NoPort(SkBuff skb, Instant now)
    {
        if (!UdpHeader.TryParse(skb.Data, skb.Ip.Saddr, skb.Ip.Daddr, skb.IpSummed != SkbChecksum.UNNECESSARY, out _, out DropReason reason))
        {
            if (reason == DropReason.UDP_CSUM) Net.Mib.Inc(Snmp.UdpInCsumErrors);
            Net.Mib.Inc(Snmp.UdpInErrors);
            Net.Mib.Drop(skb, reason);
            return;
        }

        Net.Mib.Inc(Snmp.UdpNoPorts);
        if (Stack.IcmpMachine.TryMakeError(skb, IcmpType.DEST_UNREACH, IcmpCode.PORT_UNREACH, 0, now, out SkBuff? error)) Stack.Ip.Tell(error, Me);
        Net.Mib.Drop(skb, DropReason.NO_SOCKET);
    }
}
