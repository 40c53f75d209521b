// A cell's runs taken together, and the text file of them: one line a cell, columns by blanks.

using System.Globalization;
using System.Text;

namespace ActorNet.Experiments.Tests.Throughput;

/// <summary>What all runs of a cell came to.</summary>
/// <param name="StandardError">Of the goodput, from how the runs differ, as a share of it; 0 where there was one run.</param>
/// <param name="Segments">Full segments' worth of payload delivered.</param>
internal sealed record GridResult(GridCell Cell, int Runs, double Goodput, double StandardError, double Seconds, long Segments, long Lost, long Refused, long Retransmitted, long Timeouts)
{
    /// <summary>The share of frames that the wire lost indeed. What the queue refuses comes in bursts, each of which is one sign of congestion; it is not counted.</summary>
    public double LostShare => (double)Lost / (Segments + Lost);

    /// <summary>Pools runs: all bytes over all time.</summary>
    public static GridResult Pool(GridCell cell, IReadOnlyList<GridSample> runs)
    {
        double seconds = runs.Sum(r => r.Seconds), goodput = runs.Sum(r => r.Bytes) * 8 / seconds;
        double variance = runs.Count > 1 ? runs.Sum(r => (r.Goodput - goodput) * (r.Goodput - goodput)) / (runs.Count - 1) / runs.Count : 0;
        return new GridResult(
            cell, runs.Count, goodput, Math.Sqrt(variance) / goodput, seconds, runs.Sum(r => r.Bytes) / GridCell.Mss, runs.Sum(r => r.Lost), runs.Sum(r => r.Refused),
            runs.Sum(r => r.Retransmitted), runs.Sum(r => r.Timeouts));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cell.Control,-5} {Cell.DelayMs,4} {Cell.LossPercent,5} {Runs,2} {Goodput / 1e6,8:F3} {StandardError * 100,5:F1} {Seconds,8:F1} {Segments,7} {Lost,6} {Refused,6} {Retransmitted,6} {Timeouts,5}");

    /// <summary>A file's text: comments, then the cells in their order.</summary>
    public static string Write(IEnumerable<string> comments, IEnumerable<GridResult> results)
    {
        var s = new StringBuilder();
        foreach (string c in comments) s.Append("# ").Append(c).Append('\n');
        s.Append("# control, delay ms, loss %, runs, goodput Mbit/s, standard error %, seconds, segments, lost, refused, retransmitted, time-outs\n");
        foreach (GridResult r in results) s.Append(r).Append('\n');
        return s.ToString();
    }

    /// <summary>The cells of a file, by cell.</summary>
    public static Dictionary<GridCell, GridResult> Read(string path)
    {
        var all = new Dictionary<GridCell, GridResult>();
        foreach (string line in File.ReadLines(path))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] f = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            double D(int i) => double.Parse(f[i], CultureInfo.InvariantCulture);
            long L(int i) => long.Parse(f[i], CultureInfo.InvariantCulture);
            var cell = new GridCell(f[0], (int)L(1), GridCell.Losses.First(p => GridCell.Percent(p) == f[2]));
            all.Add(cell, new GridResult(cell, (int)L(3), D(4) * 1e6, D(5) / 100, D(6), L(7), L(8), L(9), L(10), L(11)));
        }

        return all;
    }
}
