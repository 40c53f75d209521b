// Messages that the engine itself gives a meaning. They share one root so that the hot path tells them apart by one check.

namespace ActorNet.Engine.Actor;

/// <summary>A message that the actor does not handle itself.</summary>
public interface IAutoReceivedMessage;

/// <summary>A message that may be lost without a trace in the log.</summary>
public interface IPossiblyHarmful;

/// <summary>A message that does not restart the receive timeout.</summary>
public interface INotInfluenceReceiveTimeout;

/// <summary>Root of the messages that the engine looks at on the way to the actor.</summary>
public abstract class EngineMessage
{
    private protected EngineMessage() { }

    /// <summary>What the cell does with it; true when the actor is still to see it.</summary>
    internal abstract void Deliver(ActorCell cell, IActorRef? sender);

    /// <summary>Whether it gets through to an actor whose mailbox is suspended.</summary>
    internal virtual bool PassesSuspension => false;

    /// <summary>What becomes a dead letter when the receiver is dead; null when nothing is lost.</summary>
    internal virtual object? Letter => this;

    /// <summary>It has just come out of the queue of future events; false drops it.</summary>
    internal virtual bool TakeFromQueue(ActorCell cell) => true;
}

/// <summary>Stops the receiver once everything before it is handled.</summary>
public sealed class PoisonPill : EngineMessage, IAutoReceivedMessage, IPossiblyHarmful
{
    private PoisonPill() { }

    public static PoisonPill Instance { get; } = new();

    internal override void Deliver(ActorCell cell, IActorRef? sender) => cell.Stop();

    public override string ToString() => "<PoisonPill>";
}

/// <summary>Makes the receiver throw <see cref="ActorKilledException"/>.</summary>
public sealed class Kill : EngineMessage, IAutoReceivedMessage, IPossiblyHarmful
{
    private Kill() { }

    public static Kill Instance { get; } = new();

    internal override void Deliver(ActorCell cell, IActorRef? sender) => throw new ActorKilledException("Kill");

    public override string ToString() => "<Kill>";
}

/// <summary>A watched actor has ended; it comes after the last message of the dead.</summary>
public sealed class Terminated : EngineMessage, IAutoReceivedMessage, IPossiblyHarmful, INotInfluenceReceiveTimeout
{
    public Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated)
    {
        ActorRef = actorRef;
        ExistenceConfirmed = existenceConfirmed;
        AddressTerminated = addressTerminated;
    }

    public IActorRef ActorRef { get; }

    public bool ExistenceConfirmed { get; }

    public bool AddressTerminated { get; }

    internal override object? Letter => null;

    internal override void Deliver(ActorCell cell, IActorRef? sender) => cell.ReceivedTerminated(this);

    public override string ToString() => $"<Terminated>: {ActorRef} - ExistenceConfirmed={ExistenceConfirmed}";
}

/// <summary>Nothing came for the time that SetReceiveTimeout named.</summary>
public sealed class ReceiveTimeout : EngineMessage, IPossiblyHarmful
{
    private ReceiveTimeout() { }

    public static ReceiveTimeout Instance { get; } = new();

    internal override object? Letter => null;

    internal override void Deliver(ActorCell cell, IActorRef? sender) => cell.ReceivedReceiveTimeout();

    public override string ToString() => "<ReceiveTimeout>";
}

/// <summary>Asks any actor for its reference; it answers <see cref="ActorIdentity"/> without seeing this.</summary>
public sealed class Identify(object? messageId) : EngineMessage, IAutoReceivedMessage, INotInfluenceReceiveTimeout
{
    public object? MessageId { get; } = messageId;

    internal override void Deliver(ActorCell cell, IActorRef? sender) => sender?.Tell(new ActorIdentity(MessageId, cell), cell);
}

/// <summary>The answer to <see cref="Identify"/>; Subject is null when a selection found nobody.</summary>
public sealed class ActorIdentity(object? messageId, IActorRef? subject)
{
    public object? MessageId { get; } = messageId;

    public IActorRef? Subject { get; } = subject;
}
