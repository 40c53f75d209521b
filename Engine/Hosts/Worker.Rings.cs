// The rings of hosts that have nothing to do: one of each kind, for whichever host of this worker runs next. So an idle host has none, and the one that all
// take turns with stays in the cache.

namespace ActorNet.Engine.Hosts;

internal sealed partial class Worker
{
    private HostLoop.Letter[]? _ring;
    private SystemLetter[]? _systemRing;

    /// <summary>An empty ring that is nobody's, or null.</summary>
    internal HostLoop.Letter[]? TakeRing()
    {
        HostLoop.Letter[]? ring = _ring;
        _ring = null;
        return ring;
    }

    /// <summary>Takes a ring back, with nothing in it. Of two it keeps the longer one.</summary>
    internal void PutRing(HostLoop.Letter[] ring)
    {
        if (_ring is null || _ring.Length < ring.Length)
            _ring = ring;
    }

    /// <inheritdoc cref="TakeRing"/>
    internal SystemLetter[]? TakeSystemRing()
    {
        SystemLetter[]? ring = _systemRing;
        _systemRing = null;
        return ring;
    }

    /// <inheritdoc cref="PutRing"/>
    internal void PutSystemRing(SystemLetter[] ring)
    {
        if (_systemRing is null || _systemRing.Length < ring.Length)
            _systemRing = ring;
    }
}
