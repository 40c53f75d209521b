// /proc/sys/net by name: `sysctl -w net.ipv4.ip_forward=1`, with an error that says what would have been right.

using System.Globalization;
using System.Reflection;

namespace ActorNet.Actors;

/// <summary>Sets a host's settings by the kernel's names, with dots or slashes.</summary>
public static class SysctlNames
{
    private static readonly string[] s_core = ["rmem_default", "rmem_max", "wmem_default", "wmem_max", "somaxconn", "netdev_budget", "netdev_max_backlog"];

    // Settings of three or two numbers, which NetSysctl keeps as one field each.
    private static readonly Dictionary<string, string[]> s_vectors = new(StringComparer.Ordinal)
    {
        ["net.ipv4.tcp_rmem"] = ["tcp_rmem_min", "tcp_rmem_default", "tcp_rmem_max"],
        ["net.ipv4.tcp_wmem"] = ["tcp_wmem_min", "tcp_wmem_default", "tcp_wmem_max"],
        ["net.ipv4.tcp_mem"] = ["tcp_mem_low", "tcp_mem_pressure", "tcp_mem_high"],
        ["net.ipv4.udp_mem"] = ["udp_mem_low", "udp_mem_pressure", "udp_mem_high"],
        ["net.ipv4.ip_local_port_range"] = ["ip_local_port_range_min", "ip_local_port_range_max"],
    };

    private static readonly Dictionary<string, FieldInfo> s_fields = Fields();

    /// <summary>All names, in order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. s_fields.Keys.Concat(s_vectors.Keys).Order(StringComparer.Ordinal)];

    /// <summary>Sets one; false says in <paramref name="error"/> what is wrong.</summary>
    public static bool TrySet(NetSysctl sysctl, string name, string value, [NotNullWhen(false)] out string? error)
    {
        string key = name.Replace('/', '.');
        if (s_vectors.TryGetValue(key, out string[]? parts)) return TrySetVector(sysctl, key, parts, value, out error);
        if (!s_fields.TryGetValue(key, out FieldInfo? field))
        {
            error = $"there is no sysctl '{name}'{Nearest(key)}";
            return false;
        }

        return TrySetField(sysctl, key, field, value.Trim(), out error);
    }

    private static bool TrySetField(NetSysctl sysctl, string key, FieldInfo field, string value, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (field.FieldType == typeof(string))
        {
            field.SetValue(sysctl, value);
            return true;
        }

        if (field.FieldType == typeof(bool))
        {
            if (value is "0" or "1") field.SetValue(sysctl, value == "1");
            else error = $"{key} is 0 or 1, not '{value}'";
            return error is null;
        }

        (int min, int max) = Range(field.Name);
        if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max)
            field.SetValue(sysctl, number);
        else
            error = $"{key} is a number from {min} to {max}, not '{value}'";
        return error is null;
    }

    private static bool TrySetVector(NetSysctl sysctl, string key, string[] fields, string value, [NotNullWhen(false)] out string? error)
    {
        string[] words = value.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new int[fields.Length];
        bool good = words.Length == fields.Length;
        for (int i = 0; good && i < numbers.Length; i++)
        {
            (int min, int max) = Range(fields[i]);
            good = int.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])
                && numbers[i] >= min && numbers[i] <= max && (i == 0 || numbers[i] >= numbers[i - 1]);
        }

        error = good ? null : $"{key} is {fields.Length} numbers that do not fall, not '{value}'";
        for (int i = 0; good && i < numbers.Length; i++) typeof(NetSysctl).GetField(fields[i])!.SetValue(sysctl, numbers[i]);
        return good;
    }

    private static (int Min, int Max) Range(string field) => field switch
    {
        "ip_default_ttl" => (1, 255),
        "ip_local_port_range_min" or "ip_local_port_range_max" => (1, 65_535),
        "ip_unprivileged_port_start" => (0, 65_535),
        "tcp_syn_retries" => (1, 127),
        "tcp_synack_retries" or "tcp_retries1" or "tcp_retries2" or "tcp_orphan_retries" => (0, 255),
        "tcp_adv_win_scale" => (-31, 31),
        "tcp_keepalive_time" or "tcp_keepalive_intvl" => (1, 32_767),
        "tcp_keepalive_probes" => (1, 127),
        "tcp_tw_reuse" => (0, 2),
        "tcp_timestamps" or "tcp_syncookies" or "tcp_mtu_probing" => (0, 2),
        "tcp_ecn" => (0, 5),
        "tcp_rmem_min" or "tcp_wmem_min" or "tcp_rmem_default" or "tcp_wmem_default" or "tcp_rmem_max" or "tcp_wmem_max" => (1, int.MaxValue),
        "rmem_default" or "rmem_max" => (Sock.MinRcvbuf, int.MaxValue),
        "wmem_default" or "wmem_max" => (Sock.MinSndbuf, int.MaxValue),
        _ => (0, int.MaxValue),
    };

    private static Dictionary<string, FieldInfo> Fields()
    {
        var map = new Dictionary<string, FieldInfo>(StringComparer.Ordinal);
        foreach (FieldInfo f in typeof(NetSysctl).GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            if (s_vectors.Values.Any(v => v.Contains(f.Name))) continue;
            string prefix = s_core.Contains(f.Name) ? "net.core." : "net.ipv4.";
            string leaf = f.Name.StartsWith("neigh_", StringComparison.Ordinal) ? "neigh.default." + f.Name["neigh_".Length..] : f.Name;
            map.Add(prefix + leaf, f);
        }

        return map;
    }

    private static string Nearest(string key)
    {
        string best = "";
        int least = 4;
        foreach (string name in All)
        {
            int d = Distance(key, name);
            if (d >= least && !name.EndsWith("." + key, StringComparison.Ordinal)) continue;
            least = d;
            best = name;
            if (name.EndsWith("." + key, StringComparison.Ordinal)) break;
        }

        return best.Length == 0 ? "" : $"; did you mean '{best}'?";
    }

    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 3) return int.MaxValue;
        var row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int up = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = up;
            }
        }

        return row[b.Length];
    }
}
