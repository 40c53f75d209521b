// One thread's share of a run: some hosts' loops, in a heap by the time of their next event, run in conservative windows: all that is due in [T, T+L)
// can be handled host by host, because nothing that one of these hosts sends another reaches it sooner than L, the shortest link between them.
// Order comes from the events' keys alone, so which host of a window runs first does not matter.

namespace ActorNet.Engine.Hosts;

internal sealed partial class Worker(EngineSystem system, int index)
{
    private HostLoop[] _heap = new HostLoop[4];
    private int _count;

    internal int Index { get; } = index;

    /// <summary>The last time (ns, inclusive) that a loop may handle events of.</summary>
    internal long Limit = -1;

    /// <summary>Asked between events; true ends the run. Only when this worker is alone.</summary>
    internal Func<bool>? Stop;

    internal bool Stopped;

    internal CancellationToken Cancel;

    /// <summary>How far its hosts may run apart, ns.</summary>
    internal long Lookahead = long.MaxValue;

    /// <summary>Where what it sends to other workers' hosts goes; null when it is alone.</summary>
    internal Outbox[]? Outboxes;

    /// <summary>By worker: nothing it sends there arrives sooner, ns.</summary>
    internal long[] Nearest = [];

    internal IEnumerable<HostLoop> Hosts => _heap.Take(_count);

    internal long NextTime => _count == 0 ? EventQueue.Never : _heap[0].HeapTime;

    /// <summary>Handles everything up to <see cref="Limit"/>.</summary>
    internal void RunWindow()
    {
        while (_heap[0].HeapTime <= Limit && !Stopped)
        {
            HostLoop loop = _heap[0];
            loop.Run(this);
            Update(loop);
            if (Stopped && Outboxes is null)
                system.Clock = Math.Max(system.Clock, loop.Now);
        }
    }

    /// <summary>Between batches of one loop: true when the run is to end.</summary>
    internal bool LookOutside(HostLoop loop)
    {
        if (Cancel.IsCancellationRequested)
            Stopped = true;
        if (Outboxes is not null)
            return Stopped;
        if (system.HasInbox)
        {
            // Realtime: let the world in at the end of this batch. In virtual time it waits for the window's end unless this is the only host.
            if (system.Mode == EngineMode.Realtime || system.HostCount == 1)
                system.DrainInbox();
        }
        if (loop.Now > system.Clock)
            system.Clock = loop.Now;
        return Stopped;
    }

    /// <summary>A loop that this instant made: from now on the window is no wider than what it may send allows.</summary>
    internal void Add(HostLoop loop)
    {
        Take(loop);
        if (HostLoop.Active is HostLoop active && Limit >= 0)
            Limit = Math.Min(Limit, active.Now + Math.Min(system.Links.Shortest, long.MaxValue - active.Now) - 1);
        Update(loop);
    }

    /// <summary>Takes a loop over, from nobody or from another worker that has let it go.</summary>
    internal void Take(HostLoop loop)
    {
        if (_count == _heap.Length)
            Array.Resize(ref _heap, _count * 2);
        loop.Worker = this;
        loop.HeapIndex = _count++;
        loop.HeapTime = EventQueue.Never;
        _heap[loop.HeapIndex] = loop;
    }

    /// <summary>Lets all loops go: another worker takes them.</summary>
    internal void Clear()
    {
        Array.Clear(_heap, 0, _count);
        _count = 0;
    }

    /// <summary>Puts the loop where its next event belongs.</summary>
    internal void Update(HostLoop loop)
    {
        long time = loop.NextTime;
        if (time == loop.HeapTime)
            return;
        bool earlier = time < loop.HeapTime;
        loop.HeapTime = time;
        if (earlier)
            SiftUp(loop);
        else
            SiftDown(loop);
    }

    private static bool Before(HostLoop a, HostLoop b) => a.HeapTime < b.HeapTime || (a.HeapTime == b.HeapTime && a.Id < b.Id);

    private void SiftUp(HostLoop loop)
    {
        int at = loop.HeapIndex;
        while (at > 0)
        {
            int up = (at - 1) >> 1;
            if (!Before(loop, _heap[up]))
                break;
            _heap[at] = _heap[up];
            _heap[at].HeapIndex = at;
            at = up;
        }
        _heap[at] = loop;
        loop.HeapIndex = at;
    }

    private void SiftDown(HostLoop loop)
    {
        int at = loop.HeapIndex;
        for (; ; )
        {
            int child = 2 * at + 1;
            if (child >= _count)
                break;
            if (child + 1 < _count && Before(_heap[child + 1], _heap[child]))
                child++;
            if (!Before(_heap[child], loop))
                break;
            _heap[at] = _heap[child];
            _heap[at].HeapIndex = at;
            at = child;
        }
        _heap[at] = loop;
        loop.HeapIndex = at;
    }
}
