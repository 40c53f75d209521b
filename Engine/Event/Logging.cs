// Logging from actors and from outside: an adapter puts events on the stream, loggers take them from there.

namespace ActorNet.Engine.Event;

/// <summary>Where an actor logs to. Debug, Info, Warning and Error are extension methods that make no text for a level that is off.</summary>
public interface ILoggingAdapter
{
    ILogMessageFormatter Formatter { get; }

    bool IsDebugEnabled { get; }

    bool IsInfoEnabled { get; }

    bool IsWarningEnabled { get; }

    bool IsErrorEnabled { get; }

    bool IsEnabled(LogLevel logLevel);

    void Log(LogLevel logLevel, Exception? cause, LogMessage message);

    void Log(LogLevel logLevel, Exception? cause, string format);
}

/// <summary>Makes adapters.</summary>
public static class Logging
{
    /// <summary>The adapter of the actor whose context this is.</summary>
    public static ILoggingAdapter GetLogger(this IActorContext context, ILogMessageFormatter? logMessageFormatter = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ActorCell cell = (ActorCell)context;
        return new BusLogging(cell.System.EventStream, cell, cell.Props.Type, logMessageFormatter);
    }

    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj, ILogMessageFormatter? logMessageFormatter = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(logSourceObj);
        return new BusLogging(system.EventStream, logSourceObj, logSourceObj as Type ?? logSourceObj.GetType(), logMessageFormatter);
    }

    /// <summary>DEBUG, INFO, WARNING or ERROR, in any case; null for OFF.</summary>
    internal static LogLevel? Level(string name) => name.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "WARNING" => LogLevel.WarningLevel,
        "ERROR" => LogLevel.ErrorLevel,
        "OFF" => null,
        _ => throw new ConfigurationException($"Unknown LogLevel: \"{name}\". Valid values are: \"Debug\", \"Info\", \"Warning\", \"Error\", \"Off\""),
    };

    internal static Type EventOf(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => typeof(Debug),
        LogLevel.InfoLevel => typeof(Info),
        LogLevel.WarningLevel => typeof(Warning),
        _ => typeof(Error),
    };
}

/// <summary>The adapter that publishes on the event stream. An actor's path is only made for a line that is logged.</summary>
internal sealed class BusLogging(EventStream bus, object source, Type logClass, ILogMessageFormatter? formatter) : ILoggingAdapter
{
    public ILogMessageFormatter Formatter { get; } = formatter ?? DefaultLogMessageFormatter.Instance;

    public bool IsDebugEnabled => IsEnabled(LogLevel.DebugLevel);

    public bool IsInfoEnabled => IsEnabled(LogLevel.InfoLevel);

    public bool IsWarningEnabled => IsEnabled(LogLevel.WarningLevel);

    public bool IsErrorEnabled => IsEnabled(LogLevel.ErrorLevel);

    public bool IsEnabled(LogLevel logLevel) => bus.IsEnabled(logLevel);

    public void Log(LogLevel logLevel, Exception? cause, LogMessage message) => Publish(logLevel, cause, message);

    public void Log(LogLevel logLevel, Exception? cause, string format) => Publish(logLevel, cause, format);

    private void Publish(LogLevel level, Exception? cause, object message)
    {
        if (!IsEnabled(level))
            return;
        string name = source switch
        {
            ActorCell cell => cell.Path.ToString(),
            Type type => type.Name,
            _ => source.ToString() ?? "",
        };
        bus.Publish(level switch
        {
            LogLevel.DebugLevel => new Debug(cause, name, logClass, message),
            LogLevel.InfoLevel => new Info(cause, name, logClass, message),
            LogLevel.WarningLevel => new Warning(cause, name, logClass, message),
            _ => new Error(cause, name, logClass, message),
        });
    }
}
