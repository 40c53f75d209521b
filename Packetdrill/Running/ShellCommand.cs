// The shell commands that scripts may use.

namespace ActorNet.Packetdrill;

/// <summary>Reads `sysctl [-q] [-w] name=value …`, one or more, each on its line or behind ; or &amp;&amp;.</summary>
public static class ShellCommand
{
    /// <summary>The settings of a command line, in order.</summary>
    /// <exception cref="ScriptException">It is another command.</exception>
    public static IReadOnlyList<(string Name, string Value)> Sysctls(CommandEvent command)
    {
        List<(string Name, string Value)> all = [];
        foreach (string one in command.Text.Split((string[])["\n", ";", "&&"], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!one.StartsWith("sysctl ", StringComparison.Ordinal)) throw new ScriptException(command.At, $"`{one}` is not run here: only `sysctl -w name=value` is");
            string rest = one["sysctl ".Length..].TrimStart();
            while (rest.StartsWith('-')) rest = rest[(rest.IndexOf(' ', StringComparison.Ordinal) + 1)..].TrimStart();
            int equals = rest.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) throw new ScriptException(command.At, $"`{one}` sets nothing: expected name=value");
            all.Add((rest[..equals].Trim(), rest[(equals + 1)..].Trim().Trim('"', '\'')));
        }

        return all;
    }
}
