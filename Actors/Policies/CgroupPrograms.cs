// bpf_prog_run_array_cg (kernel/bpf/cgroup.c): all programs run, all must allow.

namespace ActorNet.Actors;

/// <summary>The programs attached to a host's cgroup.</summary>
internal sealed class CgroupPrograms(HostPlan host) : ICgroupSock
{
    private CgroupProgram[] _programs = [];

    public bool IsEmpty => _programs.Length == 0;

    private delegate Errno AddressHook(CgroupProgram program, ITask task, Sock sk, ref SockAddr address);

    public void Add(CgroupProgram program) => Set([.. _programs, program]);

    public void Remove(CgroupProgram program) => Set([.. _programs.Where(p => p != program)]);

    public Errno Bind4(Sock sk, ref SockAddr address) => Run(sk, ref address, static (CgroupProgram p, ITask t, Sock sk, ref SockAddr a) => p.Bind4(t, sk, ref a));

    public Errno Connect4(Sock sk, ref SockAddr peer) => Run(sk, ref peer, static (CgroupProgram p, ITask t, Sock sk, ref SockAddr a) => p.Connect4(t, sk, ref a));

    public Errno Sendmsg4(Sock sk, ref SockAddr to) => Run(sk, ref to, static (CgroupProgram p, ITask t, Sock sk, ref SockAddr a) => p.Sendmsg4(t, sk, ref a));

    public void Recvmsg4(Sock sk, ref SockAddr from)
    {
        foreach (CgroupProgram p in _programs) p.Recvmsg4(sk.Net.Current, sk, ref from);
    }

    public void GetName4(Sock sk, bool ofPeer, ref SockAddr name)
    {
        foreach (CgroupProgram p in _programs)
        {
            if (ofPeer) p.Getpeername4(sk.Net.Current, sk, ref name);
            else p.Getsockname4(sk.Net.Current, sk, ref name);
        }
    }

    public Errno PostBind4(Sock sk) => Run(sk, static (p, t, sk) => p.PostBind4(t, sk));

    public Errno SockCreate(Sock sk) => Run(sk, static (p, t, sk) => p.SockCreate(t, sk));

    public void SockRelease(Sock sk)
    {
        foreach (CgroupProgram p in _programs) p.SockRelease(sk.Net.Current, sk);
    }

    public Errno Setsockopt(Sock sk, SockOptContext context)
    {
        Errno answer = Errno.OK;
        foreach (CgroupProgram p in _programs) answer = Both(answer, p.Setsockopt(sk.Net.Current, sk, context));

        return answer;
    }

    public Errno Getsockopt(Sock sk, SockOptContext context)
    {
        Errno answer = Errno.OK;
        foreach (CgroupProgram p in _programs) answer = Both(answer, p.Getsockopt(sk.Net.Current, sk, context));

        return answer;
    }

    private Errno Run(Sock sk, ref SockAddr address, AddressHook hook)
    {
        Errno answer = Errno.OK;
        foreach (CgroupProgram p in _programs) answer = Both(answer, hook(p, sk.Net.Current, sk, ref address));

        return answer;
    }

    private Errno Run(Sock sk, Func<CgroupProgram, ITask, Sock, Errno> hook)
    {
        Errno answer = Errno.OK;
        foreach (CgroupProgram p in _programs) answer = Both(answer, hook(p, sk.Net.Current, sk));

        return answer;
    }

    // A program that returns 0 leaves the errno that is there, or makes it EPERM; one that says another errno (bpf_set_retval) replaces it.
    private static Errno Both(Errno before, Errno said) => said == Errno.OK || said == Errno.EPERM && before != Errno.OK ? before : said;

    // Without programs the protocols find null, and ask nobody.
    private void Set(CgroupProgram[] programs)
    {
        _programs = programs;
        foreach (Netns ns in host.Namespaces) ns.Net.Cgroup = IsEmpty ? null : this;
    }
}
