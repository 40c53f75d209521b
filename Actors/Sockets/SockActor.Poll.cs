// The socket's wait queue (sk_wq): who waits in poll for what. Woken when the machine's readiness meets what is asked.

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    private void OnPoll(PollEntry entry)
    {
        if (entry.Ask == PollEntry.Request.Withdraw)
        {
            if (entry.At == PollEntry.Stage.Armed) Unlink(entry);
            entry.At = PollEntry.Stage.Idle; // of one that fired the news is on the way, before this
        }
        else
        {
            entry.Result = Sk.Poll & entry.Mask;
            bool arm = entry.Result == PollEvents.None && entry.Wait;
            entry.At = arm ? PollEntry.Stage.Armed : PollEntry.Stage.Idle;
            if (arm) Link(entry);
        }

        entry.Handled = true;
        Tell(entry);
    }

    private void WakeWatchers()
    {
        PollEvents ready = Sk.Poll;
        for (PollEntry? entry = _watchers, next; entry is not null; entry = next)
        {
            next = entry.Next;
            PollEvents hit = ready & entry.Mask;
            if (hit == PollEvents.None) continue;
            Fire(entry, hit);
        }
    }

    private void FailWatchers()
    {
        while (_watchers is { } entry) Fire(entry, PollEvents.ERR | PollEvents.HUP);
    }

    private void Fire(PollEntry entry, PollEvents hit)
    {
        Unlink(entry);
        entry.At = PollEntry.Stage.Fired;
        entry.Result = hit;
        Tell(entry);
    }

    private void Tell(PollEntry entry)
    {
        entry.Sent++;
        entry.Call.Process!.Ref.Tell(entry, _self);
    }

    private void Link(PollEntry entry)
    {
        entry.Next = _watchers;
        entry.Prev = null;
        if (_watchers is not null) _watchers.Prev = entry;
        _watchers = entry;
    }

    private void Unlink(PollEntry entry)
    {
        if (entry.Prev is null) _watchers = entry.Next;
        else entry.Prev.Next = entry.Next;
        if (entry.Next is not null) entry.Next.Prev = entry.Prev;
        entry.Next = entry.Prev = null;
    }
}
