// One thread for all actors of a system. ActorNet's actors share their host's packet pool and counters without locks, because in the embedded engine
// a host runs on one thread at a time; on Akka.NET this loop, plugged in as executor of both dispatchers and as scheduler, gives the same promise.
// It also fires timers to the nanosecond, where Akka's own wheel ticks every 10 ms.

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Dispatch;

namespace ActorNet.Engine.Hosts;

[SuppressMessage("ApiDesign", "CA1001", Justification = "Ends with its system.")]
internal sealed class HostLoop
{
    /// <summary>How long an empty loop in simulated time waits for the thread pool to bring something, such as the answer to an Ask.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(30);

    private readonly ConcurrentQueue<IRunnable> _runs = new();
    private readonly PriorityQueue<IDue, (long At, long Sequence)> _dues = new();
    private readonly Lock _duesLock = new();
    private readonly Lock _turn = new();
    private readonly ManualResetEventSlim _arrival = new(false);
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly bool _simulated;
    private long _clock;
    private long _sequence;
    private long _handled;

    // It has waited so, and nothing has been done since: whoever drives it in small steps waits once.
    private bool _isQuiet;
    private volatile bool _gated;
    private volatile bool _ended;

    public HostLoop(bool simulated)
    {
        _simulated = simulated;
        new Thread(RunFreely) { IsBackground = true, Name = "ActorNet loop on Akka.NET" }.Start();
    }

    /// <summary>What is done at a time.</summary>
    public interface IDue
    {
        void Fire();
    }

    public long Now => _simulated ? Volatile.Read(ref _clock) : (long)(Stopwatch.GetElapsedTime(_start).Ticks * 100);

    public long Handled => Volatile.Read(ref _handled);

    public void Execute(IRunnable run)
    {
        _runs.Enqueue(run);
        _arrival.Set();
    }

    /// <summary>Files something for an absolute time; the past means now.</summary>
    public void At(long nanos, IDue due)
    {
        lock (_duesLock) _dues.Enqueue(due, (nanos, _sequence++));
        _arrival.Set();
    }

    /// <summary>From now on only <see cref="RunUntil"/> moves actors and clock.</summary>
    public void Gate()
    {
        _gated = true;
        _arrival.Set();
        // Past this point the free thread is out of its turn.
        lock (_turn) { }
    }

    public void Ungate()
    {
        _gated = false;
        _arrival.Set();
    }

    public void End()
    {
        _ended = true;
        _arrival.Set();
    }

    /// <summary>Simulated time: handles what is due until then. Real time: waits until then while the loop's own thread works.</summary>
    public void RunUntil(long until, Func<bool>? stop, CancellationToken cancel)
    {
        if (!_gated)
        {
            while (Now < until && !_ended && !cancel.IsCancellationRequested && stop?.Invoke() != true) Thread.Sleep(1);
            return;
        }
        lock (_turn)
        {
            while (!_ended && !cancel.IsCancellationRequested && stop?.Invoke() != true)
            {
                if (RunOne())
                {
                    _isQuiet = false;
                    continue;
                }

                _arrival.Reset();
                long next = NextDue();
                if (!_runs.IsEmpty || _arrival.Wait(next == long.MaxValue && !_isQuiet ? s_quiet : TimeSpan.Zero, CancellationToken.None)) continue;
                if (next > until || next == long.MaxValue)
                {
                    _isQuiet |= next == long.MaxValue;
                    if (until != long.MaxValue) _clock = Math.Max(_clock, until);
                    return;
                }
                _clock = Math.Max(_clock, next);
                FireDue();
            }
        }
    }

    private void RunFreely()
    {
        while (!_ended)
        {
            if (_gated)
            {
                _arrival.Reset();
                if (_gated && !_ended) _arrival.Wait(20);
                continue;
            }
            lock (_turn)
            {
                while (!_gated && !_ended && (FireDue() || RunOne())) { }
            }
            Sleep();
        }
    }

    private void Sleep()
    {
        _arrival.Reset();
        if (!_runs.IsEmpty || _gated || _ended) return;
        long left = NextDue() - Now;
        if (left <= 0) return;
        // Below the sleep's resolution, spin.
        if (left < 200_000)
            Thread.SpinWait(50);
        else
            _arrival.Wait((int)Math.Min(left / 1_000_000, 1000));
    }

    private bool RunOne()
    {
        if (!_runs.TryDequeue(out IRunnable? run)) return false;
        Interlocked.Increment(ref _handled);
        run.Run();
        return true;
    }

    private long NextDue()
    {
        lock (_duesLock) return _dues.TryPeek(out _, out (long At, long Sequence) key) ? key.At : long.MaxValue;
    }

    private bool FireDue()
    {
        IDue due;
        lock (_duesLock)
        {
            if (!_dues.TryPeek(out _, out (long At, long Sequence) key) || key.At > Now) return false;
            due = _dues.Dequeue();
        }
        due.Fire();
        return true;
    }
}
