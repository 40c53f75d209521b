// Whether the next stretch of a run is worth a team: what an event costs alone and in a team is measured as the run goes, and the cheaper way is taken.
// A run's results depend on neither.

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ActorNet.Engine.Hosts;

[SuppressMessage("ApiDesign", "RS0030", Justification = "How long a stretch took decides who runs the next one, and nothing else.")]
internal sealed class TeamChoice(int workers)
{
    /// <summary>A stretch with fewer events is not worth the meeting.</summary>
    private const long Few = 200;

    /// <summary>Every so many stretches the way not taken is tried again.</summary>
    private const int Again = 100;

    private long _began;
    private double _alone, _shared;
    private int _stretches;
    private bool _inTeam;
    private long _lastEvents = long.MaxValue;

    /// <summary>How many there may be: the processors, or what the configuration says.</summary>
    internal int Workers { get; } = workers > 0 ? workers : Environment.ProcessorCount;

    /// <summary>Asked for by number: they all work, whether or not it pays.</summary>
    private bool IsFixed => workers > 0;

    /// <summary>A test's own shares, made anew at every stretch.</summary>
    internal Func<int, int[]>? Shares { get; set; }

    internal bool Begin()
    {
        if (Workers < 2)
            return _inTeam = false;
        if (IsFixed)
            return _inTeam = true;
        _began = Stopwatch.GetTimestamp();
        if (_lastEvents < Few)
            return _inTeam = false;
        bool better = _shared == 0 || (_alone != 0 && _shared < _alone);
        return _inTeam = ++_stretches % Again == 0 ? !better : better;
    }

    internal void End(long events)
    {
        _lastEvents = events;
        if (IsFixed || Workers < 2 || events < Few)
            return;
        double cost = (double)(Stopwatch.GetTimestamp() - _began) / events;
        ref double average = ref _inTeam ? ref _shared : ref _alone;
        average = average == 0 ? cost : average + (cost - average) / 8;
    }
}
