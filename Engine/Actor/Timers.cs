// Timers of one actor, by key: starting a key again or cancelling it makes sure that nothing of the old timer arrives any more,
// not even what lies in the mailbox already (each start has a generation).

namespace ActorNet.Engine.Actor;

/// <summary>An actor with timers; they are set by the constructor of the base and end with the instance.</summary>
public interface IWithTimers
{
    ITimerScheduler Timers { get; set; }
}

/// <summary>Starts and cancels timers by key. Times below a nanosecond are rounded down.</summary>
public interface ITimerScheduler
{
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender);

    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender);

    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender);

    bool IsTimerActive(object key);

    IReadOnlyCollection<object> ActiveTimers { get; }

    void Cancel(object key);

    void CancelAll();
}

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, KeyedTimer> _timers = [];

    public IReadOnlyCollection<object> ActiveTimers => [.. _timers.Keys];

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => Start(key, msg, interval, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) => Start(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => Start(key, msg, initialDelay, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null, null);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) => Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out KeyedTimer? timer))
            timer.Cancel(cell.Loop);
    }

    public void CancelAll()
    {
        foreach (KeyedTimer timer in _timers.Values)
            timer.Cancel(cell.Loop);
        _timers.Clear();
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (interval is not null)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval.Value, TimeSpan.Zero, nameof(interval));
        Cancel(key);
        KeyedTimer timer = new(this, key, message, sender, interval is null ? 0 : HostClock.ToNanos(interval.Value));
        _timers.Add(key, timer);
        timer.File(cell, cell.Loop.Now + HostClock.ToNanos(delay));
    }

    /// <summary>One start of a key: this object is the generation.</summary>
    private sealed class KeyedTimer(TimerScheduler timers, object key, object message, IActorRef? sender, long interval)
        : EngineMessage, INotInfluenceReceiveTimeout
    {
        private int _filed = -1;
        private bool _cancelled;
        private long _due;

        public void File(ActorCell cell, long at)
        {
            _due = at;
            if (at > cell.Loop.Now)
                _filed = cell.Loop.Schedule(at, cell, this, sender ?? cell);
            else
                cell.Loop.Post(cell, this, sender ?? cell);
        }

        public void Cancel(HostLoop loop)
        {
            _cancelled = true;
            if (_filed >= 0)
                loop.Queue.Cancel(_filed);
            _filed = -1;
        }

        internal override object? Letter => null;

        internal override bool TakeFromQueue(ActorCell cell)
        {
            _filed = -1;
            // The next one is due an interval after this one was, however late this is handled.
            if (interval > 0 && !_cancelled)
                File(cell, _due + interval);
            return true;
        }

        internal override void Deliver(ActorCell cell, IActorRef? sender)
        {
            if (_cancelled || cell.Extra?.Timers != timers)
                return;
            if (interval == 0)
                timers._timers.Remove(key);
            if (message is EngineMessage engineMessage)
                engineMessage.Deliver(cell, sender);
            else
                cell.Invoke(message);
            cell.TimerHandled(message);
        }
    }
}
