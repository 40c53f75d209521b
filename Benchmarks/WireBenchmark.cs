// What a frame costs between two hosts: from a sender's device over a wire into what is attached at the other end, traced and counted.

using System.Diagnostics;
using ActorNet.Devices;
using ActorNet.Devices.Wires;
using ActorNet.Engine.Configuration;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

/// <summary>Nanoseconds per frame of NIC, wire, NIC and the two messages around them; one core, virtual time.</summary>
internal static class WireBenchmark
{
    public static IEnumerable<BenchRow> Run()
    {
        yield return Measure("wire/full", "1514-byte frames, 10 Gbit/s, one event each", 1514, 1, 10_000_000_000, NicOptions.Default);
        yield return Measure("wire/small", "66-byte frames, 10 Gbit/s, one event each", 66, 1, 10_000_000_000, NicOptions.Default);
        yield return Measure("wire/chain", "1514-byte frames in chains of 32, unlimited rate", 1514, 32, 0, NicOptions.Default);
        yield return Measure("wire/moderated", "1514-byte frames, 10 Gbit/s, rx-usecs 50", 1514, 1, 10_000_000_000, NicOptions.Default with { RxUsecs = Duration.FromMicroseconds(50) });
    }

    private static BenchRow Measure(string name, string definition, int length, int chain, long rate, NicOptions options)
    {
        ActorSystem system = EngineRun.Create("bench", ConfigurationFactory.Empty, EngineMode.Virtual);
        var pool = new SkBuffPool();
        var spec = new WireSpec { Rate = rate, Delay = Duration.FromMicroseconds(10) };
        var a = new EtherPort(NetDeviceInfo.Ethernet("eth0", 2, new MacAddress(0x0200_0000_0001)), new Net("a", 1, pool));
        var b = new EtherPort(NetDeviceInfo.Ethernet("eth0", 2, new MacAddress(0x0200_0000_0002)), new Net("b", 1, pool));
        var ends = new IActorRef[2];
        system.ActorOf(Props.Create(() => new End(ends, 0, a, NicOptions.Default, length, chain)).AsHost(), "a");
        system.ActorOf(Props.Create(() => new End(ends, 1, b, options, length, chain)).AsHost(), "b");
        system.RunUntil(0);
        Cable.Connect(system, new CableEnd(ends[0], "a", "eth0", 2), new CableEnd(ends[1], "b", "eth0", 2), spec, spec, 1);
        long until = 400_000_000;
        system.RunUntil(until); // warm
        var slices = new List<double>();
        long bytes = GC.GetAllocatedBytesForCurrentThread(), first = b.Stats.rx_packets;
        var watch = Stopwatch.StartNew();
        while (watch.ElapsedMilliseconds < 1000)
        {
            long frames = b.Stats.rx_packets;
            TimeSpan start = watch.Elapsed;
            system.RunUntil(until += 20_000_000);
            slices.Add((watch.Elapsed - start).TotalNanoseconds / (b.Stats.rx_packets - frames));
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        slices.Sort();
        double median = slices[slices.Count / 2];
        system.Terminate();
        return new BenchRow(name, "ns", median)
        {
            SmallerIsBetter = true,
            Definition = $"per frame from NIC over a wire to NIC: {definition}; {(double)bytes / (b.Stats.rx_packets - first):0.00} B allocated per frame",
        };
    }

    /// <summary>Sends a chain every 2 µs per frame of it; frees what it gets.</summary>
    private sealed class End : UntypedActor
    {
        private readonly ActorTimer _timer;
        private readonly IActorRef _nic;
        private readonly EtherPort _port;
        private readonly int _length, _chain, _index;

        public End(IActorRef[] ends, int index, EtherPort port, NicOptions options, int length, int chain)
        {
            _port = port;
            _length = length;
            _chain = chain;
            _index = index;
            _nic = ends[index] = Context.ActorOf(Props.Create(() => new NicActor(port, options)), "eth0");
            _nic.Tell(new NetDevice.Attach(EtherType.IP, Self), Self);
            _timer = new ActorTimer(Context, "send");
            if (index == 0) _timer.Arm(1_000_000);
        }

        protected override void OnReceive(object message)
        {
            if (message is SkBuff got)
            {
                got.FreeChain();
                return;
            }

            if (!ReferenceEquals(message, "send") || _index != 0) return;
            SkBuff? head = null;
            for (int i = 0; i < _chain; i++)
            {
                SkBuff skb = _port.Net.Pool.Alloc(128, _length);
                Span<byte> bytes = skb.Put(_length);
                new MacAddress(0x0200_0000_0002).Write(bytes);
                _port.Info.Address.Write(bytes[6..]);
                bytes[12] = 8;
                bytes[13] = 0;
                skb.PacketType = PacketType.OUTGOING;
                skb.Next = head;
                head = skb;
            }

            _nic.Tell(head!, Self);
            _timer.Arm(Context.NowNanos() + _chain * 2_000);
        }
    }
}
