// Broadcast domains: the devices that hear each other's ARP, over a wire or through switches. Each gets one subnet.

namespace ActorNet.Experiments;

/// <summary>One broadcast domain.</summary>
internal sealed class Segment
{
    public List<DeviceSpec> Devices { get; } = [];
}

/// <summary>The broadcast domains of a set of links, in the order in which the links first touch them.</summary>
internal sealed class Segments
{
    private readonly Dictionary<DeviceSpec, Segment> _of = [];

    public List<Segment> All { get; } = [];

    public Segment Of(DeviceSpec device) => _of[device];

    public static Segments Build(IReadOnlyList<LinkSpec> links, ScenarioErrors errors)
    {
        // Union-find over switches; a wire between two switches that are joined already closes a loop, and a frame in it never dies.
        var parent = new Dictionary<SwitchSpec, SwitchSpec>(ReferenceEqualityComparer.Instance);
        SwitchSpec Root(SwitchSpec s)
        {
            while (parent.TryGetValue(s, out SwitchSpec? up)) s = up;
            return s;
        }

        foreach (LinkSpec link in links)
        {
            if (link.A.Switch is not { } a || link.B.Switch is not { } b) continue;
            SwitchSpec ra = Root(a), rb = Root(b);
            if (ReferenceEquals(ra, rb))
                errors.Add(link.Origin, $"links.{link.Name}", $"closes a loop of switches ({a.Name} and {b.Name} are joined already): without a spanning tree, frames would circle for ever");
            else parent[rb] = ra;
        }

        var result = new Segments();
        var bySwitch = new Dictionary<SwitchSpec, Segment>(ReferenceEqualityComparer.Instance);
        foreach (LinkSpec link in links)
        {
            SwitchSpec? root = link.A.Switch ?? link.B.Switch;
            Segment? segment = null;
            if (root is not null)
            {
                root = Root(root);
                bySwitch.TryGetValue(root, out segment);
            }

            if (segment is null)
            {
                segment = new Segment();
                result.All.Add(segment);
                if (root is not null) bySwitch[root] = segment;
            }

            result.Join(segment, link.A.Device);
            result.Join(segment, link.B.Device);
        }

        return result;
    }

    private void Join(Segment segment, DeviceSpec? device)
    {
        if (device is null) return;
        segment.Devices.Add(device);
        _of[device] = segment;
    }
}
