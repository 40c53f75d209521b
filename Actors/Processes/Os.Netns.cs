// Network namespaces as a program changes them: unshare(2), setns(2).

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.Unshare> _unshares = new();
    private readonly FreeList<Syscall.Setns> _setns = new();

    /// <summary>unshare(CLONE_NEWNET): from now on the process makes its sockets in a namespace of its own, where there is only lo, and that is down.</summary>
    public ValueTask Unshare(int flags = Syscall.CLONE_NEWNET) => Void(UnshareCall(flags));

    public ValueTask<SysResult> TryUnshare(int flags = Syscall.CLONE_NEWNET) => Try(UnshareCall(flags));

    /// <summary>setns(2): from now on the process makes its sockets in the namespace of an open file (/proc/self/ns/net, /proc/PID/ns/net, /run/netns/NAME); those that it has stay where they are.</summary>
    public ValueTask Setns(int fd, int nsType = Syscall.CLONE_NEWNET) => Void(SetnsCall(fd, nsType));

    public ValueTask<SysResult> TrySetns(int fd, int nsType = Syscall.CLONE_NEWNET) => Try(SetnsCall(fd, nsType));

    private Syscall.Unshare UnshareCall(int flags)
    {
        Syscall.Unshare call = _unshares.Rent();
        call.Flags = flags;
        return call;
    }

    private Syscall.Setns SetnsCall(int fd, int nsType)
    {
        Syscall.Setns call = _setns.Rent();
        (call.Fd, call.NsType) = (fd, nsType);
        return call;
    }
}
