// struct cred (include/linux/cred.h) and capabilities(7): what a process may do, as the socket layer asks.

namespace ActorNet.Protocols;

/// <summary>CAP_* by number; those that the network asks for.</summary>
public enum Capability { DAC_OVERRIDE = 1, KILL = 5, SETGID = 6, SETUID = 7, NET_BIND_SERVICE = 10, NET_BROADCAST = 11, NET_ADMIN = 12, NET_RAW = 13, SYS_ADMIN = 21, SYS_RESOURCE = 24 }

/// <summary>A process's effective ids and capabilities. Immutable: changing them makes another.</summary>
/// <param name="Effective">A bit for each <see cref="Capability"/>.</param>
public sealed record Credentials(uint Uid, uint Gid, ulong Effective)
{
    /// <summary>uid 0 with every capability.</summary>
    public static Credentials Root { get; } = new(0, 0, ulong.MaxValue);

    /// <summary>capable(): whether the effective set has it.</summary>
    public bool Capable(Capability capability) => (Effective >> (int)capability & 1) != 0;
}
