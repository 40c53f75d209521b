// /user/<host>: a machine. It boots its devices, then its protocol instances, lowest layer first, then processes; and at the end of a run lets all go.

namespace ActorNet.Actors;

/// <summary>A host: one logical process of the engine, with everything that runs on it below it.</summary>
/// <remarks>
/// Its own children are the instances of its first network namespace; other namespaces are below /netns. Handles <see cref="DevicesReady"/>,
/// <see cref="ProcessSpec"/> (starts a process), <see cref="Kill"/> (all processes), <see cref="StartNetns"/>, <see cref="MoveDevice"/> and <see cref="RunEnded"/>.
/// </remarks>
internal sealed class HostActor(HostPlan plan) : UntypedActor
{
    private IActorRef _proc = ActorRefs.Nobody;
    private IActorRef? _netns;

    protected override void PreStart() => NetnsInstances.Devices(Context, plan.Init);

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
            case StartNetns: (_netns ??= NewNetnsGroup()).Forward(message); break;
            case MoveDevice m: Move(m); break;
            case RunEnded:
                plan.Files.Tell(message, Self);
                foreach (Netns ns in plan.Namespaces) NetnsInstances.End(ns, Self);
                break;
            default: Unhandled(message); break;
        }
    }

    private void Boot()
    {
        HostPlan p = plan;
        _proc = Context.ActorOf(Props.Create(() => new ProcGroup(p)), "proc");
        p.Files = Context.ActorOf(Props.Create(() => new FileGroup(p)), "files");
        foreach (Netns ns in plan.Namespaces)
        {
            if (ns != plan.Init) (_netns ??= NewNetnsGroup()).Tell(new StartNetns(ns, null), Self);
        }

        NetnsInstances.Boot(Context, plan.Init);
    }

    private IActorRef NewNetnsGroup()
    {
        HostPlan p = plan;
        return Context.ActorOf(Props.Create(() => new NetnsGroup(p)), "netns");
    }

    private void Move(MoveDevice m)
    {
        Errno e = m.From.MayMove(m.Device, m.To);
        if (e == Errno.OK && m.From != m.To) NetnsInstances.Move(m.From.Device(m.Device)!, m.From, m.To, Self);
        if (!Sender.IsNobody()) Sender.Tell((SysResult)e, Self);
    }
}

/// <summary>/proc: makes processes, and passes on what is for all of them.</summary>
internal sealed class ProcGroup(HostPlan plan) : UntypedActor
{
    private bool _killed;

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
                IActorRef made = Context.ActorOf(Props.Create(() => new ProcessActor(spec)), spec.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
                if (_killed) made.Tell(Kill.Instance, Self); // forked by one that had not heard of the end
                break;
            case Kill:
                _killed = true;
                foreach (IActorRef process in Context.GetChildren()) process.Tell(message, Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
