// Reads one object of a scenario by its key set: unknown keys are errors with the nearest known one, values are checked at once.

namespace ActorNet.Experiments;

/// <summary>One section's values. After an error the default stands in, so that reading goes on and finds the next error.</summary>
public sealed class SectionReader
{
    private readonly Dictionary<Key, object?> _values = [];
    private readonly HashSet<Key> _given = [];

    public SectionReader(SettingsNode node, KeySet keys, ScenarioErrors errors)
    {
        Node = node;
        Errors = errors;
        foreach (Key key in keys.Keys) _values[key] = key.DefaultValue;
        if (node.Kind != SettingsKind.Object)
        {
            errors.Add(node, $"{node.Describe()}: expected an object {{ … }} with {string.Join(", ", keys.Names)}");
            return;
        }

        foreach ((string name, SettingsNode value) in node.Fields)
        {
            Key? key = keys.Keys.FirstOrDefault(k => k.Name == name);
            if (key is null)
            {
                errors.Add(value, $"unknown key '{name}'{Nearest.Hint(name, keys.Names)}");
                continue;
            }

            if (value.Kind == SettingsKind.Null) continue; // "key = null" takes the default back
            _given.Add(key);
            int before = errors.Count;
            object? read = key.Read(value, errors);
            if (errors.Count == before) _values[key] = read;
        }
    }

    public SettingsNode Node { get; }

    public ScenarioErrors Errors { get; }

    public bool Has(Key key) => _given.Contains(key);

    public T Get<T>(Key<T> key) => (T)_values[key]!;

    /// <summary>Null when neither given nor defaulted.</summary>
    public T? Maybe<T>(Key<T> key) where T : struct => Has(key) ? (T)_values[key]! : null;

    public IReadOnlyList<SettingsNode> Get(ListKey key) => (SettingsNode[])_values[key]!;

    public SettingsNode? Get(NodeKey key) => (SettingsNode?)_values[key];

    /// <summary>All of it, for a program.</summary>
    public ProgramParameters ToParameters(bool hasTargets) => new(_values, _given, hasTargets);

    /// <summary>The node of a key, for an error's place; the section's own when it was not given.</summary>
    public SettingsNode At(Key key) => Node[key.Name] ?? Node;

    /// <summary>An error at a key.</summary>
    public void Fail(Key key, string message) => Errors.Add(At(key), message);

    /// <summary>Asks for a key that has no default. Returns whether it was given.</summary>
    public bool Require(Key key)
    {
        if (Has(key)) return true;
        if (Node[key.Name] is null) Errors.Add(Node, $"'{key.Name}' is missing: {key.Doc}");
        return false;
    }
}
