// __udp4_lib_rcv up to the socket (net/ipv4/udp.c): one receiver, or a copy for each where the address is for many; "port unreachable".

namespace ActorNet.Protocols;

/// <summary>UDP's demultiplexer. The table's owners are whatever its driver delivers to.</summary>
public sealed class UdpDemux
{
    private readonly Net _net;
    private readonly Fib _fib;
    private readonly Icmp _icmp;
    private readonly PortTable<object> _ports;
    private readonly List<object> _others = [];
    private Func<PortHandle, bool>? _allows;

    // Of the sockets that do not hear every group, by their row.
    private Dictionary<int, McFilter>? _filters;

    // The multicast under way; null for a broadcast.
    private SkBuff? _group;

    public UdpDemux(Net net, Fib fib, Icmp icmp, PortTable<object> ports) => (_net, _fib, _icmp, _ports) = (net, fib, icmp, ports);

    /// <summary>Who gets a copy of the datagram that <see cref="Rcv"/> was given last, before the one it named gets the datagram itself.</summary>
    public IReadOnlyList<object> Others => _others;

    /// <summary>One datagram: the owner in the table that takes it; null when it is dealt with.</summary>
    /// <param name="error">"Port unreachable", to be sent.</param>
    public object? Rcv(SkBuff skb, Instant now, out SkBuff? error)
    {
        error = null;
        if (_others.Count > 0) _others.Clear();
        var udp = new UdpView(skb.Data);
        if (!udp.Fits)
        {
            _net.Mib.Inc(Snmp.UdpInErrors);
            _net.Mib.Drop(skb, DropReason.PKT_TOO_SMALL);
            return null;
        }

        ref IpControl ip = ref skb.Ip;
        if (ip.Daddr.IsMulticast || _fib.AddressType(ip.Daddr.V4) == RouteType.BROADCAST) return Many(skb, udp.Source, udp.Dest);
        if (_ports.TryLookup(ip.Saddr, udp.Source, ip.Daddr, udp.Dest, ip.BoundIfIndex, out object? owner, out _)) return owner;
        NoPort(skb, now, out error);
        return null;
    }

    /// <summary>A socket hears other multicasts than before; null: all.</summary>
    public void SetFilter(PortHandle handle, McFilter? filter)
    {
        if (handle.IsNone) return;
        if (filter is null) _filters?.Remove(handle.Id);
        else (_filters ??= [])[handle.Id] = filter;
    }

    /// <summary>A socket has another row than before, or none.</summary>
    public void Moved(Sock sk, PortHandle from, PortHandle to)
    {
        if (!from.IsNone) _filters?.Remove(from.Id);
        if (!to.IsNone && ((InetSock)sk).McFilter is { } filter) (_filters ??= [])[to.Id] = filter;
    }

    // Each gets a copy of its own; the last one the datagram itself. Nobody there: no error is sent about a packet for many.
    private object? Many(SkBuff skb, ushort source, ushort dest)
    {
        _group = skb.Ip.Daddr.IsMulticast ? skb : null;
        _ports.CollectMatches(skb.Ip.Saddr, source, skb.Ip.Daddr, dest, skb.Ip.BoundIfIndex, _others, _allows ??= Allows);
        if (_others.Count == 0)
        {
            _net.Mib.Inc(Snmp.UdpIgnoredMulti);
            _net.Mib.Drop(skb, DropReason.CONSUMED);
            return null;
        }

        object last = _others[^1];
        _others.RemoveAt(_others.Count - 1);
        return last;
    }

    private bool Allows(PortHandle handle) =>
        _group is not { } skb || _filters is null || !_filters.TryGetValue(handle.Id, out McFilter? f) || f.Allows(skb.Ip.Daddr.V4, skb.Ip.Saddr.V4, skb.Ip.BoundIfIndex);

    private void NoPort(SkBuff skb, Instant now, out SkBuff? error)
    {
        error = null;
        if (!UdpHeader.TryParse(skb.Data, skb.Ip.Saddr, skb.Ip.Daddr, skb.IpSummed != SkbChecksum.UNNECESSARY, out _, out DropReason reason))
        {
            if (reason == DropReason.UDP_CSUM) _net.Mib.Inc(Snmp.UdpInCsumErrors);
            _net.Mib.Inc(Snmp.UdpInErrors);
            _net.Mib.Drop(skb, reason);
            return;
        }

        _net.Mib.Inc(Snmp.UdpNoPorts);
        if (_icmp.TryMakeError(skb, IcmpType.DEST_UNREACH, IcmpCode.PORT_UNREACH, 0, now, out SkBuff? made)) error = made;
        _net.Mib.Drop(skb, DropReason.NO_SOCKET);
    }
}
