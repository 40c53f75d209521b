// epoll_wait(2): ep_poll and ep_send_events (fs/eventpoll.c): who is on the ready list is asked again; level-triggered files go back to its end.

namespace ActorNet.Actors;

internal sealed partial class EpollActor
{
    private readonly List<EpollItem> _batch = [];
    private int _got;

    private void Wait(Syscall.EpollWait call)
    {
        if (_ready.Head is not null)
        {
            Harvest(call);
        }
        else if (call.Timeout == Duration.Zero)
        {
            Answer(call, 0);
        }
        else if (call.HasSignal)
        {
            Answer(call, Errno.EINTR);
        }
        else
        {
            if (call.Deadline == Instant.Never && call.Timeout != Duration.Infinite) call.Deadline = Now + call.Timeout;
            Readers.EnqueueFirst(call);
        }
    }

    private void Harvest(Syscall.EpollWait call)
    {
        _call = call;
        _got = 0;
        file.IsScanned = true;
        _taken.Splice(_ready);
        AskSome(call);
    }

    // As many as still fit: one that has nothing makes room for another.
    private void AskSome(Syscall.EpollWait call)
    {
        _batch.Clear();
        while (_got + _batch.Count < call.Events.Length && _taken.TakeFirst() is { } item) _batch.Add(item);
        foreach (EpollItem item in _batch) Put(item, EpollItem.Request.Query);
    }

    private void Harvested(Syscall.EpollWait call)
    {
        foreach (EpollItem item in _batch)
        {
            if (item.Result == PollEvents.None || item.IsGone) continue;
            call.Events.Span[_got++] = new EpollEvent((EpollEvents)(uint)item.Result, item.Data);
            if ((item.Events & EpollEvents.ONESHOT) != 0) item.Disable();
            else if ((item.Events & EpollEvents.ET) == 0) _ready.AddLast(item);
        }

        if (_got < call.Events.Length && _taken.Head is not null)
        {
            AskSome(call);
            return;
        }

        // ep_done_scan: what was not looked at comes first, then what was woken meanwhile.
        file.IsScanned = false;
        for (int i = file.Overflow.Count - 1; i >= 0; i--)
        {
            EpollItem item = file.Overflow[i];
            item.IsOverflow = false;
            if (!item.IsListed && !item.IsGone) _ready.AddFirst(item);
        }

        file.Overflow.Clear();
        _ready.Splice(_taken);
        _call = null;
        if (_got > 0 || call.Timeout == Duration.Zero || call.Deadline <= Now) Answer(call, _got);
        else Wait(call);
    }

    private void Expire()
    {
        while (Readers.TakeExpired(Now) is { } call) Answer(call, 0);
    }
}
