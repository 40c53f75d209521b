// What is logged, as events on the stream.

namespace ActorNet.Engine.Event;

/// <summary>One line for the log.</summary>
public abstract class LogEvent : INotInfluenceReceiveTimeout
{
    private protected LogEvent(Exception? cause, string logSource, Type logClass, object message)
    {
        Cause = cause;
        LogSource = logSource;
        LogClass = logClass;
        Message = message;
    }

    public Exception? Cause { get; }

    /// <summary>When it was published, on the system's clock.</summary>
    public DateTime Timestamp { get; private set; }

    /// <summary>The path of the actor, or whatever the adapter was made for.</summary>
    public string LogSource { get; }

    public Type LogClass { get; }

    /// <summary>A string, or a <see cref="LogMessage"/> that is formatted when it is read.</summary>
    public object Message { get; }

    public abstract LogLevel LogLevel();

    internal void Stamp(DateTime now) => Timestamp = now;

    public override string ToString()
    {
        string cause = Cause is null ? "" : Environment.NewLine + "Cause: " + Cause;
        string level = LogLevel().ToString().Replace("Level", "", StringComparison.Ordinal).ToUpperInvariant();
        return FormattableString.Invariant($"[{level}][{Timestamp:HH:mm:ss.ffffff}][{LogSource}] {Message}{cause}");
    }
}

public class Debug(Exception? cause, string logSource, Type logClass, object message) : LogEvent(cause, logSource, logClass, message)
{
    public Debug(string logSource, Type logClass, object message) : this(null, logSource, logClass, message) { }

    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}

public class Info(Exception? cause, string logSource, Type logClass, object message) : LogEvent(cause, logSource, logClass, message)
{
    public Info(string logSource, Type logClass, object message) : this(null, logSource, logClass, message) { }

    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;
}

public class Warning(Exception? cause, string logSource, Type logClass, object message) : LogEvent(cause, logSource, logClass, message)
{
    public Warning(string logSource, Type logClass, object message) : this(null, logSource, logClass, message) { }

    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;
}

public class Error(Exception? cause, string logSource, Type logClass, object message) : LogEvent(cause, logSource, logClass, message)
{
    public override LogLevel LogLevel() => Event.LogLevel.ErrorLevel;
}

/// <summary>A format and its arguments; text is only made when somebody reads it.</summary>
public class LogMessage(ILogMessageFormatter formatter, string format, object?[] args)
{
    public string Format { get; } = format;

    public IEnumerable<object?> Parameters() => args;

    public override string ToString() => formatter.Format(Format, args);
}

/// <summary>Puts arguments into a format.</summary>
public interface ILogMessageFormatter
{
    string Format(string format, params object?[] args);

    string Format(string format, IEnumerable<object?> args);
}

/// <summary>Holes by number, {0}, as in string.Format, or by name, {Host}, filled in order.</summary>
public sealed class DefaultLogMessageFormatter : ILogMessageFormatter
{
    public static readonly DefaultLogMessageFormatter Instance = new();

    public string Format(string format, IEnumerable<object?> args) => Format(format, [.. args]);

    public string Format(string format, params object?[] args)
    {
        if (args is null || args.Length == 0)
            return format;
        try
        {
            return string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args);
        }
        catch (FormatException)
        {
            return FillInOrder(format, args);
        }
    }

    private static string FillInOrder(string format, object?[] args)
    {
        System.Text.StringBuilder text = new();
        int at = 0;
        int next = 0;
        while (at < format.Length)
        {
            int close = format[at] == '{' ? format.IndexOf('}', at) : -1;
            if (close > 0 && next < args.Length)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{args[next++]}");
                at = close + 1;
            }
            else
            {
                text.Append(format[at++]);
            }
        }
        return text.ToString();
    }
}
