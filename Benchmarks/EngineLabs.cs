// Timers that wait and frames that are on their way, for the memory benchmarks.

using ActorNet.Actors;
using ActorNet.Devices.Wires;
using ActorNet.Engine.Configuration;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

/// <summary>Timers of one actor, armed for different times.</summary>
internal sealed class PendingTimers(int count) : MemoryLab(count)
{
    private readonly ActorSystem _system = EngineRun.Create("bench", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);

    public override object[] Roots => [_system];

    public override void Prepare() => Arm(10);

    public override void Grow() => Arm(Count);

    public override void Dispose() => _system.Terminate();

    private void Arm(int timers)
    {
        _system.ActorOf(Props.Create(() => new Waiter(timers)).AsHost());
        _system.RunUntil(_system.NowNanos() + 1000);
    }

    private sealed class Waiter(int timers) : UntypedActor
    {
        protected override void PreStart()
        {
            for (int i = 0; i < timers; i++) new ActorTimer(Context, "due").Arm(1_000_000_000_000 + i * 1_000_003L);
        }

        protected override void OnReceive(object message)
        {
        }
    }
}

/// <summary>Datagrams between two hosts that are far apart.</summary>
internal sealed class FramesInFlight(int count) : MemoryLab(count)
{
    private readonly ActorSystem _system = EngineRun.Create("bench", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
    private Network? _network;
    private bool _go;

    public override object[] Roots => [_system, _network!];

    public override void Prepare()
    {
        _network = new Network(_system, 1);
        SimHost a = _network.AddHost("a"), b = _network.AddHost("b");
        _network.Link(a, "eth0", b, "eth0", new WireSpec { Delay = Duration.FromSeconds(100), QueuePackets = 100_000 }, new WireSpec());
        a.AddAddress("eth0", "10.0.0.1/24");
        b.AddAddress("eth0", "10.0.0.2/24");
        b.Run("first", async os =>
        {
            // What it asks of a makes each known to the other.
            int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.SendTo(fd, new byte[18], SockAddr.In(IpAddress.Parse("10.0.0.1"), 9));
        });
        a.Run("source", async os =>
        {
            int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.Connect(fd, PairLab.At(9));
            while (!_go) await os.Delay(Duration.FromMilliseconds(1));
            for (int i = 0; i < Count; i++) await os.Send(fd, new byte[18]);
            await os.Delay(Duration.FromSeconds(10_000));
        });
        _network.RunFor(Duration.FromSeconds(1));
    }

    public override void Grow()
    {
        _go = true;
        _network!.RunFor(Duration.FromSeconds(1));
    }

    public override void Dispose()
    {
        _network?.Destroy();
        _system.Terminate();
    }
}
