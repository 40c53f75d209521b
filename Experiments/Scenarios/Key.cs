// The keys a scenario may hold: each with its kind, default and one line of explanation. Reader, error messages and docs/scenarios.md
// all come from these; a test holds the document to them.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>A key of a section: name, what kind of value, default as text ("" for none), and what it means.</summary>
public abstract class Key(string name, string kind, string defaultText, string doc)
{
    public string Name { get; } = name;

    /// <summary>One word for the reference: time, rate, size, percent, integer, flag, text, list, object.</summary>
    public string Kind { get; } = kind;

    public string Default { get; } = defaultText;

    public string Doc { get; } = doc;

    internal abstract object? DefaultValue { get; }

    internal abstract object? Read(SettingsNode node, ScenarioErrors errors);

    /// <summary>Parses one text: a length of time, not negative.</summary>
    public static Key<Duration> Time(string name, string byDefault, string doc) =>
        new(name, "time", byDefault, doc, Units.TimeExpected, static (string s, out Duration v) => Units.TryTime(s, out v));

    /// <summary>Bit/s; 0 for no limit.</summary>
    public static Key<long> Rate(string name, string byDefault, string doc) =>
        new(name, "rate", byDefault, doc, Units.RateExpected, static (string s, out long v) => Units.TryRate(s, out v));

    /// <summary>Bytes.</summary>
    public static Key<long> Size(string name, string byDefault, string doc) =>
        new(name, "size", byDefault, doc, Units.SizeExpected, static (string s, out long v) => Units.TrySize(s, out v));

    /// <summary>0 to 1.</summary>
    public static Key<double> Percent(string name, string byDefault, string doc) =>
        new(name, "percent", byDefault, doc, Units.PercentExpected, static (string s, out double v) => Units.TryPercent(s, out v));

    /// <summary>Events in 1,000 s.</summary>
    public static Key<long> Frequency(string name, string byDefault, string doc) =>
        new(name, "frequency", byDefault, doc, Units.FrequencyExpected, static (string s, out long v) => Units.TryFrequency(s, out v));

    public static Key<long> Integer(string name, string byDefault, string doc, long min = 0, long max = long.MaxValue) =>
        new(name, "integer", byDefault, doc, max == long.MaxValue ? $"a whole number from {min}" : $"a whole number from {min} to {max}",
            (string s, out long v) => Units.TryInteger(s, out v) && v >= min && v <= max);

    public static Key<bool> Flag(string name, string byDefault, string doc) =>
        new(name, "flag", byDefault, doc, "true or false", static (string s, out bool v) =>
        {
            v = s is "true" or "yes" or "on";
            return v || s is "false" or "no" or "off";
        });

    public static Key<string> Text(string name, string byDefault, string doc) =>
        new(name, "text", byDefault, doc, "a text", static (string s, out string v) => (v = s).Length > 0);

    public static Key<string> Choice(string name, string byDefault, string doc, params string[] options) =>
        new(name, "one of " + string.Join(" ", options), byDefault, doc, "one of " + string.Join(", ", options),
            (string s, out string v) => options.AsSpan().Contains(v = s));

    /// <summary>A folder that exists; relative to the file that names it. Read as its full path.</summary>
    public static DirectoryKey Directory(string name, string doc) => new(name, doc);

    public static ListKey List(string name, string doc) => new(name, doc);

    public static NodeKey Node(string name, string kind, string doc) => new(name, kind, doc);
}

/// <summary>Parses a value's text.</summary>
public delegate bool TextParser<T>(string text, out T value);

/// <summary>A key with one value.</summary>
public sealed class Key<T>(string name, string kind, string byDefault, string doc, string expected, TextParser<T> parse) : Key(name, kind, byDefault, doc)
{
    internal override object? DefaultValue => Default.Length == 0 ? (typeof(T) == typeof(string) ? "" : default(T)) : parse(Default, out T v) ? v : throw new InvalidOperationException(
        $"the default '{Default}' of '{Name}' does not parse");

    internal override object? Read(SettingsNode node, ScenarioErrors errors)
    {
        if (node.Kind == SettingsKind.Value && parse(node.Text, out T v)) return v;
        errors.Add(node, $"{node.Describe()}: expected {expected}");
        return default(T);
    }
}

/// <summary>A key with a folder's path.</summary>
public sealed class DirectoryKey(string name, string doc) : Key(name, "folder", "", doc)
{
    internal override object? DefaultValue => null;

    internal override object? Read(SettingsNode node, ScenarioErrors errors)
    {
        if (node.Kind == SettingsKind.Value)
        {
            string here = File.Exists(node.Origin.File) ? Path.GetDirectoryName(Path.GetFullPath(node.Origin.File))! : Environment.CurrentDirectory;
            string full = Path.GetFullPath(Path.Combine(here, node.Text));
            if (System.IO.Directory.Exists(full)) return full;
        }

        errors.Add(node, node.Kind == SettingsKind.Value ? $"no folder '{node.Text}'" : $"{node.Describe()}: expected the path of a folder");
        return null;
    }
}

/// <summary>A key with a list of texts; one text is a list of one.</summary>
public sealed class ListKey(string name, string doc) : Key(name, "list", "", doc)
{
    internal override object? DefaultValue => Array.Empty<SettingsNode>();

    internal override object? Read(SettingsNode node, ScenarioErrors errors)
    {
        if (node.Kind == SettingsKind.Value) return new[] { node };
        if (node.Kind != SettingsKind.List || node.Items.Any(i => i.Kind != SettingsKind.Value))
        {
            errors.Add(node, $"{node.Describe()}: expected a text, or a list of texts in [ ]");
            return Array.Empty<SettingsNode>();
        }

        return node.Items.ToArray();
    }
}

/// <summary>A key with an object, or another shape that its reader knows.</summary>
public sealed class NodeKey(string name, string kind, string doc) : Key(name, kind, "", doc)
{
    internal override object? DefaultValue => null;

    internal override object? Read(SettingsNode node, ScenarioErrors errors) => node;
}

/// <summary>The keys of one section.</summary>
public sealed class KeySet(string section, params Key[] keys)
{
    /// <summary>How the reference names the section: "links.NAME".</summary>
    public string Section { get; } = section;

    public IReadOnlyList<Key> Keys { get; } = keys;

    public IReadOnlyList<string> Names { get; } = keys.Select(k => k.Name).ToArray();
}
