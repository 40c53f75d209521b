// The socket's wait queue (sk_wq): who waits in poll for what. Woken when the machine's readiness meets what is asked.

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    private void OnPoll(PollEntry entry)
    {
        if (entry.Ask == PollEntry.Request.Withdraw)
        {
            if (entry.At == PollEntry.Stage.Armed)
            {
                Unlink(entry);
                entry.At = PollEntry.Stage.Idle;
                entry.Call.Process!.Ref.Tell(entry, _self);
            }

            return; // one that fired has its answer on the way
        }

        entry.Result = Sk.Poll & entry.Mask;
        if (entry.Result == PollEvents.None && entry.Wait)
        {
            entry.At = PollEntry.Stage.Armed;
            entry.Next = _watchers;
            entry.Prev = null;
            if (_watchers is not null) _watchers.Prev = entry;
            _watchers = entry;
        }
        else
        {
            entry.At = PollEntry.Stage.Idle;
        }

        entry.Call.Process!.Ref.Tell(entry, _self);
    }

    private void WakeWatchers()
    {
        PollEvents ready = Sk.Poll;
        for (PollEntry? entry = _watchers, next; entry is not null; entry = next)
        {
            next = entry.Next;
            PollEvents hit = ready & entry.Mask;
            if (hit == PollEvents.None) continue;
            Unlink(entry);
            entry.At = PollEntry.Stage.Fired;
            entry.Result = hit;
            entry.Call.Process!.Ref.Tell(entry, _self);
        }
    }

    private void FailWatchers()
    {
        while (_watchers is { } entry)
        {
            Unlink(entry);
            entry.At = PollEntry.Stage.Fired;
            entry.Result = PollEvents.ERR | PollEvents.HUP;
            entry.Call.Process!.Ref.Tell(entry, _self);
        }
    }

    private void Unlink(PollEntry entry)
    {
        if (entry.Prev is null) _watchers = entry.Next;
        else entry.Prev.Next = entry.Next;
        if (entry.Next is not null) entry.Next.Prev = entry.Prev;
        entry.Next = entry.Prev = null;
    }
}
