// /proc/sys/net by name: `sysctl -w net.ipv4.ip_forward=1`, with an error that says what would have been right. The names are SysctlTable's.

using System.Text;

namespace ActorNet.Actors;

/// <summary>Sets a host's settings by the kernel's names, with dots or slashes.</summary>
public static class SysctlNames
{
    /// <summary>All names, in order; those that every device has of its own are here as `default`'s.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. SysctlTable.All.Where(e => e.Mode != CtlTable.ReadOnly).Select(e => e.Name.Replace(".DEV.", ".default.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Sets one; false says in <paramref name="error"/> what is wrong.</summary>
    public static bool TrySet(NetSysctl sysctl, string name, string value, [NotNullWhen(false)] out string? error) => TrySet(sysctl, null, name, value, out error);

    /// <summary>Sets one of a namespace with devices, whose own settings have names too (net.ipv4.neigh.eth0.ucast_solicit).</summary>
    public static bool TrySet(NetSysctl sysctl, Fib? fib, string name, string value, [NotNullWhen(false)] out string? error)
    {
        string key = name.Replace('/', '.');
        if (SysctlTable.Find(key, out string? deviceName) is not { } entry || !TryDevice(fib, deviceName, out InDevice? device))
        {
            error = $"there is no sysctl '{name}'{Nearest(key)}";
            return false;
        }

        if (entry.Mode == CtlTable.ReadOnly)
        {
            error = $"{key} can only be read";
            return false;
        }

        var scope = new SysctlScope(sysctl, device, fib);
        string[] words = value.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        byte[] text = Encoding.ASCII.GetBytes(entry.IsList ? value.Trim() : string.Join(' ', words));
        // A whole value only: what write(2) would leave for the next write is a mistake here.
        bool good = entry.IsList || words.Length == entry.Read(scope).Split('\t').Length;
        good = good && (text.Length == 0 ? entry.IsList : entry.Write(scope, text, out int consumed) == Errno.OK && consumed == text.Length);
        error = good ? null : $"{key} is {entry.Takes}, not '{value}'";
        return good;
    }

    private static bool TryDevice(Fib? fib, string? name, out InDevice? device)
    {
        device = null;
        if (name is null or "default") return true;
        if (fib is null) return false;
        foreach (InDevice d in fib.Devices)
        {
            if (d.Name == name) device = d;
        }

        return device is not null;
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
