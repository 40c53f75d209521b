// The words of a switch besides those of its ports, which are NetDevice's with the port's IfIndex.

namespace ActorNet.Devices.Switching;

/// <summary>Vocabulary of <see cref="SwitchActor"/>.</summary>
public static class Switch
{
    /// <summary>Adds a port; its Info's IfIndex must be one more than the last port's (the first is 1). Answered with OK or EINVAL.</summary>
    public sealed record AddPort(EtherPort Port);

    /// <summary>What a switch does with frames, counted.</summary>
    public sealed class Counters
    {
        /// <summary>Frames sent on to one port; frames flooded; copies made for that; frames that were for the port they came by; addresses learned or moved.</summary>
        public long Forwarded, Flooded, Copies, Filtered, Learned;
    }

    /// <summary>Settings of a switch.</summary>
    public sealed record Options
    {
        public static readonly Options Default = new();

        /// <summary>How long an address is remembered (bridge ageing_time).</summary>
        public Duration Ageing { get; init; } = Duration.FromSeconds(300);

        /// <summary>From a frame's last bit in to its first bit out at the earliest.</summary>
        public Duration ForwardingDelay { get; init; }
    }
}
