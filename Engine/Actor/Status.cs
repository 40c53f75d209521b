// Success or failure of something asked for.

namespace ActorNet.Engine.Actor;

/// <summary>An answer that says whether it went well. An Ask that gets a <see cref="Failure"/> throws its cause.</summary>
public abstract class Status
{
    private protected Status() { }

    /// <summary>It went well.</summary>
    public sealed class Success(object? status) : Status
    {
        public static readonly Success Instance = new(null);

        public object? Status { get; } = status;
    }

    /// <summary>It did not.</summary>
    public sealed class Failure(Exception cause, object? state = null) : Status
    {
        public Exception Cause { get; } = cause;

        public object? State { get; } = state;

        public override string ToString() => $"Failure: {Cause}";
    }
}
