// What may be asked of any descriptor: fcntl and ioctl by name and by number, dup, lseek, read and write with the wrong kind of file, calls of sockets on
// what is none.

using System.Text;

namespace ActorNet.Differential.Tests;

internal static class RandomDescriptors
{
    // 3 a datagram socket that is connected to itself, 4 a listener, 5/6 a pipe, 7 an eventfd, 8 an epoll, 9 a timer, 10 a setting, 11 a list of sockets. Nothing blocks.
    private const string Beginning =
        """
        0 socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, 0) = ...
        +0 bind(3, ..., ...) = ...
        +0 connect(3, ..., ...) = ...
        +0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0) = ...
        +0 listen(4, 1) = ...
        +0 pipe2(..., O_NONBLOCK) = ...
        +0 eventfd2(1, EFD_NONBLOCK) = ...
        +0 epoll_create1(0) = ...
        +0 timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK) = ...
        +0 open("/proc/sys/net/ipv4/ip_default_ttl", O_RDWR) = ...
        +0 open("/proc/net/raw", O_RDONLY) = ...

        """;

    // Without locks, leases and those that take a structure.
    private static readonly string[] s_fcntls =
    [
        "F_GETFD, 0", "F_SETFD, 1", "F_SETFD, 0", "F_SETFD, 3", "F_GETFL, 0", "F_SETFL, O_NONBLOCK", "F_SETFL, O_NONBLOCK|O_APPEND", "F_SETFL, O_NONBLOCK|O_ASYNC", "F_SETFL, O_NONBLOCK|O_DIRECT",
        "F_SETFL, O_NONBLOCK|O_NOATIME", "F_SETFL, O_NONBLOCK|O_SYNC|O_RDWR", "F_DUPFD, 0", "F_DUPFD, 20", "F_DUPFD_CLOEXEC, 12", "F_DUPFD, -1", "F_GETOWN, 0", "F_SETOWN, 0", "F_GETSIG, 0", "F_SETSIG, 10",
        "F_SETSIG, 0", "F_SETSIG, 65", "F_GETPIPE_SZ, 0", "F_SETPIPE_SZ, 4096", "F_SETPIPE_SZ, 5000", "F_SETPIPE_SZ, 0", "F_SETPIPE_SZ, -1", "99, 0", "-1, 0", "F_ADD_SEALS, 1", "F_GET_SEALS, 0",
    ];

    private static readonly string[] s_ioctls =
    [
        "FIONREAD, [...]", "FIONBIO, [1]", "FIOASYNC, [1]", "FIOASYNC, [0]", "FIOCLEX, [...]", "FIONCLEX, [...]", "SIOCATMARK, [...]", "SIOCGPGRP, [...]", "FIOGETOWN, [...]", "0x5401, [...]", "0x5460, [...]", "0x1234, [...]",
        "SIOCGSTAMP, *", "SIOCGIFINDEX, {ifr_name=\"lo\"}", "SIOCGIFMTU, {ifr_name=\"no\"}", "0, [...]", "0xffffffff, [...]",
    ];

    private static readonly string[] s_kinds =
    [
        "fcntl", "fcntl", "fcntl", "fcntl", "ioctl", "ioctl", "ioctl", "dup", "dup2", "dup3", "close", "lseek", "lseek", "read", "read", "write", "write", "listen", "getsockname", "recv", "send", "accept", "shutdown",
        "add", "del", "wait", "timer", "sockopt", "poll", "readv",
    ];

    public static int Kinds => s_kinds.Length;

    public static Script ToScript(IEnumerable<RandomCall> calls)
    {
        var text = new StringBuilder(Beginning);
        foreach (RandomCall call in calls) text.Append(CultureInfo.InvariantCulture, $"+.001 {Line(call)}\n");
        return Parser.Parse("descriptors.pkt", text.ToString());
    }

    private static string Line(RandomCall c)
    {
        int fd = 3 + (c.Fd * 7 + c.A) % 11, other = 3 + c.B % 12, more = c.Kind / 100;
        int size = Of([0, 1, 8, 7, 100, 5000], c.B);
        return Of(s_kinds, c.Kind) switch
        {
            "fcntl" => $"fcntl({fd}, {Of(s_fcntls, c.B + more)}) = ...",
            "ioctl" => $"ioctl({fd}, {Of(s_ioctls, c.B)}) = ...",
            "dup" => $"dup({fd}) = ...",
            "dup2" => $"dup2({fd}, {other}) = ...",
            "dup3" => $"dup3({fd}, {other}, {Of(["0", "O_CLOEXEC", "O_NONBLOCK"], more)}) = ...",
            "close" => $"close({fd}) = ...",
            "lseek" => $"lseek({fd}, {Of([0, 1, -1, 3, 100], c.B)}, {Of([0, 1, 2, 3, 4, 5], more)}) = ...",
            "read" => $"read({fd}, ..., {size}) = ...",
            "write" => $"write({fd}, {Of(["\"77\\n\"", "\"\\x02\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"", "..."], more)}, {Of([3, 8, size], more)}) = ...",
            "readv" => $"readv({fd}, [{{..., 3}}, {{..., {size}}}], 2) = ...",
            "listen" => $"listen({fd}, {c.B % 3}) = ...",
            "getsockname" => $"getsockname({fd}, ..., ...) = ...",
            "recv" => $"recv({fd}, ..., {size}, {Of(["0", "MSG_PEEK", "MSG_OOB"], more)}) = ...",
            "send" => $"send({fd}, ..., {Of([0, 1, 100], c.B)}, MSG_NOSIGNAL) = ...",
            "accept" => $"accept4({fd}, ..., ..., {Of(["0", "SOCK_CLOEXEC", "O_APPEND"], more)}) = ...",
            "shutdown" => $"shutdown({fd}, {c.B % 4}) = ...",
            "add" => $"epoll_ctl({(more % 4 == 0 ? fd : 8)}, EPOLL_CTL_ADD, {other}, {{events=EPOLLIN|EPOLLOUT, fd={other}}}) = ...",
            "del" => $"epoll_ctl(8, EPOLL_CTL_DEL, {other}, NULL) = ...",
            "wait" => $"epoll_wait({(more % 4 == 0 ? fd : 8)}, ..., {Of([1, 3, 0], c.B)}, 0) = ...",
            "timer" => $"timerfd_gettime({fd}, ...) = ...",
            "sockopt" => $"getsockopt({fd}, SOL_SOCKET, SO_TYPE, ..., [4]) = ...",
            _ => "poll([" + string.Join(", ", Enumerable.Range(3, 11).Select(f => $"{{fd={f}, events=POLLIN|POLLOUT}}")) + "], 11, 0) = ...",
        };
    }

    private static T Of<T>(T[] choices, int n) => choices[n % choices.Length];
}
