// /user/<host>/netns/<name>: a network namespace beside the host's first (`ip netns add`, unshare(CLONE_NEWNET)): instances of its own below it.

namespace ActorNet.Actors;

/// <summary>/netns: the host's other namespaces, by name. Handles <see cref="StartNetns"/>.</summary>
internal sealed class NetnsGroup(HostPlan plan) : UntypedActor
{
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        plan.Books.Broken.Add($"{plan.Name}: a namespace's actor threw: {e}");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        if (message is not StartNetns m)
        {
            Unhandled(message);
            return;
        }

        (Netns ns, Syscall? call) = (m.Netns, m.Call);
        Context.ActorOf(Props.Create(() => new NetnsActor(ns, call)), ns.Name);
    }
}

/// <summary>One namespace's parent actor. Handles <see cref="DevicesReady"/>.</summary>
/// <param name="call">The unshare(2) that made it, which goes back to its process when all is there; or null.</param>
internal sealed class NetnsActor(Netns ns, Syscall? call) : UntypedActor
{
    protected override void PreStart() => NetnsInstances.Devices(Context, ns);

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        ns.Host.Books.Broken.Add($"{ns.FullName}: {e}");
        return Directive.Stop;
    });

    protected override void OnReceive(object message)
    {
        if (message is not DevicesReady)
        {
            Unhandled(message);
            return;
        }

        NetnsInstances.Boot(Context, ns);
        call?.Process!.Ref.Tell(call, Self);
    }
}

/// <summary>To a host: a namespace that was made while it runs.</summary>
/// <param name="Call">The unshare(2) that waits for it, or null.</param>
internal sealed record StartNetns(Netns Netns, Syscall? Call);

/// <summary>To a host: `ip link set DEV netns NAME`. Answered with a <see cref="SysResult"/> if it was asked with a sender.</summary>
internal sealed record MoveDevice(string Device, Netns From, Netns To);
