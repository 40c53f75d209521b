// The shell lines of scripts, acting on the simulated host: the suite's common set-up, sysctl, echo to /proc/sys, and what has nothing to act on here.
// One that is not known makes a script not applicable, and says so.

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
internal static class HostShell
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

    /// <exception cref="NotApplicableException">A command, or a setting, that this host does not have.</exception>
    public static void Run(SimHost host, CommandEvent command)
    {
        string text = command.Text.Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (string one in text.Split((string[])["\n", ";", "&&"], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) RunOne(host, one);
    }

    private static void RunOne(SimHost host, string line)
    {
        string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string name = Path.GetFileName(words[0]);
        switch (name)
        {
            case "defaults.sh":
                foreach (string setting in s_defaults) Set(host, setting, needed: false);
                break;
            case "set_sysctls.py":
                foreach (string setting in words[1..]) Set(host, setting, needed: true);
                break;
            case "sysctl": Set(host, string.Join(' ', words[1..].Where(w => !w.StartsWith('-'))), needed: true); break;
            case "echo" when words.Length >= 4 && words[^2] == ">": Set(host, $"{words[^1]}={string.Join(' ', words[1..^2])}", needed: true); break;
            case "ethtool" or "sleep" or "nstat" when !line.Contains('|', StringComparison.Ordinal): break; // no offloads to turn off, nothing to wait for
            case "tc" when line.EndsWith("root pfifo", StringComparison.Ordinal): break; // as it is
            case "ip" when line.StartsWith("ip tcp_metrics flush", StringComparison.Ordinal): break; // there are none
            default:
                if (name.StartsWith("sysctl_restore_", StringComparison.Ordinal)) break; // the host ends with its script
                throw new NotApplicableException($"`{line}`");
        }
    }

    private static void Set(SimHost host, string setting, bool needed)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        string name = setting[..Math.Max(equals, 0)].Trim(), value = setting[(equals + 1)..].Trim().Trim('"', '\'');
        if (name.StartsWith("/proc/sys/", StringComparison.Ordinal)) name = name["/proc/sys/".Length..];
        try
        {
            host.Sysctl(name.Replace('/', '.'), value);
        }
        catch (ArgumentException e)
        {
            if (needed) throw new NotApplicableException(e.Message, e);
        }
    }
}
