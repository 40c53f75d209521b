// Puts a scenario together from its tree: names first, then wires, addresses, routes, programs. All errors of a file come at once, except
// that what depends on broken names waits until they are mended.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Reads a scenario from a configuration tree.</summary>
public static class ScenarioReader
{
    /// <exception cref="ScenarioException">All that is wrong, a line each.</exception>
    public static Scenario Read(SettingsNode root, string file)
    {
        var errors = new ScenarioErrors();
        var top = new SectionReader(root, ScenarioKeys.Root, errors);
        var names = new NodeNames();
        var hosts = new HostReader(errors, names);
        InterfaceAddress pool = Pool(top);
        IReadOnlyList<KeyValuePair<string, SettingsNode>> sysctls = hosts.Flatten(top.Get(ScenarioKeys.Sysctl));
        if (top.Require(ScenarioKeys.Hosts)) hosts.ReadHosts(top.Get(ScenarioKeys.Hosts)!, sysctls, top.Get(ScenarioKeys.Cpu));
        if (top.Get(ScenarioKeys.Switches) is { } switches) hosts.ReadSwitches(switches);

        var links = new LinkReader(errors, names);
        if (top.Get(ScenarioKeys.Links) is { } linkSection) links.Read(linkSection);
        var netns = new NetnsReader(errors, hosts);
        netns.TakeDevices();
        Segments segments = Segments.Build(links.Links, errors);
        var addresses = new AddressPlan(errors);
        addresses.TakeExplicit(hosts.Wishes);
        addresses.Assign(segments, pool, (int)top.Get(ScenarioKeys.SubnetLength), top.At(ScenarioKeys.Network));
        ExplicitRoutes.Take(hosts.Wishes, errors);
        netns.TakeRoutes();
        if (!errors.Any) new RoutePlan(segments, hosts.Hosts).Assign();

        var programs = new ProgramReader(errors, names);
        if (top.Get(ScenarioKeys.Programs) is { } programSection) programs.Read(programSection);
        IReadOnlyList<CaptureSpec> captures = CaptureReader.Read(top.Get(ScenarioKeys.Capture), errors, names);
        if (!errors.Any && !top.Has(ScenarioKeys.Duration) && !programs.Programs.Exists(p => p.Kind.Ends(p.Parameters)))
            errors.Add(root, "'duration' is missing, and no program ends by itself: the run would never end");
        if (top.Get(ScenarioKeys.Sample).Nanoseconds <= 0) top.Fail(ScenarioKeys.Sample, "must be longer than 0");
        Duration recordSockets = RecordSockets(top, errors);
        List<HostSpec> recordSyscalls = RecordSyscalls(top, errors, names);
        errors.ThrowIfAny();

        return new Scenario
        {
            Name = top.Has(ScenarioKeys.Name) ? top.Get(ScenarioKeys.Name) : Path.GetFileNameWithoutExtension(file),
            File = file, Description = top.Get(ScenarioKeys.Description), Seed = (ulong)top.Get(ScenarioKeys.Seed), Order = top.Get(ScenarioKeys.Order),
            Duration = top.Maybe(ScenarioKeys.Duration), Sample = top.Get(ScenarioKeys.Sample), RecordSockets = recordSockets, RecordSyscalls = recordSyscalls, Drain = top.Get(ScenarioKeys.Drain),
            Hosts = hosts.Hosts, Switches = hosts.Switches, Links = links.Links, Programs = programs.Programs, Captures = captures,
        };
    }

    private static Duration RecordSockets(SectionReader top, ScenarioErrors errors)
    {
        if (top.Get(ScenarioKeys.Record) is not { } node) return Duration.Zero;
        var record = new SectionReader(node, ScenarioKeys.Records, errors);
        Duration every = record.Get(ScenarioKeys.RecordSockets);
        if (every.Nanoseconds < 0) record.Fail(ScenarioKeys.RecordSockets, "must not be less than 0");
        return every;
    }

    private static List<HostSpec> RecordSyscalls(SectionReader top, ScenarioErrors errors, NodeNames names)
    {
        List<HostSpec> all = [];
        if (top.Get(ScenarioKeys.Record) is not { Kind: SettingsKind.Object } node || node[IsolationKeys.RecordSyscalls.Name] is not { } list) return all;
        foreach (SettingsNode text in (SettingsNode[])IsolationKeys.RecordSyscalls.Read(list, errors)!)
        {
            if (names.TryHosts(text.Text, out IReadOnlyList<HostSpec> hosts)) all.AddRange(hosts.Where(h => !all.Contains(h)));
            else errors.Add(text, $"unknown host '{text.Text}'{Nearest.Hint(text.Text, names.HostNames)}");
        }

        return all;
    }

    private static InterfaceAddress Pool(SectionReader top)
    {
        string text = top.Get(ScenarioKeys.Network);
        if (InterfaceAddress.TryParse(text, out InterfaceAddress pool)) return new InterfaceAddress(IpAddress.FromV4(pool.Network), pool.PrefixLength);
        top.Fail(ScenarioKeys.Network, $"'{text}': expected an IPv4 network with its prefix length, such as 10.0.0.0/8");
        return new InterfaceAddress(IpAddress.FromV4(10, 0, 0, 0), 8);
    }
}
