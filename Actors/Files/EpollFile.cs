// struct eventpoll (fs/eventpoll.c), as others see it: the ready list that files put themselves on, and who is to hear of that.

namespace ActorNet.Actors;

/// <summary>To an epoll with callers in epoll_wait: its ready list has something. One is under way at a time.</summary>
internal sealed class EpollWake
{
    public static readonly EpollWake Instance = new();
}

/// <summary>To an epoll: a file that it watches is gone.</summary>
internal sealed class EpollFreed(EpollItem item)
{
    public readonly EpollItem Item = item;
}

/// <summary>An epoll's file.</summary>
/// <remarks>
/// The ready list is the one thing of an epoll that the actors of other files write, each in its own turn, as ep_poll_callback does under ep->lock. A
/// message could be overtaken: whoever has seen write(2) return would find nothing in epoll_wait(2).
/// </remarks>
internal sealed class EpollFile() : ActorFile(FileFlags.RDWR)
{
    private const int MaxNests = 4;
    private const PollEvents CanRead = PollEvents.IN | PollEvents.RDNORM;

    /// <summary>rdllist.</summary>
    public ReadyList Ready { get; } = new();

    /// <summary>ovflist: who was woken while a harvest goes on, in that order.</summary>
    public List<EpollItem> Overflow { get; } = [];

    /// <summary>A harvest goes on: wake-ups go to <see cref="Overflow"/>.</summary>
    public bool IsScanned { get; set; }

    /// <summary>Those who poll this epoll, or watch it with another (poll_wait).</summary>
    public WaitQueue Wait { get; } = new();

    /// <summary>Calls wait in epoll_wait (wq).</summary>
    public bool HasWaiters { get; set; }

    /// <summary>An <see cref="EpollWake"/> is under way.</summary>
    public bool IsCalled { get; set; }

    /// <summary>Waiting calls that no exclusive wake-up is on its way to. Files that wake read it and take one.</summary>
    public int Idle { get; set; }

    /// <summary>Epolls that this one watches, and that watch it.</summary>
    public List<EpollFile> Watches { get; } = [];

    /// <inheritdoc cref="Watches"/>
    public List<EpollFile> WatchedBy { get; } = [];

    public override SysResult Seek(long offset, int whence, Instant now) => 0; // noop_llseek

    /// <summary>ep_poll_callback, in the turn of the file that has events.</summary>
    public void Woken(EpollItem item, IActorRef by)
    {
        if (item.IsGone) return;
        if (!IsScanned)
        {
            if (!item.IsListed) Ready.AddLast(item);
        }
        else if (!item.IsOverflow)
        {
            item.IsOverflow = true;
            Overflow.Add(item);
        }

        if (HasWaiters && !IsCalled)
        {
            IsCalled = true;
            Actor!.Tell(EpollWake.Instance, by);
        }

        WakeWatchers(by);
    }

    /// <summary>ep_poll_safewake.</summary>
    public void WakeWatchers(IActorRef by) => Wait.Wake(by, CanRead, CanRead);

    /// <summary>ep_loop_check: ELOOP when watching another epoll would close a loop or nest too deep.</summary>
    public Errno MayWatch(EpollFile other) =>
        other.Reaches(this) || Depth(other, static e => e.Watches) + 1 + Depth(this, static e => e.WatchedBy) > MaxNests ? Errno.ELOOP : Errno.OK;

    private bool Reaches(EpollFile target) => Watches.Exists(e => e == target || e.Reaches(target));

    private static int Depth(EpollFile from, Func<EpollFile, List<EpollFile>> next)
    {
        int depth = 0;
        foreach (EpollFile e in next(from)) depth = Math.Max(depth, Depth(e, next) + 1);
        return depth;
    }
}
