// Drives the loops of all hosts: with one worker, window by window, or with a team of them. Who runs what is decided anew between windows, and no result
// depends on it: events are handled in the order of their keys, and those do not know of workers.

namespace ActorNet.Engine.Hosts;

internal sealed class Conductor
{
    /// <summary>So many events of a run are looked at before hosts change hands.</summary>
    private const long Enough = 20_000;

    private const double TooUneven = 1.2;

    private readonly EngineSystem _system;
    private readonly Worker _alone;
    private readonly TeamChoice _choice;
    private WorkerTeam? _team;
    private Worker[] _workers;
    private long[] _eventsBefore = [];
    private int _links = -1;
    private bool _shared;

    internal Conductor(EngineSystem system, int workers)
    {
        _system = system;
        _alone = new Worker(system, 0);
        _workers = [_alone];
        _choice = new TeamChoice(workers);
    }

    internal long NextTime
    {
        get
        {
            long next = EventQueue.Never;
            foreach (Worker w in _workers)
                next = Math.Min(next, w.NextTime);
            return next;
        }
    }

    internal TeamChoice Choice => _choice;

    /// <summary>All hosts, worker by worker.</summary>
    internal IEnumerable<HostLoop> Hosts => _workers.SelectMany(static w => w.Hosts);

    /// <summary>Whether hosts are at work on several threads now.</summary>
    internal bool InParallel { get; private set; }

    /// <summary>Handles everything due up to <paramref name="until"/> (ns, inclusive); false when it was stopped before.</summary>
    internal bool Run(long until, Func<bool>? stop, CancellationToken cancel)
    {
        // What a task's end sets off inside a turn runs there and then, not where the caller's context would have it.
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            // Who asks between events asks for one order of all events, and in real time nobody waits for others.
            if (stop is not null || _system.Mode != EngineMode.Virtual || _system.HostCount <= 2 || _choice.Workers < 2)
                return RunAlone(until, stop, cancel);
            long before = _system.EventsHandled;
            bool ended = _choice.Begin() ? RunShared(until, cancel) : RunAlone(until, null, cancel);
            _choice.End(_system.EventsHandled - before);
            return ended;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private bool RunAlone(long until, Func<bool>? stop, CancellationToken cancel)
    {
        Gather();
        Worker w = _alone;
        w.Stop = stop;
        w.Stopped = false;
        w.Cancel = cancel;
        try
        {
            for (; ; )
            {
                _system.DrainInbox();
                if (w.Stopped || cancel.IsCancellationRequested || (stop is not null && stop()))
                    return false;
                long from = w.NextTime;
                if (from > until || from == EventQueue.Never)
                    return true;
                _system.Clock = Math.Max(_system.Clock, from);
                long lookahead = _system.Lookahead;
                w.Limit = lookahead > until - from ? until : from + lookahead - 1;
                w.RunWindow();
            }
        }
        finally
        {
            w.Limit = -1;
            w.Stop = null;
            w.Cancel = default;
        }
    }

    private bool RunShared(long until, CancellationToken cancel)
    {
        for (; ; )
        {
            _system.DrainInbox();
            if (cancel.IsCancellationRequested)
                return false;
            if (NextTime is var from && (from > until || from == EventQueue.Never))
                return true;
            ShareOut();
            InParallel = true;
            bool ended;
            try
            {
                ended = _team!.Run(until, () => _system.HasInbox, cancel);
            }
            finally
            {
                InParallel = false;
            }
            if (ended)
                return true;
            _system.Clock = Math.Max(_system.Clock, _system.LatestLoop);
        }
    }

    /// <summary>A loop that has just been made.</summary>
    internal void Add(HostLoop loop)
    {
        if (InParallel)
            throw new InvalidOperationException("A host cannot be made by a running host while several workers are at work: its number would depend on them. Make it from outside, or set actornet.engine.workers = 1.");
        Gather();
        _alone.Add(loop);
    }

    /// <summary>One worker has all hosts.</summary>
    private void Gather()
    {
        if (!_shared)
            return;
        _shared = false;
        foreach (Worker w in _workers)
            w.Clear();
        _alone.Outboxes = null;
        for (int i = 0; i < _system.HostCount; i++)
            Give(_system.LoopOf(i)!, _alone);
    }

    /// <summary>Each worker has the hosts of its share; the shares are made anew when the load has become uneven, or the links are others.</summary>
    private void ShareOut()
    {
        int hosts = _system.HostCount;
        bool stale = _links != _system.Links.All.Count || _eventsBefore.Length != hosts;
        if (_shared && !stale && !IsUneven())
            return;
        if (_team is null)
        {
            _workers = [_alone, .. Enumerable.Range(1, _choice.Workers - 1).Select(i => new Worker(_system, i))];
            _team = new WorkerTeam(_workers);
        }
        int[] home = _choice.Shares?.Invoke(hosts) ?? Partition.Of(Loads(), _system.Links, _workers.Length);
        foreach (Worker w in _workers)
        {
            w.Clear();
            w.Outboxes ??= [.. _workers.Select(_ => new Outbox())];
        }
        for (int i = 0; i < hosts; i++)
            Give(_system.LoopOf(i)!, _workers[home[i]]);
        _team.Measure(_system.Links, id => _system.LoopOf(id)!.Worker.Index);
        _links = _system.Links.All.Count;
        _shared = true;
        _eventsBefore = new long[hosts];
        for (int i = 0; i < hosts; i++)
            _eventsBefore[i] = _system.LoopOf(i)!.Events;
    }

    private static void Give(HostLoop loop, Worker worker)
    {
        worker.Take(loop);
        worker.Update(loop);
    }

    private long[] Loads()
    {
        long[] loads = new long[_system.HostCount];
        for (int i = 0; i < loads.Length; i++)
            loads[i] = _system.LoopOf(i)!.Events - (i < _eventsBefore.Length ? _eventsBefore[i] : 0);
        return loads;
    }

    private bool IsUneven()
    {
        if (_choice.Shares is not null)
            return true;
        Span<long> ofWorkers = stackalloc long[_workers.Length];
        long total = 0;
        for (int i = 0; i < _eventsBefore.Length; i++)
        {
            HostLoop loop = _system.LoopOf(i)!;
            long events = loop.Events - _eventsBefore[i];
            ofWorkers[loop.Worker.Index] += events;
            total += events;
        }
        return total >= Enough * _workers.Length && Partition.Unevenness(ofWorkers) > TooUneven;
    }
}
