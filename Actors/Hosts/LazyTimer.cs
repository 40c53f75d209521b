// Timers that are made when they are first armed: most actors of an idle host wait for nothing.

namespace ActorNet.Actors;

internal static class LazyTimer
{
    /// <summary>Arms a timer, made if there is none; <see cref="Instant.Never"/> disarms it.</summary>
    public static void Arm(ref ActorTimer? timer, IActorContext cell, object message, Instant at)
    {
        if (timer is null)
        {
            if (at == Instant.Never) return;
            timer = new ActorTimer(cell, message);
        }

        timer.Arm(at.Nanoseconds);
    }
}
