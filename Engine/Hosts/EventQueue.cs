// The queue of one host's future events, in the exact order of their key (time, origin, sequence).
// Far events wait in a radix-64 hierarchical wheel over 64-bit nanoseconds: an event lies at the level of the highest 6-bit digit in which
// its time differs from the wheel's base, so that scheduling and cancelling are O(1), and each event moves down at most once per level.
// Events at or before the base wait in a small binary heap ordered by the full key. (Varghese and Lauck 1987; Ahuja et al. 1990.)

using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActorNet.Engine.Hosts;

/// <summary>One event: what is to be told to whom, and its key.</summary>
internal struct QueuedEvent
{
    public object? Message;
    public ActorCell? Receiver;
    public IActorRef? Sender;
    public long Time;
    public long Sequence;
    public int Origin;

    // Links of the list of the slot it lies in: node numbers; Prev is ~slot for the first of a slot; -1 ends a list.
    internal int Next;
    internal int Prev;
}

internal sealed class EventQueue
{
    public const long Never = long.MaxValue;

    private const int Bits = 6;
    private const int Slots = 1 << Bits;
    private const int Levels = 11;
    private const int None = -1;

    // Marks of Prev for an event that lies in no slot.
    private const int InHeap = int.MinValue;
    private const int Cancelled = int.MinValue + 1;

    // A slot with no more events than this is looked through for its earliest, and moves to the heap whole if it is short in time too.
    private const int FewEvents = 16;
    private const int ShortLevel = 3;

    private QueuedEvent[] _nodes = [];
    private int _used;
    private int _free = None;
    private int[]?[] _slots = [];
    private readonly ulong[] _occupied = new ulong[Levels];
    private uint _levels;
    private long _base;
    private Due[] _heap = [];
    private int _heapCount;
    private int _heapCancelled;
    private long _next = Never;

    private struct Due
    {
        public long Time;
        public long Sequence;
        public int Origin;
        public int Node;
    }

    /// <summary>How many events wait.</summary>
    public int Count { get; private set; }

