// The clock of a host, and telling at an absolute time.

namespace ActorNet.Engine.Hosts;

/// <summary>Time in nanoseconds since the run began. In virtual mode each host has its own, which jumps from event to event.</summary>
public static class HostClock
{
    internal const long NanosPerTick = 100;

    /// <summary>The wall-clock date at which a run begins: 2000-01-01T00:00:00Z.</summary>
    internal static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>This host's time, ns since the run began.</summary>
    public static long NowNanos(this IActorContext context) =>
        context is ActorCell cell ? cell.Loop.Now : throw new ArgumentException("Not a context of this engine.", nameof(context));

    /// <summary>The time, ns, as somebody outside of all actors has it.</summary>
    public static long NowNanos(this ActorSystem system) =>
        system is EngineSystem engine ? engine.Now : throw new ArgumentException("Not a system of this engine.", nameof(system));

    /// <summary>
    /// Has a message handled at an absolute time (ns), from Self; a time that is past means now. To an actor of another host the time must be at
    /// least the declared delay of the links away: this is the only way for a frame to cross to another host.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Sooner at another host than any declared link.</exception>
    public static void TellAt(this IActorContext context, long atNanos, IActorRef receiver, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        ActorCell self = (ActorCell)context;
        HostLoop loop = self.Loop;
        if (receiver is not ActorCell cell)
        {
            ArgumentNullException.ThrowIfNull(receiver);
            context.System.Scheduler.ScheduleTellOnce(TimeSpan.FromTicks(Math.Max(0, atNanos - loop.Now) / NanosPerTick), receiver, message, self);
            return;
        }
        if (cell.Loop == loop)
        {
            if (atNanos <= loop.Now)
                loop.Post(cell, message, self);
            else
                loop.Schedule(atNanos, cell, message, self);
            return;
        }
        if (atNanos - loop.Now < self.System.Links.Shortest)
            throw self.System.TooSoon(loop, atNanos, cell);
        self.System.SendAcrossAt(loop, atNanos, cell, message, self);
    }

    internal static long ToNanos(TimeSpan time) =>
        time.Ticks > long.MaxValue / NanosPerTick / 2 ? long.MaxValue / 2 : time.Ticks * NanosPerTick;
}
