// epoll(7) (fs/eventpoll.c): the set of watched files and the ready list. Files put themselves on that list; what is reported is what they say when they
// are asked again. While a question is out it is locked (ep->mtx): other calls and questions stand behind, in order.

namespace ActorNet.Actors;

/// <summary>Drives an epoll: its set, its ready list, and those who wait in epoll_wait (the latest is served first, as in Linux).</summary>
internal sealed partial class EpollActor(HostPlan host, FileLife life, EpollFile file) : FileActor(host, life)
{
    private readonly Dictionary<int, EpollItem> _items = [];
    private readonly ReadyList _ready = file.Ready, _taken = new();
    private readonly Queue<object> _backlog = [];

    // What the lock is held for: a call, or a question about this epoll itself; and how many answers are still out.
    private Syscall? _call;
    private WaitEntry? _asker;
    private int _owed;

    private bool IsLocked => _call is not null || _asker is not null;

    protected override void Handle(Syscall call)
    {
        if (IsLocked) _backlog.Enqueue(call);
        else Begin(call);
        Go();
    }

    protected override void OnAsked(WaitEntry entry)
    {
        if (entry is EpollItem item && item.Epoll == file) OnAnswer(item);
        else if (IsLocked) _backlog.Enqueue(entry);
        else Ask(entry);
        Go();
    }

    protected override void OnMessage(object message)
    {
        switch (message)
        {
            case EpollWake: file.IsCalled = false; break;
            case EpollFreed freed: Forget(freed.Item); break;
            case FileTimer: Expire(); break;
            default: Unhandled(message); break;
        }

        Go();
    }

    protected override void FreeWaiters() => file.Wait.Free(Me);

    // One that is at work, or stands behind the lock, hears of it when it comes to wait: events go before EINTR.
    protected override void OnInterrupt(Interrupt interrupt)
    {
        if (interrupt.Call is Syscall.EpollWait { WaitingIn: null, IsAnswered: false } wait && wait.Version == interrupt.Version) wait.HasSignal = true;
        else base.OnInterrupt(interrupt);
        Idle();
    }

    protected override void AnswerAll(Errno errno)
    {
        while (_backlog.TryDequeue(out object? behind))
        {
            if (behind is Syscall call) Answer(call, call is Syscall.Close ? 0 : errno);
        }

        if (_call is { } holder) Answer(holder, holder is Syscall.Close ? 0 : errno);
        _call = null;
        base.AnswerAll(errno);
    }

    private void Begin(Syscall call)
    {
        switch (call)
        {
            case Syscall.EpollCtl ctl: Control(ctl); break;
            case Syscall.EpollWait wait: Wait(wait); break;
            case Syscall.Close: Close(call); break;
            default: Answer(call, Errno.EINVAL); break;
        }
    }

    // Whoever is next: those who stand behind the lock, then those who wait for events.
    private void Go()
    {
        while (!IsLocked)
        {
            if (_backlog.TryDequeue(out object? behind))
            {
                if (behind is Syscall call) Begin(call);
                else Ask((WaitEntry)behind);
            }
            else if (_ready.Head is not null && Readers.Dequeue() is Syscall.EpollWait waiter)
            {
                Harvest(waiter);
            }
            else
            {
                break;
            }
        }

        Idle();
    }

    private void Idle()
    {
        file.Idle = Readers.Count;
        file.HasWaiters = Readers.Count > 0;
        ArmTimer(Readers.EarliestDeadline());
    }

    private void Put(EpollItem item, EpollItem.Request request)
    {
        item.Ask = request;
        _owed++;
        if (item.IsGone || item.File.IsDead)
        {
            item.Result = PollEvents.None;
            Me.Tell(item, Me);
            return;
        }

        if (item.File.Actor is not { } actor)
        {
            item.OnAsked(Me, item.File.Watchers!, ProcessActor.DefaultPollMask); // always ready: it is asked and answers here
            return;
        }

        item.IsAsked = true;
        actor.Tell(item, Me);
    }

    private void OnAnswer(EpollItem item)
    {
        item.IsAsked = false;
        _owed--;
        switch (_call)
        {
            case Syscall.EpollCtl ctl: Controlled(ctl, item); break;
            case Syscall.EpollWait wait when _owed == 0: Harvested(wait); break;
            case Syscall.Close close when _owed == 0: Closed(close); break;
            case null when _asker is not null: Looked(item); break;
        }
    }

    // ep_eventpoll_poll: ready when one of its files is; those that are not leave the ready list.
    private void Ask(WaitEntry entry)
    {
        bool leaves = entry is PollEntry { Ask: PollEntry.Request.Withdraw } or EpollItem { Ask: EpollItem.Request.Remove };
        if (!leaves && _ready.TakeFirst() is { } first)
        {
            _asker = entry;
            Put(first, EpollItem.Request.Query);
            return;
        }

        _asker = null;
        entry.OnAsked(Me, file.Wait, PollEvents.None);
    }

    private void Looked(EpollItem item)
    {
        WaitEntry asker = _asker!;
        if (item.Result == PollEvents.None || item.IsGone)
        {
            Ask(asker);
            return;
        }

        if (!item.IsListed) _ready.AddFirst(item);
        _asker = null;
        asker.OnAsked(Me, file.Wait, PollEvents.IN | PollEvents.RDNORM);
    }

    private void Close(Syscall call)
    {
        _call = call;
        foreach (EpollFile child in file.Watches) child.WatchedBy.Remove(file);
        file.Watches.Clear();
        for (EpollItem? item = _all; item is not null; item = item.NextItem) Put(item, EpollItem.Request.Remove);
        if (_owed == 0) Closed(call);
    }

    private void Closed(Syscall call)
    {
        _call = null;
        Answer(call, 0);
        End();
    }
}
