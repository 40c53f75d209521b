// What is wrong with a command line of ss, in one line.

namespace ActorNet.Experiments;

/// <summary>A command line that ss cannot take.</summary>
public sealed class SsException : Exception
{
    public SsException(string message)
        : base(message)
    {
    }

    public SsException()
    {
    }

    public SsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
