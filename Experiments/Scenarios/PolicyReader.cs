// Reads `policies` of a host: which policy, and its parameters.

namespace ActorNet.Experiments;

/// <summary>A policy of a host.</summary>
public sealed record PolicySpec(string Name, PolicyKind Kind, ProgramParameters Parameters);

/// <summary>Reads policies by their kinds' keys.</summary>
internal static class PolicyReader
{
    public static IReadOnlyList<PolicySpec> Read(SettingsNode? section, ScenarioErrors errors)
    {
        if (section is null) return [];
        if (section.Kind != SettingsKind.Object)
        {
            errors.Add(section, $"{section.Describe()}: expected an object {{ … }} with a name for each policy");
            return [];
        }

        List<PolicySpec> all = [];
        foreach ((string name, SettingsNode node) in section.Fields)
        {
            if (node.Kind == SettingsKind.Null) continue;
            string kindName = node[IsolationKeys.Policy.Name] is { Kind: SettingsKind.Value } given ? given.Text : name;
            if (!PolicyTable.TryGet(kindName, out PolicyKind? kind))
            {
                errors.Add(node[IsolationKeys.Policy.Name] ?? node, $"unknown policy '{kindName}'{Nearest.Hint(kindName, PolicyTable.Names)}");
                continue;
            }

            int before = errors.Count;
            var reader = new SectionReader(node, kind.AllKeys, errors);
            if (node.Kind == SettingsKind.Object)
            {
                foreach (Key key in kind.Required) reader.Require(key);
            }

            if (errors.Count == before) all.Add(new PolicySpec(name, kind, reader.ToParameters(hasTargets: false)));
        }

        return all;
    }
}
