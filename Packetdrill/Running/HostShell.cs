// The shell lines of scripts, acting on the simulated host: the suite's common set-up, sysctl, echo to /proc/sys, nstat, grep and cat of /proc, and what has
// nothing to act on here. A status other than 0 fails the script, as in the original; a command that is not known makes it not applicable, and says so.

namespace ActorNet.Packetdrill;

/// <summary>A script needs what this host does not have: it is neither passed nor failed.</summary>
public sealed class NotApplicableException : Exception
{
    public NotApplicableException()
    {
    }

    public NotApplicableException(string message)
        : base(message)
    {
    }

    public NotApplicableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Runs shell lines on a simulated host.</summary>
internal sealed class HostShell(IScriptHost host)
{
    // What common/defaults.sh means, as its description in the suite's readme has it; sysctls that this host does not have are the defaults of features it does not have.
    private static readonly string[] s_defaults =
    [
        "net.ipv4.tcp_rmem=4096 540000 15728640", "net.ipv4.tcp_wmem=4096 262144 4194304", "net.ipv4.tcp_timestamps=1", "net.ipv4.tcp_syn_retries=5",
        "net.ipv4.tcp_synack_retries=5", "net.ipv4.tcp_frto=2", "net.ipv4.tcp_sack=1", "net.ipv4.tcp_dsack=1", "net.ipv4.tcp_fack=0", "net.ipv4.tcp_reordering=3",
        "net.ipv4.tcp_congestion_control=cubic", "net.ipv4.tcp_slow_start_after_idle=0", "net.ipv4.tcp_early_retrans=4", "net.ipv4.tcp_recovery=1",
        "net.ipv4.tcp_tso_win_divisor=3", "net.ipv4.tcp_ecn=0", "net.ipv4.tcp_pacing_ss_ratio=200", "net.ipv4.tcp_pacing_ca_ratio=120", "net.ipv4.tcp_syncookies=1",
        "net.ipv4.tcp_ecn_option=2", "net.ipv4.tcp_notsent_lowat=4294967295", "net.ipv4.tcp_fastopen=0x70403",
        "net.ipv4.tcp_fastopen_key=a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4",
    ];

    private readonly HostCommands _commands = new(host);

    /// <summary>Runs a line: null, or what failed.</summary>
    /// <exception cref="NotApplicableException">A command, or a setting, that this host does not have.</exception>
    public async ValueTask<string?> Run(CommandEvent command)
    {
        string text = command.Text.Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (List<List<string>> pipeline in ShellWords.Pipelines(text))
        {
            (int status, string output) = (0, "");
            foreach (List<string> words in pipeline) (status, output) = await Run(words, output, text);
            if (status != 0) return $"`{string.Join(" | ", pipeline.Select(w => string.Join(' ', w)))}` ends with status {status}";
        }

        return null;
    }

    private async ValueTask<(int Status, string Output)> Run(List<string> words, string input, string text)
    {
        if (words is ["echo", .., ">", _])
        {
            Set($"{words[^1]}={string.Join(' ', words[1..^2])}", needed: true);
            return (0, "");
        }

        bool silent = ShellWords.TakeRedirections(words);
        string name = Path.GetFileName(words[0]);
        switch (name)
        {
            case "defaults.sh":
                host.Net.Tcp.FlushMetrics();
                foreach (string setting in s_defaults) Set(setting, needed: false);
                return (0, "");
            case "set_sysctls.py":
                foreach (string setting in words[1..]) Set(setting, needed: true);
                return (0, "");
            case "sysctl":
                foreach (string setting in words[1..].Where(w => !w.StartsWith('-'))) Set(setting, needed: true);
                return (0, "");
        }

        if (name.StartsWith("sysctl_restore_", StringComparison.Ordinal)) return (0, ""); // the host ends with its script
        (int status, string output) = await _commands.Run(name, words, input) ?? throw new NotApplicableException($"`{text.Trim()}`");
        return (status, silent ? "" : output);
    }

    private void Set(string setting, bool needed)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        string name = setting[..Math.Max(equals, 0)].Trim(), value = setting[(equals + 1)..].Trim().Trim('"', '\'');
        if (name.StartsWith("/proc/sys/", StringComparison.Ordinal)) name = name["/proc/sys/".Length..];
        if (!SysctlNames.TrySet(host.Net.Sysctl, host.Net.Fib, name.Replace('/', '.'), value, out string? error) && needed) throw new NotApplicableException(error);
    }
}
