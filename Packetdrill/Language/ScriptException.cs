// What is wrong with a script, and where.

namespace ActorNet.Packetdrill;

/// <summary>A place in a script; lines and columns count from 1.</summary>
public readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}

/// <summary>A script cannot be read or makes no sense. The message begins with file, line and column.</summary>
public sealed class ScriptException : Exception
{
    public ScriptException(Place at, string message)
        : base($"{at}: {message}") => At = at;

    public ScriptException()
    {
    }

    public ScriptException(string message)
        : base(message)
    {
    }

    public ScriptException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public Place At { get; }
}
