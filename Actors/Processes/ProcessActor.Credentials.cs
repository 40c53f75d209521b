// A process changes its credentials (kernel/sys.c, kernel/groups.c, kernel/capability.c): the rules are Credentials', the process keeps the outcome.

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    public void SetIds(Syscall.SetIds call)
    {
        Credentials mine = Credentials;
        Errno e = call.Nr switch
        {
            SyscallNr.setuid => mine.SetUid(call.Real, out mine),
            SyscallNr.setgid => mine.SetGid(call.Real, out mine),
            SyscallNr.setreuid => mine.SetReUid(call.Real, call.Effective, out mine),
            SyscallNr.setregid => mine.SetReGid(call.Real, call.Effective, out mine),
            SyscallNr.setresuid => mine.SetResUid(call.Real, call.Effective, call.Saved, out mine),
            SyscallNr.setresgid => mine.SetResGid(call.Real, call.Effective, call.Saved, out mine),
            _ => Errno.ENOSYS,
        };
        Commit(call, e, mine);
    }

    public void SetGroups(Syscall.SetGroups call) => Commit(call, Credentials.SetGroups(call.Groups, out Credentials mine), mine);

    public void CapSet(Syscall.CapSet call) => Commit(call, Credentials.CapSet(call.EffectiveSet, call.PermittedSet, out Credentials mine), mine);

    public void Prctl(Syscall.Prctl call)
    {
        switch (call.Option)
        {
            case Syscall.Prctl.PR_GET_KEEPCAPS: Finish(call, Credentials.KeepCaps ? 1 : 0); break;
            case Syscall.Prctl.PR_SET_KEEPCAPS when call.Arg2 <= 1: Commit(call, Errno.OK, Credentials with { KeepCaps = call.Arg2 == 1 }); break;
            default: Finish(call, Errno.EINVAL); break;
        }
    }

    private void Commit(Syscall call, Errno e, Credentials mine)
    {
        if (e == Errno.OK) Credentials = mine;
        Finish(call, e);
    }
}
