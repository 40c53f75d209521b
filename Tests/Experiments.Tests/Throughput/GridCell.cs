// The grid of docs/throughput.md: congestion controls × one-way delays × loss, on one wire; and how long each cell is measured.

using System.Globalization;
using ActorNet.Devices.Wires;
using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests.Throughput;

/// <summary>One cell: a bulk transfer by one congestion control over a wire of one delay and loss.</summary>
/// <param name="DelayMs">One way, ms.</param>
/// <param name="Loss">Probability that a data frame is lost; acknowledgements are not.</param>
internal readonly record struct GridCell(string Control, int DelayMs, double Loss)
{
    /// <summary>bit/s, both ways.</summary>
    public const long Rate = 20_000_000;

    /// <summary>Payload of a full segment (MTU 1500, timestamps) and its frame, as the wire counts it.</summary>
    public const int Mss = 1448, Frame = 1514;

    /// <summary>What the wire can carry of payload, bit/s.</summary>
    public const double Ceiling = (double)Rate * Mss / Frame;

    public static readonly string[] Controls = ["reno", "cubic", "bbr"];
    public static readonly int[] Delays = [1, 5, 20, 50, 100, 200];
    public static readonly double[] Losses = [0, 0.0001, 0.001, 0.01, 0.03, 0.1];

    public static IEnumerable<GridCell> All => from control in Controls from delay in Delays from loss in Losses select new GridCell(control, delay, loss);

    /// <summary>The round trip of a full segment over the idle wire, seconds.</summary>
    public double Rtt => 2 * DelayMs / 1e3 + (Frame + 66) * 8.0 / Rate;

    /// <summary>Frames that may wait: a bandwidth-delay product, at least 50.</summary>
    public int Queue => Math.Max(50, (int)(Rate / 8 * 2 * DelayMs / 1000 / Frame));

    /// <summary>What theory expects without the wire's bound, bit/s; 0 loss: no bound.</summary>
    public double Unbounded => Loss == 0 || Control == "bbr"
        ? double.PositiveInfinity
        : Theory.Goodput(Control == "reno" ? Theory.MathisWindow(Loss) : Theory.CubicOrRenoWindow(Rtt, Loss), Rtt, Loss);

    /// <summary>Independent runs. Without loss there is nothing random, but for BBR's phases.</summary>
    public int Runs => Control == "bbr" ? 2 : Loss == 0 ? 1 : 3;

    /// <summary>Before measuring begins so many segments have been delivered and so much time has passed: the first slow start is over, and four losses on average.</summary>
    public int WarmUp => Loss switch { 0 => 4 * Queue + 10_000, 0.0001 => 40_000, _ => 5_000 };

    /// <inheritdoc cref="WarmUp"/>
    public Duration WarmUpTime => Duration.FromMilliseconds(200 * DelayMs);

    /// <summary>Segments delivered while measuring, by one run: at least 25 losses in all runs where losses decide, 20 s of the wire's time (two of BBR's cycles) where not.</summary>
    public int Measured => Control == "bbr" ? 35_000 : Unbounded > 1.5 * Ceiling ? 15_000 : Loss switch { 0.0001 => 90_000, 0.001 => 30_000, _ => 10_000 };

    public WireSpec Forward => new() { Rate = Rate, Delay = Duration.FromMilliseconds(DelayMs), Loss = Loss, QueuePackets = Queue };

    public WireSpec Backward => Forward with { Loss = 0 };

    public string LossPercent => Percent(Loss);

    public static string Percent(double loss) => (loss * 100).ToString("0.##", CultureInfo.InvariantCulture);

    public override string ToString() => $"{Control} {DelayMs} ms {LossPercent} %";
}
