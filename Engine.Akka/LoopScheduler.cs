// The loop as Akka.NET sees it: its scheduler, and the executor of its dispatchers. Both are made by reflection, from their names in the configuration.

using Akka.Configuration;
using Akka.Dispatch;

namespace ActorNet.Engine.Hosts;

/// <summary>Akka's scheduler on the loop's clock.</summary>
public sealed class LoopScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider
{
    // The date at which a run begins, as on the embedded engine.
    private static readonly DateTimeOffset s_epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly AsyncLocal<HostLoop?> s_loopOfNextSystem = new();

    public LoopScheduler(Akka.Configuration.Config config, ILoggingAdapter log) : base(config, log) =>
        Loop = s_loopOfNextSystem.Value ?? throw new InvalidOperationException("Make the system with EngineRun.Create.");

    internal HostLoop Loop { get; }

    public override TimeSpan MonotonicClock => TimeSpan.FromTicks(Loop.Now / 100);

    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    protected override DateTimeOffset TimeNow => s_epoch + MonotonicClock;

    /// <summary>Makes a system whose scheduler and dispatchers are this loop.</summary>
    internal static ActorSystem WithLoop(HostLoop loop, Func<ActorSystem> create)
    {
        s_loopOfNextSystem.Value = loop;
        try
        {
            return create();
        }
        finally
        {
            s_loopOfNextSystem.Value = null;
        }
    }

    internal static HostLoop LoopOf(ActorSystem system) =>
        (system.Scheduler as LoopScheduler)?.Loop ?? throw new ArgumentException("Not a system that EngineRun.Create made.", nameof(system));

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Once(delay, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Repeatedly(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => Once(delay, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) => Once(delay, action.Run, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Repeatedly(initialDelay, interval, action, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Repeatedly(initialDelay, interval, action.Run, cancelable);

    private void Once(TimeSpan delay, Action action, ICancelable? cancelable) => Loop.At(Loop.Now + (delay.Ticks * 100), new Work(this, action, cancelable, 0, 0));

    private void Repeatedly(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        long first = Loop.Now + (delay.Ticks * 100);
        Loop.At(first, new Work(this, action, cancelable, first, interval.Ticks * 100));
    }

    /// <summary>One piece of scheduled work; files itself again when it repeats.</summary>
    private sealed class Work(LoopScheduler scheduler, Action action, ICancelable? cancelable, long at, long every) : HostLoop.IDue
    {
        public void Fire()
        {
            if (cancelable is { IsCancellationRequested: true }) return;
            try
            {
                action();
            }
            catch (Exception e)
            {
                scheduler.Log.Error(e, "Scheduled work failed: {0}", e.Message);
                return;
            }
            if (every > 0) scheduler.Loop.At(at + every, new Work(scheduler, action, cancelable, at + every, every));
        }
    }
}

/// <summary>Makes the loop the executor of a dispatcher.</summary>
public sealed class LoopExecutorConfigurator(Akka.Configuration.Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
{
    public override ExecutorService Produce(string id) =>
        new LoopExecutor(id, ((LoopScheduler)Prerequisites.Scheduler).Loop);

    private sealed class LoopExecutor(string id, HostLoop loop) : ExecutorService(id)
    {
        public override void Execute(IRunnable run) => loop.Execute(run);

        // The loop outlives each dispatcher and ends with the system.
        public override void Shutdown() { }
    }
}
