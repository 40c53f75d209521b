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

    /// <summary>After so many stretches the other way is tried; each time that it is no better, after twice as many.</summary>
    private const int Soon = 8, Late = 4096;

    /// <summary>A trial's stretches; the first, in which hosts change hands, is not counted.</summary>
    private const int Trial = 4;

    private long _began;
    private double _preferred;
    private int _patience = Soon, _left = Soon;
    private bool _prefersTeam, _inTeam, _wasInTeam;
    private double _trial;
    private long _lastEvents;

    /// <summary>How many there may be: the processors, or what the configuration says.</summary>
    internal int Workers { get; } = workers > 0 ? workers : Environment.ProcessorCount;

    /// <summary>Asked for by number: they all work, whether or not it pays.</summary>
    private bool IsFixed => workers > 0;

    /// <summary>A test's own shares, made anew at every stretch.</summary>
    internal Func<int, int[]>? Shares { get; set; }

    internal bool Begin()
    {
        if (IsFixed)
            return _inTeam = true;
        _began = Stopwatch.GetTimestamp();
        if (_lastEvents < Few)
            return _inTeam = false;
        return _inTeam = --_left >= 0 ? _prefersTeam : !_prefersTeam;
    }

    internal void End(long events)
    {
        _lastEvents = events;
        if (IsFixed || events < Few)
            return;
        double cost = (double)(Stopwatch.GetTimestamp() - _began) / events;
        bool moved = _wasInTeam != _inTeam;
        _wasInTeam = _inTeam;
        if (_inTeam == _prefersTeam)
        {
            if (!moved)
                _preferred = _preferred == 0 ? cost : _preferred + (cost - _preferred) / 8;
            return;
        }
        if (!moved)
            _trial += cost / (Trial - 1);
        if (_left > -Trial)
            return;
        if (_trial < _preferred * 0.95)
        {
            _prefersTeam = !_prefersTeam;
            _preferred = _trial;
            _patience = Soon;
        }
        else
        {
            _patience = Math.Min(2 * _patience, Late);
        }
        _left = _patience;
        _trial = 0;
    }
}
