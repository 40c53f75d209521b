// What one direction of a cable is like: a rate, a delay, a queue in front of it, and what goes wrong on it. The words are those of
// tc-netem(8): rate with overhead and cells, delay with jitter, loss, duplicate, corrupt, reorder with gap.

namespace ActorNet.Devices.Wires;

/// <summary>One direction of a wire. Probabilities are 0 to 1.</summary>
/// <remarks>
/// A frame waits in the queue until the serializer is free, takes <c>bits / Rate</c> to be sent, and arrives with its last bit, <see cref="Delay"/>
/// later. Its length is that of tc: the Ethernet header counts, preamble, FCS and inter-frame gap do not unless <see cref="PacketOverhead"/> says so
/// (<see cref="EthernetOverhead"/>). The queue is the sending device's qdisc; what is lost on the wire has used the wire.
/// </remarks>
public sealed record WireSpec
{
    /// <summary>Preamble 8, FCS 4 and inter-frame gap 12: what Ethernet adds to each frame on a cable.</summary>
    public const int EthernetOverhead = 24;

    /// <summary>Bit/s; 0 is unlimited.</summary>
    public long Rate { get; init; }

    /// <summary>Bytes that each frame takes on the wire besides its own (netem's PACKETOVERHEAD); may be negative, as there.</summary>
    public int PacketOverhead { get; init; }

    /// <summary>Frames are cut into cells of so many bytes, the last one padded (ATM: 48); 0 for none.</summary>
    public int CellSize { get; init; }

    /// <summary>Bytes added to each cell (ATM: 5).</summary>
    public int CellOverhead { get; init; }

    /// <summary>Propagation; at least 1 ns.</summary>
    public Duration Delay { get; init; } = Duration.FromMicroseconds(1);

    /// <summary>Each frame's delay varies uniformly by up to this much either way. At most <see cref="Delay"/> less 1 ns takes effect.</summary>
    public Duration Jitter { get; init; }

    /// <summary>With jitter: a frame never overtakes an earlier one (netem over rate or slot does so; plain netem lets it).</summary>
    public bool KeepOrder { get; init; }

    /// <summary>Frames that may wait for the serializer; null for the sending device's txqueuelen.</summary>
    public int? QueuePackets { get; init; }

    /// <summary>Bytes that may wait for the serializer; 0 for no such limit (bfifo's limit).</summary>
    public long QueueBytes { get; init; }

    /// <summary>Probability that a frame is lost.</summary>
    public double Loss { get; init; }

    /// <summary>Probability that a frame arrives twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>Probability that one bit of a frame is flipped.</summary>
    public double Corrupt { get; init; }

    /// <summary>Probability that a frame whose sender understands ECN arrives marked (CE), as from a queue that signals congestion.</summary>
    public double Mark { get; init; }

    /// <summary>Probability that a frame is sent ahead of those before it; the others take the whole delay.</summary>
    public double Reorder { get; init; }

    /// <summary>With <see cref="Reorder"/>: only every so-manieth frame may go ahead (netem's gap); 0 or 1 for any.</summary>
    public int ReorderGap { get; init; }

    /// <summary>How much earlier a frame sent ahead arrives; null for all of the delay but the last microsecond (netem: at once).</summary>
    public Duration? ReorderAhead { get; init; }

    /// <summary>The least time from a frame's hand-over to its arrival: the engine's lookahead. At least 1 ns.</summary>
    public Duration MinDelay
    {
        get
        {
            long least = Delay.Nanoseconds - Jitter.Nanoseconds;
            if (Reorder > 0) least = Math.Min(least, Delay.Nanoseconds - AheadNanos);
            return new Duration(Math.Max(1, least));
        }
    }

    internal long AheadNanos => Math.Max(0, Math.Min(
        ReorderAhead?.Nanoseconds ?? Delay.Nanoseconds - 1_000, Delay.Nanoseconds - 1));

    /// <summary>Says what is wrong with it, or null.</summary>
    public string? Validate()
    {
        if (Rate is < 0 or > 10_000_000_000_000) return $"rate {Rate} bit/s is not between 0 (unlimited) and 10 Tbit/s";
        if (Delay.Nanoseconds < 1) return "delay must be at least 1 ns";
        if (Jitter.Nanoseconds < 0) return "jitter must not be negative";
        if (QueuePackets is < 0) return "queue must not be negative";
        if (QueueBytes < 0) return "queue bytes must not be negative";
        if (CellSize < 0 || CellOverhead < 0) return "cell size and overhead must not be negative";
        if (ReorderGap < 0) return "reorder gap must not be negative";
        if (ReorderAhead is { Nanoseconds: < 0 }) return "reorder ahead must not be negative";
        if (Loss is not (>= 0 and <= 1)) return "loss must be between 0 and 1";
        if (Duplicate is not (>= 0 and <= 1)) return "duplicate must be between 0 and 1";
        if (Corrupt is not (>= 0 and <= 1)) return "corrupt must be between 0 and 1";
        if (Mark is not (>= 0 and <= 1)) return "mark must be between 0 and 1";
        if (Reorder is not (>= 0 and <= 1)) return "reorder must be between 0 and 1";
        return null;
    }
}
