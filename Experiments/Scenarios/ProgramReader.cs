// Reads `programs`: which program, on which hosts, to whom, how often and when; and that no two want one port of one host.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Expands program sections into one spec per instance.</summary>
internal sealed class ProgramReader(ScenarioErrors errors, NodeNames names)
{
    private readonly Dictionary<(HostSpec, string?, ListenPort), ProgramSpec> _ports = [];

    public List<ProgramSpec> Programs { get; } = [];

    public void Read(SettingsNode section)
    {
        if (section.Kind != SettingsKind.Object)
        {
            errors.Add(section, $"{section.Describe()}: expected an object {{ … }} with a name for each program");
            return;
        }

        foreach ((string name, SettingsNode node) in section.Fields)
            if (node.Kind != SettingsKind.Null) ReadProgram(name, node);
    }

    private void ReadProgram(string name, SettingsNode node)
    {
        string kindName = node[ScenarioKeys.Program.Name] is { Kind: SettingsKind.Value } given ? given.Text : name;
        if (!ProgramTable.TryGet(kindName, out ProgramKind? kind))
        {
            errors.Add(node[ScenarioKeys.Program.Name] ?? node, $"unknown program '{kindName}'{Nearest.Hint(kindName, ProgramTable.Names)}");
            return;
        }

        var reader = new SectionReader(node, kind.AllKeys, errors);
        if (node.Kind != SettingsKind.Object) return;
        List<HostSpec> hosts = reader.Require(ScenarioKeys.On) ? Hosts(reader.Get(ScenarioKeys.On)) : [];
        List<ProgramTarget> targets = Targets(reader.Get(ScenarioKeys.To));
        bool hasTargets = reader.Has(ScenarioKeys.To);
        if (hasTargets && kind.Targets == TargetRule.None) reader.Fail(ScenarioKeys.To, $"{kind.Name} is a server and talks to whoever comes: leave 'to' out");
        if (!hasTargets && kind.Targets == TargetRule.Required) reader.Require(ScenarioKeys.To);
        ProgramParameters parameters = reader.ToParameters(hasTargets);
        string? netns = reader.Has(IsolationKeys.ProgramNetns) ? reader.Get(IsolationKeys.ProgramNetns) : null;
        if (netns is not null && hosts.Find(h => !h.Netns.Exists(n => n.Name == netns)) is { } without)
            reader.Fail(IsolationKeys.ProgramNetns, $"host {without.Name} has no netns '{netns}'{Nearest.Hint(netns, [.. without.Netns.Select(n => n.Name)])}");
        Credentials credentials = CredentialReader.Read(reader);
        if (!errors.Any && kind.Check(parameters) is { } wrong) reader.Fail(wrong.Key, wrong.Message);
        if (errors.Any) return;

        Instant start = Instant.Zero + reader.Get(ScenarioKeys.Start);
        Duration stagger = reader.Get(ScenarioKeys.Stagger);
        ListenPort? port = kind.Listens(parameters);
        int index = 0;
        foreach (HostSpec host in hosts)
        {
            for (long i = 0; i < reader.Get(ScenarioKeys.ProgramCount); i++, index++)
            {
                var spec = new ProgramSpec
                {
                    Name = name, Host = host, Kind = kind, Parameters = parameters, Index = index, Start = start + stagger * index, NoFile = (int)reader.Get(ScenarioKeys.NoFile), Netns = netns, Credentials = credentials,
                    Targets = NotSelf(targets, host), Origin = node.Origin,
                };
                if (port is { } p && !_ports.TryAdd((host, netns, p), spec))
                {
                    ProgramSpec other = _ports[(host, netns, p)];
                    string by = ReferenceEquals(other.Parameters, parameters) ? "another instance of it (count or 'on' repeats the host)" : $"programs.{other.Name} (at {other.Origin})";
                    errors.Add(node, $"{p} of host {host.Name} is in use by {by}");
                    return;
                }

                Programs.Add(spec);
            }
        }
    }

    private List<HostSpec> Hosts(IReadOnlyList<SettingsNode> texts)
    {
        List<HostSpec> all = [];
        foreach (SettingsNode text in texts)
        {
            if (names.TryHosts(text.Text, out IReadOnlyList<HostSpec> hosts)) all.AddRange(hosts);
            else errors.Add(text, $"unknown host '{text.Text}'{Nearest.Hint(text.Text, names.HostNames)}");
        }

        return all;
    }

    private List<ProgramTarget> Targets(IReadOnlyList<SettingsNode> texts)
    {
        List<ProgramTarget> all = [];
        foreach (SettingsNode text in texts)
        {
            if (IpAddress.TryParse(text.Text, out IpAddress address)) all.Add(new ProgramTarget(text.Text, address));
            else if (!names.TryHosts(text.Text, out IReadOnlyList<HostSpec> hosts))
                errors.Add(text, $"unknown host '{text.Text}' (nor is it an address){Nearest.Hint(text.Text, names.HostNames)}");
            else
            {
                foreach (HostSpec host in hosts)
                {
                    if (host.Address is { } a) all.Add(new ProgramTarget(host.Name, a));
                    else errors.Add(text, $"host {host.Name} has no address: give it a link");
                }
            }
        }

        return all;
    }

    // In a group that talks to itself, nobody is told to talk to itself alone.
    private static List<ProgramTarget> NotSelf(List<ProgramTarget> targets, HostSpec host)
    {
        if (targets.Count < 2 || !targets.Exists(t => t.Name == host.Name)) return targets;
        int own = targets.FindIndex(t => t.Name == host.Name);
        List<ProgramTarget> others = [.. targets.Skip(own + 1), .. targets.Take(own)];
        others.RemoveAll(t => t.Name == host.Name);
        return others.Count > 0 ? others : targets;
    }
}
