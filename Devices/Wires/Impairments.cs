// What goes wrong on a wire, as tc-netem(8) has it (net/sched/sch_netem.c): loss, duplication, corruption, jitter, reordering.
// Each draws from a stream of its own, made when it is first needed: adding one impairment, or one wire, changes no other's draws.

namespace ActorNet.Devices.Wires;

/// <summary>Where a wire's random numbers come from: the run's seed, and the sending end.</summary>
public readonly record struct WireSeed(ulong Seed, string Host, string Device)
{
    internal RandomStream Stream(string purpose) => new(Seed, Host, $"wire {Device} {purpose}");
}

/// <summary>The impairments of one direction. Pure. Nothing is drawn for what is off.</summary>
internal sealed class Impairments(WireSeed seed)
{
    private RandomStream? _loss, _duplicate, _corrupt, _mark, _jitter, _reorder;
    private int _sinceReordered;
    private long _lastArrival;

    /// <summary>Whether this frame is lost.</summary>
    public bool Loses(WireSpec spec) => spec.Loss > 0 && (_loss ??= seed.Stream("loss")).Chance(spec.Loss);

    /// <summary>Whether this frame arrives a second time.</summary>
    public bool Duplicates(WireSpec spec) => spec.Duplicate > 0 && (_duplicate ??= seed.Stream("duplicate")).Chance(spec.Duplicate);

    /// <summary>Which bit of the frame is flipped, counted from its start; -1 for none.</summary>
    public int CorruptedBit(WireSpec spec, int length) =>
        spec.Corrupt > 0 && (_corrupt ??= seed.Stream("corrupt")).Chance(spec.Corrupt) && length > 0
            ? (int)_corrupt.Below((uint)length * 8)
            : -1;

    /// <summary>Whether this frame is marked, if it can be.</summary>
    public bool Marks(WireSpec spec) => spec.Mark > 0 && (_mark ??= seed.Stream("mark")).Chance(spec.Mark);

    /// <summary>When a frame whose last bit left then arrives. At least <see cref="WireSpec.MinDelay"/> later.</summary>
    public Instant Arrival(WireSpec spec, Instant left)
    {
        long at = left.Nanoseconds + spec.Delay.Nanoseconds;
        bool ahead = spec.Reorder > 0 && GoesAhead(spec);
        if (ahead) return new Instant(at - spec.AheadNanos);
        if (spec.Jitter.Nanoseconds > 0) at = Math.Max(left.Nanoseconds + 1, at + Vary(spec.Jitter.Nanoseconds));
        if (spec.KeepOrder) at = Math.Max(at, _lastArrival);
        _lastArrival = at;
        return new Instant(at);
    }

    // netem counts the frames since the last one sent ahead: with gap N, the Nth may go (its "counter < gap - 1").
    private bool GoesAhead(WireSpec spec)
    {
        if (_sinceReordered < spec.ReorderGap - 1 || !(_reorder ??= seed.Stream("reorder")).Chance(spec.Reorder))
        {
            _sinceReordered++;
            return false;
        }

        _sinceReordered = 0;
        return true;
    }

    // Uniform over [-jitter, +jitter], in whole ns, from 64 bits: jitter may be longer than 32 bits of ns.
    private long Vary(long jitter)
    {
        ulong span = 2 * (ulong)jitter + 1;
        ulong high = Math.BigMul((_jitter ??= seed.Stream("jitter")).NextUInt64(), span, out ulong _);
        return (long)high - jitter;
    }
}
