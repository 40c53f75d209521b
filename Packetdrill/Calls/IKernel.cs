// The real kernel as a call sees it. This assembly never calls it: a test does, in a network namespace of its own.

namespace ActorNet.Packetdrill;

/// <summary>The kernel of the machine, for one run of a script.</summary>
public interface IKernel
{
    /// <summary>syscall(2).</summary>
    /// <param name="nr">The x86-64 number (<see cref="X64"/>).</param>
    /// <returns>The value, or minus the errno.</returns>
    long Call(int nr, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0);

    /// <summary>The machine's number for a descriptor of the script.</summary>
    int Real(int fd);

    /// <summary>The script's number for one of the machine's: what <see cref="Real"/> undoes.</summary>
    int Script(int real);

    /// <summary>Gives a descriptor that a call has just made (pipe2 makes two) the script's lowest free number.</summary>
    int Install(int real);
}

/// <summary>Numbers of system calls on x86-64 (arch/x86/entry/syscalls/syscall_64.tbl).</summary>
public static class X64
{
    public const int read = 0, write = 1, open = 2, close = 3, poll = 7, lseek = 8, ioctl = 16, pread64 = 17, pwrite64 = 18, readv = 19, writev = 20, pipe = 22, select = 23,
        dup = 32, dup2 = 33, getpid = 39, sendfile = 40, socket = 41, connect = 42, accept = 43, sendto = 44, recvfrom = 45, sendmsg = 46, recvmsg = 47, shutdown = 48,
        bind = 49, listen = 50, getsockname = 51, getpeername = 52, socketpair = 53, setsockopt = 54, getsockopt = 55, kill = 62, fcntl = 72, gettid = 186,
        tgkill = 234, epoll_wait = 232, epoll_ctl = 233, pselect6 = 270, ppoll = 271, splice = 275, tee = 276, epoll_pwait = 281, timerfd_create = 283,
        timerfd_settime = 286, timerfd_gettime = 287, accept4 = 288, eventfd2 = 290, epoll_create1 = 291, dup3 = 292, pipe2 = 293, recvmmsg = 299, sendmmsg = 307;
}
