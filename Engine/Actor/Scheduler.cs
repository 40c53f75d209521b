// Messages and actions at a later time, on the system's clock.

namespace ActorNet.Engine.Actor;

/// <summary>Tells later. Delays are from now on the clock of the host whose turn it is.</summary>
public interface ITellScheduler
{
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender);

    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable);

    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender);

    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable);
}

/// <summary>Runs actions later, on the loop; prefer messages.</summary>
public interface IActionScheduler
{
    void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable);

    void ScheduleOnce(TimeSpan delay, Action action);

    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable);

    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action);
}

/// <summary>Runs runnables later.</summary>
public interface IRunnableScheduler
{
    void ScheduleOnce(TimeSpan delay, Dispatch.IRunnable action);

    void ScheduleOnce(TimeSpan delay, Dispatch.IRunnable action, ICancelable? cancelable);

    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Dispatch.IRunnable action);

    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Dispatch.IRunnable action, ICancelable? cancelable);
}

public interface IAdvancedScheduler : IActionScheduler, IRunnableScheduler;

/// <summary>The system's clock. In virtual time a run begins at 2000-01-01T00:00:00Z.</summary>
public interface ITimeProvider
{
    DateTimeOffset Now { get; }

    TimeSpan MonotonicClock { get; }

    TimeSpan HighResMonotonicClock { get; }
}

public interface IScheduler : ITellScheduler, ITimeProvider
{
    IAdvancedScheduler Advanced { get; }
}

/// <summary>The scheduler over the hosts' queues.</summary>
internal sealed class QueueScheduler(EngineSystem system) : IScheduler, IAdvancedScheduler
{
    public IAdvancedScheduler Advanced => this;

    public DateTimeOffset Now => HostClock.Epoch + MonotonicClock;

    public TimeSpan MonotonicClock => TimeSpan.FromTicks(system.Now / HostClock.NanosPerTick);

    public TimeSpan HighResMonotonicClock => MonotonicClock;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(delay, TimeSpan.Zero, new ScheduledTell(receiver, message, sender), cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable) =>
        Add(initialDelay, Positive(interval), new ScheduledTell(receiver, message, sender), cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Add(delay, TimeSpan.Zero, new ScheduledAction(action), cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => ScheduleOnce(delay, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Add(initialDelay, Positive(interval), new ScheduledAction(action), cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) => ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleOnce(TimeSpan delay, Dispatch.IRunnable action) => ScheduleOnce(delay, action, null);

    public void ScheduleOnce(TimeSpan delay, Dispatch.IRunnable action, ICancelable? cancelable)
    {
        ArgumentNullException.ThrowIfNull(action);
        ScheduleOnce(delay, action.Run, cancelable);
    }

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Dispatch.IRunnable action) =>
        ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Dispatch.IRunnable action, ICancelable? cancelable)
    {
        ArgumentNullException.ThrowIfNull(action);
        ScheduleRepeatedly(initialDelay, interval, action.Run, cancelable);
    }

    private static TimeSpan Positive(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return interval;
    }

    private void Add(TimeSpan delay, TimeSpan interval, Scheduled scheduled, ICancelable? cancelable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (cancelable?.IsCancellationRequested == true)
            return;
        scheduled.Interval = HostClock.ToNanos(interval);
        scheduled.Cancelable = cancelable;
        HostLoop? active = HostLoop.Active;
        if (active is not null && active.System == system)
            scheduled.File(active, active.Now + HostClock.ToNanos(delay));
        else
            system.Execute(() => scheduled.File(system.FirstLoop, system.OutsideTime + HostClock.ToNanos(delay)));
    }

    private abstract class Scheduled : EngineMessage, IQueued
    {
        public long Interval;
        public ICancelable? Cancelable;
        private long _due;

        protected abstract void Fire();

        public void File(HostLoop loop, long at)
        {
            _due = at;
            if (at > loop.Now)
                loop.Schedule(at, null, this, null);
            else
                loop.Post(loop.System.Temp(loop), this, null);
            loop.System.Wake(loop);
        }

        internal override object? Letter => null;

        internal override void Deliver(ActorCell cell, IActorRef? sender)
        {
            cell.Loop.CurrentCell = null;
            Due(cell.Loop, null);
        }

        public void Due(HostLoop loop, ActorCell? receiver)
        {
            if (Cancelable?.IsCancellationRequested == true)
                return;
            if (Interval > 0)
                File(loop, _due + Interval);
            Fire();
        }
    }

    private sealed class ScheduledTell(ICanTell receiver, object message, IActorRef? sender) : Scheduled
    {
        protected override void Fire() => receiver.Tell(message, sender);
    }

    private sealed class ScheduledAction(Action action) : Scheduled
    {
        protected override void Fire() => action();
    }
}

/// <summary>Forms with milliseconds, and those that give a cancelable back.</summary>
public static class SchedulerExtensions
{
    public static void ScheduleTellOnce(
        this ITellScheduler scheduler, int millisecondsDelay, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable = null) =>
        scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(millisecondsDelay), receiver, message, sender, cancelable);

    public static void ScheduleTellRepeatedly(
        this ITellScheduler scheduler, int initialMillisecondsDelay, int millisecondsInterval, ICanTell receiver, object message, IActorRef? sender, ICancelable? cancelable = null) =>
        scheduler.ScheduleTellRepeatedly(
            TimeSpan.FromMilliseconds(initialMillisecondsDelay), TimeSpan.FromMilliseconds(millisecondsInterval), receiver, message, sender, cancelable);

    public static ICancelable ScheduleTellOnceCancelable(this IScheduler scheduler, TimeSpan delay, ICanTell receiver, object message, IActorRef? sender)
    {
        Cancelable cancelable = new(scheduler);
        scheduler.ScheduleTellOnce(delay, receiver, message, sender, cancelable);
        return cancelable;
    }

    public static ICancelable ScheduleTellOnceCancelable(this IScheduler scheduler, int millisecondsDelay, ICanTell receiver, object message, IActorRef? sender) =>
        scheduler.ScheduleTellOnceCancelable(TimeSpan.FromMilliseconds(millisecondsDelay), receiver, message, sender);

    public static ICancelable ScheduleTellRepeatedlyCancelable(
        this IScheduler scheduler, TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef? sender)
    {
        Cancelable cancelable = new(scheduler);
        scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, cancelable);
        return cancelable;
    }

    public static ICancelable ScheduleTellRepeatedlyCancelable(
        this IScheduler scheduler, int initialMillisecondsDelay, int millisecondsInterval, ICanTell receiver, object message, IActorRef? sender) =>
        scheduler.ScheduleTellRepeatedlyCancelable(
            TimeSpan.FromMilliseconds(initialMillisecondsDelay), TimeSpan.FromMilliseconds(millisecondsInterval), receiver, message, sender);

    public static ICancelable ScheduleOnceCancelable(this IActionScheduler scheduler, TimeSpan delay, Action action)
    {
        Cancelable cancelable = new(scheduler);
        scheduler.ScheduleOnce(delay, action, cancelable);
        return cancelable;
    }

    public static ICancelable ScheduleRepeatedlyCancelable(this IActionScheduler scheduler, TimeSpan initialDelay, TimeSpan interval, Action action)
    {
        Cancelable cancelable = new(scheduler);
        scheduler.ScheduleRepeatedly(initialDelay, interval, action, cancelable);
        return cancelable;
    }

    public static void ScheduleOnce(this IActionScheduler scheduler, int millisecondsDelay, Action action, ICancelable? cancelable = null) =>
        scheduler.ScheduleOnce(TimeSpan.FromMilliseconds(millisecondsDelay), action, cancelable);
}
