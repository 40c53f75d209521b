// A system of actors: the tree's root, its clock, its event stream and its end.

namespace ActorNet.Engine.Actor;

/// <summary>
/// All actors of one run. Make one with <see cref="EngineRun.Create"/> or <see cref="Create(string, Config)"/>; in virtual mode it does nothing
/// until <see cref="EngineRun.RunUntil"/> drives it.
/// </summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private protected ActorSystem() { }

    public abstract string Name { get; }

    public abstract Settings Settings { get; }

    public abstract EventStream EventStream { get; }

    /// <summary>Where messages go that nobody gets.</summary>
    public abstract IActorRef DeadLetters { get; }

    public abstract IScheduler Scheduler { get; }

    public abstract ILoggingAdapter Log { get; }

    /// <summary>Time since the start, on the system's clock.</summary>
    public abstract TimeSpan Uptime { get; }

    /// <summary>Completes when every actor has stopped.</summary>
    public abstract Task WhenTerminated { get; }

    /// <summary>A system in the mode that <c>actornet.engine.mode</c> names: realtime unless it says virtual.</summary>
    public static ActorSystem Create(string name) => Create(name, ConfigurationFactory.Empty);

    public static ActorSystem Create(string name, Config config)
    {
        EngineSystem system = new(name, config, null);
        system.Begin();
        return system;
    }

    public abstract IActorRef ActorOf(Props props, string? name = null);

    public abstract ActorSelection ActorSelection(string actorPath);

    public abstract ActorSelection ActorSelection(ActorPath actorPath);

    /// <summary>Stops an actor and all below it.</summary>
    public abstract void Stop(IActorRef actor);

    /// <summary>Stops all actors. In virtual mode the stopping, too, happens when the system is driven.</summary>
    public abstract Task Terminate();

    public abstract void RegisterOnTermination(Action code);

    /// <summary>Stops all actors and waits until they have, driving the system if need be.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    public override string ToString() => $"ActorSystem {Name}";
}

/// <summary>What the configuration says, read once.</summary>
public sealed class Settings
{
    internal Settings(Config config)
    {
        Config = config;
        LogLevel = config.GetString("akka.loglevel", "INFO")!;
        StdoutLogLevel = config.GetString("akka.stdout-loglevel", "WARNING")!;
        Loggers = config.GetStringList("akka.loggers", [])!;
        string deadLetters = config.GetString("akka.log-dead-letters", "10")!;
        LogDeadLetters = deadLetters switch
        {
            "on" or "true" => int.MaxValue,
            "off" or "false" => 0,
            _ => int.Parse(deadLetters, System.Globalization.CultureInfo.InvariantCulture),
        };
        LogDeadLettersDuringShutdown = config.GetBoolean("akka.log-dead-letters-during-shutdown", true);
        DebugUnhandledMessage = config.GetBoolean("akka.actor.debug.unhandled", false);
        AskTimeout = config.GetTimeSpan("akka.actor.ask-timeout", Timeout.InfiniteTimeSpan);
        SupervisorStrategyClass = config.GetString("akka.actor.guardian-supervisor-strategy", "") ?? "";
        HostDispatcher = config.GetString("actornet.engine.host-dispatcher", Dispatch.Dispatchers.HostDispatcherId)!;
        Workers = WorkersOf(config);
        IsVirtual = string.Equals(config.GetString("actornet.engine.mode", "realtime"), "virtual", StringComparison.Ordinal);
    }

    public Config Config { get; }

    public string LogLevel { get; }

    public string StdoutLogLevel { get; }

    /// <summary>Types of logger actors, "Type, Assembly".</summary>
    public IList<string> Loggers { get; }

    /// <summary>How many dead letters are logged before the log keeps still about them.</summary>
    public int LogDeadLetters { get; }

    public bool LogDeadLettersDuringShutdown { get; }

    public bool DebugUnhandledMessage { get; }

    /// <summary>What an Ask without a time-out waits; infinite by default.</summary>
    public TimeSpan AskTimeout { get; }

    public string SupervisorStrategyClass { get; }

    /// <summary>The dispatcher whose actors are hosts.</summary>
    public string HostDispatcher { get; }

    public bool IsVirtual { get; }

    /// <summary>Threads that run hosts in virtual time; 0: as many as there are processors, where they pay.</summary>
    internal int Workers { get; }

    private static int WorkersOf(Config config)
    {
        string text = config.GetString("actornet.engine.workers", "1") ?? "1";
        if (text == "auto")
            return 0;
        return int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int n) && n is >= 1 and <= 256
            ? n
            : throw new ConfigurationException($"actornet.engine.workers = \"{text}\": expected auto, or a number from 1 to 256");
    }
}
