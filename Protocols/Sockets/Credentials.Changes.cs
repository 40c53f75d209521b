// How credentials change: setuid(2) and its kin (kernel/sys.c), setgroups(2), capset(2), and what that does to capabilities (security/commoncap.c).

namespace ActorNet.Protocols;

public sealed partial record Credentials
{
    /// <summary>The id that setresuid(2) and the others leave as it is.</summary>
    public const uint Unchanged = uint.MaxValue;

    private const int NGROUPS_MAX = 65_536;

    /// <summary>setuid(2). EINVAL: no uid; EPERM: neither the real nor the saved one, and no CAP_SETUID.</summary>
    public Errno SetUid(uint uid, out Credentials changed)
    {
        changed = this;
        if (uid == Unchanged) return Errno.EINVAL;
        if (Capable(Capability.SETUID)) changed = Fixed(this with { RealUid = uid, Uid = uid, SavedUid = uid });
        else if (uid == RealUid || uid == SavedUid) changed = Fixed(this with { Uid = uid });
        else return Errno.EPERM;
        return Errno.OK;
    }

    /// <summary>setgid(2). EINVAL: no gid; EPERM: neither the real nor the saved one, and no CAP_SETGID.</summary>
    public Errno SetGid(uint gid, out Credentials changed)
    {
        changed = this;
        if (gid == Unchanged) return Errno.EINVAL;
        if (Capable(Capability.SETGID)) changed = this with { RealGid = gid, Gid = gid, SavedGid = gid };
        else if (gid == RealGid || gid == SavedGid) changed = this with { Gid = gid };
        else return Errno.EPERM;
        return Errno.OK;
    }

    /// <summary>setreuid(2): the saved one follows the effective one when the real one is set, or the effective one to what the real one was not.</summary>
    public Errno SetReUid(uint real, uint effective, out Credentials changed)
    {
        changed = this;
        bool any = Capable(Capability.SETUID);
        if (real != Unchanged && !any && real != RealUid && real != Uid) return Errno.EPERM;
        if (effective != Unchanged && !any && effective != RealUid && effective != Uid && effective != SavedUid) return Errno.EPERM;
        uint e = Or(effective, Uid);
        bool saves = real != Unchanged || effective != Unchanged && effective != RealUid;
        changed = Fixed(this with { RealUid = Or(real, RealUid), Uid = e, SavedUid = saves ? e : SavedUid });
        return Errno.OK;
    }

    /// <summary>setregid(2).</summary>
    public Errno SetReGid(uint real, uint effective, out Credentials changed)
    {
        changed = this;
        bool any = Capable(Capability.SETGID);
        if (real != Unchanged && !any && real != RealGid && real != Gid) return Errno.EPERM;
        if (effective != Unchanged && !any && effective != RealGid && effective != Gid && effective != SavedGid) return Errno.EPERM;
        uint e = Or(effective, Gid);
        bool saves = real != Unchanged || effective != Unchanged && effective != RealGid;
        changed = this with { RealGid = Or(real, RealGid), Gid = e, SavedGid = saves ? e : SavedGid };
        return Errno.OK;
    }

    /// <summary>setresuid(2). EPERM: an id that is none of the three, and no CAP_SETUID.</summary>
    public Errno SetResUid(uint real, uint effective, uint saved, out Credentials changed)
    {
        changed = this;
        if (!Capable(Capability.SETUID) && !(IsOwn(real) && IsOwn(effective) && IsOwn(saved))) return Errno.EPERM;
        changed = Fixed(this with { RealUid = Or(real, RealUid), Uid = Or(effective, Uid), SavedUid = Or(saved, SavedUid) });
        return Errno.OK;

        bool IsOwn(uint id) => id == Unchanged || id == RealUid || id == Uid || id == SavedUid;
    }

    /// <summary>setresgid(2). EPERM: an id that is none of the three, and no CAP_SETGID.</summary>
    public Errno SetResGid(uint real, uint effective, uint saved, out Credentials changed)
    {
        changed = this;
        if (!Capable(Capability.SETGID) && !(IsOwn(real) && IsOwn(effective) && IsOwn(saved))) return Errno.EPERM;
        changed = this with { RealGid = Or(real, RealGid), Gid = Or(effective, Gid), SavedGid = Or(saved, SavedGid) };
        return Errno.OK;

        bool IsOwn(uint id) => id == Unchanged || id == RealGid || id == Gid || id == SavedGid;
    }

    /// <summary>setgroups(2). EPERM without CAP_SETGID; EINVAL: more than 65,536.</summary>
    public Errno SetGroups(IReadOnlyList<uint> groups, out Credentials changed)
    {
        changed = this;
        if (!Capable(Capability.SETGID)) return Errno.EPERM;
        if (groups.Count > NGROUPS_MAX) return Errno.EINVAL;
        changed = this with { Groups = [.. groups] };
        return Errno.OK;
    }

    /// <summary>capset(2) of oneself. EPERM: a permitted set that grows, or an effective one beyond it.</summary>
    public Errno CapSet(ulong effective, ulong permitted, out Credentials changed)
    {
        changed = this;
        (effective, permitted) = (effective & AllCapabilities, permitted & AllCapabilities);
        if ((permitted & ~Permitted) != 0 || (effective & ~permitted) != 0) return Errno.EPERM;
        changed = this with { Effective = effective, Permitted = permitted };
        return Errno.OK;
    }

    // cap_task_fix_setuid: all capabilities go with the last uid 0, the effective ones with an effective uid 0, and these come back with it.
    private Credentials Fixed(Credentials next)
    {
        bool hadRoot = RealUid == 0 || Uid == 0 || SavedUid == 0;
        bool hasRoot = next.RealUid == 0 || next.Uid == 0 || next.SavedUid == 0;
        ulong permitted = hadRoot && !hasRoot && !next.KeepCaps ? 0 : next.Permitted;
        ulong effective = hadRoot && !hasRoot && !next.KeepCaps ? 0 : next.Effective;
        if (Uid == 0 && next.Uid != 0) effective = 0;
        if (Uid != 0 && next.Uid == 0) effective = permitted;
        return next with { Effective = effective, Permitted = permitted };
    }

    private static uint Or(uint id, uint old) => id == Unchanged ? old : id;
}
