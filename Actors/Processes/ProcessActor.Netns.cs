// A process changes its network namespace (kernel/nsproxy.c, net/core/net_namespace.c): what it makes from now on is made there; its sockets stay where they
// were made.

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    // CLONE_NEWTIME, FS, FILES, SIGHAND, VM, THREAD, NEWNS, SYSVSEM, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET: what unshare(2) knows. A host has
    // one namespace of every other kind, so that a request for a new one is refused, as by a kernel that was built without them.
    private const int Known = 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x1_0000 | 0x2_0000 | 0x4_0000 | 0x3E00_0000 | Syscall.CLONE_NEWNET;
    private const int OtherNamespaces = 0x80 | 0x2_0000 | 0x3E00_0000;

    /// <summary>The namespace that it is in.</summary>
    public NetStack Stack => _stack;

    public void Unshare(Syscall.Unshare call)
    {
        if ((call.Flags & ~Known) != 0 || (call.Flags & OtherNamespaces) != 0)
        {
            Finish(call, Errno.EINVAL);
        }
        else if ((call.Flags & Syscall.CLONE_NEWNET) == 0)
        {
            Finish(call, 0);
        }
        else if (!Credentials.Capable(Capability.SYS_ADMIN))
        {
            Finish(call, Errno.EPERM);
        }
        else
        {
            HostPlan host = _stack.Netns.Host;
            call.Made = host.NewNamespace(null, loopbackUp: false);
            host.Actor.Tell(new StartNetns(call.Made, call), _self); // comes back when its instances are alive
        }
    }

    public void Setns(Syscall.Setns call)
    {
        OpenFile? file = _files[call.Fd];
        Errno e = file is null ? Errno.EBADF
            : file is not NetnsFile || call.NsType is not (0 or Syscall.CLONE_NEWNET) ? Errno.EINVAL
            : !Credentials.Capable(Capability.SYS_ADMIN) ? Errno.EPERM
            : Errno.OK;
        if (e == Errno.OK) Enter(((NetnsFile)file!).Netns);
        Finish(call, e);
    }

    private void OnUnshared(Syscall.Unshare call)
    {
        Enter(call.Made!);
        Finish(call, 0);
    }

    private void Enter(Netns netns)
    {
        _stack = netns.Stack;
        _spec.Status.Netns = netns;
    }
}
