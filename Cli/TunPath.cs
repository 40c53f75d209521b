// The path between the kernel and a TUN host, read from the command line with the keys and the errors of a scenario's links.

using ActorNet.Devices.Tun;
using ActorNet.Devices.Wires;
using ActorNet.Experiments;

namespace ActorNet.Cli;

/// <summary>The `--wire` settings.</summary>
internal static class TunPath
{
    /// <summary>The wire; null without settings.</summary>
    /// <exception cref="ScenarioException">All that is wrong.</exception>
    public static TunWire? Read(IReadOnlyList<string> settings, ulong seed)
    {
        if (settings.Count == 0) return null;
        try
        {
            var errors = new ScenarioErrors();
            var section = new SectionReader(SettingsFile.Parse("", "command line", settings), WireReader.Keys, errors);
            WireSpec toHost = WireReader.Read(section, ScenarioKeys.Forward), toKernel = WireReader.Read(section, ScenarioKeys.Backward);
            errors.ThrowIfAny();
            return new TunWire(toHost, toKernel, seed);
        }
        catch (ScenarioException e)
        {
            // The reader of settings calls them after the option that most come from.
            throw new ScenarioException(e.Errors.Select(line => line.Replace("--set ", "--wire ", StringComparison.Ordinal)).ToArray());
        }
    }
}
