// The host's loop when the order within an instant is a choice. The other loop does not know of it: what a turn has told lies in the ring until the turn
// is over, and goes from there to the channels, with the turn's actor as its sender.

namespace ActorNet.Engine.Hosts;

internal sealed partial class HostLoop
{
    private readonly OrderedInstant? _ordered;

    /// <summary>The actor that is this host; null for the system's own loop.</summary>
    internal ActorCell? HostCell { get; set; }

    private bool RunOrdered(Worker worker)
    {
        OrderedInstant ordered = _ordered!;
        Func<bool>? stop = worker.Stop;
        object? current = null;
        try
        {
            int budget = Batch;
            for (; ; )
            {
                Absorb(ordered);
                if (_urgent)
                {
                    if (_systemCount > 0)
                        ordered.BeginSystem(_system[_systemHead].Receiver);
                    else if (_resumed is { Count: > 0 })
                        ordered.BeginSystem(_resumed.Peek());
                    HandleUrgent(ref current);
                }
                else if (AbsorbDue(ordered))
                {
                    continue;
                }
                else if (ordered.Count > 0)
                {
                    HandleNext(ordered.Take(), ref current);
                }
                else
                {
                    if (Queue.NextTime > worker.Limit || !Queue.TryTake(worker.Limit, out QueuedEvent due))
                        return true;
                    if (due.Time > Now)
                        Now = due.Time;
                    AddDue(ordered, in due);
                    continue;
                }
                Absorb(ordered);
                if (stop is not null && stop())
                {
                    worker.Stopped = true;
                    return true;
                }
                if (--budget == 0)
                {
                    budget = Batch;
                    if (worker.LookOutside(this))
                        return true;
                }
            }
        }
        catch (Exception e) when (!IsFatal(e))
        {
            Absorb(ordered);
            HandleFailure(e, current);
            if (stop is not null && stop())
            {
                worker.Stopped = true;
                return true;
            }
            return false;
        }
    }

    /// <summary>All that lies in the ring was told in the turn that has just ended.</summary>
    private void Absorb(OrderedInstant ordered)
    {
        for (; _count > 0; _count--)
        {
            ref Letter letter = ref _ring[_head];
            ordered.AddTold(letter.Receiver, letter.Message, letter.Sender, CurrentCell);
            letter = default;
            _head = (_head + 1) & (_ring.Length - 1);
        }
    }

    /// <summary>Whether something of the queue was due at this instant.</summary>
    private bool AbsorbDue(OrderedInstant ordered)
    {
        bool any = false;
        while (Queue.NextTime <= Now && Queue.TryTake(Now, out QueuedEvent due))
        {
            AddDue(ordered, in due);
            any = true;
        }
        return any;
    }

    private void AddDue(OrderedInstant ordered, in QueuedEvent due)
    {
        // System messages are never in a choice.
        if (due.Message is SystemEvent system)
            ((IQueued)system).Due(this, due.Receiver);
        else
            ordered.AddDue(in due);
    }

    private void HandleNext(in OrderedInstant.Waiting next, ref object? current)
    {
        current = next.Message;
        Events++;
        CurrentSender = next.Sender;
        CurrentCell = null;
        if (next.WasQueued && next.Message is ActorTimer timer)
        {
            timer.Fire(this);
            return;
        }
        if (next.Receiver is null)
        {
            ((IQueued)next.Message).Due(this, null);
            return;
        }
        CurrentCell = next.Receiver;
        next.Receiver.Receive(next.Message);
    }
}
