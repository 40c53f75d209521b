// What a name in a scenario can stand for: one host or switch, a group of them, or a glob over both.

namespace ActorNet.Experiments;

/// <summary>The hosts and switches of a scenario by name and group.</summary>
internal sealed class NodeNames
{
    private readonly Dictionary<string, List<HostSpec>> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SwitchSpec>> _switches = new(StringComparer.Ordinal);
    private readonly List<HostSpec> _allHosts = [];
    private readonly List<string> _names = [];

    /// <summary>Group names, and single names.</summary>
    public IReadOnlyList<string> Names => _names;

    public IReadOnlyList<string> HostNames => _names.Where(_hosts.ContainsKey).ToArray();

    public bool Add(HostSpec host)
    {
        if (_hosts.ContainsKey(host.Name) || _switches.ContainsKey(host.Name)) return false;
        _allHosts.Add(host);
        AddTo(_hosts, host.Name, host);
        if (host.Group != host.Name) AddTo(_hosts, host.Group, host);
        return true;
    }

    public bool Add(SwitchSpec node)
    {
        if (_hosts.ContainsKey(node.Name) || _switches.ContainsKey(node.Name)) return false;
        AddTo(_switches, node.Name, node);
        if (node.Group != node.Name) AddTo(_switches, node.Group, node);
        return true;
    }

    public bool TryHosts(string name, out IReadOnlyList<HostSpec> hosts)
    {
        if (_hosts.TryGetValue(name, out List<HostSpec>? found)) hosts = found;
        else if (name.Contains('*', StringComparison.Ordinal)) hosts = _allHosts.Where(h => Glob(name, h.Name)).ToArray();
        else hosts = [];
        return hosts.Count > 0;
    }

    public bool TrySwitches(string name, out IReadOnlyList<SwitchSpec> switches)
    {
        switches = _switches.TryGetValue(name, out List<SwitchSpec>? found) ? found : [];
        return switches.Count > 0;
    }

    /// <summary>* stands for any letters, also none.</summary>
    public static bool Glob(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int star = pattern.IndexOf('*');
        if (star < 0) return pattern.SequenceEqual(text);
        if (!text.StartsWith(pattern[..star])) return false;
        for (int i = star; i <= text.Length; i++)
            if (Glob(pattern[(star + 1)..], text[i..])) return true;
        return false;
    }

    private void AddTo<T>(Dictionary<string, List<T>> map, string name, T node)
    {
        if (!map.TryGetValue(name, out List<T>? list))
        {
            map[name] = list = [];
            if (name.Length > 0 && !_names.Contains(name) && _names.Count < 2000) _names.Add(name);
        }

        list.Add(node);
    }
}
