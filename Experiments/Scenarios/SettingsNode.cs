// One value of a scenario file, with where it was written: what the reader walks, whichever HOCON parser read the text.

namespace ActorNet.Experiments;

/// <summary>What kind of value a node is.</summary>
public enum SettingsKind { Null, Value, List, Object }

/// <summary>Where something was written: a file (or "--set") and a line from 1; 0 where there is no line.</summary>
public readonly record struct SettingsOrigin(string File, int Line)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}" : File;
}

/// <summary>A node of a resolved configuration tree.</summary>
public sealed class SettingsNode
{
    public required SettingsKind Kind { get; init; }

    /// <summary>Dotted path from the root; the root's is empty.</summary>
    public required string Path { get; init; }

    public SettingsOrigin Origin { get; init; }

    /// <summary>A value's text.</summary>
    public string Text { get; init; } = "";

    /// <summary>A list's items.</summary>
    public IReadOnlyList<SettingsNode> Items { get; init; } = [];

    /// <summary>An object's fields, in the order of the file.</summary>
    public IReadOnlyList<KeyValuePair<string, SettingsNode>> Fields { get; init; } = [];

    public SettingsNode? this[string field]
    {
        get
        {
            for (int i = 0; i < Fields.Count; i++)
                if (Fields[i].Key == field) return Fields[i].Value;
            return null;
        }
    }

    /// <summary>"a list", "an object", "'text'": for messages.</summary>
    public string Describe() => Kind switch
    {
        SettingsKind.Null => "null",
        SettingsKind.List => "a list",
        SettingsKind.Object => "an object { … }",
        _ => $"'{Text}'",
    };
}
