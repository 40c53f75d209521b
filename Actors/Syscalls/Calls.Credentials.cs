// Calls that change who a process is: setuid(2) and its kin, setgroups(2), capset(2), prctl(2) for PR_SET_KEEPCAPS (kernel/sys.c, kernel/capability.c).

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>setuid, setgid, setreuid, setregid, setresuid, setresgid: up to three ids; <see cref="Credentials.Unchanged"/> leaves one as it is.</summary>
    public sealed class SetIds() : Syscall(SyscallNr.setuid)
    {
        public uint Real { get; set; }

        public uint Effective { get; set; }

        public uint Saved { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.SetIds(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Real, Effective, Saved, Result);
    }

    /// <summary>setgroups(2).</summary>
    public sealed class SetGroups() : Syscall(SyscallNr.setgroups)
    {
        public IReadOnlyList<uint> Groups { get; set; } = [];

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.SetGroups(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Groups.Count, 0, 0, Result);
    }

    /// <summary>capset(2) of oneself: bit masks by <see cref="Capability"/>.</summary>
    public sealed class CapSet() : Syscall(SyscallNr.capset)
    {
        public ulong EffectiveSet { get; set; }

        public ulong PermittedSet { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.CapSet(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, (long)EffectiveSet, (long)PermittedSet, 0, Result);
    }

    /// <summary>prctl(2): PR_GET_KEEPCAPS and PR_SET_KEEPCAPS; EINVAL for any other.</summary>
    public sealed class Prctl() : Syscall(SyscallNr.prctl)
    {
        public const int PR_GET_KEEPCAPS = 7, PR_SET_KEEPCAPS = 8;

        public int Option { get; set; }

        public ulong Arg2 { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.Prctl(this);

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, Option, (long)Arg2, 0, Result);
    }
}
