// The text of ss: columns as wide as their widest cell, addresses to the right of theirs and ports to the left, so that the colons stand under each other;
// what -m and -i add comes on a line of its own behind a tab. Compared with iproute2 6.1's output into a file.

using System.Globalization;
using System.Text;
using ActorNet.Protocols;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Experiments;

/// <summary>Prints tables of sockets.</summary>
public static class SsPrinter
{
    private static readonly string[] s_states =
        ["UNKNOWN", "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "UNCONN", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING"];

    private static readonly string[] s_kinds = ["raw", "udp", "tcp"];

    /// <summary>The tables that the options ask for; each under its name when there are several.</summary>
    public static string Print(IReadOnlyList<SocketTable> tables, SsOptions options)
    {
        List<SocketTable> shown = [.. tables.Where(t => (options.Hosts.Count == 0 || options.Hosts.Contains(t.Host) || options.Hosts.Contains(t.Name)) && (options.Netns is null || t.Netns == options.Netns))];
        if (shown.Count == 0 && options.Hosts.Count > 0) throw new SsException($"no host {string.Join(", ", options.Hosts)} in this run: {string.Join(", ", tables.Select(t => t.Name))}");
        if (shown.Count == 0 && options.Netns is not null) throw new SsException($"no network namespace {options.Netns} in this run");
        var text = new StringBuilder();
        foreach (SocketTable table in shown)
        {
            if (shown.Count > 1) text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? "\n" : "")}==> {table.Name} at {table.At} <==\n");
            if (options.Summary) SsSummary.Print(text, table);
            if (!options.Summary || options.Kinds.Count > 0) Table(text, table, options);
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, SocketTable table, SsOptions options)
    {
        int states = options.States;
        bool netid = !options.OneKind, state = (states & states - 1) != 0;
        var layout = new SsLayout(options.NoHeader, netid, state);
        foreach (SocketEntry e in table.Sockets.OrderBy(e => Array.IndexOf(s_kinds, e.Netid)).ThenBy(e => Rank(e.State)).ThenBy(e => (ulong)e["sk"]))
        {
            if ((states >> (int)e.State & 1) == 0 || (options.Kinds.Count > 0 && !options.Kinds.Contains(e.Netid)) || !options.Shows(e.Local.Family) || !options.Filter.Matches(e)) continue;
            layout.Add(
                e.Netid,
                s_states[(int)e.State],
                e["rq"].ToString(CultureInfo.InvariantCulture).PadRight(6),
                e["wq"].ToString(CultureInfo.InvariantCulture).PadRight(6),
                Address(e.Local, e.Texts.GetValueOrDefault("dev")),
                Services.Name(e.Local.Port, options.Numeric),
                Address(e.Peer, null),
                Services.Name(e.Peer.Port, options.Numeric),
                Details(e, table.At, options));
        }

        layout.Write(text);
    }

    // As the kernel gives them: who listens, the others, TIME_WAIT.
    private static int Rank(TcpState state) => state switch { TcpState.LISTEN => 0, TcpState.TIME_WAIT => 2, _ => 1 };

    private static string Address(SockAddr a, string? device)
    {
        string text = a.Address.IsV4 ? a.Address.ToString() : a.Address.IsAny ? "[::]" : "[" + a.Address + "]";
        return (device is null ? text : text + "%" + device) + ":";
    }

    private static string Details(SocketEntry e, Instant now, SsOptions options)
    {
        var b = new StringBuilder();
        if (options.Processes && e.Texts.TryGetValue("users", out string? users)) b.Append(" users:(").Append(users).Append(')');
        if ((options.Timers || options.Extended) && e["timer"] != 0)
        {
            string timer = e["timer"] switch { 1 => "on", 2 => "keepalive", 3 => "timewait", 4 => "persist", _ => "unknown" };
            b.Append(CultureInfo.InvariantCulture, $" timer:({timer},{Timer(Math.Max(0, e["timer_at_ns"] - now.Nanoseconds) / 1_000_000)},{e["retrans"]})");
        }

        if (options.Extended)
        {
            if (e["uid"] != 0) b.Append(CultureInfo.InvariantCulture, $" uid:{e["uid"]}");
            b.Append(CultureInfo.InvariantCulture, $" ino:{e["ino"]} sk:{e["sk"]:x}");
            if (e["mark"] != 0) b.Append(CultureInfo.InvariantCulture, $" fwmark:0x{e["mark"]:x}");
            if (e.HasMemory) b.Append(" cgroup:/ ").Append((e["shutdown"] & 1) != 0 ? '-' : '<').Append('-').Append((e["shutdown"] & 2) != 0 ? '-' : '>');
        }

        if (!options.Memory && !options.Info) return b.ToString();
        if (!options.OneLine) b.Append("\n\t");
        if (options.Memory && e.HasMemory)
        {
            b.Append(CultureInfo.InvariantCulture,
                $" skmem:(r{e["r"]},rb{e["rb"]},t{e["t"]},tb{e["tb"]},f{e["f"]},w{e["w"]},o{e["o"]},bl{e["bl"]},d{e["d"]})");
        }

        if (options.Info && e.HasInfo) SsTcpInfo.Print(b, e, now, options);
        return b.ToString();
    }

    /// <summary>print_ms_timer of ss: minutes, or seconds, or milliseconds; both where there is room: "1.250ms" is one and a quarter seconds.</summary>
    private static string Timer(long ms)
    {
        long seconds = ms / 1000, minutes = seconds / 60;
        seconds %= 60;
        ms %= 1000;
        var b = new StringBuilder();
        if (minutes > 0)
        {
            ms = 0;
            b.Append(CultureInfo.InvariantCulture, $"{minutes}min");
            if (minutes > 9) seconds = 0;
        }

        if (seconds > 0)
        {
            if (seconds > 9) ms = 0;
            b.Append(CultureInfo.InvariantCulture, $"{seconds}{(ms > 0 ? "." : "sec")}");
        }

        if (ms > 0) b.Append(CultureInfo.InvariantCulture, $"{ms:000}ms");
        return b.ToString();
    }
}
