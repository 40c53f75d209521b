// Driving a system.

namespace ActorNet.Engine.Hosts;

/// <summary>Makes systems and runs them.</summary>
public static class EngineRun
{
    public static ActorSystem Create(string name, Config config, EngineMode mode)
    {
        EngineSystem system = new(name, config, mode);
        system.Begin();
        return system;
    }

    /// <summary>A system whose hosts handle the messages of an instant in the order that <paramref name="order"/> chooses; it wins over <c>actornet.engine.order</c>.</summary>
    public static ActorSystem Create(string name, Config config, EngineMode mode, MessageOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        EngineSystem system = new(name, config, mode, order);
        system.Begin();
        return system;
    }

    /// <summary>
    /// Virtual: handles every event due at or before this time (ns), then the clock stands there; sooner if <paramref name="stop"/> is true after
    /// an event, or on cancellation. Realtime: waits for that.
    /// </summary>
    public static void RunUntil(this ActorSystem system, long untilNanos, Func<bool>? stop = null, CancellationToken cancel = default) =>
        Engine(system).RunUntil(untilNanos, stop, cancel);

    /// <summary>Messages and timers handled since the run began, over all hosts.</summary>
    public static long EventsHandled(this ActorSystem system) => Engine(system).EventsHandled;

    /// <summary>Messages that nobody got.</summary>
    public static long DeadLetterCount(this ActorSystem system) => Engine(system).DeadLetterCount;

    /// <summary>Shows every lost message to <paramref name="take"/> in the place where it is lost, before anybody is told: it may free what the message owns.</summary>
    public static void OnDeadLetter(this ActorSystem system, Action<AllDeadLetters> take) => Engine(system).DeadLetterHook += take;

    private static EngineSystem Engine(ActorSystem system) =>
        system as EngineSystem ?? throw new ArgumentException("Not a system of this engine.", nameof(system));
}
