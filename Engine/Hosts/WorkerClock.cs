// What workers tell one another at the end of each window, and all that they have to agree on. Each writes its own line and reads the others': one meeting
// per window, no lock. From the same lines each computes for itself how far it may go: to the first time at which anything could reach it.
// (Chandy and Misra 1979; the windows are those of Nicol 1993, each worker's as wide as its own neighbours allow.)

using System.Runtime.InteropServices;

namespace ActorNet.Engine.Hosts;

/// <summary>One worker's line. Two turns, so that a fast worker's next line does not hide the one that a slow worker has still to read.</summary>
internal sealed class WorkerClock(int workers)
{
    /// <summary>Looks at the others before it lets other threads of the machine run.</summary>
    private const int Spins = 1000;

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
        Volatile.Write(ref _window.Value, window);
    }

    /// <summary>Waits until this worker has come so far.</summary>
    internal void Await(long window)
    {
        for (int spins = 0; Volatile.Read(ref _window.Value) < window; spins++)
        {
            if (spins < Spins)
                Thread.SpinWait(8);
            else
                Thread.Yield();
        }
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
