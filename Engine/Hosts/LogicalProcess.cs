// Hosts as logical processes.

namespace ActorNet.Engine.Hosts;

/// <summary>An actor that is a host, and the links between hosts.</summary>
public static class LogicalProcess
{
    /// <summary>This actor and all below it are one host: one queue, one clock, one thread at a time.</summary>
    public static Props AsHost(this Props props)
    {
        ArgumentNullException.ThrowIfNull(props);
        return props.WithDispatcher(Dispatch.Dispatchers.HostDispatcherId);
    }

    /// <summary>
    /// Says that nothing crosses between the hosts of a and b in less than this (ns, at least 1 is taken). The smallest of all links is how far
    /// hosts may run apart; a plain Tell takes what the link of its two hosts takes, and without one as long as the longest of all. Declare a link before
    /// anything is sent over it, and not from a host that runs beside others.
    /// </summary>
    public static void DeclareLink(this ActorSystem system, IActorRef a, IActorRef b, long minDelayNanos)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (system is not EngineSystem engine)
            throw new ArgumentException("Not a system of this engine.", nameof(system));
        HostLoop first = (a as ActorCell)?.Loop ?? engine.FirstLoop, second = (b as ActorCell)?.Loop ?? engine.FirstLoop;
        if (first != second)
            engine.DeclareLink(first, second, minDelayNanos);
    }
}
