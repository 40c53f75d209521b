// What a run prints at its end: programs, hosts, drops, and the trace hash on a line of its own.

using System.Globalization;
using ActorNet.Experiments;
using Spectre.Console;

namespace ActorNet.Cli;

/// <summary>The report for people.</summary>
internal static class RunReport
{
    private const int ManyHosts = 16; // beyond it, groups instead of hosts

    public static void Print(Scenario scenario, RunResult result)
    {
        IAnsiConsole console = Open(Console.Out, Console.IsOutputRedirected);
        Summary s = result.Summary;
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{s.Scenario}, seed {s.Seed}: {s.Outcome} after {s.VirtualSeconds:0.000} s of virtual time"));
        console.Write(Programs(result));
        console.Write(Hosts(scenario, s));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Quantity.Number(s.Events)} events in {s.WallSeconds:0.00} s ({Quantity.Number(s.Events / Math.Max(s.WallSeconds, 1e-9))}/s), peak {Quantity.Bytes(s.PeakBytes)}"));
        if (s.Memory.Kinds.Count > 0)
        {
            string kinds = string.Join(", ", s.Memory.Kinds.Where(k => k.Count > 0).Select(k => k.Name == "rest" ? $"the rest {Quantity.Bytes(k.Bytes)}" : $"{Quantity.Number(k.Count)} {Words(k.Name)} {Quantity.Bytes(k.Bytes)}"));
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"managed memory up to {Quantity.Bytes(s.Memory.PeakManagedBytes)}; at {s.Memory.AtSeconds:0.000} s: {kinds}"));
        }

        if (result.Folder is not null) console.WriteLine($"results in {result.Folder}: {string.Join(", ", Files(scenario, s))}");
        Console.Out.WriteLine($"trace {s.TraceHash}");
    }

    public static IAnsiConsole Open(TextWriter output, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (redirected) console.Profile.Width = 200; // a file has no width: never wrap
        return console;
    }

    // tcpSockets: TCP sockets.
    private static string Words(string kind) => kind switch { "tcpSockets" => "TCP sockets", "otherSockets" => "other sockets", "timeWait" => "in TIME_WAIT", _ => kind };

    private static IEnumerable<string> Files(Scenario scenario, Summary s)
    {
        yield return "summary.json";
        yield return "metrics.csv";
        if (scenario.RecordSockets.Nanoseconds > 0) yield return "sockets.jsonl";
        if (scenario.RecordSyscalls.Count > 0) yield return "syscalls.jsonl";
        foreach (CaptureSummary capture in s.Captures.Take(4)) yield return capture.File;
        if (s.Captures.Count > 4) yield return "…";
    }

    private static Table New(bool plain, params string[] columns)
    {
        var table = new Table { Border = plain ? TableBorder.None : TableBorder.Rounded };
        for (int i = 0; i < columns.Length; i++)
        {
            var column = new TableColumn(new Text(columns[i])) { NoWrap = true };
            table.AddColumn(i == 0 || columns[i].StartsWith("drops", StringComparison.Ordinal) ? column : column.RightAligned());
        }

        return table;
    }

    private static Table Programs(RunResult result)
    {
        Table table = New(Console.IsOutputRedirected, "program", "hosts", "requests", "errors", "sent", "received", "throughput", "p50", "p99", "p99.9", "max");
        foreach (ProgramMeter m in result.Programs)
        {
            ProgramSummary[] on = result.Summary.Programs.Where(p => p.Name == m.Name).ToArray();
            double seconds = on.Select(p => p.ActiveSeconds).DefaultIfEmpty(0).Max();
            LatencySummary latency = LatencySummary.Of(m.Latency);
            Row(table, m.Name, Quantity.Number(on.Length), Quantity.Number(m.Requests), ErrorText(m), Quantity.Bytes(m.BytesSent), Quantity.Bytes(m.BytesReceived),
                seconds > 0 ? Quantity.Rate((m.BytesSent + m.BytesReceived) * 8 / seconds) : "-",
                Quantity.Time(latency.P50), Quantity.Time(latency.P99), Quantity.Time(latency.P999), Quantity.Time(latency.Max));
        }

        return table;
    }

    private static string ErrorText(ProgramMeter m) => m.Errors == 0 ? "0" : $"{Quantity.Number(m.Errors)} ({string.Join(", ", m.ErrorsByName.Take(3).Select(e => e.Key))})";

    private static Table Hosts(Scenario scenario, Summary s)
    {
        Table table = New(Console.IsOutputRedirected, "host", "segs in", "segs out", "retrans", "resets", "datagrams in", "forwarded", "drops by reason");
        var groups = scenario.Hosts.ToDictionary(h => h.Name, h => h.Group);
        foreach (IGrouping<string, HostSummary> hosts in s.Hosts.GroupBy(h => s.Hosts.Count > ManyHosts ? groups.GetValueOrDefault(h.Name, h.Name) : h.Name))
        {
            long Sum(string counter) => hosts.Sum(h => h.Counters.GetValueOrDefault(counter));
            string drops = string.Join(", ", hosts.SelectMany(h => h.Drops).GroupBy(d => d.Key).Select(d => $"{d.Key} {Quantity.Number(d.Sum(x => x.Value))}"));
            int count = hosts.Count();
            Row(table, count > 1 ? $"{hosts.Key} x{count}" : hosts.Key, Quantity.Number(Sum("TcpInSegs")), Quantity.Number(Sum("TcpOutSegs")), Quantity.Number(Sum("TcpRetransSegs")),
                Quantity.Number(Sum("TcpOutRsts")), Quantity.Number(Sum("UdpInDatagrams")), Quantity.Number(Sum("IpForwDatagrams")), drops.Length > 0 ? drops : "-");
        }

        return table;
    }

    private static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(c => new Text(c)));
}
