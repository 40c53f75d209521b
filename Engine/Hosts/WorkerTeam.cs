// Several workers, one run: each has some of the hosts, and whoever holds it goes on until the first time at which anything could reach it from another, as far
// as their clocks have been seen to be. There is no meeting: clocks move on as work is done. No more threads are at work than there are processors (the
// caller's is the first). Each has workers of its own and takes another's turn when its own cannot go on: a thread that the machine has put aside holds nobody up.

namespace ActorNet.Engine.Hosts;

internal sealed partial class WorkerTeam
{
    private readonly Worker[] _workers;
    private readonly WorkerClock[] _clocks;

    /// <summary>By thread: all workers, its own first.</summary>
    private readonly Worker[][] _rounds;
    private readonly int[] _own;
    private readonly WorkerThread[] _threads;
    private WorkerDistances _distances = null!;
    private Exception? _failure;
    private volatile bool _ends;

    internal WorkerTeam(Worker[] workers)
    {
        _workers = workers;
        _clocks = new WorkerClock[workers.Length];
        int threads = Math.Min(workers.Length, Environment.ProcessorCount);
        _rounds = [.. Enumerable.Range(0, threads).Select(t => workers.OrderBy(w => w.Index % threads == t ? 0 : 1).ThenBy(w => w.Index).ToArray())];
        _own = [.. Enumerable.Range(0, threads).Select(t => workers.Count(w => w.Index % threads == t))];
        _threads = [.. Enumerable.Range(1, threads - 1).Select(t => new WorkerThread($"worker {t}"))];
    }

    /// <summary>Takes the links' lengths over into the workers' windows; after hosts have changed hands.</summary>
    /// <param name="workerOf">By the loop's number.</param>
    internal void Measure(LinkGraph links, Func<int, int> workerOf)
    {
        long[] within = new long[_workers.Length];
        _distances = new WorkerDistances(links, workerOf, within);
        foreach (Worker w in _workers)
        {
            w.Lookahead = within[w.Index];
            w.Nearest = [.. _workers.Select(other => _distances.Direct(w.Index, other.Index))];
        }
    }

    /// <summary>
    /// Handles everything due up to <paramref name="until"/> (ns, inclusive); false when it was ended before: by the token, by a worker's failure (rethrown),
    /// or because <paramref name="interrupted"/> (asked by the first thread between turns) has become true.
    /// </summary>
    internal bool Run(long until, Func<bool> interrupted, CancellationToken cancel)
    {
        _failure = null;
        _ends = false;
        foreach (Worker w in _workers)
        {
            w.Stop = null;
            w.Stopped = false;
            w.Cancel = cancel;
            _clocks[w.Index].Time = 0;
        }
        long end = WorkerDistances.After(until, 1);
        Settle(end);
        for (int t = 1; t < _rounds.Length; t++)
        {
            int thread = t;
            _threads[t - 1].Begin(() => Work(thread, end, null));
        }
        Work(0, end, interrupted);
        foreach (WorkerThread thread in _threads)
            thread.Await();
        Deliver();
        if (_failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        foreach (Worker w in _workers)
        {
            if (w.Stopped || w.NextTime <= until)
                return false;
        }
        return true;
    }

    /// <summary>One thread's part.</summary>
    private void Work(int thread, long end, Func<bool>? interrupted)
    {
        Worker[] round = _rounds[thread];
        for (int idle = 0; !_ends && !IsOver(end); idle++)
        {
            bool busy = false;
            int those = idle < Loyal ? _own[thread] : round.Length;
            for (int i = 0; i < those && !_ends; i++)
            {
                Worker me = round[i];
                ref WorkerClock clock = ref _clocks[me.Index];
                if (ReachOf(me.Index, end) <= clock.Time || !clock.TryHold())
                    continue;
                busy |= TakeTurn(me, end);
                clock.LetGo();
            }
            if (interrupted?.Invoke() == true)
                _ends = true;
            if (busy)
                idle = -1;
            else
                Wait(idle, end);
        }
    }

    /// <summary>Runs a worker that this thread holds for as long as the others' clocks allow; answers whether there was anything to do.</summary>
    private bool TakeTurn(Worker me, long end)
    {
        ref WorkerClock clock = ref _clocks[me.Index];
        bool busy = false;
        try
        {
            for (long reach; !_ends && (reach = ReachOf(me.Index, end)) > clock.Time; clock.Time = reach)
            {
                foreach (Worker other in _workers)
                    other.Outboxes![me.Index].Deliver(me);
                for (long from; (from = me.NextTime) < reach && from != EventQueue.Never;)
                {
                    busy = true;
                    clock.Time = from;
                    me.Limit = Math.Min(reach, WorkerDistances.After(from, me.Lookahead)) - 1;
                    me.RunWindow();
                    if (!me.Stopped)
                        continue;
                    _ends = true;
                    return true;
                }
            }
        }
        catch (Exception e)
        {
            // The engine's own failure: all end, and whoever runs the system hears of it.
            Interlocked.CompareExchange(ref _failure, e, null);
            _ends = true;
        }
        finally
        {
            me.Limit = -1;
        }
        return busy;
    }

    /// <summary>The first time (ns) of which a worker cannot know yet what it brings.</summary>
    private long ReachOf(int worker, long end)
    {
        long reach = end;
        for (int i = 0; i < _clocks.Length; i++)
        {
            if (i != worker)
                reach = Math.Min(reach, WorkerDistances.After(_clocks[i].Time, _distances.Direct(i, worker)));
        }
        return reach;
    }

    private bool IsOver(long end)
    {
        for (int i = 0; i < _clocks.Length; i++)
        {
            if (_clocks[i].Time < end)
                return false;
        }
        return true;
    }
}
