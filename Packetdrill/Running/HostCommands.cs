// Commands of scripts beside those that set: nstat(8), grep(1), cat(1), ip(8), tc(8), sleep(1).

using System.Text;
using System.Text.RegularExpressions;

namespace ActorNet.Packetdrill;

/// <summary>What a script's commands answer on a simulated host.</summary>
internal sealed class HostCommands(IScriptHost host)
{
    private static readonly Snmp[] s_counters = [.. Enum.GetValues<Snmp>().Where(s => s != Snmp.Count)];

    // nstat's history: what it has shown before.
    private readonly long[] _shown = new long[s_counters.Length];

    private Fib Fib => host.Net.Fib!;

    /// <summary>Runs one; null for a command, or a form of one, that is not known here.</summary>
    /// <param name="input">What the command before it in a pipe has written.</param>
    public async ValueTask<(int Status, string Output)?> Run(string name, List<string> words, string input)
    {
        switch (name)
        {
            case "nstat": return Nstat(words[1..]);
            case "grep": return await Grep(words[1..], input);
            case "cat":
                string all = "";
                foreach (string file in words[1..]) all += await host.ReadFile(file);
                return (0, all);
            case "sleep" when words.Count == 2 && decimal.TryParse(words[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds):
                await host.Delay(Duration.FromNanoseconds((long)(seconds * 1_000_000_000)));
                return (0, "");
            case "ethtool" or "true": return (0, ""); // no offloads to turn off
            case "rm" when words is ["/bin/rm" or "rm", "-f", .. var gone]:
                foreach (string file in gone) host.RemoveFile(file);
                return (0, "");
            case "dd": return Dd(words[1..]);
            case "tc": return Tc(words);
            case "ip" when words is ["ip", "route", _, _, ..]: return RouteCommand(words);
            case "ip" when words is ["ip", "tcp_metrics", "flush", ..]:
                host.Net.Tcp.FlushMetrics();
                return (0, "");
            default: return null;
        }
    }

    // tc qdisc add|replace|change|delete dev DEV root [pfifo [limit N]]: a queue without limit is as it is.
    private (int, string)? Tc(List<string> words)
    {
        if (words is not ["tc", "qdisc", var verb, "dev", var device, "root", .. var rest] || Device(device) is not { } at) return null;
        bool removes = verb is "delete" or "del";
        int limit = int.MaxValue;
        if (!removes && verb is not ("add" or "replace" or "change")) return null;
        if (!removes && rest.Count > 0) MustBePlain(rest);
        if (removes ? rest.Count > 1 : rest is not ([_] or ["pfifo", "limit", _])) return null;
        if (rest is [_, "limit", var text] && !int.TryParse(text.TrimEnd('p'), NumberStyles.None, CultureInfo.InvariantCulture, out limit)) return null;
        Fib.SetQueueLimit(at, removes ? int.MaxValue : limit, host.Net);
        return (0, "");
    }

    // The way to a script is a queue that is never full, first in, first out: what comes to the same is taken; the others say what they would do.
    private static void MustBePlain(List<string> qdisc)
    {
        string? does = qdisc[0] switch
        {
            "pfifo" or "bfifo" or "pfifo_fast" or "noqueue" or "fq_codel" => null,
            "fq" => "paces the flows of all sockets",
            "netem" => "delays, loses or reorders what the host sends (the script is the wire: it decides that itself)",
            "tbf" or "htb" or "hfsc" or "cake" or "hhf" => "bounds the rate",
            _ => "is not known",
        };
        if (does is not null) throw new NotApplicableException($"`tc qdisc … {string.Join(' ', qdisc)}`: {qdisc[0]} {does}, and the queue of a script's device is a plain one");
    }

    // dd if=/dev/zero of=FILE bs=N count=N: a file of zeroes.
    private (int, string)? Dd(List<string> words)
    {
        var given = words.Where(w => w.Contains('=', StringComparison.Ordinal)).ToDictionary(w => w.Split('=', 2)[0], w => w.Split('=', 2)[1], StringComparer.Ordinal);
        if (given.GetValueOrDefault("if") != "/dev/zero" || !given.TryGetValue("of", out string? file)
            || !int.TryParse(given.GetValueOrDefault("bs", "512"), NumberStyles.None, CultureInfo.InvariantCulture, out int block)
            || !int.TryParse(given.GetValueOrDefault("count"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return null;
        }

        host.AddFile(file, new byte[block * count]);
        return (0, "");
    }

    // ip route VERB PREFIX [via GATEWAY] [dev DEV] [metric N] [advmss N] [mtu [lock] N] [initcwnd N].
    private (int, string)? RouteCommand(List<string> words)
    {
        (string verb, string prefix) = (words[2], words[3]);
        string[] parts = (prefix == "default" ? "0.0.0.0/0" : prefix).Split('/', 2);
        if (!IpAddress.TryParse(parts[0], out IpAddress net) || !net.IsV4) return null;
        int bits = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 32;
        (uint gateway, int mtu, int advMss, int initCwnd, uint metric) = (0, 0, 0, 0, 0);
        bool locked = false;
        InDevice? device = null;
        for (int i = 4; i < words.Count; i++)
        {
            string word = words[i];
            if (i + 1 < words.Count && words[i + 1] == "lock")
            {
                locked |= word == "mtu";
                i++;
            }

            if (++i >= words.Count) return null;
            string value = words[i];
            switch (word)
            {
                case "via" when IpAddress.TryParse(value, out IpAddress g) && g.IsV4: gateway = g.V4; break;
                case "dev" when Device(value) is { } d: device = d; break;
                case "metric": metric = uint.Parse(value, CultureInfo.InvariantCulture); break;
                case "mtu": mtu = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "advmss": advMss = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "initcwnd": initCwnd = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "proto" or "scope": break;
                default: return null;
            }
        }

        Errno e = Fib.ChangeRoute(verb, new FibRoute
        {
            Prefix = net.V4, PrefixLength = bits, Gateway = gateway, Device = device, Metric = metric, Protocol = RouteProtocol.STATIC,
            Mtu = mtu, MtuLocked = locked, AdvMss = advMss, InitCwnd = initCwnd,
        });
        return e == Errno.EOPNOTSUPP ? null : (e == Errno.OK ? 0 : 2, "");
    }

    private InDevice? Device(string name) => Fib.Device(Fib.IfIndexOf(name));

    // What has moved since it was last asked: name, by how much, and a rate.
    private (int, string)? Nstat(List<string> words)
    {
        string options = string.Concat(words.Where(w => w.StartsWith('-')).Select(w => w[1..]));
        if (options.Any(o => o is not ('a' or 's' or 'n' or 'z' or 'r'))) return null;
        List<string> names = [.. words.Where(w => !w.StartsWith('-'))];
        var text = new StringBuilder("#kernel\n");
        for (int i = 0; i < s_counters.Length; i++)
        {
            string name = s_counters[i].ToString();
            long now = host.Net.Mib[s_counters[i]], value = options.Contains('a') ? now : now - _shown[i];
            if (!options.Contains('s')) _shown[i] = now;
            if ((value == 0 && !options.Contains('z')) || (names.Count > 0 && !names.Any(n => IsLike(name, n)))) continue;
            text.Append(CultureInfo.InvariantCulture, $"{name,-32}{value,-16} 0.0\n");
        }

        if (options.Contains('r')) Array.Clear(_shown);
        return (0, options.Contains('n') ? "" : text.ToString());
    }

    private static bool IsLike(string name, string pattern) =>
        Regex.IsMatch(name, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    private async ValueTask<(int, string)?> Grep(List<string> words, string input)
    {
        string options = string.Concat(words.Where(w => w.StartsWith('-')).Select(w => w[1..]));
        if (options.Any(o => o is not ('q' or 'v' or 'c' or 'i' or 'E' or 's'))) return null;
        List<string> rest = [.. words.Where(w => !w.StartsWith('-'))];
        if (rest.Count == 0) return null;
        foreach (string file in rest[1..]) input += await host.ReadFile(file); // one that is not there is empty (a message on standard error)
        RegexOptions how = RegexOptions.ExplicitCapture | (options.Contains('i') ? RegexOptions.IgnoreCase : RegexOptions.None);
        List<string> lines = [.. input.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => Regex.IsMatch(l, rest[0], how, TimeSpan.FromSeconds(1)) != options.Contains('v'))];
        string output = options.Contains('q') ? "" : options.Contains('c') ? $"{lines.Count}\n" : string.Concat(lines.Select(l => l + "\n"));
        return (lines.Count > 0 ? 0 : 1, output);
    }
}
