// docs/throughput/kernel.txt: one line for each run of a cell between two namespaces of a real Linux.

using System.Globalization;

namespace ActorNet.Experiments.Tests.Throughput;

internal static class KernelRuns
{
    /// <summary>The runs of each cell taken together, in the grid's order.</summary>
    public static Dictionary<GridCell, GridResult> Read(string path)
    {
        var runs = new Dictionary<GridCell, List<GridSample>>();
        foreach (string line in File.ReadLines(path))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] f = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            double D(int i) => double.Parse(f[i], CultureInfo.InvariantCulture);
            long L(int i) => long.Parse(f[i], CultureInfo.InvariantCulture);
            var cell = new GridCell(f[0], (int)L(1), GridCell.Losses.First(p => GridCell.Percent(p) == f[2]));
            if (!runs.TryGetValue(cell, out List<GridSample>? of)) runs.Add(cell, of = []);
            of.Add(new GridSample(D(5), (long)(D(4) * 1e6 / 8 * D(5)), L(8), L(9), L(10), L(11)));
        }

        return GridCell.All.Where(runs.ContainsKey).ToDictionary(c => c, c => GridResult.Pool(c, runs[c]));
    }
}
