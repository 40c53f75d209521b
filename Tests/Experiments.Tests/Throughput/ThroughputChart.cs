// The drawings in docs/throughput: goodput against loss for each congestion control, and ActorNet beside the kernel. Drawn by OxyPlot; colours that have to follow a
// reader's light or dark page are put in afterwards.

using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ActorNet.Experiments.Tests.Throughput;

internal static class ThroughputChart
{
    // Stands for the page's own colour of text.
    private static readonly OxyColor s_ink = OxyColor.FromRgb(1, 1, 1);

    // Behind a legend's texts: viewers' fonts are wider than the one that OxyPlot reckons with.
    private const string Room = "\u00a0\u00a0\u00a0\u00a0";

    // Okabe and Ito's colours, which most people can tell apart, in shades that a white and a black page bear.
    private static readonly OxyColor[] s_colours =
    [
        OxyColor.Parse("#0072b2"), OxyColor.Parse("#e69f00"), OxyColor.Parse("#009e73"), OxyColor.Parse("#d55e00"), OxyColor.Parse("#cc79a7"), OxyColor.Parse("#56b4e9"),
    ];

    /// <summary>A file's name and what is in it.</summary>
    public static IEnumerable<(string Name, string Svg)> All(IReadOnlyDictionary<GridCell, GridResult> ours, IReadOnlyDictionary<GridCell, GridResult> kernel)
    {
        foreach (string control in GridCell.Controls) yield return (control + ".svg", Svg(OfControl(control, ours, kernel), 620));
        yield return ("beside-the-kernel.svg", Svg(Beside(ours, kernel), 420));
    }

    private static PlotModel OfControl(string control, IReadOnlyDictionary<GridCell, GridResult> ours, IReadOnlyDictionary<GridCell, GridResult> kernel)
    {
        string theory = control switch { "reno" => "upper line: Ott, lower: Padhye", "cubic" => "line: RFC 9438, 5.1", _ => "line: the wire's rate less loss and ProbeRTT" };
        PlotModel m = Model($"{control}: goodput by one-way delay. Points: ActorNet, crosses: Linux, {theory}");
        m.Axes.Add(control == "bbr" ? Linear("goodput, Mbit/s", 10, 20) : Log("goodput, Mbit/s", 0.06, 25, AxisPosition.Left));
        m.Legends.Add(new Legend { LegendPosition = LegendPosition.LeftBottom, LegendTextColor = s_ink, LegendLineSpacing = 6 });
        for (int i = 0; i < GridCell.Delays.Length; i++)
        {
            int delay = GridCell.Delays[i];
            var points = new LineSeries
            {
                Title = string.Create(CultureInfo.InvariantCulture, $"{delay} ms{Room}"), Color = s_colours[i], LineStyle = LineStyle.None, MarkerType = MarkerType.Circle, MarkerSize = 4, MarkerFill = s_colours[i],
            };
            var crosses = new LineSeries { Color = s_colours[i], LineStyle = LineStyle.None, MarkerType = MarkerType.Cross, MarkerSize = 6, MarkerStroke = s_colours[i], MarkerStrokeThickness = 1.5 };
            foreach (double p in GridCell.Losses.Where(p => p > 0))
            {
                var cell = new GridCell(control, delay, p);
                points.Points.Add(new DataPoint(p * 100, ours[cell].Goodput / 1e6));
                crosses.Points.Add(new DataPoint(p * 100, kernel[cell].Goodput / 1e6));
            }

            foreach ((Func<double, double, double> goodput, LineStyle style) in Lines(control))
            {
                var line = new LineSeries { Color = s_colours[i], LineStyle = style, StrokeThickness = 1 };
                for (double x = -2; x <= 1.0001; x += 0.05)
                {
                    double p = Math.Pow(10, x - 2), rtt = new GridCell(control, delay, p).Rtt;
                    line.Points.Add(new DataPoint(p * 100, Math.Min(GridCell.Ceiling, goodput(rtt, p)) / 1e6));
                }

                m.Series.Add(line);
            }

            m.Series.Add(crosses);
            m.Series.Add(points);
        }

        return m;
    }

