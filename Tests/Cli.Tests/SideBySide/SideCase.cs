// What is run side by side: the same wires, the same seeds, once between two kernels in real time and once between two simulated hosts.

using System.Globalization;
using ActorNet.Devices.Wires;
using ActorNet.Protocols;

namespace ActorNet.Cli.Tests.SideBySide;

/// <summary>A wire, a congestion control, and how much each of so many connections sends; each has a wire and a seed of its own.</summary>
internal sealed record SideCase(string Wire, WireSpec Spec, string Congestion, int Bytes, int Connections)
{
    public const ulong Seed = 1;

    public const int Port = 5001;

    /// <summary>What both are set to beside their congestion control.</summary>
    public static readonly (string Name, string Value)[] Sysctls = [("net.ipv4.tcp_rmem", "4096 131072 6291456"), ("net.ipv4.tcp_wmem", "4096 16384 4194304"), ("net.ipv4.tcp_ecn", "1")];

    /// <summary>20 Mbit/s, 20 ms each way, a queue longer than any window; then what goes wrong on it.</summary>
    public static readonly (string Name, WireSpec Spec)[] Wires =
    [
        ("no loss", Plain), ("loss 0.5 %", Plain with { Loss = 0.005 }), ("loss 1 %", Plain with { Loss = 0.01 }), ("loss 3 %", Plain with { Loss = 0.03 }),
        ("2 % go 3 ms ahead", Plain with { Reorder = 0.02, ReorderAhead = Duration.FromMilliseconds(3) }),
        ("2 % go 3 ms ahead, loss 1 %", Plain with { Reorder = 0.02, ReorderAhead = Duration.FromMilliseconds(3), Loss = 0.01 }),
        ("queue of 40", Plain with { QueuePackets = 40 }),
        ("marks 1 %", Plain with { Mark = 0.01 }), ("marks 1 %, loss 1 %", Plain with { Mark = 0.01, Loss = 0.01 }),
    ];

    private static WireSpec Plain => new() { Rate = 20_000_000, Delay = Duration.FromMilliseconds(20), QueuePackets = 1000 };

    // The wires' random streams are named after their ends: the same names, the same fates by frame number.
    public static string Left(int n) => string.Create(CultureInfo.InvariantCulture, $"left{n}");

    public static string Right(int n) => string.Create(CultureInfo.InvariantCulture, $"right{n}");

    public static SideCase Of(string wire, string congestion, int bytes, int connections) =>
        new(wire, Wires.Single(w => w.Name == wire).Spec, congestion, bytes, connections);
}

/// <summary>What one side did. Counters are those of nstat, over all its senders.</summary>
/// <param name="Seconds">Of each connection, from connected to the receiver's last byte.</param>
/// <param name="Frames">From the senders onto their wires, and what became of them there.</param>
internal sealed record SideResult(double[] Seconds, IReadOnlyDictionary<string, long> Counters, long Frames, long Lost, long QueueDrops, long Reordered)
{
    /// <summary>Mbit/s of payload, the mean over the connections.</summary>
    public double Goodput(SideCase c) => Seconds.Average(s => c.Bytes * 8 / s / 1e6);

    /// <summary>The standard error of that mean.</summary>
    public double Error(SideCase c)
    {
        double mean = Goodput(c);
        return Math.Sqrt(Seconds.Sum(s => Math.Pow(c.Bytes * 8 / s / 1e6 - mean, 2)) / Math.Max(1, Seconds.Length - 1) / Seconds.Length);
    }

    public long Retransmitted => Counters["TcpRetransSegs"];

    /// <summary>What the network did not deliver: the wire's losses and the queue's.</summary>
    public long Missing => Lost + QueueDrops;
}
