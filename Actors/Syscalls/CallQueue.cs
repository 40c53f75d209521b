// A queue of calls, linked through the calls themselves: a socket's waiting readers, its waiting writers, or the calls that wait for its lock.
// Who gives up first is found by looking at each while they are few; a heap is made when they are many, and kept.

namespace ActorNet.Actors;

/// <summary>A first-in-first-out queue of <see cref="Syscall"/>s that allocates nothing while it is short. A call is in one queue at a time.</summary>
internal sealed class CallQueue
{
    // So many are looked at one by one.
    private const int Few = 8;
    private Syscall?[]? _heap;
    private int _timed;
    private uint _tickets;

    public int Count { get; private set; }

    public Syscall? Head { get; private set; }

    private Syscall? Tail { get; set; }

    public void Enqueue(Syscall call)
    {
        Take(call);
        call.Prev = Tail;
        call.Next = null;
        if (Tail is null) Head = call;
        else Tail.Next = call;
        Tail = call;
    }

    /// <summary>Before all others: who was first and has to wait on.</summary>
    public void EnqueueFirst(Syscall call)
    {
        Take(call);
        call.Prev = null;
        call.Next = Head;
        if (Head is null) Tail = call;
        else Head.Prev = call;
        Head = call;
    }

    public void Remove(Syscall call)
    {
        if (call.WaitingIn != this) throw new InvalidOperationException($"{call.Nr} does not wait here");
        if (call.Prev is null) Head = call.Next;
        else call.Prev.Next = call.Next;
        if (call.Next is null) Tail = call.Prev;
        else call.Next.Prev = call.Prev;
        call.Prev = call.Next = null;
        call.WaitingIn = null;
        Count--;
        if (call.Deadline == Instant.Never) return;
        if (_heap is not null) RemoveAt(call.HeapIndex);
        _timed--;
    }

    public Syscall? Dequeue()
    {
        Syscall? first = Head;
        if (first is not null) Remove(first);
        return first;
    }

    /// <summary>The earliest deadline of those waiting.</summary>
    public Instant EarliestDeadline() => Earliest?.Deadline ?? Instant.Never;

    /// <summary>Takes out one that gives up now; the one that has waited too long for longest first.</summary>
    public Syscall? TakeExpired(Instant now)
    {
        if (Earliest is not { } call || call.Deadline > now) return null;
        Remove(call);
        return call;
    }

    private Syscall? Earliest
    {
        get
        {
            if (_timed == 0) return null;
            if (_heap is null && Count > Few) MakeHeap();
            if (_heap is not null) return _heap[0];
            Syscall? earliest = null;
            for (Syscall? c = Head; c is not null; c = c.Next)
            {
                if (c.Deadline != Instant.Never && (earliest is null || Before(c, earliest))) earliest = c;
            }

            return earliest;
        }
    }

    // Deadlines of one instant give up in the order in which they began to wait.
    private static bool Before(Syscall a, Syscall b) => a.Deadline != b.Deadline ? a.Deadline < b.Deadline : (int)(a.Ticket - b.Ticket) < 0;

    private void Take(Syscall call)
    {
        if (call.WaitingIn is not null) throw new InvalidOperationException($"{call.Nr} waits twice");
        call.WaitingIn = this;
        Count++;
        if (call.Deadline == Instant.Never) return;
        call.Ticket = ++_tickets;
        _timed++;
        if (_heap is not null) Add(call);
    }

    private void MakeHeap()
    {
        _heap = new Syscall?[4 * Few];
        _timed = 0;
        for (Syscall? c = Head; c is not null; c = c.Next)
        {
            if (c.Deadline == Instant.Never) continue;
            _timed++;
            Add(c);
        }
    }

    // _timed counts it already.
    private void Add(Syscall call)
    {
        if (_timed > _heap!.Length) Array.Resize(ref _heap, _heap.Length * 2);
        Up(_timed - 1, call);
    }

    private void RemoveAt(int at)
    {
        Syscall last = _heap![_timed - 1]!;
        _heap[_timed - 1] = null;
        if (at == _timed - 1) return;
        if (at > 0 && Before(last, _heap[(at - 1) >> 1]!)) Up(at, last);
        else Down(at, last);
    }

    private void Up(int at, Syscall call)
    {
        for (int parent; at > 0 && Before(call, _heap![parent = (at - 1) >> 1]!); at = parent) Put(at, _heap[parent]!);
        Put(at, call);
    }

    private void Down(int at, Syscall call)
    {
        int count = _timed - 1;
        for (int child; (child = 2 * at + 1) < count; at = child)
        {
            if (child + 1 < count && Before(_heap![child + 1]!, _heap[child]!)) child++;
            if (!Before(_heap![child]!, call)) break;
            Put(at, _heap[child]!);
        }

        Put(at, call);
    }

    private void Put(int at, Syscall call)
    {
        _heap![at] = call;
        call.HeapIndex = at;
    }
}
