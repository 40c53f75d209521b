// /udp: __udp4_lib_rcv up to the socket (net/ipv4/udp.c): one receiver, or a copy for each where the address is for many; "port unreachable".

namespace ActorNet.Actors;

/// <summary>UDP's demultiplexer.</summary>
internal sealed class UdpActor : DemuxActor
{
    private readonly Func<PortHandle, bool> _allows;
    private readonly List<object> _takers = [];

    // Of the sockets that do not hear every group, by their row.
    private readonly Dictionary<int, McFilter> _filters = [];

    // The multicast under way; null for a broadcast.
    private SkBuff? _group;

    public UdpActor(NetStack stack)
        : base(stack, PortRules.UDP, "ports-udp") => _allows = Allows;

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
        _group = skb.Ip.Daddr.IsMulticast ? skb : null;
        Ports.CollectMatches(skb.Ip.Saddr, source, skb.Ip.Daddr, dest, skb.Ip.BoundIfIndex, _takers, _allows);
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

    private bool Allows(PortHandle handle) =>
        _group is not { } skb || !_filters.TryGetValue(handle.Id, out McFilter? f) || f.Allows(skb.Ip.Daddr.V4, skb.Ip.Saddr.V4, skb.Ip.BoundIfIndex);

    protected override void OnFilter(PortHandle handle, McFilter? filter)
    {
        if (handle.IsNone) return;
        if (filter is null) _filters.Remove(handle.Id);
        else _filters[handle.Id] = filter;
    }

    protected override void OnMoved(Sock sk, PortHandle from, PortHandle to)
    {
        if (!from.IsNone) _filters.Remove(from.Id);
        if (!to.IsNone && ((InetSock)sk).McFilter is { } filter) _filters[to.Id] = filter;
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
