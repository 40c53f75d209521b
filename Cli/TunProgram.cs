// The program of a TUN host, read from the command line with the same keys and the same errors as in a scenario.

using ActorNet.Actors;
using ActorNet.Experiments;
using ActorNet.Protocols;

namespace ActorNet.Cli;

/// <summary>A server or, with a target, a client, and its parameters.</summary>
internal sealed record TunProgram(ProgramKind Kind, ProgramParameters Parameters, ProgramTarget? Target, IReadOnlyList<KeyValuePair<string, string>> Sysctls)
{
    public bool IsClient => Target is not null;

    /// <summary>":80", or nothing.</summary>
    public string Port => Kind.Listens(Parameters) is { } p ? $":{p.Port}" : "";

    /// <summary>The programs that can be one or the other.</summary>
    public static string[] Names(bool client) => [.. ProgramTable.All.Where(p => p.Targets != (client ? TargetRule.None : TargetRule.Required)).Select(p => p.Name)];

    /// <exception cref="ScenarioException">All that is wrong.</exception>
    public static TunProgram Read(string name, string? to, string? root, IReadOnlyList<string> settings)
    {
        string[] known = Names(client: to is not null);
        if (!ProgramTable.TryGet(name, out ProgramKind? kind) || !known.Contains(name))
            throw new ScenarioException($"--program {name}: expected a {(to is null ? "server" : "client")}{Nearest.Hint(name, known)}");
        ProgramTarget? target = null;
        if (to is not null) target = IpAddress.TryParse(to, out IpAddress address) && address.IsV4 ? new ProgramTarget(to, address) : throw new ScenarioException($"--to {to}: expected an IPv4 address, such as 10.77.0.1");
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
        ProgramParameters parameters = reader.ToParameters(target is not null);
        if (!errors.Any && kind.Check(parameters) is { } bad) reader.Fail(bad.Key, bad.Message);
        errors.ThrowIfAny();
        return new TunProgram(kind, parameters, target, sysctls);
    }

    /// <summary>Its body.</summary>
    public async Task Run(Os os, ProgramMeter meter, Action onListening)
    {
        try
        {
            await Kind.Run(new ProgramContext(os, Parameters, meter, Kind.Name, 0, Target is { } one ? [one] : []) { OnListening = onListening });
        }
        catch (ErrnoException e) when (IsClient)
        {
            meter.Failed(e.Errno); // a call that it cannot go on without
        }
    }

    private static SettingsNode With(SettingsNode node, Key key, string value)
    {
        var field = new SettingsNode { Kind = SettingsKind.Value, Path = key.Name, Origin = new SettingsOrigin("command line", 0), Text = value };
        return new SettingsNode { Kind = SettingsKind.Object, Path = "", Origin = node.Origin, Fields = [.. node.Fields.Where(f => f.Key != key.Name), new(key.Name, field)] };
    }
}
