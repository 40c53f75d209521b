// One neighbour: struct neighbour (include/net/neighbour.h) with the NUD states of RFC 4861 7.3.2 that the kernel uses for ARP too.

namespace ActorNet.Protocols;

/// <summary>NUD_*.</summary>
[Flags]
public enum Nud : byte
{
    NONE = 0, INCOMPLETE = 0x01, REACHABLE = 0x02, STALE = 0x04, DELAY = 0x08, PROBE = 0x10, FAILED = 0x20, NOARP = 0x40, PERMANENT = 0x80,

    /// <summary>Used without a doubt.</summary>
    CONNECTED = PERMANENT | NOARP | REACHABLE,

    /// <summary>The address is known.</summary>
    VALID = CONNECTED | PROBE | STALE | DELAY,

    /// <summary>A timer runs.</summary>
    IN_TIMER = INCOMPLETE | REACHABLE | DELAY | PROBE,
}

/// <summary>A next hop on a link, and what is known of it.</summary>
public sealed class Neighbour
{
    internal Neighbour(uint address) => Address = address;

    /// <summary>IPv4, host order.</summary>
    public uint Address { get; }

    public MacAddress Hardware { get; internal set; }

    public Nud State { get; internal set; }

    /// <summary>When it was last known to be there, last used, last changed.</summary>
    public Instant Confirmed { get; internal set; }

    public Instant Used { get; internal set; }

    public Instant Updated { get; internal set; }

    /// <summary>Requests sent without an answer.</summary>
    public int Probes { get; internal set; }

    internal Instant Deadline = Instant.Never;
    internal SkBuff? QueueHead, QueueTail;
    internal int QueueBytes;
    internal Neighbour? Older, Newer;

    /// <summary>As `ip neigh` prints it.</summary>
    public override string ToString() =>
        $"{IpAddress.FromV4(Address)}{((State & Nud.VALID) != 0 ? $" lladdr {Hardware}" : "")} {State}";
}
