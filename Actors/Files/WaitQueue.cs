// wait_queue_head and wait_queue_entry (include/linux/wait.h, kernel/sched/wait.c): who waits in poll or epoll for which events of a file. A wake-up
// carries a key, the events that it is about; entries that are not exclusive hear of every one, newest first, and of the exclusive ones one that takes it.

namespace ActorNet.Actors;

/// <summary>One place on a file's wait queue. It is a message: its owner asks the file's actor with it, and gets it back.</summary>
internal abstract class WaitEntry
{
    // Written by the actor of the file whose queue it is in.
    public WaitQueue? Queue;
    public WaitEntry? Next, Prev;

    /// <summary>What the owner asks for, and what of it was there.</summary>
    public PollEvents Mask, Result;

    /// <summary>EPOLLEXCLUSIVE: it stands at the end of the queue, and a wake-up that it takes goes no further.</summary>
    public bool IsExclusive;

    /// <summary>The file's actor takes the question, in its turn, and answers it.</summary>
    public abstract void OnAsked(IActorRef file, WaitQueue queue, PollEvents ready);

    /// <summary>A wake-up of the file, in its turn. True when an exclusive one is taken by it.</summary>
    /// <param name="key">The events that it is about; None for a change of state, which concerns everyone.</param>
    public abstract bool OnWake(IActorRef file, PollEvents key, PollEvents ready);

    /// <summary>The file is gone (POLLFREE): the entry is off the queue.</summary>
    public abstract void OnFreed(IActorRef file);
}

/// <summary>Those who wait for one file (or for one direction of a pipe). Allocates nothing.</summary>
internal sealed class WaitQueue
{
    /// <summary>Key of a turn in which no callback ran: only who looks at the level (poll) may find what it waits for.</summary>
    public const PollEvents Level = PollEvents.NVAL;

    /// <summary>Key of a wake-up that says nothing of its events (wake_up_interruptible): everyone hears of it, and of the exclusive ones one.</summary>
    public const PollEvents Any = PollEvents.ERR | PollEvents.HUP;

    private WaitEntry? _head, _tail;

    public bool IsEmpty => _head is null;

    /// <summary>add_wait_queue, add_wait_queue_exclusive.</summary>
    public void Add(WaitEntry entry)
    {
        if (entry.Queue is not null) throw new InvalidOperationException("a wait queue's entry waits twice");
        entry.Queue = this;
        entry.Prev = entry.IsExclusive ? _tail : null;
        entry.Next = entry.IsExclusive ? null : _head;
        if (entry.Prev is null) _head = entry;
        else entry.Prev.Next = entry;
        if (entry.Next is null) _tail = entry;
        else entry.Next.Prev = entry;
    }

    /// <summary>remove_wait_queue; nothing for one that does not wait here.</summary>
    public void Remove(WaitEntry entry)
    {
        if (entry.Queue != this) return;
        if (entry.Prev is null) _head = entry.Next;
        else entry.Prev.Next = entry.Next;
        if (entry.Next is null) _tail = entry.Prev;
        else entry.Next.Prev = entry.Prev;
        entry.Queue = null;
        entry.Next = entry.Prev = null;
    }

    /// <summary>__wake_up: with a key, one exclusive entry; without (a change of state), all.</summary>
    public void Wake(IActorRef file, PollEvents key, PollEvents ready)
    {
        for (WaitEntry? entry = _head, next; entry is not null; entry = next)
        {
            next = entry.Next;
            bool exclusive = entry.IsExclusive;
            if (entry.OnWake(file, key, ready) && exclusive && key != PollEvents.None) return;
        }
    }

    /// <summary>The file goes, and nobody can wait for it any more.</summary>
    public void Free(IActorRef file)
    {
        while (_head is { } entry)
        {
            Remove(entry);
            entry.OnFreed(file);
        }
    }
}
