// A queue of calls, linked through the calls themselves: a socket's waiting readers, its waiting writers, or the calls that wait for its lock.

namespace ActorNet.Actors;

/// <summary>A first-in-first-out queue of <see cref="Syscall"/>s that allocates nothing. A call is in one queue at a time.</summary>
internal sealed class CallQueue
{
    public Syscall? Head { get; private set; }

    private Syscall? Tail { get; set; }

    public void Enqueue(Syscall call)
    {
        if (call.WaitingIn is not null) throw new InvalidOperationException($"{call.Nr} waits twice");
        call.WaitingIn = this;
        call.Prev = Tail;
        call.Next = null;
        if (Tail is null) Head = call;
        else Tail.Next = call;
        Tail = call;
    }

    /// <summary>Before all others: who was first and has to wait on.</summary>
    public void EnqueueFirst(Syscall call)
    {
        if (call.WaitingIn is not null) throw new InvalidOperationException($"{call.Nr} waits twice");
        call.WaitingIn = this;
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
    }

    public Syscall? Dequeue()
    {
        Syscall? first = Head;
        if (first is not null) Remove(first);
        return first;
    }

    /// <summary>The earliest deadline of those waiting.</summary>
    public Instant EarliestDeadline()
    {
        Instant at = Instant.Never;
        for (Syscall? c = Head; c is not null; c = c.Next)
        {
            if (c.Deadline < at) at = c.Deadline;
        }

        return at;
    }
}
