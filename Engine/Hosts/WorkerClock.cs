// How far a worker has come, on a cache line of its own, and whether a thread holds it. The clock is a promise (Chandy and Misra 1979): nothing that this
// worker handles or sends from now on belongs to an earlier time. It moves on within a turn, as soon as a window is done, so that the others need not wait for
// the turn's end.

using System.Runtime.InteropServices;

namespace ActorNet.Engine.Hosts;

[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct WorkerClock
{
    [FieldOffset(64)] private long _time;
    [FieldOffset(128)] private int _held;

    /// <summary>ns; whoever reads it sees all that was sent before it was set.</summary>
    internal long Time
    {
        readonly get => Volatile.Read(in _time);
        set => Volatile.Write(ref _time, value);
    }

    /// <summary>Whoever gets it may run the worker, and no other, until it lets it go.</summary>
    internal bool TryHold() => Volatile.Read(ref _held) == 0 && Interlocked.CompareExchange(ref _held, 1, 0) == 0;

    internal void LetGo() => Volatile.Write(ref _held, 0);
}
