// What `ethtool -g`, `ethtool -c` and `ethtool -K` set: the receive ring, interrupt moderation, offloads.

namespace ActorNet.Devices;

/// <summary>Settings of a NIC's receive side.</summary>
public sealed record NicOptions
{
    public static readonly NicOptions Default = new();

    /// <summary>Frames the receive ring holds between polls (ethtool -G rx).</summary>
    public int RxRing { get; init; } = 1024;

    /// <summary>How long the first frame may wait for its interrupt (ethtool -C rx-usecs); zero for none.</summary>
    public Duration RxUsecs { get; init; }

    /// <summary>Frames that raise the interrupt before that (ethtool -C rx-frames); 0 for no such number.</summary>
    public int RxFrames { get; init; }

    /// <summary>Frames one poll takes at most (NAPI_POLL_WEIGHT): the longest batch.</summary>
    public int Weight { get; init; } = 64;

    /// <summary>
    /// Offloads (ethtool -K). By default the one that no run can tell from none: what arrives is summed by the device. Each frame is its own then, and its
    /// checksum covers what it carries.
    /// </summary>
    public NetIfFeature Features { get; init; } = NetIfFeature.RXCSUM;

    /// <summary>Says what is wrong with it, or null.</summary>
    public string? Validate() =>
        RxRing < 1 ? "rx ring must hold at least 1 frame"
        : RxUsecs.Nanoseconds < 0 ? "rx-usecs must not be negative"
        : RxFrames < 0 ? "rx-frames must not be negative"
        : Weight < 1 ? "weight must be at least 1"
        : null;
}
