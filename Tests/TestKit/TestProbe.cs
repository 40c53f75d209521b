// A test actor of its own, which can stand in for any actor.

namespace ActorNet.Testing;

/// <summary>What one role of a test is told, and what it answers.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1036", Justification = "References have an order, no relational operators, as in Akka.")]
public sealed class TestProbe : TestKitBase, IActorRef
{
    private Func<IActorRef, object, bool>? _autoPilot;

    internal TestProbe(ActorSystem system, string? name) : base(system, name) { }

    public IActorRef Ref => TestActor;

    /// <summary>Who sent the last message that an expectation took.</summary>
    public IActorRef Sender => LastSender ?? Sys.DeadLetters;

    public ActorPath Path => Ref.Path;

    /// <summary>Tells as this probe.</summary>
    public void Send(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, Ref);
    }

    /// <summary>Answers the last message.</summary>
    public void Reply(object message) => Sender.Tell(message, Ref);

    /// <summary>Passes the last message on, with its sender.</summary>
    public void Forward(IActorRef actor) => Forward(actor, LastMessage ?? throw new InvalidOperationException("There is no last message."));

    public void Forward(IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, Sender);
    }

    /// <summary>Called in the probe's turn with each message and its sender, before the queue gets it; false ends it.</summary>
    public void SetAutoPilot(Func<IActorRef, object, bool> pilot) => _autoPilot = pilot;

    private protected override void OnTestActorMessage(object message, IActorRef sender)
    {
        if (_autoPilot is not null && !_autoPilot(sender, message))
            _autoPilot = null;
        base.OnTestActorMessage(message, sender);
    }

    void ICanTell.Tell(object message, IActorRef? sender) => Ref.Tell(message, sender);

    public bool Equals(IActorRef? other) => Ref.Equals(other is TestProbe probe ? probe.Ref : other);

    public override bool Equals(object? obj) => Equals(obj as IActorRef);

    public override int GetHashCode() => Ref.GetHashCode();

    public int CompareTo(IActorRef? other) => Ref.CompareTo(other);

    public int CompareTo(object? obj) => Ref.CompareTo(obj);

    public override string ToString() => Ref.ToString()!;
}
