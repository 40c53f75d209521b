// A FIFO in front of a serializer, kept as the times at which its frames will leave it. In a FIFO the past decides a frame's departure,
// so it is computed when the frame comes, and the frame itself is on its way at once: no frame is ever stored here, no timer ever fires,
// and a queued frame costs one event in all (its arrival). pfifo and bfifo (net/sched/sch_fifo.c) seen through their departures.

namespace ActorNet.Devices.Wires;

/// <summary>How much waits for the serializer. Pure; grows with what waits and starts with nothing.</summary>
internal struct DepartureQueue
{
    private Entry[]? _ring; // a power of two
    private int _head, _count;
    private long _bytes;

    /// <summary>Frames that wait (the one being sent does not).</summary>
    public readonly int Packets => _count;

    public readonly long Bytes => _bytes;

    /// <summary>Lets go of what has left by now.</summary>
    public void Advance(Instant now)
    {
        while (_count != 0)
        {
            ref Entry e = ref _ring![_head];
            if (e.LeavesAt > now.Nanoseconds) return;
            _bytes -= e.Length;
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
        }
    }

    /// <summary>A frame that will leave later than now. Times never decrease.</summary>
    public void Add(Instant leavesAt, int length)
    {
        if (_ring is null || _count == _ring.Length) Grow();
        _ring![(_head + _count) & (_ring.Length - 1)] = new Entry { LeavesAt = leavesAt.Nanoseconds, Length = length };
        _count++;
        _bytes += length;
    }

    public void Clear()
    {
        _head = _count = 0;
        _bytes = 0;
    }

    private void Grow()
    {
        var ring = new Entry[_ring is null ? 16 : _ring.Length * 2];
        for (int i = 0; i < _count; i++) ring[i] = _ring![(_head + i) & (_ring.Length - 1)];
        _ring = ring;
        _head = 0;
    }

    private struct Entry
    {
        public long LeavesAt;
        public int Length;
    }
}
