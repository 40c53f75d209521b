// Mailboxes of an actor's own, by name in the configuration. The engine's own mailbox is the host's ring: it needs none of these.

namespace ActorNet.Engine.Dispatch;

/// <summary>What a mailbox promises.</summary>
public interface ISemantics;

public interface IUnboundedMessageQueueSemantics : ISemantics;

public interface IBoundedMessageQueueSemantics : ISemantics
{
    TimeSpan PushTimeOut { get; }
}

public interface IDequeBasedMessageQueueSemantics : ISemantics;

public interface IUnboundedDequeBasedMessageQueueSemantics : IDequeBasedMessageQueueSemantics, IUnboundedMessageQueueSemantics;

/// <summary>The queue of a mailbox.</summary>
public interface IMessageQueue
{
    bool HasMessages { get; }

    int Count { get; }

    void Enqueue(IActorRef receiver, Envelope envelope);

    bool TryDequeue(out Envelope envelope);

    /// <summary>The owner has ended: what is left goes to the dead letters.</summary>
    void CleanUp(IActorRef owner, IMessageQueue deadletters);
}

public interface IProducesMessageQueue<TQueue> where TQueue : IMessageQueue;

/// <summary>Makes the queue of each actor that names it. Derived types have the constructor (Settings, Config).</summary>
public abstract class MailboxType(Settings settings, Config config)
{
    protected Settings Settings { get; } = settings;

    protected Config Config { get; } = config;

    public abstract IMessageQueue Create(IActorRef? owner, ActorSystem? system);
}

/// <summary>First in, first out, without bound.</summary>
public sealed class UnboundedMailbox(Settings settings, Config config) : MailboxType(settings, config)
{
    public UnboundedMailbox() : this(null!, null!) { }

    public override IMessageQueue Create(IActorRef? owner, ActorSystem? system) => new FifoQueue(int.MaxValue, null);
}

/// <summary>First in, first out; an actor that stashes needs one of these, and every mailbox of the engine is.</summary>
public sealed class UnboundedDequeBasedMailbox(Settings settings, Config config) : MailboxType(settings, config)
{
    public UnboundedDequeBasedMailbox() : this(null!, null!) { }

    public override IMessageQueue Create(IActorRef? owner, ActorSystem? system) => new FifoQueue(int.MaxValue, null);
}

/// <summary>Holds <c>mailbox-capacity</c> messages; what comes then goes to the dead letters at once (nobody can be made to wait).</summary>
public sealed class BoundedMailbox : MailboxType
{
    public BoundedMailbox(Settings settings, Config config) : base(settings, config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Capacity = config.GetInt("mailbox-capacity", 1000);
        if (Capacity < 0)
            throw new ArgumentException("The capacity for BoundedMailbox cannot be negative", nameof(config));
    }

    public int Capacity { get; }

    public override IMessageQueue Create(IActorRef? owner, ActorSystem? system) => new FifoQueue(Capacity, system?.DeadLetters);
}

/// <summary>Smaller priority first; equal ones in any order.</summary>
public abstract class UnboundedPriorityMailbox(Settings settings, Config config) : MailboxType(settings, config)
{
    protected abstract int PriorityGenerator(object message);

    public override IMessageQueue Create(IActorRef? owner, ActorSystem? system) => new PriorityQueue(PriorityGenerator);
}

/// <summary>Smaller priority first; equal ones in order of arrival.</summary>
public abstract class UnboundedStablePriorityMailbox(Settings settings, Config config) : MailboxType(settings, config)
{
    protected abstract int PriorityGenerator(object message);

    public override IMessageQueue Create(IActorRef? owner, ActorSystem? system) => new PriorityQueue(PriorityGenerator);
}

internal sealed class FifoQueue(int capacity, IActorRef? overflow) : IMessageQueue
{
    private readonly Deque<Envelope> _messages = new();

    public bool HasMessages => _messages.Count > 0;

    public int Count => _messages.Count;

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        if (_messages.Count >= capacity)
            overflow?.Tell(new DeadLetter(envelope.Message, envelope.Sender, receiver), envelope.Sender);
        else
            _messages.AddLast(envelope);
    }

    public bool TryDequeue(out Envelope envelope)
    {
        envelope = _messages.Count > 0 ? _messages.RemoveFirst() : default;
        return envelope.Message is not null;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        ArgumentNullException.ThrowIfNull(deadletters);
        while (TryDequeue(out Envelope envelope))
            deadletters.Enqueue(owner, envelope);
    }
}

internal sealed class PriorityQueue(Func<object, int> priority) : IMessageQueue
{
    private readonly PriorityQueue<Envelope, (int Priority, long Order)> _messages = new();
    private long _order;

    public bool HasMessages => _messages.Count > 0;

    public int Count => _messages.Count;

    public void Enqueue(IActorRef receiver, Envelope envelope) => _messages.Enqueue(envelope, (priority(envelope.Message), _order++));

    public bool TryDequeue(out Envelope envelope) => _messages.TryDequeue(out envelope, out _);

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        ArgumentNullException.ThrowIfNull(deadletters);
        while (TryDequeue(out Envelope envelope))
            deadletters.Enqueue(owner, envelope);
    }
}
