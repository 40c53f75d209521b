// Several workers, one run: each has some of the hosts, and a thread (the first has the caller's). They meet at the end of every window.

namespace ActorNet.Engine.Hosts;

internal sealed class WorkerTeam
{
    private readonly Worker[] _workers;
    private readonly WorkerClock[] _clocks;
    private readonly WorkerThread[] _threads;

    // [from, to]: nothing that one sends reaches the other sooner, whichever way it goes round.
    private long[,] _distance = new long[0, 0];
    private Exception? _failure;

    internal WorkerTeam(Worker[] workers)
    {
        _workers = workers;
        _clocks = [.. workers.Select(w => new WorkerClock(workers.Length))];
        _threads = [.. workers.Skip(1).Select(w => new WorkerThread($"worker {w.Index}"))];
    }

    /// <summary>Windows that the last run had.</summary>
    internal long Windows { get; private set; }

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
        for (int i = 1; i < _workers.Length; i++)
        {
            Worker w = _workers[i];
            _threads[i - 1].Begin(() => Work(w, until, null));
        }
        Windows = Work(_workers[0], until, interrupted);
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

    private long Work(Worker me, long until, Func<bool>? interrupted)
    {
        bool ends = false;
        for (long window = 0; ; window++)
        {
            int turn = (int)(window & 1);
            _clocks[me.Index].Publish(window, me, ends);
            bool end = false;
            foreach (WorkerClock clock in _clocks)
                clock.Await(window);
            foreach (WorkerClock clock in _clocks)
                end |= clock.Ends(window); // all see the same, so all end in the same window
            long first = EventQueue.Never, limit = until;
            for (int i = 0; i < _clocks.Length; i++)
            {
                long next = WorkerClock.Next(_clocks, i, window);
                first = Math.Min(first, next);
                long reach = _distance[i, me.Index];
                if (next < until && reach - 1 < limit - next)
                    limit = next + reach - 1;
            }
            foreach (Worker other in _workers)
                other.Outboxes![me.Index].Deliver(turn, me);
            if (end || first > until || first == EventQueue.Never)
                return window;
            me.OutTurn = turn ^ 1;
            try
            {
                me.Run(limit);
                ends = me.Stopped || interrupted?.Invoke() == true;
            }
            catch (Exception e)
            {
                // The engine's own failure: all end, and whoever runs the system hears of it.
                Interlocked.CompareExchange(ref _failure, e, null);
                ends = true;
            }
        }
    }
}
