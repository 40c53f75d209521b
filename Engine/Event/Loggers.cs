// Loggers: actors named in akka.loggers, which get the stream's log events; and the one that is always there.

namespace ActorNet.Engine.Event;

/// <summary>The first message to a logger actor; it answers <see cref="LoggerInitialized"/>.</summary>
public sealed class InitializeLogger(LoggingBus loggingBus) : INotInfluenceReceiveTimeout
{
    public LoggingBus LoggingBus { get; } = loggingBus;
}

/// <summary>A logger's answer.</summary>
public sealed class LoggerInitialized : INotInfluenceReceiveTimeout;

/// <summary>Writes log events to standard error, so that standard output stays the program's own.</summary>
public sealed class DefaultLogger : ReceiveActor
{
    public DefaultLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(StandardOutLogger.Print);
    }
}

/// <summary>Writes at once, whoever's turn it is: for what happens before other loggers stand or after they are gone.</summary>
public sealed class StandardOutLogger : MinimalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems, "StandardOutLogger");

    public override void Tell(object message, IActorRef? sender)
    {
        if (message is LogEvent logEvent)
            Print(logEvent);
    }

    internal static void Print(LogEvent logEvent) => Console.Error.WriteLine(logEvent);
}

/// <summary>Logs the first dead letters and unhandled messages.</summary>
internal sealed class DeadLetterListener(EngineSystem system) : MinimalActorRef
{
    private int _count;

    public override ActorPath Path { get; } = system.RootPath / "system" / "deadLetterListener";

    public override void Tell(object message, IActorRef? sender)
    {
        if (message is UnhandledMessage unhandled)
        {
            if (system.Settings.DebugUnhandledMessage)
                system.EventStream.Publish(new Debug(unhandled.Recipient.Path.ToString(), typeof(UnhandledMessage), unhandled.ToString()));
            return;
        }
        if (message is not DeadLetter letter || _count >= system.Settings.LogDeadLetters)
            return;
        if (letter.Message is LogEvent || !system.EventStream.IsEnabled(LogLevel.InfoLevel))
            return;
        if (system.IsEnding && !system.Settings.LogDeadLettersDuringShutdown)
            return;
        _count++;
        string last = _count == system.Settings.LogDeadLetters ? ", no more dead letters will be logged" : "";
        system.EventStream.Publish(new Info(
            letter.Recipient.Path.ToString(),
            typeof(DeadLetter),
            $"Message [{letter.Message.GetType().Name}] from {letter.Sender} to {letter.Recipient} was not delivered. [{_count}] dead letters encountered{last}. "
            + "This logging can be turned off or adjusted with configuration settings 'akka.log-dead-letters' and 'akka.log-dead-letters-during-shutdown'."));
    }
}
