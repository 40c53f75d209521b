// The options of `actornet wire` that say what the wire is like: the keys of a scenario's link, with the same values and the same errors.

using System.CommandLine;
using ActorNet.Devices.Wires;
using ActorNet.Experiments;

namespace ActorNet.Cli;

/// <summary>--rate, --delay, --loss and so on for both directions; --to-right and --to-left for what differs in one.</summary>
internal sealed class WireOptions
{
    private readonly List<(Key Key, Option Option)> _both = [];
    private readonly Option<string[]> _toRight = Direction("--to-right", "left to right");
    private readonly Option<string[]> _toLeft = Direction("--to-left", "right to left");

    public WireOptions(Command command)
    {
        foreach (Key key in WireReader.Keys.Keys.Except([ScenarioKeys.Forward, ScenarioKeys.Backward]))
        {
            string text = char.ToUpperInvariant(key.Doc[0]) + key.Doc[1..] + ".";
            Option option = key.Kind == "flag" ? new Option<bool>("--" + key.Name) { Description = text }
                : new Option<string?>("--" + key.Name) { Description = $"{text} Default: {(key.Default.Length > 0 ? key.Default : "absent")}.", HelpName = key.Kind.ToUpperInvariant() };
            _both.Add((key, option));
            command.Options.Add(option);
        }

        command.Options.Add(_toRight);
        command.Options.Add(_toLeft);
    }

    /// <summary>What travels from left to right, and what from right to left.</summary>
    public (WireSpec ToRight, WireSpec ToLeft) Read(ParseResult parsed, ScenarioErrors errors)
    {
        List<KeyValuePair<string, SettingsNode>> fields = [];
        foreach ((Key key, Option option) in _both)
        {
            string? text = option is Option<bool> flag ? (parsed.GetValue(flag) ? "true" : null) : parsed.GetValue((Option<string?>)option);
            if (text is not null) fields.Add(new(key.Name, Value($"{option.Name} {text}", text)));
        }

        Add("forward", _toRight);
        Add("backward", _toLeft);
        var section = new SectionReader(Object("actornet wire", fields), WireReader.Keys, errors);
        return (WireReader.Read(section, ScenarioKeys.Forward), WireReader.Read(section, ScenarioKeys.Backward));

        void Add(string name, Option<string[]> option)
        {
            List<KeyValuePair<string, SettingsNode>> own = [];
            foreach (string setting in parsed.GetValue(option) ?? [])
            {
                string origin = $"{option.Name} {setting}";
                if (setting.Split('=', 2) is [{ Length: > 0 } key, var text]) own.Add(new(key, Value(origin, text)));
                else errors.Add(new SettingsOrigin(origin, 0), "", "expected key=value, such as loss=1%");
            }

            if (own.Count > 0) fields.Add(new(name, Object(option.Name, own)));
        }
    }

    private static Option<string[]> Direction(string name, string way) =>
        new(name) { Description = $"What differs from {way}, such as {name} loss=1%. May be repeated.", HelpName = "key=value", AllowMultipleArgumentsPerToken = false };

    private static SettingsNode Value(string origin, string text) =>
        new() { Kind = SettingsKind.Value, Path = "", Origin = new SettingsOrigin(origin, 0), Text = text };

    private static SettingsNode Object(string origin, IReadOnlyList<KeyValuePair<string, SettingsNode>> fields) =>
        new() { Kind = SettingsKind.Object, Path = "", Origin = new SettingsOrigin(origin, 0), Fields = fields };
}
