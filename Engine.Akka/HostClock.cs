// The clock of a host, and telling at an absolute time, on Akka.NET: one clock for all hosts of a system.

namespace ActorNet.Engine.Hosts;

/// <summary>Time in nanoseconds since the run began.</summary>
public static class HostClock
{
    public static long NowNanos(this IActorContext context) => LoopScheduler.LoopOf(context.System).Now;

    public static long NowNanos(this ActorSystem system) => LoopScheduler.LoopOf(system).Now;

    /// <summary>Has a message handled at an absolute time (ns), from Self; a time that is past means now.</summary>
    public static void TellAt(this IActorContext context, long atNanos, IActorRef receiver, object message)
    {
        HostLoop loop = LoopScheduler.LoopOf(context.System);
        if (atNanos <= loop.Now)
            receiver.Tell(message, context.Self);
        else
            loop.At(atNanos, new Telling(receiver, message, context.Self));
    }

    private sealed class Telling(IActorRef receiver, object message, IActorRef sender) : HostLoop.IDue
    {
        public void Fire() => receiver.Tell(message, sender);
    }
}
