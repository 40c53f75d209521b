// What cancels a scheduled message.

namespace ActorNet.Engine.Actor;

/// <summary>Something that can be called off.</summary>
public interface ICancelable
{
    void Cancel();

    bool IsCancellationRequested { get; }

    CancellationToken Token { get; }

    void CancelAfter(TimeSpan delay);

    void CancelAfter(int millisecondsDelay);

    void Cancel(bool throwOnFirstException);
}

/// <summary>A cancelable; its delays run on the scheduler's clock.</summary>
public sealed class Cancelable : ICancelable, IDisposable
{
    private readonly IActionScheduler _scheduler;
    private readonly CancellationTokenSource _source = new();

    public Cancelable(IActionScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        _scheduler = scheduler;
    }

    public Cancelable(IActionScheduler scheduler, TimeSpan delay) : this(scheduler) => CancelAfter(delay);

    public Cancelable(IScheduler scheduler) : this(scheduler?.Advanced ?? throw new ArgumentNullException(nameof(scheduler))) { }

    public bool IsCancellationRequested => _source.IsCancellationRequested;

    public CancellationToken Token => _source.Token;

    public void Cancel() => Cancel(false);

    public void Cancel(bool throwOnFirstException) => _source.Cancel(throwOnFirstException);

    public void CancelAfter(TimeSpan delay) => _scheduler.ScheduleOnce(delay, Cancel);

    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    public static ICancelable CreateCanceled()
    {
        CanceledCancelable cancelled = new();
        return cancelled;
    }

    public void Dispose() => _source.Dispose();

    private sealed class CanceledCancelable : ICancelable
    {
        public bool IsCancellationRequested => true;

        public CancellationToken Token { get; } = new(true);

        public void Cancel() { }

        public void Cancel(bool throwOnFirstException) { }

        public void CancelAfter(TimeSpan delay) { }

        public void CancelAfter(int millisecondsDelay) { }
    }
}
