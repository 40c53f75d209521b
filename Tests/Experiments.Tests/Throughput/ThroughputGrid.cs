// The whole grid, measured once for all tests of it, and where its files are.

namespace ActorNet.Experiments.Tests.Throughput;

internal static class ThroughputGrid
{
    // Two at a time: CI has two processors. A run is one thread's and the same on any number of them.
    private const int AtOnce = 2;

    private static readonly Lazy<IReadOnlyList<GridResult>> s_measured = new(Measure);

    /// <summary>This build's grid.</summary>
    public static IReadOnlyList<GridResult> Measured => s_measured.Value;

    /// <summary>UPDATE_THROUGHPUT is set: what is measured is approved, and the page and its drawings are made anew.</summary>
    public static bool Updating => Environment.GetEnvironmentVariable("UPDATE_THROUGHPUT") is { Length: > 0 };

    public static string Folder => Path.Combine(ScenarioFiles.Root, "docs", "throughput");

    public static string ApprovedFile => Path.Combine(Folder, "actornet.txt");

    public static string KernelFile => Path.Combine(Folder, "kernel.txt");

    public static string PageFile => Path.Combine(ScenarioFiles.Root, "docs", "throughput.md");

    /// <summary>The approved file's text.</summary>
    public static string Text => GridResult.Write(
        ["ActorNet's throughput grid (docs/throughput.md). ThroughputGridTests holds it to what is measured; UPDATE_THROUGHPUT=1 writes it anew."], Measured);

    private static GridResult[] Measure()
    {
        GridCell[] cells = [.. GridCell.All];
        var runs = new GridSample[cells.Length][];
        for (int i = 0; i < cells.Length; i++) runs[i] = new GridSample[cells[i].Runs];
        // The long ones first, so that both processors are done at about the same time.
        var order = Enumerable.Range(0, cells.Length).SelectMany(i => Enumerable.Range(0, cells[i].Runs).Select(r => (Cell: i, Run: r))).OrderByDescending(x => cells[x.Cell].Measured);
        Parallel.ForEach(order, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, x => runs[x.Cell][x.Run] = new GridRun(cells[x.Cell], (ulong)(1000 * (x.Cell + 1) + x.Run + 1)).Run());
        return [.. cells.Select((c, i) => GridResult.Pool(c, runs[i]))];
    }
}
