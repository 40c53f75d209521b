// The large scenarios, smaller: a hundred hosts of the ten thousand, ten thousand connections of the million, and what a run says of its memory.

using ActorNet.Actors;
using ActorNet.Benchmarks;
using ActorNet.Devices.Wires;
using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests;

[Trait("Engine", "Embedded")] // virtual time
public class ManyTests
{
    [Fact]
    public void A_hundred_of_the_ten_thousand_hosts_ping_pairwise_through_the_tree()
    {
        Scenario s = ScenarioFile.Load(ScenarioFiles.Shipped("ten-thousand-hosts.conf"), ["vars.pairs=50", "vars.edges=5"], 1);
        Assert.Equal(100 + 10 + 3, s.Hosts.Count);
        RunResult r = Runs.Run(s);
        Assert.Equal((RunOutcome.Completed, 150L, 0L), (r.Summary.Outcome, r.Programs[0].Requests, r.Programs[0].Errors));
        // Five routers on the way, and back: the tree is gone through.
        foreach (string router in (string[])["wedge1", "west", "root", "east", "eedge1"])
            Assert.True(r.Summary.Hosts.Single(h => h.Name == router).Counters["IpForwDatagrams"] >= 2 * 30, router);
    }

    [Fact]
    public void Ten_thousand_of_the_million_connections_are_opened_used_kept_alive_and_closed()
    {
        Scenario s = ScenarioFile.Load(ScenarioFiles.Shipped("million-connections.conf"), ["vars.pairs=50", "vars.edges=5"], 1);
        RunResult r = Runs.Run(s);
        Assert.Equal(RunOutcome.Completed, r.Summary.Outcome);
        Assert.All(r.Programs, p => Assert.Equal((10_000L, 0L), (p.Requests, p.Errors)));
        HostSummary[] clients = [.. r.Summary.Hosts.Where(h => h.Name.StartsWith("client", StringComparison.Ordinal))];
        Assert.Equal(10_000, clients.Sum(h => h.Counters["TcpActiveOpens"]));
        Assert.Equal(10_000, clients.Sum(h => h.Counters["TcpExtTCPKeepAlive"])); // each was asked once whether it is still there
        Assert.Equal(0, clients.Sum(h => h.Counters.GetValueOrDefault("TcpRetransSegs")));
        Assert.Contains(r.Summary.Memory.Kinds, k => k.Name == "hosts" && k.Count == s.Hosts.Count);
        Assert.True(r.Summary.Memory.Kinds.Single(k => k.Name == "tcpSockets").Count > 10_000, "when most was taken, the connections were there");
    }

    [Fact]
    public void What_a_run_says_that_one_takes_is_what_a_walk_over_the_heap_finds()
    {
        ActorSystem system = EngineRun.Create("memory", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        try
        {
            long none = HeapCensus.Of(system).Bytes;
            Network bare = Lan(system, hosts: 100);
            Assert.InRange((HeapCensus.Of(system, bare).Bytes - none) / 100.0, 0.85 * MemoryUse.Host, 1.15 * MemoryUse.Host);
            bare.Destroy();

            Scenario s = ScenarioFile.Load(ScenarioFiles.Shipped("million-connections.conf"), ["vars.pairs=20", "vars.edges=2", "programs.users.hold=10s"], 1);
            Network network = new ScenarioNetwork(s, system, null).Network;
            network.RunUntil(Instant.Zero);
            long before = HeapCensus.Of(system, network).Bytes;
            network.RunUntil(Instant.FromSeconds(5));
            Assert.Equal(8_000 + 20, network.Hosts.Sum(h => h.Net.TcpCounts.Sockets)); // with the listeners
            Assert.InRange((HeapCensus.Of(system, network).Bytes - before) / 8_000.0, 0.75 * MemoryUse.TcpSocket, 1.25 * MemoryUse.TcpSocket);
            network.Destroy();
        }
        finally
        {
            system.Terminate();
        }
    }

    private static Network Lan(ActorSystem system, int hosts)
    {
        var network = new Network(system, 1);
        SimSwitch hub = network.AddSwitch("hub");
        for (int i = 1; i <= hosts; i++)
        {
            SimHost host = network.AddHost($"h{i}");
            network.Link(host, "eth0", hub, null, new WireSpec());
            host.AddAddress("eth0", $"10.0.0.{i}/24");
        }

        network.RunFor(Duration.FromSeconds(1));
        return network;
    }
}
