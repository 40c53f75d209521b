// setup_net and cleanup_net (net/core/net_namespace.c): the protocol instances of one namespace, made lowest layer first, below the actor of who asks:
// the host's for its first namespace, a NetnsActor for the others.

using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>Boots and ends what a network namespace consists of.</summary>
internal static class NetnsInstances
{
    /// <summary>Makes the devices' actors; <see cref="DevicesReady"/> comes back to the parent.</summary>
    public static IActorRef Devices(IActorContext parent, Netns ns) => parent.ActorOf(Props.Create(() => new DeviceGroup(ns)), "dev");

    /// <summary>Makes the protocol instances and puts them on top of the devices.</summary>
    public static void Boot(IActorContext parent, Netns ns)
    {
        NetStack stack = ns.Stack;
        stack.Net.IsLocal = address => stack.Fib.AddressType(address) != RouteType.UNICAST;
        stack.Sockfs = parent.ActorOf(Props.Create(() => new SockfsActor(stack)), "sock");
        stack.Arp = parent.ActorOf(Props.Create(() => new ArpActor(ns)), "arp");
        stack.Ip = parent.ActorOf(Props.Create(() => new IpActor(ns)), "ip");
        stack.Icmp = parent.ActorOf(Props.Create(() => new IcmpActor(stack)), "icmp");
        stack.Igmp = parent.ActorOf(Props.Create(() => new IgmpActor(ns)), "igmp");
        stack.Udp = parent.ActorOf(Props.Create(() => new UdpActor(stack)), "udp");
        stack.Tcp = parent.ActorOf(Props.Create(() => new TcpActor(stack)), "tcp");
        stack.Families.Register(new InetFamily(stack));
        foreach (DevicePlan d in ns.Devices) Attach(stack, d, parent.Self);
        ns.HasBooted = true;
    }

    /// <summary>The run ends: everything lets go.</summary>
    public static void End(Netns ns, IActorRef self)
    {
        NetStack stack = ns.Stack;
        stack.Sockfs.Tell(RunEnded.Instance, self);
        stack.Tcp.Tell(RunEnded.Instance, self);
        stack.Udp.Tell(RunEnded.Instance, self);
        stack.Icmp.Tell(RunEnded.Instance, self);
        stack.Igmp.Tell(RunEnded.Instance, self);
        stack.Ip.Tell(RunEnded.Instance, self);
        stack.Arp.Tell(RunEnded.Instance, self);
        foreach (DevicePlan d in ns.Devices) d.Actor.Tell(new NetDevice.SetAdmin(d.State.Info.IfIndex, Up: false), ActorRefs.NoSender);
    }

    /// <summary>__dev_change_net_namespace, after its checks: the device goes down, loses addresses and routes, and is the other namespace's, still down.</summary>
    public static void Move(DevicePlan device, Netns from, Netns to, IActorRef self)
    {
        int ifIndex = to.IndexFor(device.State.Info.IfIndex);
        from.Devices.Remove(device);
        to.Devices.Add(device);
        device.Actor.Tell(new NetDevice.ChangeNetns(device.State.Info.IfIndex, to.Net, ifIndex), ActorRefs.NoSender);
        Attach(to.Stack, device, self);
    }

    private static void Attach(NetStack stack, DevicePlan d, IActorRef self)
    {
        d.Actor.Tell(new NetDevice.Attach(EtherType.IP, stack.Ip), self);
        if (d.State.Info.NeedsArp) d.Actor.Tell(new NetDevice.Attach(EtherType.ARP, stack.Arp), self);
    }
}

/// <summary>To a host or a namespace: its devices have actors.</summary>
internal sealed class DevicesReady
{
    public static readonly DevicesReady Instance = new();
}

/// <summary>dev: makes the devices' actors. A device that throws restarts: it loses its ring, not its address.</summary>
/// <remarks>A device that is moved to another namespace later keeps its actor, and that its place in the tree.</remarks>
internal sealed class DeviceGroup(Netns ns) : UntypedActor
{
    protected override void PreStart()
    {
        foreach (DevicePlan d in ns.Devices) d.Actor = Context.ActorOf(d.Props(), d.State.Info.Name);
        Context.Parent.Tell(DevicesReady.Instance, Self);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        ns.Host.Books.Broken.Add($"{ns.FullName}: a device threw: {e}");
        return Directive.Restart;
    });

    protected override void OnReceive(object message) => Unhandled(message);
}
