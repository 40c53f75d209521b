// docs/throughput.md and its drawings are of the approved grid and the kernel's figures: the table between two marks, and each drawing.

using System.Globalization;
using System.Text;

namespace ActorNet.Experiments.Tests.Throughput;

[Trait("Engine", "Embedded")]
public class ThroughputPageTests
{
    private const string Begin = "<!-- the table: made by ThroughputPageTests -->\n", End = "<!-- the end of the table -->\n";

    [Fact]
    public void The_table_of_the_page_is_of_the_approved_figures()
    {
        string page = File.ReadAllText(ThroughputGrid.PageFile).ReplaceLineEndings("\n");
        int from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, to = page.IndexOf(End, StringComparison.Ordinal);
        string made = page[..from] + Table() + page[to..];
        if (ThroughputGrid.Updating) File.WriteAllText(ThroughputGrid.PageFile, made);
        else Assert.True(page == made, "docs/throughput.md is old: run these tests with UPDATE_THROUGHPUT=1");
    }

    [Fact]
    public void The_drawings_are_of_the_approved_figures()
    {
        foreach ((string name, string svg) in ThroughputChart.All(Ours(), Kernel()))
        {
            string file = Path.Combine(ThroughputGrid.Folder, name);
            if (ThroughputGrid.Updating) File.WriteAllText(file, svg);
            else Assert.True(File.Exists(file) && File.ReadAllText(file).ReplaceLineEndings("\n") == svg, $"docs/throughput/{name} is old: run these tests with UPDATE_THROUGHPUT=1");
        }
    }

    // Through the file's rounding in either case: a drawing made of finer figures would differ in a last digit.
    private static Dictionary<GridCell, GridResult> Ours()
    {
        if (ThroughputGrid.Updating) File.WriteAllText(ThroughputGrid.ApprovedFile, ThroughputGrid.Text);
        return GridResult.Read(ThroughputGrid.ApprovedFile);
    }

    private static Dictionary<GridCell, GridResult> Kernel() => KernelRuns.Read(ThroughputGrid.KernelFile);

    private static string Table()
    {
        Dictionary<GridCell, GridResult> ours = Ours(), kernel = Kernel();
        var s = new StringBuilder("\n");
        foreach (string control in GridCell.Controls)
        {
            s.Append(CultureInfo.InvariantCulture, $"{control}, Mbit/s: ActorNet / Linux / {(control == "reno" ? "Padhye to Ott" : control == "cubic" ? "RFC 9438" : "wire")}\n\n| delay |");
            foreach (double p in GridCell.Losses) s.Append(CultureInfo.InvariantCulture, $" {GridCell.Percent(p)} % |");
            s.Append("\n|---|---|---|---|---|---|---|\n");
            foreach (int delay in GridCell.Delays)
            {
                s.Append(CultureInfo.InvariantCulture, $"| {delay} ms |");
                foreach (double p in GridCell.Losses)
                {
                    var cell = new GridCell(control, delay, p);
                    s.Append(CultureInfo.InvariantCulture, $" {Mbit(ours[cell].Goodput)} / {Mbit(kernel[cell].Goodput)} / {Expected(cell)} |");
                }

                s.Append('\n');
            }

            s.Append('\n');
        }

        return s.ToString();
    }

    private static string Expected(GridCell cell)
    {
        double rtt = cell.Rtt, p = cell.Loss;
        if (cell.Control == "bbr") return Mbit(GridCell.Ceiling * (1 - p) * Theory.BbrShare(rtt));
        if (p == 0) return Mbit(GridCell.Ceiling);
        if (cell.Control == "cubic") return Mbit(Theory.Goodput(Theory.CubicOrRenoWindow(rtt, p), rtt, p));
        string padhye = Mbit(Theory.Goodput(Theory.PadhyeWindow(rtt, p), rtt, p)), ott = Mbit(Theory.Goodput(Theory.OttWindow(p), rtt, p));
        return padhye == ott ? ott : $"{padhye} to {ott}";
    }

    // Three digits, and no more than the wire carries.
    private static string Mbit(double rate)
    {
        double m = Math.Min(rate, GridCell.Ceiling) / 1e6;
        return m.ToString(m >= 10 ? "F1" : m >= 1 ? "F2" : "F3", CultureInfo.InvariantCulture);
    }
}
