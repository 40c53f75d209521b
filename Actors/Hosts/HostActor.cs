// /user/<host>: a machine. It boots its devices, then its protocol instances, lowest layer first, then processes; and at the end of a run lets all go.

using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>A host: one logical process of the engine, with everything that runs on it below it.</summary>
/// <remarks>Handles <see cref="DevicesReady"/>, <see cref="ProcessSpec"/> (starts a process), <see cref="Kill"/> (all processes) and <see cref="RunEnded"/>.</remarks>
internal sealed class HostActor(HostPlan plan) : UntypedActor
{
    private IActorRef _dev = ActorRefs.Nobody, _proc = ActorRefs.Nobody;

    protected override void PreStart()
    {
        HostPlan p = plan;
        _dev = Context.ActorOf(Props.Create(() => new DeviceGroup(p)), "dev");
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        plan.Books.Broken.Add($"{plan.Name}: {e}");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DevicesReady: Boot(); break;
            case ProcessSpec: _proc.Forward(message); break;
            case Kill: _proc.Tell(message, Self); break;
            case RunEnded: OnRunEnded(); break;
            default: Unhandled(message); break;
        }
    }

    private void Boot()
    {
        NetStack stack = plan.Stack;
        HostPlan p = plan;
        stack.Sockfs = Context.ActorOf(Props.Create(() => new SockfsActor(stack)), "sock");
        stack.Arp = Context.ActorOf(Props.Create(() => new ArpActor(p)), "arp");
        stack.Ip = Context.ActorOf(Props.Create(() => new IpActor(p)), "ip");
        stack.Icmp = Context.ActorOf(Props.Create(() => new IcmpActor(stack)), "icmp");
        stack.Udp = Context.ActorOf(Props.Create(() => new UdpActor(stack)), "udp");
        stack.Tcp = Context.ActorOf(Props.Create(() => new TcpActor(stack)), "tcp");
        _proc = Context.ActorOf(Props.Create(() => new ProcGroup(p)), "proc");
        stack.Families.Register(new InetFamily(stack));
        foreach (DevicePlan d in plan.Devices)
        {
            d.Actor.Tell(new NetDevice.Attach(EtherType.IP, stack.Ip), Self);
            if (d.State.Info.NeedsArp) d.Actor.Tell(new NetDevice.Attach(EtherType.ARP, stack.Arp), Self);
        }

        plan.HasBooted = true;
    }

    private void OnRunEnded()
    {
        NetStack stack = plan.Stack;
        stack.Sockfs.Tell(RunEnded.Instance, Self);
        stack.Tcp.Tell(RunEnded.Instance, Self);
        stack.Udp.Tell(RunEnded.Instance, Self);
        stack.Icmp.Tell(RunEnded.Instance, Self);
        stack.Ip.Tell(RunEnded.Instance, Self);
        stack.Arp.Tell(RunEnded.Instance, Self);
        foreach (DevicePlan d in plan.Devices) d.Actor.Tell(new NetDevice.SetAdmin(d.State.Info.IfIndex, Up: false), ActorRefs.NoSender);
    }
}

/// <summary>To a host: its devices have actors.</summary>
internal sealed class DevicesReady
{
    public static readonly DevicesReady Instance = new();
}

/// <summary>/dev: makes the devices' actors. A device that throws restarts: it loses its ring, not its address.</summary>
internal sealed class DeviceGroup(HostPlan plan) : UntypedActor
{
    protected override void PreStart()
    {
        foreach (DevicePlan d in plan.Devices) d.Actor = Context.ActorOf(d.Props(), d.State.Info.Name);
        Context.Parent.Tell(DevicesReady.Instance, Self);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        plan.Books.Broken.Add($"{plan.Name}: a device threw: {e}");
        return Directive.Restart;
    });

    protected override void OnReceive(object message) => Unhandled(message);
}

/// <summary>/proc: makes processes, and passes on what is for all of them.</summary>
internal sealed class ProcGroup(HostPlan plan) : UntypedActor
{
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        plan.Books.Broken.Add($"{plan.Name}: a process's actor threw: {e}");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ProcessSpec spec:
                Context.ActorOf(Props.Create(() => new ProcessActor(spec)), spec.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case Kill:
                foreach (IActorRef process in Context.GetChildren()) process.Tell(message, Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
