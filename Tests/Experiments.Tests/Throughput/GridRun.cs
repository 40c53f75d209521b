// One run of a cell: two hosts, a wire, a sender that never stops. Measured at whole slices of virtual time, from the first at which the warm-up
// has been delivered to the first at which all has.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests.Throughput;

/// <summary>What a run measured, after its warm-up.</summary>
/// <param name="Bytes">Read by the receiver.</param>
/// <param name="Lost">Frames that the wire lost, and that its queue refused.</param>
internal readonly record struct GridSample(double Seconds, long Bytes, long Lost, long Refused, long Retransmitted, long Timeouts)
{
    /// <summary>bit/s.</summary>
    public double Goodput => Bytes * 8 / Seconds;
}

internal sealed class GridRun(GridCell cell, ulong seed)
{
    private static readonly Duration Slice = Duration.FromMilliseconds(20);

    private long _received;

    public GridSample Run()
    {
        using ActorSystem system = EngineRun.Create("grid", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        var network = new Network(system, seed);
        SimHost a = network.AddHost("a"), b = network.AddHost("b");
        network.Link(a, "eth0", b, "eth0", cell.Forward, cell.Backward);
        a.AddAddress("eth0", "10.0.0.1/24");
        b.AddAddress("eth0", "10.0.0.2/24");
        b.Run("sink", Sink);
        a.Run("source", Source, Instant.FromMilliseconds(1));

        network.RunFor(cell.WarmUpTime);
        Snapshot start = RunUntil(network, a, (long)cell.WarmUp * GridCell.Mss), end = RunUntil(network, a, start.Bytes + (long)cell.Measured * GridCell.Mss);
        network.Destroy();
        Assert.Empty(network.Failures);
        Assert.Empty(network.Audit());
        return new GridSample(
            (end.At - start.At).Nanoseconds / 1e9, end.Bytes - start.Bytes, end.Lost - start.Lost, end.Refused - start.Refused,
            end.Retransmitted - start.Retransmitted, end.Timeouts - start.Timeouts);
    }

    private Snapshot RunUntil(Network network, SimHost sender, long bytes)
    {
        do network.RunFor(Slice);
        while (_received < bytes && network.Failures.Count == 0);
        NetnsMib mib = sender.Net.Mib;
        return new Snapshot(
            network.Now, _received, mib.Drops(DropReason.LINK_LOSS), mib.Drops(DropReason.QDISC_OVERLIMIT), mib[Snmp.TcpRetransSegs], mib[Snmp.TcpExtTCPTimeouts]);
    }

    private async Task Sink(Os os)
    {
        int listener = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        await os.Bind(listener, "10.0.0.2:5001");
        await os.Listen(listener, 1);
        (int s, _) = await os.Accept(listener);
        var buffer = new byte[65_536];
        while (true) _received += await os.Recv(s, buffer);
    }

    private async Task Source(Os os)
    {
        int s = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        await os.SetSockOpt(s, SockLevel.TCP, (int)TcpOpt.TCP_CONGESTION, System.Text.Encoding.ASCII.GetBytes(cell.Control));
        await os.Connect(s, "10.0.0.2:5001");
        var chunk = new byte[65_536];
        while (true) await os.Send(s, chunk);
    }

    private readonly record struct Snapshot(Instant At, long Bytes, long Lost, long Refused, long Retransmitted, long Timeouts);
}