    private static (Func<double, double, double> Goodput, LineStyle Style)[] Lines(string control) => control switch
    {
        "reno" =>
        [
            ((rtt, p) => Theory.Goodput(Theory.OttWindow(p), rtt, p), LineStyle.Dash),
            ((rtt, p) => Theory.Goodput(Theory.PadhyeWindow(rtt, p), rtt, p), LineStyle.Solid),
        ],
        "cubic" => [((rtt, p) => Theory.Goodput(Theory.CubicOrRenoWindow(rtt, p), rtt, p), LineStyle.Solid)],
        _ => [((rtt, p) => GridCell.Ceiling * (1 - p) * Theory.BbrShare(rtt), LineStyle.Solid)],
    };

    private static PlotModel Beside(IReadOnlyDictionary<GridCell, GridResult> ours, IReadOnlyDictionary<GridCell, GridResult> kernel)
    {
        PlotModel m = Model("ActorNet's goodput over Linux's, cell by cell");
        m.Axes.Add(Linear("ActorNet / Linux", 0.6, 1.4));
        m.Legends.Add(new Legend { LegendPosition = LegendPosition.LeftBottom, LegendTextColor = s_ink, LegendLineSpacing = 6 });
        for (int i = 0; i < GridCell.Controls.Length; i++)
        {
            OxyColor colour = s_colours[i == 2 ? 3 : i];
            var points = new LineSeries { Title = GridCell.Controls[i] + Room, Color = colour, LineStyle = LineStyle.None, MarkerType = MarkerType.Circle, MarkerSize = 4, MarkerFill = colour };
            foreach (GridResult r in ours.Values.Where(r => r.Cell.Control == GridCell.Controls[i] && r.Cell.Loss > 0))
            {
                // Beside each other, so that one does not hide another: by control and delay.
                double x = r.Cell.Loss * 100 * Math.Pow(10, 0.018 * (3 * (Array.IndexOf(GridCell.Delays, r.Cell.DelayMs) - 2.5) + i - 1));
                points.Points.Add(new DataPoint(x, r.Goodput / kernel[r.Cell].Goodput));
            }

            m.Series.Add(points);
        }

        return m;
    }

    private static PlotModel Model(string title)
    {
        var m = new PlotModel
        {
            Title = title, TitleFontSize = 13, TitleFontWeight = FontWeights.Normal, TitleColor = s_ink, TextColor = s_ink, PlotAreaBorderColor = s_ink,
            Background = OxyColors.Transparent, DefaultFont = "sans-serif",
        };
        m.Axes.Add(Log("loss, %", 0.006, 18, AxisPosition.Bottom));
        return m;
    }

    private static LogarithmicAxis Log(string title, double least, double most, AxisPosition position) => new()
    {
        Title = title, Position = position, Minimum = least, Maximum = most, MajorGridlineStyle = LineStyle.Dot, MajorGridlineColor = s_ink, TicklineColor = s_ink, AxislineColor = s_ink,
        StringFormat = "0.##", UseSuperExponentialFormat = false,
    };

    private static LinearAxis Linear(string title, double least, double most) => new()
    {
        Title = title, Position = AxisPosition.Left, Minimum = least, Maximum = most, MajorGridlineStyle = LineStyle.Dot, MajorGridlineColor = s_ink, TicklineColor = s_ink,
    };

    private static string Svg(PlotModel model, int height)
    {
        string svg = new SvgExporter { Width = 860, Height = height, UseVerticalTextAlignmentWorkaround = true }.ExportToString(model).ReplaceLineEndings("\n");
        // The page's colour of text instead of the one that stands for it.
        svg = svg.Replace("rgb(1,1,1)", "currentColor", StringComparison.Ordinal).Replace(":black", ":currentColor", StringComparison.Ordinal);
        int at = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1;
        return svg[svg.IndexOf("<svg", StringComparison.Ordinal)..at] + "\n<style>svg { color: #24292f } @media (prefers-color-scheme: dark) { svg { color: #d0d7de } }</style>" + svg[at..].TrimEnd() + "\n";
    }
}
