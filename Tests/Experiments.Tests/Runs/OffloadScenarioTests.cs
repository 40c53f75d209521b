// `offloads` of a link: what a run comes to is the same, and so is its trace where the wire is captured; what it cost is not where large packets pass whole.

namespace ActorNet.Experiments.Tests;

public class OffloadScenarioTests
{
    private const string Bulk = "sink { program = bulk, on = b }, send { program = bulk, on = a, to = b, size = 4MB, transfers = 1 }";

    private static RunResult Run(string wire, ulong seed = 1) => Runs.Run(ScenarioFiles.TwoHosts(Bulk, wire), seed);

    [Fact]
    public void Over_a_wire_with_a_rate_and_loss_a_scenario_takes_as_long_with_offloads_as_without()
    {
        RunResult off = Run(", rate = 50Mbit, loss = 0.5%"), on = Run(", rate = 50Mbit, loss = 0.5%, offloads = on");
        Assert.Equal(off.Summary.VirtualSeconds, on.Summary.VirtualSeconds);
        Assert.Equal(off.Host("a").Counters["TcpRetransSegs"], on.Host("a").Counters["TcpRetransSegs"]);
        Assert.Equal(off.Host("b").Counters["TcpInSegs"], on.Host("b").Counters["TcpInSegs"]);
    }

    [Fact]
    public void Over_a_wire_without_a_rate_fewer_and_larger_packets_come_up()
    {
        RunResult off = Run(""), on = Run(", offloads = on");
        Assert.Equal(off.Programs.Sum(p => p.BytesSent), on.Programs.Sum(p => p.BytesSent));
        Assert.True(on.Host("b").Counters["IpInReceives"] * 8 < off.Host("b").Counters["IpInReceives"]);
        Assert.Equal(0, on.Host("b").Counters.GetValueOrDefault("TcpInCsumErrors"));
    }
}
