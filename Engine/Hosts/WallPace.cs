// The wall clock, for realtime mode alone: no other file of the engine may look at it.

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ActorNet.Engine.Hosts;

[SuppressMessage("ApiDesign", "RS0030", Justification = "Realtime mode is the pace of the wall clock; nothing of it enters a virtual run.")]
internal sealed class WallPace
{
    /// <summary>Shorter waits than this (ns) are spun: the system's sleep is no finer than a millisecond.</summary>
    private const long SpinBelow = 200_000;

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Nanoseconds since the start.</summary>
    public long Elapsed => (long)((Stopwatch.GetTimestamp() - _start) * (1e9 / Stopwatch.Frequency));

    /// <summary>Waits until the time has come or something has arrived.</summary>
    public void WaitFor(long nanos, ManualResetEventSlim arrival)
    {
        long left = nanos == long.MaxValue ? long.MaxValue : nanos - Elapsed;
        if (left <= 0)
            return;
        if (left > SpinBelow)
        {
            arrival.Wait((int)Math.Clamp(left / 1_000_000, 1, 1000));
            return;
        }
        while (Elapsed < nanos && !arrival.IsSet)
            Thread.SpinWait(20);
    }
}
