// ActorNet against ActorNet, in virtual time. Each host stands behind a switch as a kernel stands behind its TAP device: nothing holds its frames back but the wire's queue.

using ActorNet.Actors;
using ActorNet.Devices;
using ActorNet.Devices.Wires;
using ActorNet.Protocols;

namespace ActorNet.Cli.Tests.SideBySide;

/// <summary>The simulated side.</summary>
internal static class ActorRun
{
    private const string Receiver = "10.78.0.2";

    public static SideResult Run(SideCase c)
    {
        using ActorSystem system = EngineRun.Create("twin", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        var network = new Network(system, SideCase.Seed);
        var seconds = new double[c.Connections];
        var senders = new SimHost[c.Connections];
        var wires = new NetDeviceStats[c.Connections];
        for (int n = 0; n < c.Connections; n++)
        {
            SimSwitch left = network.AddSwitch(SideCase.Left(n)), right = network.AddSwitch(SideCase.Right(n));
            SimHost a = Host(network, $"a{n}", left, "10.78.0.1", c), b = Host(network, $"b{n}", right, Receiver, c);
            network.Link(left, SimTap.PortName, right, SimTap.PortName, c.Spec);
            Transfer(a, b, c, seconds, n);
            senders[n] = a;
            wires[n] = left.Ports.Single(p => p.Info.Name == SimTap.PortName).Stats;
        }

        Assert.True(network.RunPrograms(Instant.FromSeconds(3600)), "still running after an hour");
        Assert.Empty(network.Failures.Select(f => f.Exception.ToString()));
        Dictionary<string, long> counters = Enumerable.Range(0, (int)Snmp.Count).ToDictionary(i => ((Snmp)i).ToString(), i => senders.Sum(h => h.Net.Mib[(Snmp)i]));
        network.Destroy();
        Assert.Empty(network.Audit());
        return new SideResult(seconds, counters, wires.Sum(w => w.tx_packets), wires.Sum(w => w.wire_lost), wires.Sum(w => w.qdisc_drops), wires.Sum(w => w.wire_reordered));
    }

    private static SimHost Host(Network network, string name, SimSwitch at, string address, SideCase c)
    {
        SimHost host = network.AddHost(name);
        network.Link(host, "eth0", at, "host", new WireSpec { Delay = new Duration(1) });
        host.AddAddress("eth0", address + "/24").Sysctl("net.ipv4.tcp_congestion_control", c.Congestion);
        foreach ((string key, string value) in SideCase.Sysctls) host.Sysctl(key, value);
        return host;
    }

    private static void Transfer(SimHost a, SimHost b, SideCase c, double[] seconds, int n)
    {
        Instant start = default;
        b.Run("sink", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Bind(s, $"0.0.0.0:{SideCase.Port}");
            await os.Listen(s, 1);
            (int fd, SockAddr _) = await os.Accept(s);
            var buffer = new byte[65_536];
            while (await os.Recv(fd, buffer) > 0) { }
            seconds[n] = (os.Now - start).Nanoseconds / 1e9;
        });
        a.Run("source", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Delay(Duration.FromMilliseconds(1));
            await os.Connect(s, $"{Receiver}:{SideCase.Port}");
            start = os.Now;
            var chunk = new byte[65_536];
            for (int at = 0; at < c.Bytes; at += chunk.Length) await os.SendAll(s, chunk.AsMemory(0, Math.Min(chunk.Length, c.Bytes - at)));
            await os.Shutdown(s, ShutdownHow.WR);
            while (await os.Recv(s, chunk) > 0) { }
        });
    }
}
