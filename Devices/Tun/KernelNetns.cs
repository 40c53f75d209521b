// Network namespaces of the real kernel (man 7 network_namespaces, man 2 setns, man 8 ip-netns).

namespace ActorNet.Devices.Tun;

/// <summary>Code that runs inside a network namespace of the machine. Linux only.</summary>
public static class KernelNetns
{
    /// <summary>Runs code on a thread of its own in a namespace; processes that it starts are in it too, and what it opens (a device, a socket) stays in it.</summary>
    /// <param name="netns">A name as `ip netns` has it, a path such as /proc/4711/ns/net, or empty for the caller's own.</param>
    /// <exception cref="TunException">ENOENT no such namespace; EPERM no CAP_SYS_ADMIN. Others are the code's own.</exception>
    public static T Inside<T>(string netns, Func<T> code)
    {
        if (netns.Length == 0) return code();
        if (!OperatingSystem.IsLinux()) throw new TunException(Errno.EOPNOTSUPP, "network namespaces exist on Linux only");
        T result = default!;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(netns);
                result = code();
            }
            catch (Exception e)
            {
                failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start(); // and not from the pool: a thread that has moved may not serve anybody else
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static void Enter(string netns)
    {
        bool named = !netns.Contains('/', StringComparison.Ordinal);
        int fd = Libc.open(named ? $"/run/netns/{netns}" : netns, Libc.O_RDONLY | Libc.O_CLOEXEC);
        Errno e = fd < 0 ? Libc.LastErrno : Errno.OK;
        if (fd >= 0)
        {
            if (Libc.setns(fd, Libc.CLONE_NEWNET) != 0) e = Libc.LastErrno;
            Libc.close(fd);
        }

        if (e == Errno.OK) return;
        throw new TunException(e, e switch
        {
            Errno.ENOENT => named ? $"there is no network namespace {netns} (ip netns add {netns} makes it)" : $"{netns} is not there",
            Errno.EINVAL => $"{netns} is not a network namespace",
            Errno.EPERM or Errno.EACCES => $"entering the network namespace {netns} needs root or CAP_SYS_ADMIN",
            _ => $"cannot enter the network namespace {netns}: {e}",
        });
    }
}
