// The parts of a cell that few actors use.

namespace ActorNet.Engine.Actor;

internal sealed class CellExtra
{
    // Children: an intrusive list in order of creation, and an index of those that were given names.
    public ActorCell? FirstChild;
    public ActorCell? LastChild;
    public int ChildCount;
    public int NextChildName;

    /// <summary>Children that were given names.</summary>
    public int NamedCount;

    /// <summary>Children that were told to stop and have not ended: a restart waits for them, others live on through it.</summary>
    public int StoppingChildren;

    /// <summary>Those that were given names, once there are more children than <see cref="MostListed"/>: fewer are found by looking through the list.</summary>
    public Dictionary<string, ActorCell>? NamedChildren;

    private Rare? _rare;

    /// <summary>Children up to which a name is looked for one by one.</summary>
    public const int MostListed = 16;

    public Dictionary<ActorCell, ChildRestartStats>? RestartStats
    {
        get => _rare?.RestartStats;
        set => Set(value)?.RestartStats = value;
    }

    public SupervisorStrategy? Strategy
    {
        get => _rare?.Strategy;
        set => Set(value)?.Strategy = value;
    }

    // Death watch.
    public List<ActorCell>? WatchedBy
    {
        get => _rare?.WatchedBy;
        set => Set(value)?.WatchedBy = value;
    }

    public Dictionary<IActorRef, object?>? Watching
    {
        get => _rare?.Watching;
        set => Set(value)?.Watching = value;
    }

    public Dictionary<IActorRef, object?>? TerminatedQueued
    {
        get => _rare?.TerminatedQueued;
        set => Set(value)?.TerminatedQueued = value;
    }

    // Behaviours pushed by Become and BecomeStacked, the topmost last; the actor's own lies below them.
    public List<Receive>? Behaviours
    {
        get => _rare?.Behaviours;
        set => Set(value)?.Behaviours = value;
    }

    // Messages that came while the mailbox was suspended, or were unstashed.
    public Deque<Envelope>? Pending
    {
        get => _rare?.Pending;
        set => Set(value)?.Pending = value;
    }

    public Dispatch.IMessageQueue? Mailbox
    {
        get => _rare?.Mailbox;
        set => Set(value)?.Mailbox = value;
    }

    public bool MailboxScheduled
    {
        get => _rare is { MailboxScheduled: true };
        set => (_rare ??= new Rare()).MailboxScheduled = value;
    }

    public StashQueue? Stash
    {
        get => _rare?.Stash;
        set => Set(value)?.Stash = value;
    }

    public TimerScheduler? Timers
    {
        get => _rare?.Timers;
        set => Set(value)?.Timers = value;
    }

    public ReceiveTimeoutState? ReceiveTimeout
    {
        get => _rare?.ReceiveTimeout;
        set => Set(value)?.ReceiveTimeout = value;
    }

    // Of a failure that waits for its decision.
    public object? FailedMessage
    {
        get => _rare?.FailedMessage;
        set => Set(value)?.FailedMessage = value;
    }

    public ActorCell? Perpetrator
    {
        get => _rare?.Perpetrator;
        set => Set(value)?.Perpetrator = value;
    }

    public Exception? RecreateCause
    {
        get => _rare?.RecreateCause;
        set => Set(value)?.RecreateCause = value;
    }

    // Forgetting what was never there makes nothing.
    private Rare? Set(object? value) => value is null ? _rare : _rare ??= new Rare();

    // What few even of the parents have.
    private sealed class Rare
    {
        public Dictionary<ActorCell, ChildRestartStats>? RestartStats;
        public SupervisorStrategy? Strategy;
        public List<ActorCell>? WatchedBy;
        public Dictionary<IActorRef, object?>? Watching;
        public Dictionary<IActorRef, object?>? TerminatedQueued;
        public List<Receive>? Behaviours;
        public Deque<Envelope>? Pending;
        public Dispatch.IMessageQueue? Mailbox;
        public bool MailboxScheduled;
        public StashQueue? Stash;
        public TimerScheduler? Timers;
        public ReceiveTimeoutState? ReceiveTimeout;
        public object? FailedMessage;
        public ActorCell? Perpetrator;
        public Exception? RecreateCause;
    }
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
