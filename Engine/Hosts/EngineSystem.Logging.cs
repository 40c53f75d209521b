// Which loggers a system starts with.

namespace ActorNet.Engine.Hosts;

internal sealed partial class EngineSystem
{
    internal bool IsEnding { get; private set; }

    private void StartLoggers()
    {
        LogLevel? level = Logging.Level(Settings.LogLevel);
        EventStream.IsOff = level is null;
        EventStream.SetLogLevel(level ?? LogLevel.ErrorLevel);
        DeadLetterListener listener = new(this);
        if (Settings.LogDeadLetters > 0)
            EventStream.Subscribe<DeadLetter>(listener);
        if (Settings.DebugUnhandledMessage)
            EventStream.Subscribe<UnhandledMessage>(listener);
        if (level is not LogLevel lowest)
            return;
        if (Settings.Loggers.Count == 0)
        {
            if (Logging.Level(Settings.StdoutLogLevel) is LogLevel standard)
                SubscribeFrom(new StandardOutLogger(), standard);
            return;
        }
        int number = 0;
        foreach (string name in Settings.Loggers)
        {
            Type type = Type.GetType(name) ?? throw new ConfigurationException($@"Logger specified in config cannot be found: ""{name}""");
            IActorRef logger = SystemActorOf(Props.Create(type), $"log{++number}-{type.Name}");
            logger.Tell(new InitializeLogger(EventStream), DeadLetterSink.Instance);
            SubscribeFrom(logger, lowest);
        }
    }

    private void SubscribeFrom(IActorRef logger, LogLevel lowest)
    {
        for (LogLevel level = lowest; level <= LogLevel.ErrorLevel; level++)
            EventStream.Subscribe(logger, Logging.EventOf(level));
    }

    /// <summary>Takes the loggers' answers: in this engine a logger is in its place before anything else has a turn.</summary>
    private sealed class DeadLetterSink : MinimalActorRef
    {
        public static readonly DeadLetterSink Instance = new();

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems, "loggerStart");

        public override void Tell(object message, IActorRef? sender) { }
    }
}
