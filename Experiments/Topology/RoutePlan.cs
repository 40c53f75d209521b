// Automatic routes: shortest paths (by hops, then by the order of the file) through the hosts that are routers. An ordinary host with
// one way out gets a default route; routers get one route per subnet, or a default where every other subnet lies the same way.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Routes of a scenario.</summary>
internal sealed class RoutePlan(Segments segments, IReadOnlyList<HostSpec> hosts)
{
    private readonly Dictionary<Segment, DeviceSpec[]> _routers = [];

    /// <summary>Adds routes to all hosts, and their namespaces, that did not ask for their own.</summary>
    public void Assign()
    {
        foreach (HostSpec host in hosts)
        {
            if (host.AutomaticRoutes) Assign(new Node(host, null), host.Routes);
            foreach (NetnsSpec netns in host.Netns)
            {
                if (netns.AutomaticRoutes) Assign(new Node(host, netns.Name), netns.Routes);
            }
        }
    }

    // A host's namespace, as the network sees it: only a host's first one is a router.
    private readonly record struct Node(HostSpec Host, string? Netns)
    {
        public bool IsRouter => Netns is null && Host.IsRouter;

        public IEnumerable<DeviceSpec> Devices
        {
            get
            {
                string? netns = Netns;
                return Host.Devices.Where(d => d.Netns == netns);
            }
        }
    }

    private void Assign(Node node, List<RouteSpec> routes)
    {
        List<DeviceSpec> neighbours = Neighbours(node).ToList();
        if (neighbours.Count == 0) return;
        if (!node.IsRouter && neighbours.Count == 1)
        {
            AddDefault(routes, neighbours[0]);
            return;
        }

        Dictionary<Segment, DeviceSpec> ways = NextHops(node);
        if (ways.Count == 0) return;
        DeviceSpec first = ways.Values.First();
        if (ways.Values.All(d => d == first) && (!node.IsRouter || ways.Count > 1))
        {
            AddDefault(routes, first);
            return;
        }

        foreach (Segment segment in segments.All)
        {
            if (!ways.TryGetValue(segment, out DeviceSpec? via) || via.Addresses.Count == 0) continue;
            foreach (InterfaceAddress subnet in Subnets(segment)) routes.Add(new RouteSpec(subnet, via.Addresses[0].Address, null));
        }
    }

    // Breadth first from the host over routers: which neighbouring router leads to each segment that the host is not on.
    private Dictionary<Segment, DeviceSpec> NextHops(Node node)
    {
        var ways = new Dictionary<Segment, DeviceSpec>();
        var own = node.Devices.Select(segments.Of).ToHashSet();
        var seenHosts = new HashSet<HostSpec>();
        if (node.Netns is null) seenHosts.Add(node.Host);
        var queue = new Queue<(HostSpec Router, DeviceSpec Via)>();
        foreach (DeviceSpec neighbour in Neighbours(node))
            if (seenHosts.Add(neighbour.Host)) queue.Enqueue((neighbour.Host, neighbour));
        while (queue.TryDequeue(out var at))
        {
            foreach (DeviceSpec device in new Node(at.Router, null).Devices)
            {
                Segment segment = segments.Of(device);
                if (own.Contains(segment) || !ways.TryAdd(segment, at.Via)) continue;
                foreach (DeviceSpec next in Routers(segment))
                    if (seenHosts.Add(next.Host)) queue.Enqueue((next.Host, at.Via));
            }
        }

        return ways;
    }

    /// <summary>Devices of routers on this node's segments, but for its own.</summary>
    private IEnumerable<DeviceSpec> Neighbours(Node node) =>
        node.Devices.SelectMany(d => Routers(segments.Of(d))).Where(d => (d.Host, d.Netns) != (node.Host, node.Netns) && d.Addresses.Count > 0);

    private DeviceSpec[] Routers(Segment segment)
    {
        if (!_routers.TryGetValue(segment, out DeviceSpec[]? routers))
            _routers[segment] = routers = segment.Devices.Where(d => d.Host.IsRouter && d.Netns is null).ToArray();
        return routers;
    }

    private static IEnumerable<InterfaceAddress> Subnets(Segment segment) =>
        segment.Devices.SelectMany(d => d.Addresses).Where(a => a.PrefixLength < 32)
            .Select(a => new InterfaceAddress(IpAddress.FromV4(a.Network), a.PrefixLength)).Distinct();

    private static void AddDefault(List<RouteSpec> routes, DeviceSpec via) => routes.Add(new RouteSpec(default(InterfaceAddress) with { Address = IpAddress.Any4 }, via.Addresses[0].Address, null));
}
