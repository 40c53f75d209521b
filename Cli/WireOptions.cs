// The options of `actornet wire` and `actornet tun` that say what the wire is like: the keys of a scenario's link, with the same values and the same errors.

using System.CommandLine;
using ActorNet.Devices.Wires;
using ActorNet.Experiments;

namespace ActorNet.Cli;

/// <summary>--rate, --delay, --loss and so on for both directions; an option for each direction, such as --to-right, for what differs in it.</summary>
internal sealed class WireOptions
{
    private readonly List<(Key Key, Option Option)> _both = [];
    private readonly Option<string[]> _forward, _backward;
    private readonly string _command;

    /// <param name="forward">The option of the first direction and its words, "left to right".</param>
    public WireOptions(Command command, (string Option, string Way) forward, (string Option, string Way) backward)
    {
        _command = $"actornet {command.Name}";
        _forward = Direction(forward.Option, forward.Way);
        _backward = Direction(backward.Option, backward.Way);
        foreach (Key key in WireReader.Keys.Keys.Except([ScenarioKeys.Forward, ScenarioKeys.Backward]))
        {
            string text = char.ToUpperInvariant(key.Doc[0]) + key.Doc[1..] + ".";
            Option option = key.Kind == "flag" ? new Option<bool>("--" + key.Name) { Description = text }
                : new Option<string?>("--" + key.Name) { Description = $"{text} Default: {(key.Default.Length > 0 ? key.Default : "absent")}.", HelpName = key.Kind.ToUpperInvariant() };
            _both.Add((key, option));
            command.Options.Add(option);
        }

        command.Options.Add(_forward);
        command.Options.Add(_backward);
    }

    /// <summary>Whether any of them was given.</summary>
    public bool Any(ParseResult parsed) => _both.Exists(b => parsed.GetResult(b.Option) is not null) || parsed.GetResult(_forward) is not null || parsed.GetResult(_backward) is not null;

    /// <summary>What travels in the first direction, and what in the second.</summary>
    public (WireSpec Forward, WireSpec Backward) Read(ParseResult parsed, ScenarioErrors errors)
    {
        List<KeyValuePair<string, SettingsNode>> fields = [];
        foreach ((Key key, Option option) in _both)
        {
            string? text = option is Option<bool> flag ? (parsed.GetValue(flag) ? "true" : null) : parsed.GetValue((Option<string?>)option);
            if (text is not null) fields.Add(new(key.Name, Value($"{option.Name} {text}", text)));
        }

        Add("forward", _forward);
        Add("backward", _backward);
        var section = new SectionReader(Object(_command, fields), WireReader.Keys, errors);
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
