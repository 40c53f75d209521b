// Reads `capture`: a list of devices, or an object with a list and a snap length.

namespace ActorNet.Experiments;

/// <summary>Expands names of devices into one capture each.</summary>
internal sealed class CaptureReader(ScenarioErrors errors, NodeNames names)
{
    public static IReadOnlyList<CaptureSpec> Read(SettingsNode? node, ScenarioErrors errors, NodeNames names)
    {
        if (node is null) return [];
        var reader = new CaptureReader(errors, names);
        if (node.Kind != SettingsKind.Object) return reader.Expand((SettingsNode[])ScenarioKeys.CaptureDevices.Read(node, errors)!, 0);
        var section = new SectionReader(node, ScenarioKeys.Captures, errors);
        return reader.Expand(section.Get(ScenarioKeys.CaptureDevices), (int)Math.Min(section.Get(ScenarioKeys.SnapLength), int.MaxValue));
    }

    private List<CaptureSpec> Expand(IReadOnlyList<SettingsNode> texts, int snapLength)
    {
        List<CaptureSpec> captures = [];
        var seen = new HashSet<(string, string)>();
        foreach (SettingsNode text in texts)
        {
            int colon = text.Text.IndexOf(':', StringComparison.Ordinal);
            string node = colon < 0 ? text.Text : text.Text[..colon], device = colon < 0 ? "*" : text.Text[(colon + 1)..];
            if (!names.TryHosts(node, out IReadOnlyList<HostSpec> hosts))
            {
                errors.Add(text, $"unknown host '{node}'{Nearest.Hint(node, names.HostNames)}");
                continue;
            }

            int before = captures.Count;
            foreach (HostSpec host in hosts)
            {
                foreach (string name in host.Devices.Select(d => d.Name).Append("lo"))
                {
                    if (!(NodeNames.Glob(device, name) && (name != "lo" || device == "lo"))) continue;
                    if (seen.Add((host.Name, name))) captures.Add(new CaptureSpec(host.Name, name, snapLength));
                }
            }

            if (captures.Count == before && !hosts.Any(h => h.Devices.Any(d => NodeNames.Glob(device, d.Name))) && device != "lo")
                errors.Add(text, $"host {hosts[0].Name} has no device '{device}' (it has {string.Join(", ", hosts[0].Devices.Select(d => d.Name).Append("lo"))})");
        }

        return captures;
    }
}
