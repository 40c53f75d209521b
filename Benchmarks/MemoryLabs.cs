// What the memory benchmarks make many of: hosts, sockets, connections, timers, frames. Each lab first makes a few, which pay for what all share.

using ActorNet.Actors;
using ActorNet.Devices.Wires;
using ActorNet.Engine.Configuration;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

/// <summary>Makes many of one thing.</summary>
internal abstract class MemoryLab(int count) : IDisposable
{
    /// <summary>How many <see cref="Grow"/> makes.</summary>
    public int Count { get; } = count;

    /// <summary>Where a census of them begins.</summary>
    public abstract object[] Roots { get; }

    public abstract void Prepare();

    public abstract void Grow();

    public abstract void Dispose();
}

/// <summary>Hosts on one switch.</summary>
internal sealed class IdleHosts(int count) : MemoryLab(count)
{
    private readonly ActorSystem _system = EngineRun.Create("bench", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
    private Network? _network;

    public override object[] Roots => _network is null ? [_system] : [_system, _network];

    public override void Prepare()
    {
    }

    public override void Grow()
    {
        _network = new Network(_system, 1);
        SimSwitch hub = _network.AddSwitch("hub");
        for (int i = 0; i < Count; i++)
        {
            SimHost host = _network.AddHost($"h{i}");
            _network.Link(host, "eth0", hub, null, new WireSpec { Rate = 1_000_000_000, Delay = Duration.FromMicroseconds(20) });
            host.AddAddress("eth0", $"10.{i / 250}.{i % 250}.1/8");
        }

        _network.RunFor(Duration.FromSeconds(1));
    }

    public override void Dispose()
    {
        _network?.Destroy();
        _system.Terminate();
    }
}

/// <summary>Something that a program makes on one of two hosts, the first ten before the others.</summary>
internal abstract class ProgramLab(int count) : MemoryLab(count)
{
    protected const int First = 10;
    protected const ushort Port = 5001;

    private readonly PairLab _lab = new();
    private bool _go;

    protected bool Goes => _go;

    public override object[] Roots => [_lab];

    protected SimHost Client => _lab.Client;

    protected SimHost Server => _lab.Server;

    protected Network Network => _lab.Network;

    protected int NoFile => First + Count + 100;

    public override void Prepare()
    {
        Start();
        _lab.RunFor(Duration.FromSeconds(1));
    }

    public override void Grow()
    {
        _go = true;
        _lab.RunFor(Duration.FromSeconds(20));
    }

    public override void Dispose() => _lab.Dispose();

    protected abstract void Start();

    /// <summary>Runs on a host: makes each in turn, and then keeps them.</summary>
    protected void Make(SimHost host, Func<Os, int, Task> one) => host.Run("maker", async os =>
    {
        for (int i = 0; i < First + Count; i++)
        {
            while (i == First && !_go) await os.Delay(Duration.FromMilliseconds(1));
            await one(os, i);
        }

        await os.Delay(Duration.FromSeconds(10_000));
    }, noFile: NoFile);
}
