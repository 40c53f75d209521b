// How far a run is, for whoever waits for it.

namespace ActorNet.Experiments;

/// <summary>A moment of a run.</summary>
/// <param name="Share">How much is done, 0 to 1; null where nobody can know.</param>
public readonly record struct RunProgress(double VirtualSeconds, double WallSeconds, long Events, double EventsPerSecond, double? Share)
{
    /// <summary>Wall-clock seconds that are left if it goes on like this; null where nobody can know.</summary>
    public double? SecondsLeft => Share is > 0.001 ? WallSeconds * (1 - Share.Value) / Share.Value : null;
}
