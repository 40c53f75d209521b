// Automatic routes: shortest paths (by hops, then by the order of the file) through the hosts that are routers. An ordinary host with
// one way out gets a default route; routers get one route per subnet, or a default where every other subnet lies the same way.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Routes of a scenario.</summary>
internal sealed class RoutePlan(Segments segments, IReadOnlyList<HostSpec> hosts)
{
    private readonly Dictionary<Segment, DeviceSpec[]> _routers = [];

    /// <summary>Adds routes to all hosts that did not ask for their own.</summary>
    public void Assign()
    {
        foreach (HostSpec host in hosts)
            if (host.AutomaticRoutes && host.Devices.Count > 0) Assign(host);
    }

    private void Assign(HostSpec host)
    {
        List<DeviceSpec> neighbours = Neighbours(host).ToList();
        if (neighbours.Count == 0) return;
        if (!host.IsRouter && neighbours.Count == 1)
        {
            AddDefault(host, neighbours[0]);
            return;
        }

        Dictionary<Segment, DeviceSpec> ways = NextHops(host);
        if (ways.Count == 0) return;
        DeviceSpec first = ways.Values.First();
        if (ways.Values.All(d => d == first) && (!host.IsRouter || ways.Count > 1))
        {
            AddDefault(host, first);
            return;
        }

        foreach (Segment segment in segments.All)
        {
            if (!ways.TryGetValue(segment, out DeviceSpec? via) || via.Addresses.Count == 0) continue;
            foreach (InterfaceAddress subnet in Subnets(segment)) host.Routes.Add(new RouteSpec(subnet, via.Addresses[0].Address, null));
        }
    }

    // Breadth first from the host over routers: which neighbouring router leads to each segment that the host is not on.
    private Dictionary<Segment, DeviceSpec> NextHops(HostSpec host)
    {
        var ways = new Dictionary<Segment, DeviceSpec>();
        var own = host.Devices.Select(segments.Of).ToHashSet();
        var seenHosts = new HashSet<HostSpec> { host };
        var queue = new Queue<(HostSpec Router, DeviceSpec Via)>();
        foreach (DeviceSpec neighbour in Neighbours(host))
            if (seenHosts.Add(neighbour.Host)) queue.Enqueue((neighbour.Host, neighbour));
        while (queue.TryDequeue(out var at))
        {
            foreach (DeviceSpec device in at.Router.Devices)
            {
                Segment segment = segments.Of(device);
                if (own.Contains(segment) || !ways.TryAdd(segment, at.Via)) continue;
                foreach (DeviceSpec next in Routers(segment))
                    if (seenHosts.Add(next.Host)) queue.Enqueue((next.Host, at.Via));
            }
        }

        return ways;
    }

    /// <summary>Other hosts' devices on this host's segments that belong to routers.</summary>
    private IEnumerable<DeviceSpec> Neighbours(HostSpec host) =>
        host.Devices.SelectMany(d => Routers(segments.Of(d))).Where(d => d.Host != host && d.Addresses.Count > 0);

    private DeviceSpec[] Routers(Segment segment)
    {
        if (!_routers.TryGetValue(segment, out DeviceSpec[]? routers))
            _routers[segment] = routers = segment.Devices.Where(d => d.Host.IsRouter).ToArray();
        return routers;
    }

    private static IEnumerable<InterfaceAddress> Subnets(Segment segment) =>
        segment.Devices.SelectMany(d => d.Addresses).Where(a => a.PrefixLength < 32)
            .Select(a => new InterfaceAddress(IpAddress.FromV4(a.Network), a.PrefixLength)).Distinct();

    private static void AddDefault(HostSpec host, DeviceSpec via) => host.Routes.Add(new RouteSpec(default(InterfaceAddress) with { Address = IpAddress.Any4 }, via.Addresses[0].Address, null));
}
