// What a thread does that has nothing to do. Clocks that only wait for one another creep: each may go on by a link's length when the other has. Then somebody
// takes hold of all workers for a moment, looks when the next event is, and sets the clocks to what follows from that: time in which nothing happens is skipped.

namespace ActorNet.Engine.Hosts;

internal sealed partial class WorkerTeam
{
    /// <summary>After so many rounds for nothing a thread looks at others' workers too.</summary>
    private const int Loyal = 16;

    /// <summary>So often it looks again before it lets another thread of the machine have its processor.</summary>
    private const int Spins = 400;

    private void Wait(int idle, long end)
    {
        // Not often: whoever is at work holds its worker, and then this is in vain.
        if (idle >= 4 && (int.IsPow2(idle) || idle % 64 == 0))
            TrySettle(end);
        if (idle < Spins)
            Thread.SpinWait(1);
        else
            Thread.Yield();
    }

    private void TrySettle(long end)
    {
        int held = 0;
        while (held < _clocks.Length && _clocks[held].TryHold())
            held++;
        if (held == _clocks.Length && !_ends)
            Settle(end);
        while (held > 0)
            _clocks[--held].LetGo();
    }

    /// <summary>Sets all clocks to what follows from all next events; nobody is at work meanwhile.</summary>
    private void Settle(long end)
    {
        Deliver();
        foreach (Worker me in _workers)
        {
            long promise = Math.Min(end, me.NextTime);
            foreach (Worker other in _workers)
                promise = Math.Min(promise, WorkerDistances.After(other.NextTime, _distances.Around(other.Index, me.Index)));
            ref WorkerClock clock = ref _clocks[me.Index];
            if (promise > clock.Time)
                clock.Time = promise;
        }
    }

    private void Deliver()
    {
        foreach (Worker me in _workers)
        {
            foreach (Worker other in _workers)
                other.Outboxes![me.Index].Deliver(me);
        }
    }
}
