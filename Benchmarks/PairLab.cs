// Two simulated hosts on a cable, and how long their programs take: what the benchmarks of whole paths stand on.

using System.Diagnostics;
using ActorNet.Actors;
using ActorNet.Devices;
using ActorNet.Devices.Wires;
using ActorNet.Engine.Configuration;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

/// <summary>Hosts a (10.0.0.1) and b (10.0.0.2), MTU 1500, 10 µs and 100 Gbit/s (or so many bit/s; 0: as a veth) apart, so that nobody waits for the wire; one core, virtual time.</summary>
internal sealed class PairLab : IDisposable
{
    private const string B = "10.0.0.2";

    private readonly ActorSystem _system = EngineRun.Create("bench", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);

    public PairLab(long rate = 100_000_000_000, NetIfFeature offloads = NetIfFeature.RXCSUM)
    {
        Network = new Network(_system, 1);
        SimHost a = Network.AddHost("a"), b = Network.AddHost("b");
        foreach (SimHost host in (SimHost[])[a, b]) host.AddDevice("eth0", options: new NicOptions { Features = offloads });
        Network.Link(a, "eth0", b, "eth0", new WireSpec { Rate = rate, Delay = Duration.FromMicroseconds(10), QueuePackets = 100_000 });
        a.AddAddress("eth0", "10.0.0.1/24");
        b.AddAddress("eth0", $"{B}/24");
    }

    public Network Network { get; }

    /// <summary>Any address of one's own.</summary>
    public static SockAddr Any(ushort port) => SockAddr.In(IpAddress.Any4, port);

    /// <summary>A port of b.</summary>
    public static SockAddr At(ushort port) => SockAddr.In(IpAddress.Parse(B), port);

    public SimHost Client => Network.Hosts[0];

    public SimHost Server => Network.Hosts[1];

    /// <summary>Frames that both NICs have sent.</summary>
    public long Frames => Client.Device("eth0").Stats.tx_packets + Server.Device("eth0").Stats.tx_packets;

    public long Events => _system.EventsHandled();

    /// <summary>Runs until all programs have ended.</summary>
    public TimeSpan Run()
    {
        Network.Boot();
        var watch = Stopwatch.StartNew();
        Network.RunPrograms(Instant.FromSeconds(36_000));
        TimeSpan took = watch.Elapsed;
        if (Network.Failures.Count > 0) throw new InvalidOperationException(Network.Failures[0].ToString());
        return took;
    }

    /// <summary>Runs for a time, whether or not programs have ended.</summary>
    public void RunFor(Duration time)
    {
        Network.RunFor(time);
        if (Network.Failures.Count > 0) throw new InvalidOperationException(Network.Failures[0].ToString());
    }

    public void Dispose()
    {
        Network.Destroy();
        _system.Terminate();
    }
}
