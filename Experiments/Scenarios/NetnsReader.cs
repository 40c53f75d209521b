// Reads `netns` of a host: which of its devices are in which namespace, and their routes and settings.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>A network namespace of a host, beside the first.</summary>
public sealed class NetnsSpec(string name)
{
    public string Name { get; } = name;

    public List<RouteSpec> Routes { get; } = [];

    /// <summary>Names as sysctl(8) has them, and their texts, in the order they are set.</summary>
    public List<KeyValuePair<string, string>> Sysctls { get; } = [];

    /// <summary>Whether routes are computed for it.</summary>
    public bool AutomaticRoutes { get; set; } = true;
}

/// <summary>Reads the namespaces of hosts. What needs devices is read when the links are known, what needs addresses when these are.</summary>
internal sealed class NetnsReader(ScenarioErrors errors, HostReader hosts)
{
    private readonly List<(HostSpec Host, NetnsSpec Netns, SectionReader Section)> _sections = [];

    /// <summary>Puts devices into their namespaces.</summary>
    public void TakeDevices()
    {
        foreach ((HostSpec host, SettingsNode section) in hosts.NetnsWishes)
        {
            if (!hosts.IsObject(section)) continue;
            foreach ((string name, SettingsNode node) in section.Fields)
            {
                if (node.Kind == SettingsKind.Null || !hosts.IsName(name, node)) continue;
                var reader = new SectionReader(node, IsolationKeys.NetnsSection, errors);
                var netns = new NetnsSpec(name) { AutomaticRoutes = !reader.Has(IsolationKeys.NetnsGateway) && !reader.Has(IsolationKeys.NetnsRoutes) };
                foreach ((string sysctl, SettingsNode value) in hosts.Flatten(reader.Get(IsolationKeys.NetnsSysctl))) netns.Sysctls.Add(new(sysctl, value.Text));
                host.Netns.Add(netns);
                _sections.Add((host, netns, reader));
                foreach (SettingsNode text in reader.Get(IsolationKeys.NetnsDevices)) Take(host, netns, text);
            }
        }
    }

    /// <summary>Reads their gateways and routes.</summary>
    public void TakeRoutes()
    {
        foreach ((HostSpec host, NetnsSpec netns, SectionReader section) in _sections)
        {
            SettingsNode? gateway = section.Has(IsolationKeys.NetnsGateway) ? section.At(IsolationKeys.NetnsGateway) : null;
            ExplicitRoutes.Take(host, netns.Name, netns.Routes, gateway, section.Get(IsolationKeys.NetnsRoutes), errors);
        }
    }

    private void Take(HostSpec host, NetnsSpec netns, SettingsNode text)
    {
        DeviceSpec? device = host.Devices.Find(d => d.Name == text.Text);
        if (text.Text == "lo") errors.Add(text, "lo stays where it is: every namespace has its own");
        else if (device is null)
            errors.Add(text, $"host {host.Name} has no device '{text.Text}' ({(host.Devices.Count == 0 ? "it has no link" : "it has " + string.Join(", ", host.Devices.Select(d => d.Name)))})");
        else if (device.Netns is { } other) errors.Add(text, $"{device} is in netns {other} already");
        else device.Netns = netns.Name;
    }
}
