// The grid beside its approved file, beside theory and beside the kernel's figures. docs/throughput.md says why the bands are as wide as they are.

using System.Globalization;

namespace ActorNet.Experiments.Tests.Throughput;

[Trait("Engine", "Embedded")]
public class ThroughputGridTests
{
    [Fact]
    public void The_grid_is_the_approved_one()
    {
        if (ThroughputGrid.Updating) File.WriteAllText(ThroughputGrid.ApprovedFile, ThroughputGrid.Text);
        string[] approved = File.ReadAllLines(ThroughputGrid.ApprovedFile), measured = ThroughputGrid.Text.TrimEnd('\n').Split('\n');
        if (approved.SequenceEqual(measured)) return;
        Dictionary<GridCell, GridResult> before = GridResult.Read(ThroughputGrid.ApprovedFile);
        IEnumerable<string> changes =
            from now in ThroughputGrid.Measured
            let old = before.GetValueOrDefault(now.Cell)
            where old?.ToString() != now.ToString()
            select string.Create(CultureInfo.InvariantCulture, $"{now.Cell}: {(now.Goodput / (old?.Goodput ?? double.NaN) - 1) * 100:+0.0;-0.0} %\n  approved {old}\n  measured {now}");
        Assert.Fail($"docs/throughput/actornet.txt is not what is measured; UPDATE_THROUGHPUT=1 approves this:\n{string.Join('\n', changes)}");
    }

    [Fact]
    public void Without_loss_the_wire_is_full() =>
        // CUBIC left slow start by HyStart: at the longest delay it still grows into the pipe when measuring begins (Linux has 99.1 % there).
        Each(c => c.Loss == 0 && c.Control != "bbr", r => ((r.Cell.Control != "cubic" ? 0.995 : r.Cell.DelayMs == 200 ? 0.96 : 0.98) * GridCell.Ceiling, 1.005 * GridCell.Ceiling));

    [Fact]
    public void Reno_lies_between_Padhye_with_all_time_outs_and_Ott_without() =>
        Each(c => c is { Loss: > 0, Control: "reno" }, r => ThroughputBands.Reno(r.Cell, r.LostShare, r.StandardError));

    [Fact]
    public void Cubic_follows_the_response_function_of_RFC_9438_down_to_where_time_outs_decide() =>
        Each(c => c is { Loss: > 0, Control: "cubic" }, r => ThroughputBands.Cubic(r.Cell, r.LostShare, r.StandardError));

    [Fact]
    public void Bbr_sends_at_the_bottlenecks_rate_whatever_is_lost() =>
        Each(c => c.Control == "bbr", r => ThroughputBands.Bbr(r.Cell));

    [Fact]
    public void Every_cell_is_the_kernels()
    {
        Dictionary<GridCell, GridResult> kernel = KernelRuns.Read(ThroughputGrid.KernelFile);
        Assert.Equal(GridCell.All, kernel.Keys);
        Each(_ => true, r => ThroughputBands.Beside(kernel[r.Cell], r));
    }

    // Judges the cells that a theory is about: all that are outside are told.
    private static void Each(Func<GridCell, bool> which, Func<GridResult, (double Least, double Most)> band)
    {
        List<string> outside = [];
        foreach (GridResult r in ThroughputGrid.Measured.Where(r => which(r.Cell)))
        {
            (double least, double most) = band(r);
            if (r.Goodput < least || r.Goodput > most)
                outside.Add(string.Create(CultureInfo.InvariantCulture, $"{r.Cell}: {r.Goodput / 1e6:F3} Mbit/s is not between {least / 1e6:F3} and {most / 1e6:F3}"));
        }

        Assert.True(outside.Count == 0, string.Join('\n', outside));
    }
}
