// One direction of a wire with the queue in front of it: for each frame, when it leaves, when it arrives, and whether it does.
// A pure machine. The sending device drives it and posts the frame to the far end at the arrival time, so that a frame on a wire costs
// one event. (A wire as an actor of its own would cost one more hop per frame and give nothing: the sender's device already is on the
// host where the frame waits, and knows the queue; the far end must not be touched before the arrival.)

namespace ActorNet.Devices.Wires;

/// <summary>What becomes of a frame given to a <see cref="Link"/>.</summary>
public readonly record struct FrameFate
{
    /// <summary>NOT_DROPPED_YET, or: QDISC_OVERLIMIT (it never left the queue), LINK_LOSS (lost on the way, after Start).</summary>
    public DropReason Dropped { get; init; }

    /// <summary>When its first bit leaves: where Linux's tap sees it.</summary>
    public Instant Start { get; init; }

    /// <summary>When its last bit has left: the device has sent it.</summary>
    public Instant End { get; init; }

    /// <summary>When its last bit arrives.</summary>
    public Instant Arrival { get; init; }

    /// <summary>Whether that is before a frame that left earlier.</summary>
    public bool Overtakes { get; init; }

    /// <summary>When a second copy arrives; <see cref="Instant.Never"/> for none.</summary>
    public Instant CopyArrival { get; init; }

    /// <summary>It arrives marked (CE), if its sender understands that.</summary>
    public bool Marked { get; init; }

    /// <summary>Which bit arrives flipped, from the frame's start; -1 for none.</summary>
    public int CorruptedBit { get; init; }
}

/// <summary>One direction of a wire. Owned by the sending device.</summary>
public sealed class Link
{
    private readonly WireSeed _seed;
    private Impairments? _impairments;
    private Serializer _serializer;
    private DepartureQueue _queue;
    private Instant _latestArrival;
    private bool _impaired;

    /// <exception cref="ArgumentException">The spec is not valid; the message says why.</exception>
    public Link(WireSpec spec, WireSeed seed)
    {
        if (spec.Validate() is { } wrong) throw new ArgumentException(wrong, nameof(spec));
        _seed = seed;
        Lookahead = spec.MinDelay;
        Spec = spec;
        Apply(spec);
    }

    public WireSpec Spec { get; private set; }

    /// <summary>The least time from hand-over to arrival that other hosts rely on; fixed when the wire is made.</summary>
    public Duration Lookahead { get; }

    /// <summary>When the serializer has sent all it was given: a qdisc that stores frames gives the next one then.</summary>
    public Instant FreeAt => _serializer.FreeAt;

    /// <summary>Takes no time and does nothing to frames: one that stands for several may pass as it is.</summary>
    public bool PassesWhole => Spec.Rate == 0 && !_impaired;

    /// <summary>Changes no byte of a frame: its checksum need not be there.</summary>
    public bool PassesPartial => Spec.Corrupt == 0;

    /// <summary>Frames that wait at this time.</summary>
    public int Backlog(Instant now)
    {
        _queue.Advance(now);
        return _queue.Packets;
    }

    /// <summary>Bytes that wait at this time.</summary>
    public long BacklogBytes(Instant now)
    {
        _queue.Advance(now);
        return _queue.Bytes;
    }

    /// <summary>
    /// Changes the wire from now on; frames already given keep their times, as with `tc qdisc change`. EINVAL for a spec that is not valid or whose
    /// <see cref="WireSpec.MinDelay"/> is less than at first: other hosts already rely on that lookahead.
    /// </summary>
    public Errno Change(WireSpec spec)
    {
        if (spec.Validate() is not null || spec.MinDelay < Lookahead) return Errno.EINVAL;
        Spec = spec;
        Apply(spec);
        return Errno.OK;
    }

    /// <summary>The carrier is gone: what waits is given up (dev_deactivate resets the qdisc), the serializer is free.</summary>
    public void Purge(Instant now)
    {
        _serializer.Abort(now);
        _queue.Clear();
    }

    /// <summary>Takes a frame, or says why not.</summary>
    /// <param name="length">Bytes from the Ethernet header on.</param>
    /// <param name="txQueueLen">The device's own limit, where the wire does not set one.</param>
    public FrameFate Send(int length, Instant now, int txQueueLen)
    {
        _queue.Advance(now);
        WireSpec spec = Spec;
        bool waits = _serializer.FreeAt > now;
        if (waits && (_queue.Packets >= (spec.QueuePackets ?? txQueueLen) || (spec.QueueBytes != 0 && _queue.Bytes + length > spec.QueueBytes)))
            return new FrameFate { Dropped = DropReason.QDISC_OVERLIMIT, CorruptedBit = -1, CopyArrival = Instant.Never };

        _serializer.Send(length, now, out Instant start, out Instant end);
        if (waits) _queue.Add(start, length);
        if (!_impaired)
            return new FrameFate { Start = start, End = end, Arrival = end + spec.Delay, CopyArrival = Instant.Never, CorruptedBit = -1 };
        return Impaired(spec, length, start, end);
    }

    private FrameFate Impaired(WireSpec spec, int length, Instant start, Instant end)
    {
        // netem's order: duplicate before loss, so that one of two copies may be lost and the other arrive.
        Impairments impairments = _impairments ??= new Impairments(_seed);
        bool twice = impairments.Duplicates(spec);
        bool lost = impairments.Loses(spec);
        if (lost && !twice)
            return new FrameFate { Dropped = DropReason.LINK_LOSS, Start = start, End = end, CopyArrival = Instant.Never, CorruptedBit = -1 };
        bool marked = impairments.Marks(spec);
        int bit = impairments.CorruptedBit(spec, length);
        Instant arrival = impairments.Arrival(spec, end);
        bool overtakes = arrival < _latestArrival;
        if (!overtakes) _latestArrival = arrival;
        Instant copy = twice && !lost ? impairments.Arrival(spec, end) : Instant.Never;
        return new FrameFate { Start = start, End = end, Arrival = arrival, Overtakes = overtakes, CopyArrival = copy, Marked = marked, CorruptedBit = bit };
    }

    private void Apply(WireSpec spec)
    {
        _serializer.Configure(spec);
        _impaired = spec.Loss > 0 || spec.Duplicate > 0 || spec.Corrupt > 0 || spec.Mark > 0 || spec.Reorder > 0 || spec.Jitter.Nanoseconds > 0 || spec.KeepOrder;
    }
}
