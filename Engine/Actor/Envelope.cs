// A message and who sent it.

namespace ActorNet.Engine.Actor;

/// <summary>What lies in a mailbox.</summary>
public readonly struct Envelope(object message, IActorRef? sender) : IEquatable<Envelope>
{
    public object Message { get; } = message;

    public IActorRef? Sender { get; } = sender;

    public bool Equals(Envelope other) => ReferenceEquals(Message, other.Message) && ReferenceEquals(Sender, other.Sender);

    public override bool Equals(object? obj) => obj is Envelope other && Equals(other);

    public override int GetHashCode() => Message?.GetHashCode() ?? 0;

    public static bool operator ==(Envelope left, Envelope right) => left.Equals(right);

    public static bool operator !=(Envelope left, Envelope right) => !left.Equals(right);

    public override string ToString() => $"{Message} from {Sender?.ToString() ?? "NoSender"}";
}
