// A resolved configuration with its fallbacks. Members mean what they mean in Hocon.Configuration 2.0 (and Akka.NET's Config where both agree);
// docs/engines.md says where this one is stricter.

using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActorNet.Engine.Configuration;

/// <summary>Configuration: an object of objects, read by path.</summary>
public sealed partial class Config
{
    internal Config(HoconValue root) => Root = root;

    public static Config Empty { get; } = new(new HoconValue(new HoconPlace(null, null, -1, default), new HoconObject(new HoconPlace(null, null, -1, default), closed: false)));

    /// <summary>The root object, fallbacks included.</summary>
    public HoconValue Root { get; }

    public HoconValue Value => Root;

    public bool IsEmpty => Root.GetObject().IsEmpty;

    /// <summary>Reads HOCON text.</summary>
    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    public static Config operator +(Config config, string fallback) => config.WithFallback(ConfigurationFactory.ParseString(fallback));

    public static Config operator +(string configHocon, Config fallbackConfig) => ConfigurationFactory.ParseString(configHocon).WithFallback(fallbackConfig);

    /// <summary>This configuration, and below it another for what this one does not say. Objects merge, anything else hides what is below.</summary>
    public Config WithFallback(Config? fallback)
    {
        if (ReferenceEquals(fallback, this)) throw new ArgumentException("Config can not have itself as fallback", nameof(fallback));
        if (fallback.IsNullOrEmpty()) return this;
        return IsEmpty ? fallback : new Config(Root.Over(fallback.Root));
    }

    /// <summary>The object at a path as a configuration of its own; an empty one when there is nothing.</summary>
    public Config GetConfig(string path) => GetConfig(HoconPath.Parse(path));

    public Config GetConfig(HoconPath path)
    {
        if (!TryGetValue(path, out HoconValue? value)) return Empty;
        value.GetObject();
        return new Config(value);
    }

    public bool HasPath(string path) => TryGetValue(path, out _);

    public bool HasPath(HoconPath path) => TryGetValue(path, out _);

    /// <summary>The root's fields, in file order.</summary>
    public IEnumerable<KeyValuePair<string, HoconField>> AsEnumerable() => Root.GetObject();

    public HoconValue GetValue(string path) => GetValue(HoconPath.Parse(path));

    public HoconValue GetValue(HoconPath path) => TryGetValue(path, out HoconValue? value) ? value : throw Missing(path);

    public bool TryGetValue(string path, [MaybeNullWhen(false)] out HoconValue result)
    {
        result = null;
        return HoconPath.TryParse(path, out HoconPath? parsed) && TryGetValue(parsed!, out result);
    }

    public bool TryGetValue(HoconPath path, [MaybeNullWhen(false)] out HoconValue result) => Root.GetObject().TryGetValue(path, out result);

    /// <summary>HOCON text that reads back as this configuration.</summary>
    public override string ToString() => PrettyPrint(2);

    public string ToString(bool useFallbackValues) => ToString();

    public string PrettyPrint(int indentSize)
    {
        StringBuilder text = new();
        foreach (HoconField field in Root.GetObject().Values)
        {
            HoconPrinter.Key(text, field.Key);
            text.Append(field.Type == HoconType.Object ? " " : " = ");
            HoconPrinter.Value(text, field.Value, 1, indentSize);
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The field at a path, or the innermost one on the way to it; null when not even the first is there.</summary>
    internal HoconField? FindNearest(string path)
    {
        HoconObject? here = Root.GetObject();
        HoconField? nearest = null;
        foreach (string key in HoconPath.Parse(path))
        {
            if (here is null || !here.TryGetField(key, out HoconField? field)) break;
            nearest = field;
            field.Value.TryGetObject(out here);
        }
        return nearest;
    }

    /// <summary>The value at a path, null counting as none.</summary>
    private HoconValue? Given(HoconPath path) => TryGetValue(path, out HoconValue? value) && !value.IsNull ? value : null;

    private HoconValue? Given(string path) => Given(HoconPath.Parse(path));

    private HoconValueException Missing(HoconPath path)
    {
        // Points at the innermost object that is there.
        HoconValue at = Root;
        for (int i = 1; i < path.Count; i++)
            if (TryGetValue(path.SubPath(i), out HoconValue? inner)) at = inner;
        string root = Root.Place.ToString();
        string full = root.Length == 0 ? path.Value : $"{root}.{path.Value}";
        return new HoconValueException(at.Origin.IsKnown ? $"{at.Origin}: {full} is missing" : $"{full} is missing", full, null);
    }
}

/// <summary>Asks that may be put to no configuration at all.</summary>
public static class ConfigExtensions
{
    public static bool IsNullOrEmpty([NotNullWhen(false)] this Config? config) => config is null || config.IsEmpty;

    public static Config? SafeWithFallback(this Config? config, Config? fallback) =>
        config.IsNullOrEmpty() ? fallback : ReferenceEquals(config, fallback) ? config : config.WithFallback(fallback);
}
