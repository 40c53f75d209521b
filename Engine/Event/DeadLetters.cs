// Messages that nobody got.

namespace ActorNet.Engine.Event;

/// <summary>A message whose loss need not be told.</summary>
public interface IDeadLetterSuppression;

/// <summary>Base of what is published for a lost message.</summary>
public abstract class AllDeadLetters(object message, IActorRef? sender, IActorRef recipient)
{
    public object Message { get; } = message;

    public IActorRef? Sender { get; } = sender;

    public IActorRef Recipient { get; } = recipient;

    public override string ToString() => $"DeadLetter from {Sender} to {Recipient}: <{Message}>";
}

/// <summary>A message to an actor that has ended, or to nobody.</summary>
public sealed class DeadLetter(object message, IActorRef? sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);

/// <summary>One that asked to be lost in silence.</summary>
public sealed class SuppressedDeadLetter(IDeadLetterSuppression message, IActorRef? sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);

/// <summary>A message that its actor did not handle.</summary>
public sealed class UnhandledMessage(object message, IActorRef sender, IActorRef recipient)
{
    public object Message { get; } = message;

    public IActorRef Sender { get; } = sender;

    public IActorRef Recipient { get; } = recipient;

    public override string ToString() => $"Unhandled message from {Sender} to {Recipient}: {Message}";
}

/// <summary>The reference to the dead letters.</summary>
internal sealed class DeadLetterRef(EngineSystem system) : MinimalActorRef
{
    public override ActorPath Path { get; } = system.RootPath / "deadLetters";

    public override void Tell(object message, IActorRef? sender)
    {
        if (message is null)
            throw new InvalidMessageException("Message is null.");
        if (message is Identify identify)
            sender?.Tell(new ActorIdentity(identify.MessageId, null), NoOne);
        else
            system.PublishDeadLetter(message, sender, this);
    }

    private static IActorRef? NoOne => ActorRefs.NoSender;
}
