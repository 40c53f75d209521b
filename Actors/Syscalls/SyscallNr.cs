// The calls a program can make, by Linux's name and x86-64 number (arch/x86/entry/syscalls/syscall_64.tbl).

namespace ActorNet.Actors;

/// <summary>Which call: the kernel's name and its x86-64 number, as traces show it.</summary>
public enum SyscallNr : short
{
    read = 0, write = 1, open = 2, close = 3, poll = 7, lseek = 8, ioctl = 16, readv = 19, writev = 20, select = 23,
    dup = 32, dup2 = 33, nanosleep = 35, sendfile = 40, socket = 41, connect = 42, sendto = 44, recvfrom = 45, sendmsg = 46,
    recvmsg = 47, shutdown = 48, bind = 49, listen = 50, getsockname = 51, getpeername = 52, socketpair = 53, setsockopt = 54, getsockopt = 55, fork = 57,
    exit_group = 231, wait4 = 61, kill = 62, fcntl = 72, setuid = 105, setgid = 106, setresuid = 117, setresgid = 119,
    setreuid = 113, setregid = 114, setgroups = 116, capset = 126, prctl = 157, getdents64 = 217, rt_sigaction = 13, rt_sigprocmask = 14, epoll_wait = 232, epoll_ctl = 233, unshare = 272, pselect6 = 270,
    ppoll = 271, splice = 275, tee = 276, epoll_pwait = 281, timerfd_create = 283, timerfd_settime = 286,
    timerfd_gettime = 287, accept4 = 288, eventfd2 = 290, epoll_create1 = 291, dup3 = 292, pipe2 = 293, recvmmsg = 299,
    sendmmsg = 307, setns = 308, epoll_pwait2 = 441,
}
