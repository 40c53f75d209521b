// Reads `links`: each section is one wire or a bundle (a star, or two groups shared out), each direction with its own impairments.

using System.Globalization;
using ActorNet.Devices.Wires;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Expands link sections into wires between devices and ports.</summary>
internal sealed class LinkReader(ScenarioErrors errors, NodeNames names)
{
    private readonly record struct End(HostSpec? Host, SwitchSpec? Switch, string? Device);

    public List<LinkSpec> Links { get; } = [];

    public void Read(SettingsNode section)
    {
        if (section.Kind != SettingsKind.Object)
        {
            errors.Add(section, $"{section.Describe()}: expected an object {{ … }} with a name for each link");
            return;
        }

        foreach ((string name, SettingsNode node) in section.Fields)
            if (node.Kind != SettingsKind.Null) ReadLink(name, new SectionReader(node, ScenarioKeys.Link, errors));
    }

    private void ReadLink(string name, SectionReader reader)
    {
        WireSpec forward = WireReader.Read(reader, ScenarioKeys.Forward), backward = WireReader.Read(reader, ScenarioKeys.Backward);
        if (!reader.Require(ScenarioKeys.Between)) return;
        IReadOnlyList<SettingsNode> between = reader.Get(ScenarioKeys.Between);
        if (between.Count != 2)
        {
            reader.Fail(ScenarioKeys.Between, $"{between.Count} ends: expected two, as in [client, lan]");
            return;
        }

        List<End> a = Ends(between[0]), b = Ends(between[1]);
        if (a.Count == 0 || b.Count == 0) return;
        int wires = Math.Max(a.Count, b.Count);
        for (int i = 0; i < wires; i++)
        {
            End one = a[(int)((long)i * a.Count / wires)], other = b[(int)((long)i * b.Count / wires)];
            // Both ends on one host, each with a name: a veth pair.
            if (one.Host is not null && one.Host == other.Host && (one.Device is null || other.Device is null || one.Device == other.Device))
            {
                reader.Fail(ScenarioKeys.Between, $"both ends are {one.Host.Name}");
                return;
            }

            LinkEnd endA = Attach(one, reader), endB = Attach(other, reader);
            string wireName = wires == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}[{i + 1}]");
            Links.Add(new LinkSpec(wireName, endA, endB, forward, backward, reader.Node.Origin));
        }
    }

    private List<End> Ends(SettingsNode text)
    {
        string name = text.Text;
        string? device = null;
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0) (name, device) = (name[..colon], name[(colon + 1)..]);
        if (names.TryHosts(name, out IReadOnlyList<HostSpec> hosts)) return hosts.Select(h => new End(h, null, device)).ToList();
        if (names.TrySwitches(name, out IReadOnlyList<SwitchSpec> switches)) return switches.Select(s => new End(null, s, device)).ToList();
        errors.Add(text, $"unknown host or switch '{name}'{Nearest.Hint(name, names.Names)}");
        return [];
    }

    private LinkEnd Attach(End end, SectionReader reader)
    {
        if (end.Switch is { } sw) return new LinkEnd(null, sw, end.Device ?? string.Create(CultureInfo.InvariantCulture, $"port{++sw.Ports}"));
        HostSpec host = end.Host!;
        string name = end.Device ?? FreeName(host);
        if (host.Devices.Any(d => d.Name == name)) reader.Fail(ScenarioKeys.Between, $"{host.Name}:{name} already has a link");
        var device = new DeviceSpec(host, name) { Mtu = (int)reader.Get(ScenarioKeys.LinkMtu), Offloads = reader.Get(ScenarioKeys.Offloads) };
        host.Devices.Add(device);
        return new LinkEnd(device, null, name);
    }

    private static string FreeName(HostSpec host)
    {
        int n = host.Devices.Count;
        while (true)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"eth{n}");
            if (!host.Devices.Any(d => d.Name == name)) return name;
            n++;
        }
    }
}
