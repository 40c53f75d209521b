// Who drives the loops: in virtual mode whoever calls RunUntil; in realtime a thread of the system's own, paced by the wall clock.

namespace ActorNet.Engine.Hosts;

internal sealed partial class EngineSystem
{
    private WallPace? _pace;

    internal void Begin()
    {
        StartLoggers();
        if (Mode == EngineMode.Realtime)
        {
            _pace = new WallPace();
            Thread thread = new(RunInRealtime) { IsBackground = true, Name = $"{Name} loop" };
            thread.Start();
        }
    }

    internal void RunUntil(long untilNanos, Func<bool>? stop, CancellationToken cancel)
    {
        if (HostLoop.Active is not null)
            throw new InvalidOperationException("RunUntil cannot be called from inside a turn.");
        if (Mode == EngineMode.Realtime)
        {
            WaitUntil(untilNanos, stop, cancel);
            return;
        }
        lock (_gate)
        {
            if (Conductor.Run(untilNanos, stop, cancel) && untilNanos != long.MaxValue)
                Clock = Math.Max(Clock, untilNanos);
        }
    }

    private void WaitUntil(long untilNanos, Func<bool>? stop, CancellationToken cancel)
    {
        using ManualResetEventSlim never = new(false);
        while (OutsideTime < untilNanos && !cancel.IsCancellationRequested && stop?.Invoke() != true && !_terminated.Task.IsCompleted)
            never.Wait(1, CancellationToken.None);
    }

    private void RunInRealtime()
    {
        WallPace pace = _pace!;
        lock (_gate)
        {
            try
            {
                while (!IsTerminated)
                {
                    _arrival.Reset();
                    long now = pace.Elapsed;
                    Conductor.Run(now, null, CancellationToken.None);
                    Clock = Math.Max(Clock, now);
                    if (!_hasInbox && !IsTerminated)
                        pace.WaitFor(Conductor.NextTime, _arrival);
                }
            }
            catch (Exception e)
            {
                // The engine's own failure: whoever waits for the end hears of it.
                IsTerminated = true;
                ReportLost(e, "in the loop: the system ends");
                _terminated.TrySetException(e);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (HostLoop.Active is not null)
            throw new InvalidOperationException("A system cannot be disposed of from inside a turn.");
        Task ended = Terminate();
        if (Mode == EngineMode.Virtual)
            RunUntil(long.MaxValue, () => IsTerminated, CancellationToken.None);
        else
            ended.Wait();
    }
}
