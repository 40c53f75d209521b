// What workers tell one another at the end of each window, and all that they have to agree on. Each writes its own line and reads the others': one meeting
// per window, no lock. From the same lines each computes for itself how far it may go: to the first time at which anything could reach it.
// (Chandy and Misra 1979; the windows are those of Nicol 1993, each worker's as wide as its own neighbours allow.)

using System.Runtime.InteropServices;

namespace ActorNet.Engine.Hosts;

/// <summary>One worker's line. Two turns, so that a fast worker's next line does not hide the one that a slow worker has still to read.</summary>
internal sealed class WorkerClock(int workers)
{
    /// <summary>Looks at the others before it sleeps: the two may be on one processor, and then one's looking is what keeps the other from working.</summary>
    private const int Spins = 3000;

    private readonly SemaphoreSlim _wake = new(0);
    private int _sleepers;
    private readonly Turn[] _turns = [new(workers), new(workers)];
    private Padded _window;

    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Padded
    {
        [FieldOffset(64)] public long Value;
    }

    private sealed class Turn(int workers)
    {
        public long Next;
        public bool Ends;

        /// <summary>When the first of what it has sent is due, by receiver.</summary>
        public readonly long[] Sent = new long[workers];
    }

    /// <summary>Before the workers start: no window has been.</summary>
    internal void Reset() => _window.Value = -1;

    /// <summary>Says what is true after a window.</summary>
    internal void Publish(long window, Worker me, bool ends)
    {
        int parity = (int)(window & 1);
        Turn turn = _turns[parity];
        turn.Next = me.NextTime;
        turn.Ends = ends;
        for (int i = 0; i < turn.Sent.Length; i++)
            turn.Sent[i] = me.Outboxes![i].Earliest(parity);
        Interlocked.Exchange(ref _window.Value, window);
        if (Volatile.Read(ref _sleepers) > 0)
        {
            int sleepers = Interlocked.Exchange(ref _sleepers, 0);
            if (sleepers > 0)
                _wake.Release(sleepers);
        }
    }

    /// <summary>Waits until this worker has come so far.</summary>
    internal void Await(long window)
    {
        for (int spins = 0; Volatile.Read(ref _window.Value) < window; spins++)
        {
            if (spins < Spins)
                Thread.SpinWait(1);
            else
                Sleep(window);
        }
    }

    private void Sleep(long window)
    {
        Interlocked.Increment(ref _sleepers);
        while (Volatile.Read(ref _window.Value) >= window)
        {
            // It has just come: no need to sleep, unless it has seen this sleeper already and its token is on the way.
            int sleepers = Volatile.Read(ref _sleepers);
            if (sleepers == 0)
                break;
            if (Interlocked.CompareExchange(ref _sleepers, sleepers - 1, sleepers) == sleepers)
                return;
        }
        _wake.Wait();
    }

    internal bool Ends(long window) => _turns[window & 1].Ends;

    /// <summary>When a worker has its next event, what the others have sent it included.</summary>
    internal static long Next(WorkerClock[] all, int worker, long window)
    {
        long next = all[worker]._turns[window & 1].Next;
        foreach (WorkerClock other in all)
            next = Math.Min(next, other._turns[window & 1].Sent[worker]);
        return next;
    }
}
