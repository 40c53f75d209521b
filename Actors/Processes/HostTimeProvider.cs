// The host's clock as .NET programs know clocks: Task.Delay, CancellationTokenSource and PeriodicTimer accept a TimeProvider.

namespace ActorNet.Actors;

/// <summary>A <see cref="TimeProvider"/> on a host's own (virtual) time. The epoch of its wall clock is 2000-01-01T00:00:00Z plus the run's time.</summary>
internal sealed class HostTimeProvider(ProcessActor process) : TimeProvider
{
    /// <summary>The wall clock's epoch, in nanoseconds since 1970.</summary>
    public const long EpochNanoseconds = 946_684_800_000_000_000;

    private static readonly DateTimeOffset s_epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => 1_000_000_000;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => process.Now.Nanoseconds;

    public override DateTimeOffset GetUtcNow() => s_epoch.AddTicks(process.Now.Nanoseconds / 100);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ProgramTimer(process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A program's timers, in the order of their time: one engine timer serves them all.</summary>
internal sealed class ProgramTimers(ProcessActor process)
{
    private readonly PriorityQueue<ProgramTimer, (long Due, long Order)> _queue = new();
    private ActorTimer? _timer;
    private long _order;

    public void Add(ProgramTimer timer, Instant due)
    {
        _queue.Enqueue(timer, (due.Nanoseconds, ++_order));
        Arm();
    }

    /// <summary>A timer that was moved or disposed waits no longer: the engine's timer need not fire for it.</summary>
    public void Remove(ProgramTimer timer)
    {
        if (_queue.Remove(timer, out _, out _)) Arm();
    }

    /// <summary>Takes the next timer that is due; one that was moved or disposed meanwhile is passed over.</summary>
    public bool TryTake(Instant now, [NotNullWhen(true)] out ProgramTimer? timer)
    {
        while (_queue.TryPeek(out timer, out (long Due, long Order) key) && key.Due <= now.Nanoseconds)
        {
            _queue.Dequeue();
            if (timer.Due.Nanoseconds == key.Due) return true;
        }

        Arm();
        return false;
    }

    private void Arm()
    {
        if (_timer is null && _queue.Count == 0) return;
        _timer ??= process.NewTimer(TimersDue.Instance);
        _timer.Arm(_queue.TryPeek(out _, out (long Due, long Order) key) ? key.Due : long.MaxValue);
    }
}

/// <summary>A program's timers are due.</summary>
internal sealed class TimersDue
{
    public static readonly TimersDue Instance = new();
}

/// <summary>One timer of a program.</summary>
internal sealed class ProgramTimer(ProcessActor process, TimerCallback callback, object? state) : ITimer
{
    private Duration _period = Duration.Infinite;
    private bool _queued;

    public Instant Due { get; private set; } = Instant.Never;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _period = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? Duration.Infinite : period;
        Arm(dueTime == Timeout.InfiniteTimeSpan ? Instant.Never : process.Now + (Duration)dueTime);
        return true;
    }

    public void Fire()
    {
        _queued = false;
        Arm(_period == Duration.Infinite ? Instant.Never : Due + _period);
        callback(state);
    }

    public void Dispose() => Arm(Instant.Never);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Arm(Instant due)
    {
        if (_queued) process.Timers.Remove(this);
        _queued = due != Instant.Never;
        Due = due;
        if (due != Instant.Never) process.Timers.Add(this, due);
    }
}
