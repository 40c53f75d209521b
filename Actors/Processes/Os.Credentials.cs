// Credentials as a program sees and changes them.

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.SetIds> _setIds = new();
    private readonly FreeList<Syscall.SetGroups> _setGroups = new();
    private readonly FreeList<Syscall.CapSet> _capSets = new();
    private readonly FreeList<Syscall.Prctl> _prctls = new();

    /// <summary>getresuid, getresgid, getgroups, capget in one.</summary>
    public Credentials Credentials => _process.Credentials;

    /// <summary>setuid(2).</summary>
    public ValueTask SetUid(uint uid) => Void(IdsCall(SyscallNr.setuid, uid));

    public ValueTask<SysResult> TrySetUid(uint uid) => Try(IdsCall(SyscallNr.setuid, uid));

    /// <summary>setgid(2).</summary>
    public ValueTask SetGid(uint gid) => Void(IdsCall(SyscallNr.setgid, gid));

    public ValueTask<SysResult> TrySetGid(uint gid) => Try(IdsCall(SyscallNr.setgid, gid));

    /// <summary>setreuid(2).</summary>
    public ValueTask<SysResult> TrySetReUid(uint real, uint effective) => Try(IdsCall(SyscallNr.setreuid, real, effective));

    /// <summary>setregid(2).</summary>
    public ValueTask<SysResult> TrySetReGid(uint real, uint effective) => Try(IdsCall(SyscallNr.setregid, real, effective));

    /// <summary>setresuid(2).</summary>
    public ValueTask SetResUid(uint real, uint effective, uint saved) => Void(IdsCall(SyscallNr.setresuid, real, effective, saved));

    public ValueTask<SysResult> TrySetResUid(uint real, uint effective, uint saved) => Try(IdsCall(SyscallNr.setresuid, real, effective, saved));

    /// <summary>setresgid(2).</summary>
    public ValueTask SetResGid(uint real, uint effective, uint saved) => Void(IdsCall(SyscallNr.setresgid, real, effective, saved));

    public ValueTask<SysResult> TrySetResGid(uint real, uint effective, uint saved) => Try(IdsCall(SyscallNr.setresgid, real, effective, saved));

    /// <summary>setgroups(2).</summary>
    public ValueTask SetGroups(params IReadOnlyList<uint> groups) => Void(GroupsCall(groups));

    public ValueTask<SysResult> TrySetGroups(params IReadOnlyList<uint> groups) => Try(GroupsCall(groups));

    /// <summary>capset(2).</summary>
    public ValueTask CapSet(ulong effective, ulong permitted) => Void(CapsCall(effective, permitted));

    public ValueTask<SysResult> TryCapSet(ulong effective, ulong permitted) => Try(CapsCall(effective, permitted));

    /// <summary>prctl(2): PR_SET_KEEPCAPS.</summary>
    public ValueTask<SysResult> TryPrctl(int option, ulong arg2)
    {
        Syscall.Prctl call = _prctls.Rent();
        (call.Option, call.Arg2) = (option, arg2);
        return Try(call);
    }

    private Syscall.SetIds IdsCall(SyscallNr nr, uint real, uint effective = 0, uint saved = 0)
    {
        Syscall.SetIds call = _setIds.Rent();
        (call.Nr, call.Real, call.Effective, call.Saved) = (nr, real, effective, saved);
        return call;
    }

    private Syscall.SetGroups GroupsCall(IReadOnlyList<uint> groups)
    {
        Syscall.SetGroups call = _setGroups.Rent();
        call.Groups = groups;
        return call;
    }

    private Syscall.CapSet CapsCall(ulong effective, ulong permitted)
    {
        Syscall.CapSet call = _capSets.Rent();
        (call.EffectiveSet, call.PermittedSet) = (effective, permitted);
        return call;
    }
}
