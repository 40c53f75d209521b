// Two workers against one: the shipped scenario with a thousand hosts, the same run in turn in one process, compiled by then.

using System.Diagnostics;
using ActorNet.Experiments;

namespace ActorNet.Benchmarks;

internal static class WorkersBenchmark
{
    public static IEnumerable<BenchRow> Run()
    {
        Scenario scenario = ScenarioFile.Load(Path.Combine(Root(), "config", "scenarios", "thousand-hosts.conf"));
        string one = "", two = "";
        double alone = double.MaxValue, together = double.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            alone = Math.Min(alone, Seconds(scenario, 1, ref one));
            together = Math.Min(together, Seconds(scenario, 2, ref two));
        }

        if (one != two) throw new InvalidOperationException($"one worker: trace {one}, two: {two}");
        yield return new BenchRow("workers/two", "s", together) { SmallerIsBetter = true, Baseline = alone, Definition = $"thousand-hosts.conf with two workers; trace {two}, as with one" };
        yield return new BenchRow("workers/speed-up", "x", alone / together) { Goal = 1.8, Definition = $"one worker takes {alone:0.00} s" };
    }

    private static double Seconds(Scenario scenario, int workers, ref string trace)
    {
        var watch = Stopwatch.StartNew();
        RunResult result = new ScenarioRun(scenario, new RunOptions { Workers = workers }).Execute();
        trace = result.Summary.TraceHash;
        return watch.Elapsed.TotalSeconds;
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ActorNet.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the benchmarks run from a checkout");
    }
}
