// struct epitem (fs/eventpoll.c): one watched file of an epoll: an entry of that file's wait queue, and a place in the epoll's ready list.

namespace ActorNet.Actors;

/// <summary>EPOLL*: the events of poll, and what to do with them.</summary>
[Flags]
public enum EpollEvents : uint
{
    None = 0,
    IN = 0x1, PRI = 0x2, OUT = 0x4, ERR = 0x8, HUP = 0x10, RDNORM = 0x40, RDBAND = 0x80, WRNORM = 0x100, WRBAND = 0x200, MSG = 0x400, RDHUP = 0x2000,
    EXCLUSIVE = 1u << 28, WAKEUP = 1u << 29, ONESHOT = 1u << 30, ET = 1u << 31,
}

/// <summary>struct epoll_event.</summary>
public readonly record struct EpollEvent(EpollEvents Events, long Data);

/// <summary>EPOLL_CTL_*.</summary>
public enum EpollOp { ADD = 1, DEL = 2, MOD = 3 }

/// <summary>A watched file. A message to that file's actor and back, one question at a time; a wake-up puts it on the epoll's ready list (<see cref="EpollFile.Woken"/>).</summary>
internal sealed class EpollItem : WaitEntry
{
    /// <summary>EP_PRIVATE_BITS: they say how, not what; with nothing else left the item is disabled, as EPOLLONESHOT leaves it.</summary>
    public const EpollEvents Private = EpollEvents.EXCLUSIVE | EpollEvents.WAKEUP | EpollEvents.ONESHOT | EpollEvents.ET;

    public EpollItem(EpollFile epoll, int fd, OpenFile file, EpollEvent what)
    {
        (Epoll, Fd, File) = (epoll, fd, file);
        IsExclusive = (what.Events & EpollEvents.EXCLUSIVE) != 0;
        Set(what);
    }

    public enum Request : byte { Query, Add, Remove }

    public readonly EpollFile Epoll;
    public readonly int Fd;
    public readonly OpenFile File;

    // Written by the epoll's actor, but for its place in a list; the file's reads what it asks.
    public EpollEvents Events { get; private set; }

    public long Data { get; private set; }

    public Request Ask { get; set; }

    /// <summary>In its epoll's ready list, or among those that a harvest has taken from it.</summary>
    public bool IsListed { get; set; }

    public EpollItem? NextReady { get; set; }

    public EpollItem? PrevReady { get; set; }

    /// <summary>Another file under the same number.</summary>
    public EpollItem? NextOfFd { get; set; }

    /// <summary>Links of all of the epoll's items.</summary>
    public EpollItem? NextItem { get; set; }

    public EpollItem? PrevItem { get; set; }

    public bool IsGone { get; set; }

    /// <summary>In a harvest's list of those that were woken while it went on (ovflist).</summary>
    public bool IsOverflow { get; set; }

    /// <summary>A question is out.</summary>
    public bool IsAsked { get; set; }

    public void Set(EpollEvent what)
    {
        (Events, Data) = (what.Events, what.Data);
        Mask = (PollEvents)(uint)(what.Events & ~Private);
    }

    /// <summary>EPOLLONESHOT has given its event.</summary>
    public void Disable()
    {
        Events &= Private;
        Mask = PollEvents.None;
    }

    public override void OnAsked(IActorRef file, WaitQueue queue, PollEvents ready)
    {
        Result = ready & Mask;
        if (Ask == Request.Add) queue.Add(this);
        else if (Ask == Request.Remove) queue.Remove(this);
        Epoll.Actor!.Tell(this, file);
    }

    /// <summary>ep_poll_callback. An exclusive wake-up is taken when somebody waits who can be woken by it.</summary>
    public override bool OnWake(IActorRef file, PollEvents key, PollEvents ready)
    {
        if (Mask == PollEvents.None || (key != PollEvents.None && (key & Mask) == PollEvents.None)) return false;
        Epoll.Woken(this, file);
        if (Epoll.Idle == 0) return false;
        PollEvents way = key & (PollEvents.IN | PollEvents.OUT);
        bool taken = way is not (PollEvents.IN or PollEvents.OUT) || (Mask & way) != 0;
        if (taken) Epoll.Idle--;
        return taken;
    }

    public override void OnFreed(IActorRef file)
    {
        IsGone = true;
        Epoll.Actor!.Tell(new EpollFreed(this), file);
    }

    /// <summary>The file's actor is gone, and this question with it.</summary>
    public void Lost()
    {
        Result = PollEvents.None;
        Epoll.Actor!.Tell(this, ActorRefs.NoSender);
    }
}
