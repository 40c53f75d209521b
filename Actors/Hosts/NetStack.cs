// The protocol instances of one network namespace, as references: what a socket or a demultiplexer sends to without looking anything up.

using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>A network namespace's actors and shared state. Filled while it boots, lowest layer first (<see cref="NetnsInstances"/>).</summary>
internal sealed class NetStack(Netns ns)
{
    public readonly Netns Netns = ns;
    public readonly Net Net = ns.Net;
    public readonly Fib Fib = ns.Fib;
    public readonly HostBooks Books = ns.Host.Books;
    public readonly NetFamilies Families = new();

    /// <summary>Makes and reads ICMP messages; its rate limits are the namespace's.</summary>
    public readonly Icmp IcmpMachine = new(ns.Net, ns.Fib);

    /// <summary>Who is in which group; /proc/net/igmp. Driven by <see cref="IgmpActor"/>.</summary>
    public readonly Igmp IgmpMachine = new(ns.Net, ns.Fib);

    /// <summary>Told of everything that happens to a socket's lock; null for nobody.</summary>
    public Action<SockLockEvent>? LockObserver { get; set; }

    /// <summary>Sockets whose actors are alive.</summary>
    public int Sockets;

    /// <summary>Those sockets, for who looks at them from outside.</summary>
    public readonly SocketList List = new();

    /// <summary>TCP's demultiplexer, ARP and IP themselves, for who looks at them from outside; each sets its own.</summary>
    public TcpActor? TcpDemux { get; set; }

    /// <inheritdoc cref="TcpDemux"/>
    public ArpActor? ArpTables { get; set; }

    /// <inheritdoc cref="TcpDemux"/>
    public Ipv4? IpMachine { get; set; }

    /// <summary>What TCP keeps in TIME_WAIT, in no order.</summary>
    public IEnumerable<Protocols.Tcp.TcpTimewait> Timewaits() => TcpDemux?.Timewaits ?? [];

    /// <summary>A device's neighbours, by interface index, or null.</summary>
    public Neighbours? Neighbours(int ifIndex) => ArpTables?.Find(ifIndex);

    /// <summary>Fragment queues and the bytes that they hold.</summary>
    public (int Queues, long Bytes) Fragments() => IpMachine?.Fragments ?? default;

    public IActorRef Ip { get; set; } = ActorRefs.Nobody;

    public IActorRef Arp { get; set; } = ActorRefs.Nobody;

    public IActorRef Icmp { get; set; } = ActorRefs.Nobody;

    public IActorRef Igmp { get; set; } = ActorRefs.Nobody;

    public IActorRef Udp { get; set; } = ActorRefs.Nobody;

    public IActorRef Tcp { get; set; } = ActorRefs.Nobody;

    public IActorRef Sockfs { get; set; } = ActorRefs.Nobody;

    /// <summary>The host's time, for sockets' actors, which keep no context of their own. Set by sockfs.</summary>
    public IActorContext Clock { get; set; } = null!;

    /// <summary>Sockets' actors that have been asked for and not been made yet, by their references. Never enumerated.</summary>
    public Dictionary<IActorRef, SockActor.Unborn> Unborn => field ??= [];

    /// <summary>Who owns a protocol's ports; null for a protocol without.</summary>
    public IActorRef? Demux(IpProtocol protocol) => protocol switch
    {
        IpProtocol.TCP => Tcp,
        IpProtocol.UDP => Udp,
        IpProtocol.ICMP => Icmp,
        _ => null,
    };

    // Queues of calls that no socket needs now: those that wait are few at a time, and a socket on which nobody waits has none.
    private const int MostSpares = 64;
    private readonly Stack<CallQueue> _spareQueues = new(0);

    /// <summary>An empty queue of calls.</summary>
    public CallQueue TakeQueue() => _spareQueues.TryPop(out CallQueue? queue) ? queue : new CallQueue();

    /// <summary>Takes an empty queue back.</summary>
    public void PutAway(ref CallQueue? queue)
    {
        if (_spareQueues.Count < MostSpares) _spareQueues.Push(queue!);
        queue = null;
    }

    public long NextInode() => Netns.Host.NextInode();

    /// <summary>0 for a name that no device has.</summary>
    public int IfIndexOf(string name) => Fib.IfIndexOf(name);

    public string DeviceName(int ifIndex) => Fib.Device(ifIndex)?.Name ?? "";

    /// <summary>The device that a notification is about, as IP knows it: one that came from another namespace is made known here (inetdev_init).</summary>
    public InDevice Known(NetDeviceInfo info)
    {
        if (Fib.Device(info.IfIndex) is { } known) return known;
        InDevice made = InDeviceOf(info);
        Fib.AddDevice(made);
        return made;
    }

    public static InDevice InDeviceOf(NetDeviceInfo info) => new(info.Name, info.IfIndex, info.Address, info.Mtu)
    {
        IsUp = info.IsUp,
        Features = info.Features,
        IsLoopback = (info.Flags & IFF.LOOPBACK) != 0,
        NoArp = !info.NeedsArp,
        IsPointToPoint = (info.Flags & IFF.POINTOPOINT) != 0,
        HasLinkHeader = info.HardHeaderLen > 0,
    };
}
