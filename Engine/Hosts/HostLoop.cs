// The loop of one host (a logical process): its clock, its ring of messages of this instant, its queue of future events.
// Events are handled in the order of their key (time, origin host, origin sequence). A message told within the host at time t has the key
// (t, this host, next sequence), so a plain ring holds those in order; timers and what other hosts sent come from the queue.

using System.Runtime.CompilerServices;

namespace ActorNet.Engine.Hosts;

internal sealed partial class HostLoop
{
    /// <summary>How many events are handled before the outside world is looked at.</summary>
    private const int Batch = 512;

    /// <summary>The loop whose turn it is on this thread.</summary>
    [ThreadStatic]
    internal static HostLoop? Active;

    internal readonly EngineSystem System;
    internal readonly int Id;
    internal readonly EventQueue Queue = new();

    /// <summary>This host's time, ns.</summary>
    internal long Now;

    internal ActorCell? CurrentCell;
    internal object? CurrentMessage;
    internal IActorRef? CurrentSender;
    internal long Events;
    internal int NextUid;

    /// <summary>The parent of this host's askers.</summary>
    internal ActorCell? Temp;

    // Place in its worker's heap, and the time it stands there for.
    internal int HeapIndex = -1;

    /// <summary>Whose turn runs it; changes hands between windows only.</summary>
    internal Worker Worker = null!;
    internal long HeapTime = EventQueue.Never;

    private long _sequence;

    // Of a loop that has nothing to do it is empty: its worker keeps one for whichever of its hosts runs next.
    private Letter[] _ring = [];
    private int _head;
    private int _count;

    /// <summary>One message of this instant.</summary>
    internal struct Letter
    {
        public object Message;
        public ActorCell Receiver;
        public IActorRef? Sender;
    }

    internal HostLoop(EngineSystem system, int id, long now)
    {
        System = system;
        Id = id;
        Now = now;
        if (system.Order is not null)
            _ordered = new OrderedInstant(this);
    }

    internal bool HasWork => _count > 0 || _urgent || _ordered is { Count: > 0 };

    /// <summary>When this loop wants to run next.</summary>
    internal long NextTime => HasWork ? Now : Queue.NextTime;

    internal long NextSequence() => ++_sequence;

    /// <summary>Puts a message of this host at the end of this instant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Post(ActorCell receiver, object message, IActorRef? sender)
    {
        Letter[] ring = _ring;
        int count = _count;
        if (count == ring.Length)
            ring = Grow();
        ref Letter letter = ref ring[(_head + count) & (ring.Length - 1)];
        letter.Message = message;
        letter.Receiver = receiver;
        letter.Sender = sender;
        _count = count + 1;
    }

    /// <summary>Files an event of this host for this host at a later time; the number cancels it. What is due at this very instant is posted.</summary>
    internal int Schedule(long at, ActorCell? receiver, object message, IActorRef? sender) =>
        Queue.Add(at, Id, ++_sequence, receiver, message, sender);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Letter[] Grow()
    {
        if (_ring.Length == 0)
        {
            _head = 0;
            return _ring = Worker?.TakeRing() ?? new Letter[8];
        }
        Letter[] grown = new Letter[_ring.Length * 2];
        int first = _ring.Length - _head;
        Array.Copy(_ring, _head, grown, 0, first);
        Array.Copy(_ring, 0, grown, first, _head);
        _head = 0;
        return _ring = grown;
    }

    /// <summary>Handles this host's events up to the worker's limit.</summary>
    internal void Run(Worker worker)
    {
        HostLoop? outer = Active;
        Active = this;
        try
        {
            while (!RunGuarded(worker)) { }
        }
        finally
        {
            CurrentCell = null;
            CurrentSender = null;
            Active = outer;
            if (_count == 0 && _ring.Length > 0)
            {
                worker.PutRing(_ring);
                _ring = [];
            }
        }
    }

    /// <summary>Runs something as this host's, for a cell, and comes back.</summary>
    internal void InTurnOf(ActorCell? cell, Action work)
    {
        HostLoop? outer = Active;
        ActorCell? outerCell = CurrentCell;
        IActorRef? outerSender = CurrentSender;
        Active = this;
        CurrentCell = cell;
        CurrentSender = null;
        try
        {
            work();
        }
        finally
        {
            Active = outer;
            CurrentCell = outerCell;
            CurrentSender = outerSender;
        }
    }

