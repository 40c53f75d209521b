// The queue of one host's future events, in the exact order of their key (time, origin, sequence).
// A few events are a binary heap by the full key, and nothing else. Many are a radix-64 hierarchical wheel over 64-bit nanoseconds in front of that
// heap: an event lies at the level of the highest 6-bit digit in which its time differs from the wheel's base, so filing is O(1), and each event moves
// down at most once per level, in streams of 24-byte entries that never touch what the event carries. Events at or before the base are in the heap.
// Cancelling forgets what the event carries at once and leaves its entry to be skipped; when more entries are dead than alive all are swept.
// (Varghese and Lauck 1987, hashed and hierarchical timing wheels; Ahuja et al. 1990, radix heaps.)

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ActorNet.Engine.Hosts;

/// <summary>An event that is due: what is to be told to whom, and its key.</summary>
internal struct QueuedEvent
{
    public object? Message;
    public ActorCell? Receiver;
    public IActorRef? Sender;
    public long Time;
    public long Sequence;
    public int Origin;
}

internal sealed partial class EventQueue
{
    public const long Never = long.MaxValue;

    /// <summary>Up to so many entries the heap does alone.</summary>
    private const int Few = 64;

    private const int None = -1;

    private Payload[] _payloads = [];
    private int _used;
    private int _free = None;
    private Wheel? _wheel;

    // Events at or before this time are in the heap; without a wheel all are.
    private long _base = Never;
    private Entry[] _heap = [];
    private int _heapCount;
    private int _entries;
    private long _next = Never;

    /// <summary>What an event carries, and the rest of its key, by which an entry knows that it is still its own.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Payload
    {
        public object? Message;
        public ActorCell? Receiver;
        public IActorRef? Sender;
        public long Sequence;
        public int Origin;
        public int NextFree;
    }

    /// <summary>An event's key and the number of its payload.</summary>
    private struct Entry
    {
        public long Time;
        public long Sequence;
        public int Origin;
        public int Payload;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool Before(in Entry other)
        {
            if (Time != other.Time)
                return Time < other.Time;
            return Origin != other.Origin ? Origin < other.Origin : Sequence < other.Sequence;
        }
    }

    /// <summary>How many events wait.</summary>
    public int Count { get; private set; }

