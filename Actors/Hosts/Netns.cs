// struct net (include/net/net_namespace.h) as a host keeps it: what a namespace is built from before it boots, and what its actors share afterwards.

using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>One network namespace of a host: its devices, addresses, routes, counters, settings, protocol instances and sockets.</summary>
/// <param name="name">Empty for the host's first; else an actor's name.</param>
internal sealed class Netns(string name, HostPlan host, Net net)
{
    // As /proc/<pid>/ns/net shows it: PROC_NET_INIT_INO on a kernel without time namespaces, then one after the other.
    private const long InitInode = 4_026_531_840, FirstInode = 4_026_532_000;
    private int _ifIndexes;

    public readonly string Name = name;
    public readonly HostPlan Host = host;
    public readonly Net Net = net;
    public readonly Fib Fib = net.Fib = new Fib(net);
    public readonly List<DevicePlan> Devices = [];

    [field: AllowNull]
    public NetStack Stack => field ??= new NetStack(this);

    /// <summary>ns_common.inum.</summary>
    public long Inode => Net.Cookie == 1 ? InitInode : FirstInode + (long)Net.Cookie;

    /// <summary>Its protocol instances are alive.</summary>
    public bool HasBooted { get; set; }

    /// <summary>`ip netns` knows it; one that unshare(2) made has a number for a name.</summary>
    public bool IsNamed { get; init; } = true;

    /// <summary>How messages name it: the host's name, with its own behind.</summary>
    public string FullName => Name.Length == 0 ? Host.Name : $"{Host.Name}/{Name}";

    public DevicePlan? Device(string device) => Devices.Find(d => d.State.Info.Name == device);

    /// <summary>dev_new_index: an index is not given twice.</summary>
    public int NextIfIndex() => ++_ifIndexes;

    /// <summary>register_netdevice, before the namespace boots: a device that IP knows.</summary>
    public void Add(NetDeviceState state, Func<Props> props)
    {
        Stack.Known(state.Info);
        Devices.Add(new DevicePlan(state, props));
    }

    /// <summary>lo, the first device of every namespace.</summary>
    /// <param name="up">A host's builder has set it up already; to a namespace that unshare(2) makes, nobody has yet.</param>
    public void AddLoopback(bool up)
    {
        NetDeviceInfo lo = NetDeviceInfo.Loopback(ifIndex: NextIfIndex());
        var state = new NetDeviceState(up ? lo : lo with { Flags = IFF.LOOPBACK | IFF.LOWER_UP }, Net);
        Add(state, () => Props.Create(() => new LoopbackActor(state, LoopbackActor.Delay)));
        if (up) Fib.AddAddress(Fib.Loopback!, IpAddress.Loopback4.V4, 8);
    }

    /// <summary>dev_index_reserve: the index that a device from another namespace has here: its own if that is free, else the next.</summary>
    public int IndexFor(int ifIndex)
    {
        if (Devices.Exists(d => d.State.Info.IfIndex == ifIndex)) return NextIfIndex();
        _ifIndexes = Math.Max(_ifIndexes, ifIndex);
        return ifIndex;
    }

    /// <summary>A move before the host boots: the device is left up, as its builder made it.</summary>
    public void MoveAtRest(string device, Netns to)
    {
        DevicePlan plan = Device(device)!;
        Fib.RemoveDevice(Fib.Device(plan.State.Info.IfIndex)!);
        Devices.Remove(plan);
        plan.State.MoveTo(to.Net, to.IndexFor(plan.State.Info.IfIndex));
        to.Stack.Known(plan.State.Info);
        to.Devices.Add(plan);
    }

    /// <summary>__dev_change_net_namespace, its checks: EINVAL for lo, EEXIST when the name is taken there, ENODEV without such a device here.</summary>
    public Errno MayMove(string device, Netns to)
    {
        if (Device(device) is not { } plan) return Errno.ENODEV;
        if ((plan.State.Info.Flags & IFF.LOOPBACK) != 0) return Errno.EINVAL;
        return this != to && to.Device(device) is not null ? Errno.EEXIST : Errno.OK;
    }
}
