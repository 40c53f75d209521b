// Reads a scenario's HOCON into nodes with origins. `--set path=value` is laid over the file before substitutions are resolved.

namespace ActorNet.Experiments;

/// <summary>A scenario file, read.</summary>
public static class SettingsFile
{
    /// <param name="file">As the person wrote it: errors name it so.</param>
    /// <param name="settings">`path=value` each, later ones win.</param>
    /// <exception cref="ScenarioException">Missing, unreadable, or not HOCON.</exception>
    public static SettingsNode Read(string file, IReadOnlyList<string> settings)
    {
        if (!File.Exists(file)) throw new ScenarioException(Directory.Exists(file) ? $"{file}: is a folder, not a scenario file" : $"{file}: no such file");
        return Walk(() => ConfigOrigins.FromFile(file, Checked(settings)), file);
    }

    /// <summary>As <see cref="Read"/>, from text.</summary>
    public static SettingsNode Parse(string text, string name, IReadOnlyList<string> settings) =>
        Walk(() => ConfigOrigins.Parse(text, name, Checked(settings)), name);

    private static SettingsNode Walk(Func<Config> read, string file)
    {
        try
        {
            Config config = read();
            return new SettingsNode { Kind = SettingsKind.Object, Path = "", Origin = new SettingsOrigin(file, 0), Fields = Fields(config.AsEnumerable(), "") };
        }
        catch (Exception e) when (e.IsConfigurationError())
        {
            throw new ScenarioException(e.Message);
        }
    }

    private static IReadOnlyList<string> Checked(IReadOnlyList<string> settings)
    {
        foreach (string setting in settings)
            if (setting.IndexOf('=', StringComparison.Ordinal) <= 0) throw new ScenarioException($"--set {setting}: expected path=value, such as links.wan.loss=5%");
        return settings;
    }

    private static List<KeyValuePair<string, SettingsNode>> Fields(IEnumerable<KeyValuePair<string, HoconField>> fields, string prefix)
    {
        List<KeyValuePair<string, SettingsNode>> nodes = [];
        foreach ((string key, HoconField field) in fields)
            nodes.Add(new(key, Node(field.Value, prefix.Length == 0 ? key : $"{prefix}.{key}", Origin(field.KeyOrigin()))));
        return nodes;
    }

    private static SettingsNode Node(HoconValue value, string path, SettingsOrigin origin)
    {
        switch (value.Type)
        {
            case HoconType.Object:
                return new SettingsNode { Kind = SettingsKind.Object, Path = path, Origin = origin, Fields = Fields(value.GetObject(), path) };
            case HoconType.Array:
                List<SettingsNode> items = [];
                foreach (HoconValue item in value.GetArray()) items.Add(Node(item, $"{path}[{items.Count}]", Origin(item.Origin())));
                return new SettingsNode { Kind = SettingsKind.List, Path = path, Origin = origin, Items = items };
            default:
                return value.TryGetString(out string? text)
                    ? new SettingsNode { Kind = SettingsKind.Value, Path = path, Origin = origin, Text = text }
                    : new SettingsNode { Kind = SettingsKind.Null, Path = path, Origin = origin };
        }
    }

    // "file:line:column" without the column: a person looks for a line and a key. Settings come as `setting "a=1":1:1`.
    private static SettingsOrigin Origin(string text)
    {
        string[] parts = text.Split(':');
        int last = parts.Length - 1;
        if (last < 2 || !int.TryParse(parts[last], out _) || !int.TryParse(parts[last - 1], out int line)) return new SettingsOrigin(text, 0);
        string file = string.Join(':', parts[..(last - 1)]);
        return file.StartsWith("setting ", StringComparison.Ordinal) ? new SettingsOrigin("--set " + file["setting ".Length..].Trim('"'), 0) : new SettingsOrigin(file, line);
    }
}
