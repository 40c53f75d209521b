// Cgroup programs at a socket's calls (kernel/bpf/cgroup.c): options on their way to the kernel and back, and a port that a program takes away again.

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    /// <summary>pre_connect (tcp_v4_pre_connect, udp_pre_connect): whether programs let a connect go on, and to whom.</summary>
    public Errno PreConnect(ref SockAddr peer) => Stack.Net.Cgroup is { } cgroup ? cgroup.Connect4(Sk, ref peer) : Errno.OK;

    /// <summary>BPF_CGROUP_RUN_PROG_SETSOCKOPT: false when the call is answered: refused, or done by a program.</summary>
    private bool MaySet(CgroupPrograms programs, Syscall.SetSockOpt call)
    {
        var context = new SockOptContext { Level = call.Level, Option = call.Option, Value = call.Value };
        Errno e = programs.Setsockopt(Sk, context);
        if (e != Errno.OK || context.Handled)
        {
            Answer(call, e);
            return false;
        }

        (call.Level, call.Option, call.Value) = (context.Level, context.Option, context.Value);
        return true;
    }

    /// <summary>BPF_CGROUP_RUN_PROG_GETSOCKOPT: what the caller gets of what the kernel answered.</summary>
    private SysResult Gotten(CgroupPrograms programs, Syscall.GetSockOpt call, Errno kernel, int length)
    {
        var context = new SockOptContext { Level = call.Level, Option = call.Option, Value = call.Value[..(kernel == Errno.OK ? length : 0)].ToArray(), Result = kernel };
        Errno e = programs.Getsockopt(Sk, context);
        if (context.Result != Errno.OK) return context.Result; // a refusal does not hide the kernel's own
        if (e != Errno.OK) return e;
        if (context.Value.Length > call.Value.Length) return Errno.EFAULT;
        context.Value.CopyTo(call.Value);
        return context.Value.Length;
    }

    // __inet_bind: a program that refuses the finished bind takes the port away, and the address.
    private void PostBind(DemuxRequest answer)
    {
        if (answer is not { Kind: DemuxRequest.What.Bind, Error: Errno.OK, Call: Syscall.Bind } || Sk.Family != AddressFamily.INET) return;
        SockAddr before = Sk.Local;
        Sk.Local = answer.Local;
        answer.Error = Stack.Net.Cgroup!.PostBind4(Sk);
        Sk.Local = before;
        if (answer.Error == Errno.OK) return;
        TellDemux(new DemuxRequest(DemuxRequest.What.PutPort, Me, Sk));
    }
}
