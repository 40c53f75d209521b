// The long way of a message: suspended mailboxes, behaviours, receive timeouts, custom mailboxes, messages of the engine, dead letters.

namespace ActorNet.Engine.Actor;

internal sealed partial class ActorCell
{
    private void ReceiveSlow(object message)
    {
        IActorRef? sender = Loop.CurrentSender;
        if ((_state & (State.Terminated | State.Terminating)) != 0)
        {
            if ((message is EngineMessage engine ? engine.Letter : message) is object letter)
                System.PublishDeadLetter(letter, sender, this);
            return;
        }
        if ((_state & State.HasMailbox) != 0 && !ReceiveThroughMailbox(ref message, ref sender))
            return;
        if ((_state & (State.Suspended | State.NotCreated)) != 0 && message is not EngineMessage { PassesSuspension: true })
        {
            (MakeExtra().Pending ??= new Deque<Envelope>()).AddLast(new Envelope(message, sender));
            return;
        }
        Loop.CurrentSender = sender;
        if (message is EngineMessage engineMessage)
            engineMessage.Deliver(this, sender);
        else
            Invoke(message);
        if ((_state & State.HasReceiveTimeout) != 0 && message is not INotInfluenceReceiveTimeout)
            RestartReceiveTimeout();
    }

    /// <summary>Hands a message to the actor's current behaviour.</summary>
    internal void Invoke(object message)
    {
        ActorBase actor = Actor!;
        Loop.CurrentMessage = message;
        Receive? behaviour = (_state & State.HasBehaviour) != 0 ? Extra!.Behaviours![^1] : null;
        if ((_state & State.WrapsReceive) != 0)
            actor.AroundReceive(behaviour ?? actor.OwnBehaviour, message);
        else if (behaviour is null)
            actor.Dispatch(message);
        else if (!behaviour(message))
            actor.UnhandledMessage(message);
    }

    /// <summary>
    /// A mailbox of its own sorts what has come and not been handled yet: each message goes into it when the ring reaches it, and a marker
    /// behind what is in the ring by then takes one out.
    /// </summary>
    private bool ReceiveThroughMailbox(ref object message, ref IActorRef? sender)
    {
        CellExtra extra = Extra!;
        if (message is EngineMessage { PassesSuspension: true })
            return true;
        if (message is not MailboxMarker)
        {
            extra.Mailbox!.Enqueue(this, new Envelope(message, sender));
            ScheduleMailbox(extra);
            return false;
        }
        extra.MailboxScheduled = false;
        if ((_state & (State.Suspended | State.NotCreated)) != 0 || !extra.Mailbox!.TryDequeue(out Envelope next))
            return false;
        ScheduleMailbox(extra);
        message = next.Message;
        sender = next.Sender;
        return true;
    }

    private void ScheduleMailbox(CellExtra extra)
    {
        if (extra.MailboxScheduled || !extra.Mailbox!.HasMessages)
            return;
        extra.MailboxScheduled = true;
        Loop.Post(this, MailboxMarker.Instance, null);
    }

    /// <summary>The next of the messages that were held back, unless the mailbox is suspended again.</summary>
    internal bool TakePending(out object? message, out IActorRef? sender)
    {
        Deque<Envelope>? pending = Extra?.Pending;
        if (pending is null || pending.Count == 0 || (_state & (State.Suspended | State.NotCreated)) != 0)
        {
            message = null;
            sender = null;
            return false;
        }
        Envelope envelope = pending.RemoveFirst();
        message = envelope.Message;
        sender = envelope.Sender;
        return true;
    }

    internal void ResumedIsOver()
    {
        _state &= ~State.InResumed;
        if (Extra is { Mailbox: not null } extra)
            ScheduleMailbox(extra);
    }

    /// <summary>Puts messages before all others of this actor's mailbox.</summary>
    internal void PrependPending(in Envelope envelope)
    {
        if (envelope.Message is Terminated terminated)
            (MakeExtra().TerminatedQueued ??= [])[terminated.ActorRef] = null;
        (MakeExtra().Pending ??= new Deque<Envelope>()).AddFirst(envelope);
        WakePending();
    }

    private void WakePending()
    {
        if ((_state & (State.InResumed | State.Suspended)) != 0)
            return;
        if (Extra?.Pending is { Count: > 0 } || Extra?.Mailbox is not null)
        {
            _state |= State.InResumed;
            Loop.PostResumed(this);
        }
    }

    private void SuspendMailbox()
    {
        _suspended++;
        _state |= State.Suspended;
    }

    private void ResumeMailbox()
    {
        if (_suspended == 0 || --_suspended > 0)
            return;
        _state &= ~State.Suspended;
        WakePending();
    }

    internal void SuspendForTask() => SuspendMailbox();

    internal void ResumeAfterTask() => ResumeMailbox();

    private void DrainToDeadLetters()
    {
        if (Extra is not CellExtra extra)
            return;
        extra.Stash?.UnstashAll();
        if (extra.Pending is Deque<Envelope> pending)
        {
            while (pending.Count > 0)
            {
                Envelope envelope = pending.RemoveFirst();
                if ((envelope.Message is EngineMessage engine ? engine.Letter : envelope.Message) is object letter)
                    System.PublishDeadLetter(letter, envelope.Sender, this);
            }
        }
        extra.Mailbox?.CleanUp(this, new DeadLetterQueue(System));
    }

    private sealed class MailboxMarker
    {
        public static readonly MailboxMarker Instance = new();
    }

    private sealed class DeadLetterQueue(EngineSystem system) : Dispatch.IMessageQueue
    {
        public bool HasMessages => false;

        public int Count => 0;

        public void Enqueue(IActorRef receiver, Envelope envelope) => system.PublishDeadLetter(envelope.Message, envelope.Sender, receiver);

        public bool TryDequeue(out Envelope envelope)
        {
            envelope = default;
            return false;
        }

        public void CleanUp(IActorRef owner, Dispatch.IMessageQueue deadletters) { }
    }
}
