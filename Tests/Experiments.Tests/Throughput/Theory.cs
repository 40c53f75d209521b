// What the literature says a cell carries. Windows in segments, times in seconds, rates of payload in bit/s.

namespace ActorNet.Experiments.Tests.Throughput;

/// <summary>Response functions: the rate of a long transfer as a function of its round trip and the share of frames lost.</summary>
internal static class Theory
{
    // Linux: a time-out is the smoothed round trip and four times its variation, the latter at least 200 ms (tcp_rto_min).
    private const double RtoFloor = 0.2;

    // tcp_ack counts the segments that an acknowledgement covers, not acknowledgements (RFC 3465): delayed ones do not slow the growth, b of both papers is 1.
    private const double SegmentsPerGrowth = 1;

    /// <summary>
    /// AIMD without time-outs: Mathis, Semke, Mahdavi and Ott, "The macroscopic behavior of the TCP congestion avoidance algorithm" (1997), with losses a fixed
    /// number of segments apart (C = 1.22).
    /// </summary>
    public static double MathisWindow(double p) => Math.Sqrt(3 / (2 * SegmentsPerGrowth * p));

    /// <summary>The same with each segment lost or not by itself: Ott, Kemperman and Mathis, "The stationary behavior of ideal TCP congestion avoidance" (1996).</summary>
    public static double OttWindow(double p) => 1.31 / Math.Sqrt(p);

    /// <summary>
    /// AIMD with time-outs: Padhye, Firoiu, Towsley and Kurose, "Modeling TCP throughput" (1998), equation 30. It is a Reno without SACK, RACK or tail probes, and
    /// in it a loss takes the rest of its round with it.
    /// </summary>
    public static double PadhyeWindow(double rtt, double p)
    {
        double avoidance = Math.Sqrt(2 * SegmentsPerGrowth * p / 3);
        double timeouts = (rtt + RtoFloor) / rtt * Math.Min(1, 3 * Math.Sqrt(3 * SegmentsPerGrowth * p / 8)) * p * (1 + 32 * p * p);
        return 1 / (avoidance + timeouts);
    }

    /// <summary>RFC 9438 section 5.1, figure 5: C = 0.4, beta = 0.7, losses a fixed number of segments apart.</summary>
    public static double CubicWindow(double rtt, double p) => 1.054 * Math.Pow(rtt / p, 0.75);

    /// <summary>CUBIC as RFC 9438 has it: no less than Reno (sections 4.3 and 5.1: alpha of its estimate of Reno's window gives it Reno's average).</summary>
    public static double CubicOrRenoWindow(double rtt, double p) => Math.Max(CubicWindow(rtt, p), MathisWindow(p));

    /// <summary>BBR (draft-cardwell-iccrg-bbr-congestion-control-00): the bottleneck's rate, but every ten seconds 200 ms and a round trip with four segments in flight.</summary>
    public static double BbrShare(double rtt) => 1 - (0.2 + rtt) / 10;

    /// <summary>What arrives of a window that is sent once a round trip.</summary>
    public static double Goodput(double window, double rtt, double p) => window * GridCell.Mss * 8 / rtt * (1 - p);
}
