// Reads `hosts` and `switches`: groups become single hosts, patterns become names and addresses.

using System.Globalization;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Hosts and switches. What needs the links (devices) waits in <see cref="Wishes"/>.</summary>
internal sealed class HostReader(ScenarioErrors errors, NodeNames names)
{
    /// <summary>Addresses, gateway and routes as written, by host, until its devices are known.</summary>
    public readonly record struct Wish(HostSpec Host, IReadOnlyList<KeyValuePair<string, SettingsNode>> Addresses, SettingsNode? Gateway, IReadOnlyList<SettingsNode> Routes);

    public List<HostSpec> Hosts { get; } = [];

    /// <summary>Namespaces as written, until the host's devices are known.</summary>
    public List<(HostSpec Host, SettingsNode Section)> NetnsWishes { get; } = [];

    private CpuModel? _cpuOfAll;

    public List<SwitchSpec> Switches { get; } = [];

    public List<Wish> Wishes { get; } = [];

    /// <param name="cpuOfAll">The top level's cpu; a host's own keys win over its.</param>
    public void ReadHosts(SettingsNode section, IReadOnlyList<KeyValuePair<string, SettingsNode>> sysctlsOfAll, SettingsNode? cpuOfAll = null)
    {
        if (!IsObject(section)) return;
        _cpuOfAll = CpuReader.Read(cpuOfAll, null, errors);
        foreach ((string group, SettingsNode node) in section.Fields)
        {
            if (node.Kind == SettingsKind.Null || !IsName(group, node)) continue;
            ReadGroup(group, new SectionReader(node, ScenarioKeys.Host, errors), sysctlsOfAll);
        }
    }

    public void ReadSwitches(SettingsNode section)
    {
        if (!IsObject(section)) return;
        foreach ((string group, SettingsNode node) in section.Fields)
        {
            if (node.Kind == SettingsKind.Null || !IsName(group, node)) continue;
            var reader = new SectionReader(node, ScenarioKeys.Switch, errors);
            bool single = !reader.Has(ScenarioKeys.SwitchCount);
            for (int n = 1; n <= reader.Get(ScenarioKeys.SwitchCount); n++)
            {
                var s = new SwitchSpec(single ? group : $"{group}{n}", group, n, node.Origin) { Aging = reader.Get(ScenarioKeys.Aging) };
                if (names.Add(s)) Switches.Add(s);
                else errors.Add(node, $"the name '{s.Name}' is taken: hosts and switches share one set of names");
            }
        }
    }

    /// <summary>"{n}" replaced by a number; "{n+10}" by it and ten.</summary>
    public static string Expand(string pattern, int n)
    {
        int open = pattern.IndexOf("{n", StringComparison.Ordinal);
        if (open < 0) return pattern;
        int close = pattern.IndexOf('}', open);
        if (close < 0) return pattern;
        ReadOnlySpan<char> shift = pattern.AsSpan(open + 2, close - open - 2);
        int more = 0;
        if (shift.Length > 0 && !int.TryParse(shift, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out more)) return pattern;
        return pattern[..open] + (n + more).ToString(CultureInfo.InvariantCulture) + Expand(pattern[(close + 1)..], n);
    }

    private void ReadGroup(string group, SectionReader reader, IReadOnlyList<KeyValuePair<string, SettingsNode>> sysctlsOfAll)
    {
        bool single = !reader.Has(ScenarioKeys.HostCount);
        string pattern = reader.Has(ScenarioKeys.HostName) ? reader.Get(ScenarioKeys.HostName) : single ? group : group + "{n}";
        long count = reader.Get(ScenarioKeys.HostCount);
        if (count > 1 && Expand(pattern, 1) == Expand(pattern, 2))
        {
            reader.Fail(ScenarioKeys.HostName, $"'{pattern}' gives {count} hosts one name: put {{n}} into it");
            return;
        }

        List<KeyValuePair<string, SettingsNode>> sysctls = [.. sysctlsOfAll, .. Flatten(reader.Get(ScenarioKeys.HostSysctl))];
        CpuModel? cpu = CpuReader.Read(reader.Get(ScenarioKeys.HostCpu), _cpuOfAll, errors);
        IReadOnlyList<PolicySpec> policies = PolicyReader.Read(reader.Get(IsolationKeys.Policies), errors);
        for (int n = 1; n <= count; n++)
        {
            bool ownRoutes = reader.Has(ScenarioKeys.Gateway) || reader.Has(ScenarioKeys.Routes);
            var host = new HostSpec(Expand(pattern, n), group, n, reader.Node.Origin) { IsRouter = reader.Get(ScenarioKeys.Router), AutomaticRoutes = !ownRoutes, Cpu = cpu };
            if (!names.Add(host))
            {
                errors.Add(reader.Node, $"the name '{host.Name}' is taken: hosts and switches share one set of names");
                continue;
            }

            if (host.IsRouter) host.Sysctls.Add(new("net.ipv4.ip_forward", "1"));
            foreach ((string name, SettingsNode value) in sysctls) host.Sysctls.Add(new(name, value.Text));
            host.Policies.AddRange(policies);
            if (reader.Get(IsolationKeys.Netns) is { } netns) NetnsWishes.Add((host, netns));
            Hosts.Add(host);
            Wishes.Add(new Wish(host, AddressWishes(reader), reader.Has(ScenarioKeys.Gateway) ? reader.At(ScenarioKeys.Gateway) : null, reader.Get(ScenarioKeys.Routes)));
        }
    }

    private List<KeyValuePair<string, SettingsNode>> AddressWishes(SectionReader reader)
    {
        List<KeyValuePair<string, SettingsNode>> wishes = [];
        foreach (SettingsNode text in reader.Get(ScenarioKeys.Address)) wishes.Add(new("eth0", text));
        if (reader.Get(ScenarioKeys.Addresses) is not { } byDevice || !IsObject(byDevice)) return wishes;
        foreach ((string device, SettingsNode value) in byDevice.Fields)
            foreach (SettingsNode text in (SettingsNode[])ScenarioKeys.Address.Read(value, errors)!)
                wishes.Add(new(device, text));
        return wishes;
    }

    /// <summary>An object of settings as dotted names: HOCON reads net.ipv4.tcp_sack = 0 as three objects.</summary>
    public IReadOnlyList<KeyValuePair<string, SettingsNode>> Flatten(SettingsNode? node, string prefix = "", NetSysctl? checkedOn = null)
    {
        if (node is null) return [];
        if (prefix.Length == 0 && !IsObject(node)) return [];
        NetSysctl settings = checkedOn ?? new NetSysctl(); // some must fit others: all on one
        List<KeyValuePair<string, SettingsNode>> flat = [];
        foreach ((string name, SettingsNode value) in node.Fields)
        {
            if (value.Kind == SettingsKind.Object) flat.AddRange(Flatten(value, prefix + name + ".", settings));
            else if (value.Kind == SettingsKind.Value)
            {
                if (!SysctlNames.TrySet(settings, prefix + name, value.Text, out string? wrong)) errors.Add(value, wrong);
                flat.Add(new(prefix + name, value));
            }
            else errors.Add(value, $"{value.Describe()}: expected a value, as sysctl(8) takes it");
        }

        return flat;
    }

    public bool IsObject(SettingsNode node)
    {
        if (node.Kind == SettingsKind.Object) return true;
        errors.Add(node, $"{node.Describe()}: expected an object {{ … }}");
        return false;
    }

    public bool IsName(string name, SettingsNode node)
    {
        if (name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) return true;
        errors.Add(node, $"'{name}' cannot be a name: letters, digits, '-', '_' and '.', at most 64");
        return false;
    }
}
