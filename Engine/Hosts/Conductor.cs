// Runs the loops of all hosts in conservative windows: all that is due in [T, T+L) can be handled host by host, because nothing that one
// host sends can reach another sooner than L, the smallest declared delay of a link. Order comes from the events' keys alone, so which
// host of a window runs first does not matter; a window's hosts could be shared out among several workers.

namespace ActorNet.Engine.Hosts;

internal sealed class Conductor(EngineSystem system)
{
    private HostLoop[] _heap = new HostLoop[4];
    private int _count;

    /// <summary>The last time (ns, inclusive) that a loop may handle events of.</summary>
    internal long Limit;

    /// <summary>Asked between events; true ends the run.</summary>
    internal Func<bool>? Stop;

    internal bool Stopped;

    internal CancellationToken Cancel;

    internal long NextTime => _count == 0 ? EventQueue.Never : _heap[0].HeapTime;

    /// <summary>Handles everything due up to <paramref name="until"/> (ns, inclusive); false when it was stopped before.</summary>
    internal bool Run(long until, Func<bool>? stop, CancellationToken cancel)
    {
        Stop = stop;
        Stopped = false;
        Cancel = cancel;
        // What a task's end sets off inside a turn runs there and then, not where the caller's context would have it.
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            for (; ; )
            {
                system.DrainInbox();
                if (Stopped || cancel.IsCancellationRequested || (stop is not null && stop()))
                    return false;
                long from = NextTime;
                if (from > until)
                    return true;
                system.Clock = Math.Max(system.Clock, from);
                long lookahead = system.Lookahead;
                Limit = lookahead > until - from ? until : from + lookahead - 1;
                while (_heap[0].HeapTime <= Limit && !Stopped)
                {
                    HostLoop loop = _heap[0];
                    loop.Run(this);
                    Update(loop);
                    if (Stopped)
                        system.Clock = Math.Max(system.Clock, loop.Now);
                }
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            Limit = -1;
            Stop = null;
            Cancel = default;
        }
    }

    /// <summary>Between batches of one loop: true when the run is to end.</summary>
    internal bool LookOutside(HostLoop loop)
    {
        if (Cancel.IsCancellationRequested)
            Stopped = true;
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
        if (_count == _heap.Length)
            Array.Resize(ref _heap, _count * 2);
        loop.HeapIndex = _count++;
        loop.HeapTime = EventQueue.Never;
        _heap[loop.HeapIndex] = loop;
        if (HostLoop.Active is HostLoop active && Limit >= 0)
            Limit = Math.Min(Limit, active.Now + Math.Min(system.Lookahead, long.MaxValue - active.Now) - 1);
        Update(loop);
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
