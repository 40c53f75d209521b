// Messages put aside until the actor is ready for them.

namespace ActorNet.Engine.Actor;

/// <summary>An actor that has a stash; the engine sets it after the constructor.</summary>
public interface IActorStash
{
    IStash Stash { get; set; }
}

/// <summary>The mailbox must be one that can be prepended to; the engine's own can.</summary>
public interface IRequiresMessageQueue<T> where T : Dispatch.ISemantics;

public interface IWithUnrestrictedStash : IActorStash;

public interface IWithStash : IWithUnrestrictedStash, IRequiresMessageQueue<Dispatch.IDequeBasedMessageQueueSemantics>;

public interface IWithUnboundedStash : IWithStash;

public interface IWithBoundedStash : IWithStash;

/// <summary>What an actor has put aside.</summary>
public interface IStash
{
    /// <summary>Puts the message being handled aside.</summary>
    /// <exception cref="IllegalActorStateException">It is there already.</exception>
    /// <exception cref="StashOverflowException">The stash is full.</exception>
    void Stash();

    /// <summary>The oldest becomes the mailbox's next message.</summary>
    void Unstash();

    /// <summary>All become the mailbox's next messages, oldest first.</summary>
    void UnstashAll();

    /// <summary>Those that the predicate picks; the others are dropped.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    IEnumerable<Envelope> ClearStash();

    /// <summary>Puts messages before the oldest.</summary>
    void Prepend(IEnumerable<Envelope> envelopes);

    int Count { get; }

    bool IsEmpty { get; }

    bool NonEmpty { get; }

    bool IsFull { get; }

    int Capacity { get; }
}

internal sealed class StashQueue : IStash
{
    private readonly ActorCell _cell;
    private readonly LinkedList<Envelope> _stashed = new();
    private long _lastTurn = -1;

    public StashQueue(ActorCell cell, IActorStash actor)
    {
        _cell = cell;
        Capacity = actor is IWithBoundedStash && cell.Props.StashCapacity < 0 ? 100 : cell.Props.StashCapacity;
    }

    public int Count => _stashed.Count;

    public bool IsEmpty => _stashed.Count == 0;

    public bool NonEmpty => _stashed.Count > 0;

    public bool IsFull => Capacity >= 0 && _stashed.Count >= Capacity;

    public int Capacity { get; }

    public void Stash()
    {
        object message = _cell.Loop.CurrentMessage ?? throw new IllegalActorStateException("There is no message to stash.");
        Envelope envelope = new(message, _cell.Loop.CurrentSender);
        // The same object told twice is two messages: only the turn tells them apart.
        if (_stashed.Last is not null && _stashed.Last.Value == envelope && _lastTurn == _cell.Loop.Events)
            throw new IllegalActorStateException($"Can't stash the same message {envelope.Message} more than once");
        if (IsFull)
            throw new StashOverflowException($"Couldn't enqueue message {envelope.Message.GetType()} to stash of {_cell}: it holds {Capacity}");
        _lastTurn = _cell.Loop.Events;
        _stashed.AddLast(envelope);
    }

    public void Unstash()
    {
        if (_stashed.First is not LinkedListNode<Envelope> first)
            return;
        _stashed.RemoveFirst();
        _cell.PrependPending(first.Value);
    }

    public void UnstashAll() => UnstashAll(static _ => true);

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        for (LinkedListNode<Envelope>? at = _stashed.Last; at is not null; at = at.Previous)
        {
            if (predicate(at.Value))
                _cell.PrependPending(at.Value);
        }
        _stashed.Clear();
    }

    public IEnumerable<Envelope> ClearStash()
    {
        List<Envelope> all = [.. _stashed];
        _stashed.Clear();
        return all;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        ArgumentNullException.ThrowIfNull(envelopes);
        LinkedListNode<Envelope>? first = _stashed.First;
        foreach (Envelope envelope in envelopes)
        {
            if (first is null)
                _stashed.AddLast(envelope);
            else
                _stashed.AddBefore(first, envelope);
        }
    }
}