    /// <summary>No event is due before this time (ns); exact but for crowded slots, where it may be early.</summary>
    public long NextTime
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _next;
    }

    /// <summary>Files an event; the number returned cancels it until it is taken.</summary>
    public int Add(long time, int origin, long sequence, ActorCell? receiver, object message, IActorRef? sender)
    {
        int index = _free;
        if (index >= 0)
            _free = _nodes[index].Next;
        else
            index = NewNode();
        ref QueuedEvent node = ref _nodes[index];
        node.Message = message;
        node.Receiver = receiver;
        node.Sender = sender;
        node.Time = time;
        node.Sequence = sequence;
        node.Origin = origin;
        Count++;
        if (time < _next)
            _next = time;
        Place(index, ref node);
        return index;
    }

    /// <summary>Takes an event out before it is due.</summary>
    public void Cancel(int index)
    {
        ref QueuedEvent node = ref _nodes[index];
        Count--;
        node.Message = null;
        node.Receiver = null;
        node.Sender = null;
        if (node.Prev == InHeap)
        {
            node.Prev = Cancelled;
            _heapCancelled++;
            if (_heap[0].Node == index || _heapCancelled > 16 + (_heapCount >> 1))
                CleanHeap();
        }
        else
        {
            Unlink(ref node);
            node.Next = _free;
            _free = index;
        }
        if (node.Time <= _next)
            _next = FindNext();
    }

    /// <summary>Takes the event with the smallest key if it is due at <paramref name="limit"/> or before.</summary>
    public bool TryTake(long limit, out QueuedEvent taken)
    {
        while (_next <= limit)
        {
            if (_heapCount > 0)
            {
                int index = _heap[0].Node;
                PopHeap();
                ref QueuedEvent node = ref _nodes[index];
                taken = node;
                node.Message = null;
                node.Receiver = null;
                node.Sender = null;
                node.Next = _free;
                _free = index;
                Count--;
                if (_heapCancelled > 0)
                    CleanHeapTop();
                _next = _heapCount > 0 ? _heap[0].Time : FindNext();
                return true;
            }
            if (_levels == 0)
            {
                _next = Never;
                break;
            }
            Expand();
            _next = FindNext();
        }
        Unsafe.SkipInit(out taken);
        return false;
    }

    /// <summary>The key of the earliest event, if it is known to the last digit: only then is <see cref="NextTime"/> due now.</summary>
    public bool TryPeekKey(long now, out int origin, out long sequence)
    {
        while (_heapCount == 0 && _levels != 0 && _next <= now)
        {
            Expand();
            _next = FindNext();
        }
        if (_heapCount > 0 && _heap[0].Time <= now)
        {
            origin = _heap[0].Origin;
            sequence = _heap[0].Sequence;
            return true;
        }
        origin = 0;
        sequence = 0;
        return false;
    }

    /// <summary>Bytes held, for the books.</summary>
    public long Bytes
    {
        get
        {
            long bytes = (long)_nodes.Length * Unsafe.SizeOf<QueuedEvent>() + (long)_heap.Length * Unsafe.SizeOf<Due>() + Levels * sizeof(ulong) + 160;
            foreach (int[]? level in _slots)
                bytes += level is null ? 8 : Slots * sizeof(int) + 32;
            return bytes;
        }
    }

    private int NewNode()
    {
        if (_used == _nodes.Length)
            Array.Resize(ref _nodes, Math.Max(4, _nodes.Length * 2));
        return _used++;
    }

    private void Place(int index, ref QueuedEvent node)
    {
        long time = node.Time;
        if (time <= _base)
        {
            PushHeap(index, ref node);
            return;
        }
        int level = (63 - BitOperations.LeadingZeroCount((ulong)(time ^ _base))) / Bits;
        int slot = (int)(time >> (level * Bits)) & (Slots - 1);
        if (level >= _slots.Length || _slots[level] is not int[] heads)
            heads = MakeLevel(level);
        int first = heads[slot];
        node.Next = first;
        node.Prev = ~((level << Bits) | slot);
        if (first >= 0)
            _nodes[first].Prev = index;
        else
        {
            _occupied[level] |= 1UL << slot;
            _levels |= 1u << level;
        }
        heads[slot] = index;
    }

    private int[] MakeLevel(int level)
    {
        if (level >= _slots.Length)
            Array.Resize(ref _slots, level + 1);
        int[] heads = new int[Slots];
        Array.Fill(heads, None);
        return _slots[level] = heads;
    }

    private void Unlink(ref QueuedEvent node)
    {
        int next = node.Next;
        int prev = node.Prev;
        if (next >= 0)
            _nodes[next].Prev = prev;
        if (prev >= 0)
        {
            _nodes[prev].Next = next;
            return;
        }
        int level = ~prev >> Bits;
        int slot = ~prev & (Slots - 1);
        _slots[level]![slot] = next;
        if (next < 0)
            Vacate(level, slot);
    }

    private void Vacate(int level, int slot)
    {
        _occupied[level] &= ~(1UL << slot);
        if (_occupied[level] == 0)
            _levels &= ~(1u << level);
    }

    /// <summary>Moves the base into the earliest slot and its events down, nearer to or into the heap.</summary>
    private void Expand()
    {
        int level = BitOperations.TrailingZeroCount(_levels);
        int slot = BitOperations.TrailingZeroCount(_occupied[level]);
        int[] heads = _slots[level]!;
        int index = heads[slot];
        heads[slot] = None;
        Vacate(level, slot);

        long min = Never;
        long max = 0;
        int count = 0;
        for (int i = index; i >= 0 && count <= FewEvents; i = _nodes[i].Next, count++)
        {
            long time = _nodes[i].Time;
            min = Math.Min(min, time);
            max = Math.Max(max, time);
        }
        if (count > FewEvents)
            _base = SlotStart(level, slot);
        else
            _base = level <= ShortLevel ? max : min;
        while (index >= 0)
        {
            ref QueuedEvent node = ref _nodes[index];
            int next = node.Next;
            Place(index, ref node);
            index = next;
        }
    }

    private long SlotStart(int level, int slot)
    {
        int shift = level * Bits;
        long above = shift + Bits >= 64 ? 0 : _base >> (shift + Bits) << (shift + Bits);
        return above | ((long)slot << shift);
    }

    private long FindNext()
    {
        if (_heapCount > 0)
            return _heap[0].Time;
        if (_levels == 0)
            return Never;
        int level = BitOperations.TrailingZeroCount(_levels);
        int slot = BitOperations.TrailingZeroCount(_occupied[level]);
        long min = Never;
        int count = 0;
        for (int i = _slots[level]![slot]; i >= 0; i = _nodes[i].Next)
        {
            if (++count > FewEvents)
                return SlotStart(level, slot);
            min = Math.Min(min, _nodes[i].Time);
        }
        return min;
    }

    private static bool Before(in Due a, in Due b)
    {
        if (a.Time != b.Time)
            return a.Time < b.Time;
        return a.Origin != b.Origin ? a.Origin < b.Origin : a.Sequence < b.Sequence;
    }

    private void PushHeap(int index, ref QueuedEvent node)
    {
        node.Prev = InHeap;
        if (_heapCount == _heap.Length)
            Array.Resize(ref _heap, Math.Max(4, _heap.Length * 2));
        SiftUp(_heapCount++, new Due { Time = node.Time, Origin = node.Origin, Sequence = node.Sequence, Node = index });
    }

    private void SiftUp(int at, Due due)
    {
        Due[] heap = _heap;
        while (at > 0)
        {
            int up = (at - 1) >> 1;
            if (!Before(due, heap[up]))
                break;
            heap[at] = heap[up];
            at = up;
        }
        heap[at] = due;
    }

    private void PopHeap()
    {
        Due last = _heap[--_heapCount];
        if (_heapCount > 0)
            SiftDown(0, last);
    }

    private void SiftDown(int at, Due due)
    {
        Due[] heap = _heap;
        int count = _heapCount;
        for (; ; )
        {
            int child = 2 * at + 1;
            if (child >= count)
                break;
            if (child + 1 < count && Before(heap[child + 1], heap[child]))
                child++;
            if (!Before(heap[child], due))
                break;
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = due;
    }

    private void CleanHeapTop()
    {
        while (_heapCount > 0 && _nodes[_heap[0].Node].Prev == Cancelled)
        {
            FreeCancelled(_heap[0].Node);
            PopHeap();
        }
    }

    private void FreeCancelled(int index)
    {
        _heapCancelled--;
        _nodes[index].Prev = None;
        _nodes[index].Next = _free;
        _free = index;
    }

    private void CleanHeap()
    {
        if (_heapCancelled <= 16 + (_heapCount >> 1))
        {
            CleanHeapTop();
            return;
        }
        int kept = 0;
        for (int i = 0; i < _heapCount; i++)
        {
            Due due = _heap[i];
            if (_nodes[due.Node].Prev == Cancelled)
                FreeCancelled(due.Node);
            else
                _heap[kept++] = due;
        }
        _heapCount = kept;
        for (int i = (kept >> 1) - 1; i >= 0; i--)
            SiftDown(i, _heap[i]);
    }
}
