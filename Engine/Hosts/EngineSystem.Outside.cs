// The way in for threads that are not the loop's: an inbox that the conductor empties between batches, and calls that need the loop.

using System.Collections.Concurrent;

namespace ActorNet.Engine.Hosts;

internal sealed partial class EngineSystem
{
    /// <summary>The origin of what comes from outside: before all hosts at its instant.</summary>
    private const int Outside = -1;

    private readonly ConcurrentQueue<InboxItem> _inbox = new();
    private readonly Lock _gate = new();
    private readonly Arrival _arrival = new();
    private volatile bool _hasInbox;
    private long _outsideSequence;

    private readonly record struct InboxItem(ActorCell? Receiver, object Message, IActorRef? Sender);

    internal bool HasInbox => _hasInbox;

    /// <summary>The time at which something from outside arrives now.</summary>
    internal long OutsideTime => Mode == EngineMode.Realtime ? Math.Max(Clock, _pace?.Elapsed ?? 0) : Clock;

    /// <summary>The time of whoever asks: its host's in a turn, the system's outside.</summary>
    internal long Now => HostLoop.Active is HostLoop active && active.System == this ? active.Now : OutsideTime;

    private void PutInInbox(ActorCell? receiver, object message, IActorRef? sender)
    {
        _inbox.Enqueue(new InboxItem(receiver, message, sender));
        _hasInbox = true;
        if (Mode == EngineMode.Realtime)
            _arrival.Set();
    }

    internal void DrainInbox()
    {
        if (!_hasInbox)
            return;
        _hasInbox = false;
        while (_inbox.TryDequeue(out InboxItem item))
        {
            if (item.Receiver is ActorCell receiver)
            {
                HostLoop loop = receiver.Loop;
                loop.Queue.Add(Math.Max(loop.Now, OutsideTime), Outside, ++_outsideSequence, receiver, item.Message, item.Sender);
                loop.Worker.Update(loop);
            }
            else
            {
                InFirstLoop(((OutsideCall)item.Message).Run);
            }
        }
    }

    /// <summary>Runs something that touches the first host's actors: at once in a turn or when nobody runs the loops, otherwise between batches.</summary>
    internal void Execute(Action work)
    {
        if (HostLoop.Active is HostLoop active && active.System == this)
        {
            work();
            return;
        }
        if (_gate.TryEnter())
        {
            try
            {
                DrainInbox();
                InFirstLoop(work);
            }
            finally
            {
                _gate.Exit();
            }
            return;
        }
        OutsideCall call = new(work);
        PutInInbox(null, call, null);
        while (!call.Done.Wait(20))
        {
            // Whoever ran the loops may have gone without another look at the inbox.
            if (!_gate.TryEnter())
                continue;
            try
            {
                DrainInbox();
            }
            finally
            {
                _gate.Exit();
            }
        }
        call.Rethrow();
    }

    private void InFirstLoop(Action work)
    {
        HostLoop loop = FirstLoop;
        // The first host comes up to the time of the outside, but not past what it has still to do.
        loop.Now = Math.Max(loop.Now, Math.Min(OutsideTime, loop.NextTime));
        loop.InTurnOf(null, work);
        Wake(loop);
    }

    private sealed class OutsideCall(Action work)
    {
        private Exception? _failure;

        public ManualResetEventSlim Done { get; } = new(false);

        public void Run()
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                _failure = e;
            }
            Done.Set();
        }

        public void Rethrow()
        {
            Done.Dispose();
            if (_failure is not null)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        }
    }
}
