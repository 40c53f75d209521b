// What goes wrong with HOCON: text that does not parse, and values that are not what the reader asked for.

namespace ActorNet.Engine.Configuration;

/// <summary>Any error of HOCON. The message begins with <c>file:line:column</c> wherever there is one.</summary>
public class HoconException : ConfigurationException
{
    public HoconException(string message) : base(message) { }

    public HoconException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>The text is not HOCON, an include cannot be read, or a substitution cannot be resolved.</summary>
public sealed class HoconParserException : HoconException
{
    public HoconParserException(string message) : base(message) { }

    internal HoconParserException(HoconOrigin origin, string message, Exception? inner = null) : base($"{origin}: {message}", inner) => Origin = origin;

    public HoconOrigin Origin { get; }

    /// <summary>From 1; 0 when unknown.</summary>
    public int LineNumber => Origin.Line;

    /// <summary>From 1; 0 when unknown.</summary>
    public int LinePosition => Origin.Column;
}

/// <summary>A key is missing, or its value is not of the type that was asked for.</summary>
public class HoconValueException : HoconException
{
    public HoconValueException(string message, string failPath, Exception? innerException) : base(message, innerException) => FailPath = failPath;

    /// <summary>The path that was asked for.</summary>
    public string FailPath { get; }
}
