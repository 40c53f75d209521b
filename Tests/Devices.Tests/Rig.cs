// Small simulated networks for tests: hosts with a NIC, a script that sends at given times, and a sink that notes what comes up.

using ActorNet.Engine.Configuration;

namespace ActorNet.Devices.Tests;

/// <summary>A system in virtual time with its packets; disposing it checks that every packet is home.</summary>
internal sealed class Rig : IDisposable
{
    public const ushort Ip = EtherType.IP, Arp = EtherType.ARP;

    private readonly List<RigHost> _hosts = [];

    public Rig(ulong seed = 1)
    {
        Seed = seed;
        System = EngineRun.Create("rig", ConfigurationFactory.Empty, EngineMode.Virtual);
    }

    public ulong Seed { get; }

    public ActorSystem System { get; }

    public SkBuffPool Pool { get; } = new();

    public RigHost AddHost(string name, NicOptions? options = null, int mtu = 1500)
    {
        var mac = new MacAddress(0x0200_0000_0000 + (ulong)_hosts.Count + 1);
        var host = new RigHost(this, name, mac, options ?? NicOptions.Default, mtu);
        _hosts.Add(host);
        host.Actor = System.ActorOf(Props.Create(() => new RigHostActor(host)).AsHost(), name);
        System.RunUntil(0); // the host's children are there from here on
        return host;
    }

    public void Connect(RigHost a, RigHost b, WireSpec ab, WireSpec? ba = null)
    {
        Cable.Connect(System, a.End, b.End, ab, ba ?? ab, Seed);
        System.RunUntil(0);
    }

    public void Run(long untilNanos) => System.RunUntil(untilNanos);

    /// <summary>A frame of so many bytes, its first payload byte a mark, ready to be sent.</summary>
    public SkBuff Frame(MacAddress to, MacAddress from, int length = 1514, ushort type = Ip, byte mark = 0)
    {
        SkBuff skb = Pool.Alloc(128, length);
        Span<byte> bytes = skb.Put(length);
        bytes.Clear();
        to.Write(bytes);
        from.Write(bytes[6..]);
        bytes[12] = (byte)(type >> 8);
        bytes[13] = (byte)type;
        bytes[14] = mark;
        skb.PacketType = PacketType.OUTGOING;
        return skb;
    }

    public void Dispose()
    {
        Assert.Equal(0, Pool.Outstanding);
        System.Terminate();
    }
}

/// <summary>What came up at a host: one entry per frame.</summary>
internal readonly record struct Seen(long At, int Message, PacketType Type, ushort Protocol, int Length, byte Mark);

internal sealed class RigHost(Rig rig, string name, MacAddress mac, NicOptions options, int mtu)
{
    public readonly List<Seen> Seen = [];
    public readonly List<NetDeviceInfo> Changes = [];
    public readonly List<object> Answers = [];
    public readonly Queue<(long At, Action Do)> Script = new();

    /// <summary>Frees what comes up without a look, for measurements.</summary>
    public bool OnlyCounts;
    public int Received;

    public Net Net { get; } = new(name, rig.Seed, rig.Pool);

    public NicOptions Options { get; } = options;

    public EtherPort Port { get; private set; } = null!;

    public MacAddress Mac { get; } = mac;

    public IActorRef Actor { get; set; } = null!;

    public IActorRef Nic { get; set; } = null!;

    public CableEnd End => new(Nic, name, "eth0", 2);

    public NetDeviceStats Stats => Port.Stats;

    public EtherPort MakePort() => Port = new EtherPort(NetDeviceInfo.Ethernet("eth0", 2, Mac, mtu), Net);

    /// <summary>At a time (not before the last one), does something on the host's own loop.</summary>
    public void At(long nanos, Action what)
    {
        Script.Enqueue((nanos, what));
        Actor.Tell("script", ActorRefs.NoSender);
    }

    /// <summary>At a time, sends so many frames as one chain.</summary>
    public void SendAt(long nanos, MacAddress to, int count = 1, int length = 1514, ushort type = Rig.Ip, byte mark = 0) =>
        At(nanos, () => Nic.Tell(Chain(to, count, length, type, mark), Actor));

    public SkBuff Chain(MacAddress to, int count, int length = 1514, ushort type = Rig.Ip, byte mark = 0)
    {
        SkBuff head = rig.Frame(to, Mac, length, type, mark), tail = head;
        for (int i = 1; i < count; i++) tail = tail.Next = rig.Frame(to, Mac, length, type, (byte)(mark + i));
        return head;
    }
}

/// <summary>The host: NIC below, itself as every protocol above it, and the script.</summary>
internal sealed class RigHostActor : UntypedActor
{
    private readonly RigHost _host;
    private readonly ActorTimer _timer;
    private int _messages;

    public RigHostActor(RigHost host)
    {
        _host = host;
        _timer = new ActorTimer(Context, "script");
        EtherPort port = host.MakePort();
        host.Nic = Context.ActorOf(Props.Create(() => new NicActor(port, host.Options)), "eth0");
        host.Nic.Tell(new NetDevice.Attach(Rig.Ip, Self), Self);
        host.Nic.Tell(new NetDevice.Attach(Rig.Arp, Self), Self);
    }

    protected override void OnReceive(object message)
    {
        long now = Context.NowNanos();
        switch (message)
        {
            case SkBuff chain when _host.OnlyCounts:
                _host.Received += chain.FreeChain();
                break;
            case SkBuff chain:
                _messages++;
                for (SkBuff? skb = chain; skb is not null;)
                {
                    SkBuff? next = skb.Next;
                    Assert.Equal(EtherType.HeaderLength, skb.DataOffset - skb.MacHeader);
                    Assert.Equal(skb.DataOffset, skb.NetworkHeader);
                    Assert.Equal((2, now, default(IpControl), default(TcpControl)), (skb.IfIndex, skb.Tstamp.Nanoseconds, skb.Ip, skb.Tcp));
                    Assert.Equal((0u, 0, SkbChecksum.NONE, -1), (skb.Mark, skb.Priority, skb.IpSummed, skb.TransportHeader));
                    _host.Seen.Add(new Seen(now, _messages, skb.PacketType, skb.Protocol, skb.Length + EtherType.HeaderLength, skb.Length > 0 ? skb.Data[0] : (byte)0));
                    skb.Free();
                    skb = next;
                }

                break;
            case NetDevice.Changed m:
                _host.Changes.Add(m.Info);
                break;
            case "script":
                while (_host.Script.TryPeek(out (long At, Action Do) entry) && entry.At <= now)
                {
                    _host.Script.Dequeue();
                    entry.Do();
                }

                if (_host.Script.TryPeek(out (long At, Action Do) later)) _timer.Arm(later.At);
                break;
            default:
                _host.Answers.Add(message);
                break;
        }
    }
}