    /// <summary>Gives a message to its actor at once: the event that this is has just come out of the queue.</summary>
    internal void Turn(ActorCell cell, object message, IActorRef? sender)
    {
        CurrentCell = cell;
        CurrentSender = sender;
        cell.Receive(message);
    }

    /// <summary>False when an actor threw and the loop is to go on.</summary>
    private bool RunGuarded(Worker worker)
    {
        if (_ordered is not null)
            return RunOrdered(worker);
        Func<bool>? stop = worker.Stop;
        object? current = null;
        try
        {
            int budget = Batch;
            for (; ; )
            {
                if (_urgent)
                {
                    HandleUrgent(ref current);
                }
                else if (_count > 0)
                {
                    if (Queue.NextTime <= Now && TakeFromQueueFirst(ref current))
                        continue;
                    Letter[] ring = _ring;
                    int head = _head;
                    ref Letter letter = ref ring[head];
                    ActorCell receiver = letter.Receiver;
                    object message = current = letter.Message;
                    CurrentSender = letter.Sender;
                    letter = default;
                    _head = (head + 1) & (ring.Length - 1);
                    _count--;
                    Events++;
                    CurrentCell = receiver;
                    receiver.Receive(message);
                }
                else
                {
                    if (Queue.NextTime > worker.Limit || !Queue.TryTake(worker.Limit, out QueuedEvent due))
                        return true;
                    if (due.Time > Now)
                        Now = due.Time;
                    HandleQueued(in due, ref current);
                }
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
            HandleFailure(e, current);
            if (stop is not null && stop())
            {
                worker.Stopped = true;
                return true;
            }
            return false;
        }
    }

    /// <summary>Whether the queue's head, due at this instant, comes before the ring's; if so it has been handled.</summary>
    private bool TakeFromQueueFirst(ref object? current)
    {
        // The ring holds only what was told at this instant, after every event of this host that was filed before it; an event that this
        // host files for this very instant goes through the ring. So only the origin decides.
        if (!Queue.TryPeekKey(Now, out int origin, out _) || origin > Id)
            return false;
        if (!Queue.TryTake(Now, out QueuedEvent due))
            return false;
        HandleQueued(in due, ref current);
        return true;
    }

    private void HandleQueued(in QueuedEvent due, ref object? current)
    {
        current = due.Message;
        Events++;
        CurrentSender = due.Sender;
        // Classes before interfaces: most of what comes is neither a timer nor the engine's own, and is told so in a few instructions.
        ActorCell? receiver = due.Receiver;
        if (due.Message is ActorTimer timer)
        {
            CurrentCell = null;
            timer.Fire(this);
            return;
        }
        if (due.Message is EngineMessage or SystemEvent)
        {
            if (due.Message is IQueued queued)
            {
                CurrentCell = null;
                queued.Due(this, receiver);
                return;
            }
            if (!((EngineMessage)due.Message).TakeFromQueue(receiver!))
                return;
        }
        CurrentCell = receiver;
        receiver!.Receive(due.Message!);
    }

    private void HandleFailure(Exception e, object? message)
    {
        ActorCell? cell = CurrentCell;
        if (message is ActorTimer timer)
            message = timer.Message;
        if (e is EscalatedException)
            e = e.InnerException!;
        if (cell is not null)
            cell.Failed(e, message);
        else
            System.ReportLost(e, "outside of any actor");
    }

    private static bool IsFatal(Exception e) => e is OutOfMemoryException or StackOverflowException or EngineBugException;

    /// <summary>Bytes that this loop holds, for the books.</summary>
    internal long Bytes => Queue.Bytes + _ring.Length * 24 + 200;
}

/// <summary>Something in the queue that is more than a message to an actor.</summary>
internal interface IQueued
{
    void Due(HostLoop loop, ActorCell? receiver);
}

/// <summary>The engine itself is wrong; the run must end.</summary>
internal sealed class EngineBugException(string message) : Exception(message);
