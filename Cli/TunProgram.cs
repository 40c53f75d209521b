// The program of a TUN host, read from the command line with the same keys and the same errors as in a scenario.

using ActorNet.Actors;
using ActorNet.Experiments;
using ActorNet.Protocols;

namespace ActorNet.Cli;

/// <summary>A server and its parameters.</summary>
internal sealed record TunProgram(ProgramKind Kind, ProgramParameters Parameters, IReadOnlyList<KeyValuePair<string, string>> Sysctls)
{
    /// <summary>":80", or nothing.</summary>
    public string Port => Kind.Listens(Parameters) is { } p ? $":{p.Port}" : "";

    /// <exception cref="ScenarioException">All that is wrong.</exception>
    public static TunProgram Read(string name, string? root, IReadOnlyList<string> settings)
    {
        string[] servers = ProgramTable.All.Where(p => p.Targets != TargetRule.Required).Select(p => p.Name).ToArray();
        if (!ProgramTable.TryGet(name, out ProgramKind? kind) || kind.Targets == TargetRule.Required)
            throw new ScenarioException($"--program {name}: expected a server{Nearest.Hint(name, servers)}");
        var errors = new ScenarioErrors();
        List<KeyValuePair<string, string>> sysctls = [];
        List<string> own = [];
        foreach (string setting in settings)
        {
            if (setting.StartsWith("sysctl.", StringComparison.Ordinal) && setting.Split('=', 2) is [var key, var value]) sysctls.Add(new(key["sysctl.".Length..], value));
            else own.Add(setting);
        }

        foreach ((string key, string value) in sysctls)
            if (!SysctlNames.TrySet(new NetSysctl(), key, value, out string? wrong)) errors.Add(new SettingsOrigin($"--set sysctl.{key}={value}", 0), "", wrong);
        SettingsNode node = SettingsFile.Parse("", "command line", own);
        if (root is not null) node = With(node, HttpServerProgram.Root, root);
        var reader = new SectionReader(node, kind.Parameters, errors);
        ProgramParameters parameters = reader.ToParameters(hasTargets: false);
        if (!errors.Any && kind.Check(parameters) is { } bad) reader.Fail(bad.Key, bad.Message);
        errors.ThrowIfAny();
        return new TunProgram(kind, parameters, sysctls);
    }

    private static SettingsNode With(SettingsNode node, Key key, string value)
    {
        var field = new SettingsNode { Kind = SettingsKind.Value, Path = key.Name, Origin = new SettingsOrigin("command line", 0), Text = value };
        return new SettingsNode { Kind = SettingsKind.Object, Path = "", Origin = node.Origin, Fields = [.. node.Fields.Where(f => f.Key != key.Name), new(key.Name, field)] };
    }
}
