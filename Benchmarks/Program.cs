// The benchmarks: ./bench [--json] [--only NAME]. One file per benchmark; each gives rows, and this prints them. `./bench pieces [FILTER]` measures single
// steps (Pieces/) with BenchmarkDotNet.

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ActorNet.Benchmarks;

internal static class Program
{
    private static readonly Benchmark[] s_benchmarks =
    [
#if !AKKA
        .. EngineBenchmark.All(), // measures the embedded engine, its inner parts too
#endif
        new("wire", WireBenchmark.Run),
        new("ports", PortsBenchmark.Run),
        new("host", HostPortsBenchmark.Run),
        new("epoll", EpollBenchmark.Run),
        new("tcp/bulk", StreamBenchmark.Bulk),
        new("tcp/connect", StreamBenchmark.Connect),
        new("udp", DatagramBenchmark.Run),
        new("memory/each", MemoryBenchmark.Run),
        new("memory/census", MemoryBenchmark.Census),
        new("growth/hosts", GrowthBenchmark.Hosts),
        new("growth/connections", GrowthBenchmark.Connections),
        new("growth/flows", GrowthBenchmark.Flows),
        new("workers", WorkersBenchmark.Run),
        new("machine", MachineBaseline.Run),
        new("dotnet", SocketBaseline.Run),
        new("kernel", KernelBaseline.Run),
    ];

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static int Main(string[] args)
    {
        if (args is ["pieces", ..])
        {
            BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(["--filter", .. args.Length > 1 ? args[1..] : ["*"], "--inProcess", "--job", "short", "--artifacts", Path.Combine(Path.GetTempPath(), "actornet-pieces")]);
            return 0;
        }

        bool json = false;
        List<string> only = [];
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--json")
                json = true;
            else if (args[i] == "--only" && i + 1 < args.Length)
                only.Add(args[++i]);
            else if (!args[i].StartsWith('-'))
                only.Add(args[i]);
            else
                return Usage($"unknown option {args[i]}");
        }
        foreach (string name in only)
        {
            if (!s_benchmarks.Any(b => Asked(b, name)))
                return Usage($"no benchmark is called {name}");
        }
        Benchmark[] asked = [.. s_benchmarks.Where(b => only.Count == 0 || only.Exists(name => Asked(b, name)))];
        List<BenchRow> rows = [];
        if (!json)
            Console.WriteLine(Line("figure", "value", "unit", "goal", "", "definition"));
        foreach (Benchmark benchmark in asked)
        {
            foreach (BenchRow row in asked.Length == 1 ? benchmark.Run() : InItsOwnProcess(benchmark))
            {
                rows.Add(row);
                if (!json)
                    Print(row);
            }
        }
        foreach (BenchRow row in Comparisons.Of(rows).ToList())
        {
            rows.Add(row);
            if (!json)
                Print(row);
        }
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(rows, s_json));
        return 0;
    }

    // One after another in one process, a benchmark would run on code that was compiled for another's shapes, and on the heap it left behind.
    private static BenchRow[] InItsOwnProcess(Benchmark benchmark)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(Program).Assembly.Location, "--json", "--only", benchmark.Name])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process child = Process.Start(start)!;
        string rows = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? JsonSerializer.Deserialize<BenchRow[]>(rows, s_json)!
            : throw new InvalidOperationException($"{benchmark.Name} ended with exit code {child.ExitCode}");
    }

    // "engine" asks for all that is called engine/…
    private static bool Asked(Benchmark benchmark, string name) =>
        benchmark.Name == name || benchmark.Name.StartsWith(name + "/", StringComparison.Ordinal);

    private static int Usage(string problem)
    {
        Console.Error.WriteLine($"{problem}; usage: bench [--json] [--only NAME]; names: {string.Join(", ", s_benchmarks.Select(b => b.Name))}");
        return 2;
    }

    private static void Print(BenchRow row)
    {
        string met = row.Met switch { true => "met", false => "MISSED", null => "" };
        string goal = row.Goal is double g ? (row.SmallerIsBetter ? "<= " : ">= ") + Number(g) : "";
        Console.WriteLine(Line(row.Name, Number(row.Value), row.Unit, goal, met, row.Definition));
    }

    private static string Line(string name, string value, string unit, string goal, string met, string definition) =>
        $"{name,-28} {value,12} {unit,-8} {goal,14} {met,-7} {definition}";

    private static string Number(double value) => value >= 1000
        ? value.ToString("#,0", CultureInfo.InvariantCulture)
        : value.ToString("0.##", CultureInfo.InvariantCulture);
}
