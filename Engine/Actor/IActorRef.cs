// A reference to an actor: the only thing that another actor ever holds of it.

namespace ActorNet.Engine.Actor;

/// <summary>Anything a message can be told to: a reference, or a selection by path.</summary>
public interface ICanTell
{
    /// <summary>Puts the message at the end of the receiver's mailbox; never waits, never throws for a dead receiver.</summary>
    void Tell(object message, IActorRef? sender);
}

/// <summary>
/// A handle to one actor. It stays valid over restarts; after the actor's end, messages to it become <see cref="DeadLetter"/>s.
/// Messages from one sender to one receiver arrive in the order they were sent, each at most once.
/// </summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, IComparable
{
    /// <summary>Where the actor stands in the tree. Built when asked for.</summary>
    ActorPath Path { get; }
}

/// <summary>References that stand for nobody.</summary>
public static class ActorRefs
{
    /// <summary>No sender: an answer to it goes to the dead letters.</summary>
    public static readonly IActorRef? NoSender;

    /// <summary>Swallows what it is told.</summary>
    public static readonly IActorRef Nobody = new NobodyRef();
}

/// <summary>The sender that nobody had to name.</summary>
public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Tells with the actor whose turn this is as the sender; outside a turn there is no sender.</summary>
    public static void Tell(this IActorRef receiver, object message)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        if (receiver is ActorCell cell)
            cell.TellFromCurrent(message);
        else
            receiver.Tell(message, ActorCell.CurrentOrAmbient);
    }

    /// <summary>Passes a message on, keeping its sender.</summary>
    public static void Forward(this IActorRef receiver, object message)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        receiver.Tell(message, ActorCell.CurrentOrAmbient?.Sender);
    }
}

/// <summary>Questions about references.</summary>
public static class ActorRefExtensions
{
    /// <summary>Whether the reference is null, Nobody or the dead letters.</summary>
    public static bool IsNobody(this IActorRef? reference) => reference is null or NobodyRef;

    public static IActorRef GetOrElse(this IActorRef? reference, Func<IActorRef> otherwise)
    {
        ArgumentNullException.ThrowIfNull(otherwise);
        return reference is null || reference.IsNobody() ? otherwise() : reference;
    }
}

/// <summary>A reference that is no actor: its order and equality are those of its path.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1036", Justification = "References have an order, no relational operators, as in Akka.")]
public abstract class MinimalActorRef : IActorRef
{
    public abstract ActorPath Path { get; }

    public abstract void Tell(object message, IActorRef? sender);

    public bool Equals(IActorRef? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => 0;

    public int CompareTo(IActorRef? other) => other is null ? 1 : Path.CompareTo(other.Path);

    public int CompareTo(object? obj) => CompareTo(obj as IActorRef);

    public override string ToString() => $"[{Path}]";
}

internal sealed class NobodyRef : MinimalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems, "Nobody");

    public override void Tell(object message, IActorRef? sender) { }
}
