// Several workers, one run: each has some of the hosts. They meet at the end of every window. No more threads are at work than there are processors (the
// caller's is the first): of more workers than that, several take turns on one.

namespace ActorNet.Engine.Hosts;

internal sealed class WorkerTeam
{
    private readonly Worker[] _workers;
    private readonly WorkerClock[] _clocks;
    private readonly Worker[][] _crews;
    private readonly WorkerThread[] _threads;

    // [from, to]: nothing that one sends reaches the other sooner, whichever way it goes round.
    private long[,] _distance = new long[0, 0];
    private Exception? _failure;

    internal WorkerTeam(Worker[] workers)
    {
        _workers = workers;
        _clocks = [.. workers.Select(w => new WorkerClock(workers.Length))];
        int threads = Math.Min(workers.Length, Environment.ProcessorCount);
        _crews = [.. Enumerable.Range(0, threads).Select(t => workers.Where(w => w.Index % threads == t).ToArray())];
        _threads = [.. _crews.Skip(1).Select(crew => new WorkerThread($"worker {crew[0].Index}"))];
    }

    /// <summary>Takes the links' lengths over into the workers' windows; after hosts have changed hands.</summary>
    internal void Measure(LinkGraph links)
    {
        int n = _workers.Length;
        _distance = new long[n, n];
        for (int i = 0; i < n; i++)
        {
            _workers[i].Lookahead = links.Longest;
            for (int j = 0; j < n; j++)
                _distance[i, j] = i == j ? EventQueue.Never : links.Longest;
        }
        foreach (LinkGraph.Link link in links.All)
        {
            int a = WorkerOf(link.A), b = WorkerOf(link.B);
            if (a == b)
                _workers[a].Lookahead = Math.Min(_workers[a].Lookahead, link.Delay);
            else
                _distance[a, b] = _distance[b, a] = Math.Min(_distance[a, b], link.Delay);
        }
        foreach (Worker w in _workers)
            w.Nearest = [.. Enumerable.Range(0, n).Select(j => _distance[w.Index, j])];
        // By way of a third, or back to oneself (Floyd 1962).
        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    if (_distance[i, k] != EventQueue.Never && _distance[k, j] != EventQueue.Never)
                        _distance[i, j] = Math.Min(_distance[i, j], _distance[i, k] + _distance[k, j]);
                }
            }
        }
    }

    /// <summary>By the loop's number; set before <see cref="Measure"/>.</summary>
    internal Func<int, int> WorkerOf { get; set; } = static _ => 0;

    /// <summary>
    /// Handles everything due up to <paramref name="until"/> (ns, inclusive); false when it was ended before: by the token, by a worker's failure (rethrown),
    /// or because <paramref name="interrupted"/> (asked by the first worker between windows) has become true.
    /// </summary>
    internal bool Run(long until, Func<bool> interrupted, CancellationToken cancel)
    {
        _failure = null;
        foreach (Worker w in _workers)
        {
            w.Stop = null;
            w.Stopped = false;
            w.Cancel = cancel;
        }
        foreach (WorkerClock clock in _clocks)
            clock.Reset();
        for (int i = 1; i < _crews.Length; i++)
        {
            Worker[] crew = _crews[i];
            _threads[i - 1].Begin(() => Work(crew, until, null));
        }
        Work(_crews[0], until, interrupted);
        foreach (WorkerThread thread in _threads)
            thread.Await();
        if (_failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        foreach (Worker w in _workers)
        {
            if (w.Stopped || w.NextTime <= until)
                return false;
        }
        return true;
    }

    private void Work(Worker[] crew, long until, Func<bool>? interrupted)
    {
        bool ends = false;
        for (long window = 0; ; window++)
        {
            foreach (Worker me in crew)
                _clocks[me.Index].Publish(window, me, ends);
            bool end = false;
            foreach (WorkerClock clock in _clocks)
            {
                clock.Await(window);
                end |= clock.Ends(window); // all see the same, so all end in the same window
            }
            long first = EventQueue.Never;
            for (int i = 0; i < _clocks.Length; i++)
                first = Math.Min(first, WorkerClock.Next(_clocks, i, window));
            end |= first > until || first == EventQueue.Never;
            ends = false;
            foreach (Worker me in crew)
            {
                foreach (Worker other in _workers)
                    other.Outboxes![me.Index].Deliver((int)(window & 1), me);
                if (end)
                    continue;
                me.OutTurn = (int)(~window & 1);
                ends |= !RunWindow(me, ReachOf(me, window, until));
            }
            if (end)
                return;
            ends |= interrupted?.Invoke() == true;
        }
    }

    /// <summary>How far a worker may go (ns, inclusive): until the first time at which anything could reach it.</summary>
    private long ReachOf(Worker me, long window, long until)
    {
        long limit = until;
        for (int i = 0; i < _clocks.Length; i++)
        {
            long next = WorkerClock.Next(_clocks, i, window), distance = _distance[i, me.Index];
            if (next < until && distance - 1 < limit - next)
                limit = next + distance - 1;
        }
        return limit;
    }

    private bool RunWindow(Worker me, long limit)
    {
        try
        {
            me.Run(limit);
            return !me.Stopped;
        }
        catch (Exception e)
        {
            // The engine's own failure: all end, and whoever runs the system hears of it.
            Interlocked.CompareExchange(ref _failure, e, null);
            return false;
        }
    }
}