    /// <summary>No event is due before this time (ns). It is early only when the earliest has been cancelled.</summary>
    public long NextTime
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _next;
    }

    /// <summary>Bytes held, for the books.</summary>
    public long Bytes => (long)_payloads.Length * Unsafe.SizeOf<Payload>() + (long)_heap.Length * Unsafe.SizeOf<Entry>() + 120 + (_wheel?.Bytes ?? 0);

    /// <summary>Files an event; the number returned cancels it until it is taken.</summary>
    public int Add(long time, int origin, long sequence, ActorCell? receiver, object message, IActorRef? sender)
    {
        int index = _free;
        if (index >= 0)
            _free = _payloads[index].NextFree;
        else
            index = NewPayload();
        ref Payload payload = ref _payloads[index];
        payload.Message = message;
        payload.Receiver = receiver;
        payload.Sender = sender;
        payload.Sequence = sequence;
        payload.Origin = origin;
        Count++;
        _entries++;
        if (time < _next)
            _next = time;
        Entry entry = new() { Time = time, Sequence = sequence, Origin = origin, Payload = index };
        if (time <= _base)
        {
            Push(entry);
            if (_wheel is null && _heapCount > Few)
                Overflow();
        }
        else
        {
            _wheel!.Add(entry, _base);
        }
        return index;
    }

    /// <summary>Takes an event out before it is due.</summary>
    public void Cancel(int index)
    {
        ref Payload payload = ref _payloads[index];
        Release(ref payload, index);
        if (Count == 0)
            Clear();
        else if (_entries - Count > Few + Count)
            Sweep();
    }

    /// <summary>Takes the event with the smallest key if it is due at <paramref name="limit"/> or before.</summary>
    public bool TryTake(long limit, out QueuedEvent taken)
    {
        while (_next <= limit)
        {
            if (_heapCount == 0)
            {
                Expand();
                continue;
            }
            Entry entry = _heap[0];
            Pop();
            _entries--;
            ref Payload payload = ref _payloads[entry.Payload];
            bool alive = payload.Sequence == entry.Sequence && payload.Origin == entry.Origin && payload.Message is not null;
            if (alive)
            {
                taken.Message = payload.Message;
                taken.Receiver = payload.Receiver;
                taken.Sender = payload.Sender;
                taken.Time = entry.Time;
                taken.Sequence = entry.Sequence;
                taken.Origin = entry.Origin;
                Release(ref payload, entry.Payload);
                if (Count == 0)
                    Clear();
                else
                    FindNext();
                return true;
            }
            FindNext();
        }
        Unsafe.SkipInit(out taken);
        return false;
    }

    /// <summary>The key of the earliest event, if it is due now or before.</summary>
    public bool TryPeekKey(long now, out int origin, out long sequence)
    {
        while (_next <= now)
        {
            if (_heapCount == 0)
            {
                Expand();
                continue;
            }
            ref Entry entry = ref _heap[0];
            if (IsAlive(entry))
            {
                origin = entry.Origin;
                sequence = entry.Sequence;
                return true;
            }
            Pop();
            _entries--;
            FindNext();
        }
        origin = 0;
        sequence = 0;
        return false;
    }

    private int NewPayload()
    {
        if (_used == _payloads.Length)
            SpareArrays<Payload>.Grow(ref _payloads, _used, 4);
        return _used++;
    }

    private void Release(ref Payload payload, int index)
    {
        payload.Message = null;
        payload.Receiver = null;
        payload.Sender = null;
        payload.NextFree = _free;
        _free = index;
        Count--;
    }

    private bool IsAlive(in Entry entry)
    {
        ref Payload payload = ref _payloads[entry.Payload];
        return payload.Sequence == entry.Sequence && payload.Origin == entry.Origin && payload.Message is not null;
    }

    private void FindNext() => _next = _heapCount > 0 ? _heap[0].Time : _wheel?.NextTime ?? Never;

    private void Clear()
    {
        _heapCount = 0;
        _entries = 0;
        _next = Never;
        _base = Never;
        _wheel?.PutAway();
        _wheel = null;
        if (_heap.Length > 4 * Few)
        {
            SpareArrays<Entry>.Put(_heap);
            _heap = [];
        }
        if (_payloads.Length > 4 * Few)
        {
            SpareArrays<Payload>.Put(_payloads); // all released, so nothing is referred to
            _payloads = [];
            _used = 0;
            _free = None;
        }
    }

    private void Overflow()
    {
        if (_entries - Count > Few / 2)
            Sweep();
        else
            StartWheel();
    }

    private void StartWheel()
    {
        _wheel = Wheel.Take();
        _base = _heap[0].Time;
        int kept = 0;
        for (int i = 0; i < _heapCount; i++)
        {
            if (_heap[i].Time <= _base)
                _heap[kept++] = _heap[i];
            else
                _wheel.Add(_heap[i], _base);
        }
        _heapCount = kept;
        Heapify();
    }

    /// <summary>Moves the base up to the earliest entries of the wheel, and them into the heap or down.</summary>
    private void Expand()
    {
        if (Count <= Few / 4)
        {
            // Few again: the wheel's memory is worth more than its speed.
            _base = Never;
            _wheel!.TakeAll(this);
            _wheel.PutAway();
            _wheel = null;
            _entries = _heapCount;
            FindNext();
            return;
        }
        Entry[] moved = _wheel!.TakeEarliest(ref _base, out int count);
        for (int i = 0; i < count; i++)
        {
            ref Entry entry = ref moved[i];
            if (entry.Time <= _base)
            {
                Prefetch(entry.Payload);
                Push(entry);
            }
            else
            {
                _wheel.Add(entry, _base);
            }
        }
        for (int i = 0; i < count; i++)
        {
            if (moved[i].Time <= _base)
                PrefetchMessage(moved[i].Payload);
        }
        for (int i = 0; i < count; i++)
        {
            if (moved[i].Time <= _base && _payloads[moved[i].Payload].Message is ActorTimer timer)
                timer.PrefetchWhatItWakes();
        }
        _wheel.Return(moved);
        FindNext();
    }

    /// <summary>Drops all dead entries.</summary>
    private void Sweep()
    {
        int kept = 0;
        for (int i = 0; i < _heapCount; i++)
        {
            if (IsAlive(_heap[i]))
                _heap[kept++] = _heap[i];
        }
        _heapCount = kept;
        Heapify();
        _wheel?.Sweep(this);
        _entries = Count;
        FindNext();
    }

    /// <summary>What a due entry carries is wanted soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void Prefetch(int payload)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _payloads[payload]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void PrefetchMessage(int payload)
    {
        // A stale address does no harm: a prefetch faults on nothing.
        if (!Sse.IsSupported)
            return;
        byte* address = (byte*)Unsafe.As<object?, nint>(ref _payloads[payload].Message);
        Sse.Prefetch0(address);
        Sse.Prefetch0(address + 56);
    }
}
