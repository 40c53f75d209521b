// The parts of a cell that few actors use.

namespace ActorNet.Engine.Actor;

internal sealed class CellExtra
{
    // Children: an intrusive list in order of creation, and an index of those that were given names.
    public ActorCell? FirstChild;
    public ActorCell? LastChild;
    public int ChildCount;
    public int NextChildName;

    /// <summary>Children that were told to stop and have not ended: a restart waits for them, others live on through it.</summary>
    public int StoppingChildren;
    public Dictionary<string, ActorCell>? NamedChildren;
    public Dictionary<ActorCell, ChildRestartStats>? RestartStats;
    public SupervisorStrategy? Strategy;

    // Death watch.
    public List<ActorCell>? WatchedBy;
    public Dictionary<IActorRef, object?>? Watching;
    public Dictionary<IActorRef, object?>? TerminatedQueued;

    // Behaviours pushed by Become and BecomeStacked, the topmost last; the actor's own lies below them.
    public List<Receive>? Behaviours;

    // Messages that came while the mailbox was suspended, or were unstashed.
    public Deque<Envelope>? Pending;
    public Dispatch.IMessageQueue? Mailbox;
    public bool MailboxScheduled;
    public StashQueue? Stash;
    public TimerScheduler? Timers;
    public ReceiveTimeoutState? ReceiveTimeout;

    // Of a failure that waits for its decision.
    public object? FailedMessage;
    public ActorCell? Perpetrator;
    public Exception? RecreateCause;
}

/// <summary>A queue with two ends, for mailboxes that are held back.</summary>
internal sealed class Deque<T>
{
    private T[] _items = new T[4];
    private int _head;

    public int Count { get; private set; }

    public void AddLast(T item)
    {
        if (Count == _items.Length)
            Grow();
        _items[(_head + Count++) & (_items.Length - 1)] = item;
    }

    public void AddFirst(T item)
    {
        if (Count == _items.Length)
            Grow();
        _head = (_head - 1) & (_items.Length - 1);
        _items[_head] = item;
        Count++;
    }

    public T RemoveFirst()
    {
        T item = _items[_head];
        _items[_head] = default!;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    private void Grow()
    {
        T[] grown = new T[_items.Length * 2];
        for (int i = 0; i < Count; i++)
            grown[i] = _items[(_head + i) & (_items.Length - 1)];
        _items = grown;
        _head = 0;
    }
}
