// struct cred (include/linux/cred.h) and capabilities(7): what a process may do, as the socket layer asks. How it changes is in Credentials.Changes.cs.

namespace ActorNet.Protocols;

/// <summary>CAP_* by number (include/uapi/linux/capability.h).</summary>
public enum Capability
{
    CHOWN = 0, DAC_OVERRIDE = 1, DAC_READ_SEARCH = 2, FOWNER = 3, FSETID = 4, KILL = 5, SETGID = 6, SETUID = 7, SETPCAP = 8, LINUX_IMMUTABLE = 9,
    NET_BIND_SERVICE = 10, NET_BROADCAST = 11, NET_ADMIN = 12, NET_RAW = 13, IPC_LOCK = 14, IPC_OWNER = 15, SYS_MODULE = 16, SYS_RAWIO = 17,
    SYS_CHROOT = 18, SYS_PTRACE = 19, SYS_PACCT = 20, SYS_ADMIN = 21, SYS_BOOT = 22, SYS_NICE = 23, SYS_RESOURCE = 24, SYS_TIME = 25,
    SYS_TTY_CONFIG = 26, MKNOD = 27, LEASE = 28, AUDIT_WRITE = 29, AUDIT_CONTROL = 30, SETFCAP = 31, MAC_OVERRIDE = 32, MAC_ADMIN = 33, SYSLOG = 34,
    WAKE_ALARM = 35, BLOCK_SUSPEND = 36, AUDIT_READ = 37, PERFMON = 38, BPF = 39, CHECKPOINT_RESTORE = 40,
}

/// <summary>A process's ids and capabilities. Immutable: changing them makes another.</summary>
/// <param name="Uid">The effective one.</param>
/// <param name="Gid">The effective one.</param>
/// <param name="Effective">A bit for each <see cref="Capability"/>.</param>
public sealed partial record Credentials(uint Uid, uint Gid, ulong Effective)
{
    /// <summary>CAP_LAST_CAP's sets of all capabilities.</summary>
    public const ulong AllCapabilities = (1UL << (int)Capability.CHECKPOINT_RESTORE + 1) - 1;

    /// <summary>uid 0 with every capability.</summary>
    public static Credentials Root { get; } = new(0, 0, AllCapabilities);

    public uint RealUid { get; init; } = Uid;

    public uint SavedUid { get; init; } = Uid;

    public uint RealGid { get; init; } = Gid;

    public uint SavedGid { get; init; } = Gid;

    /// <summary>Supplementary groups.</summary>
    public IReadOnlyList<uint> Groups { get; init; } = [];

    /// <summary>What <see cref="Effective"/> may be raised to.</summary>
    public ulong Permitted { get; init; } = Effective;

    /// <summary>PR_SET_KEEPCAPS: giving up uid 0 leaves the permitted set as it is.</summary>
    public bool KeepCaps { get; init; }

    /// <summary>An ordinary user, with these capabilities and no others.</summary>
    public static Credentials User(uint uid, uint gid, params ReadOnlySpan<Capability> capabilities) => new(uid, gid, Mask(capabilities));

    /// <summary>The set of these capabilities.</summary>
    public static ulong Mask(params ReadOnlySpan<Capability> capabilities)
    {
        ulong mask = 0;
        foreach (Capability c in capabilities) mask |= 1UL << (int)c;
        return mask;
    }

    /// <summary>capable(): whether the effective set has it.</summary>
    public bool Capable(Capability capability) => (Effective >> (int)capability & 1) != 0;

    /// <summary>in_egroup_p.</summary>
    public bool InGroup(uint gid) => Gid == gid || Groups.Contains(gid);
}
