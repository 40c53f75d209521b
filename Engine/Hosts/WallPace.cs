// The wall clock, for realtime mode alone: no other file of the engine may look at it.

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ActorNet.Engine.Hosts;

[SuppressMessage("ApiDesign", "RS0030", Justification = "Realtime mode is the pace of the wall clock; nothing of it enters a virtual run.")]
internal sealed class WallPace
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Nanoseconds since the start.</summary>
    public long Elapsed => (long)((Stopwatch.GetTimestamp() - _start) * (1e9 / Stopwatch.Frequency));

    /// <summary>Waits until the time has come or something has arrived; the last moment, which no sleep hits, is spun. May end sooner.</summary>
    public void WaitFor(long nanos, Arrival arrival)
    {
        const long longest = 1_000_000_000;
        long left = nanos == long.MaxValue ? longest : Math.Min(longest, nanos - Elapsed);
        if (left <= 0)
            return;
        long spun = arrival.SpinBelow;
        if (left > spun)
        {
            arrival.Wait(left - arrival.Early);
            return;
        }
        while (Elapsed < nanos && !arrival.IsSet)
            Thread.SpinWait(20);
    }
}
