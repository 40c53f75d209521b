// Between which goodputs a cell has to lie. Each band is a theory's two ends, widened by the chance of the cell's own runs (two standard errors), and bounded by the wire.

namespace ActorNet.Experiments.Tests.Throughput;

internal static class ThroughputBands
{
    // RFC 9438's 5.1 and Mathis are of losses a fixed number of segments apart; random ones bring 1.31 / 1.22 = 1.07 for Reno, and up to a third more for CUBIC,
    // whose curve is steepest behind a long gap.
    private const double RandomReno = 1.07, RandomCubic = 1.35;

    // A theory's round trip is the idle wire's; where the wire is nearly full, its queue is part of it.
    private const double Full = 0.75;

    /// <summary>Padhye to Ott. Below Ott: time-outs, recoveries in which cwnd stands still, whole segments. Above Padhye: SACK, RACK and tail probes spare time-outs.</summary>
    public static (double Least, double Most) Reno(GridCell cell, double lost, double error)
    {
        double rtt = cell.Rtt, least = Theory.Goodput(Theory.PadhyeWindow(rtt, lost), rtt, lost), most = Theory.Goodput(Theory.OttWindow(lost), rtt, lost);
        return Bounded(0.93 * least, 1.05 * most, error);
    }

    /// <summary>
    /// Padhye to RFC 9438 with random losses. Where its own region begins (the RFC's window above Reno's by a fifth) time-outs do not count, and the RFC's value itself
    /// is the least.
    /// </summary>
    public static (double Least, double Most) Cubic(GridCell cell, double lost, double error)
    {
        double rtt = cell.Rtt, cubic = Theory.CubicWindow(rtt, lost), reno = Theory.MathisWindow(lost);
        double least = cubic > 1.2 * reno ? 0.9 * cubic : 0.85 * Theory.PadhyeWindow(rtt, lost);
        return Bounded(Theory.Goodput(least, rtt, lost), Theory.Goodput(Math.Max(cubic * RandomCubic, reno * RandomReno), rtt, lost), error);
    }

    /// <summary>The wire's rate less what is lost and what ProbeRTT costs. From 3 % on recoveries and, where a round trip is long, a window that cannot follow cost more.</summary>
    public static (double Least, double Most) Bbr(GridCell cell)
    {
        double all = GridCell.Ceiling * (1 - cell.Loss), share = Theory.BbrShare(cell.Rtt);
        double least = cell.Loss switch { <= 0.01 => cell.DelayMs >= 200 ? 0.95 : 0.97, 0.03 => cell.DelayMs >= 200 ? 0.87 : 0.9, _ => cell.DelayMs >= 200 ? 0.68 : 0.88 };
        return (least * share * all, 1.005 * all);
    }

    /// <summary>A tenth either way, and three standard errors of the two, at most a quarter; both goodputs brought to the same share of losses where losses decide.</summary>
    public static (double Least, double Most) Beside(GridResult kernel, GridResult ours)
    {
        double same = ours.Cell.Control != "bbr" && ours.Cell.Loss > 0 && kernel.Goodput < Full * GridCell.Ceiling ? Math.Sqrt(kernel.LostShare / ours.LostShare) : 1;
        double error = Math.Min(0.25, 3 * Math.Sqrt(kernel.StandardError * kernel.StandardError + ours.StandardError * ours.StandardError));
        return (kernel.Goodput * same * (0.9 - error), kernel.Goodput * same * (1.1 + error));
    }

    private static (double Least, double Most) Bounded(double least, double most, double error) =>
        (Math.Min(least, Full * GridCell.Ceiling) * (1 - 2 * error), Math.Min(most, 1.005 * GridCell.Ceiling) * (1 + 2 * error));
}
