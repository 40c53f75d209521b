// What may be done with the files that wait for each other: two pipes, an eventfd, a connection, and epolls that watch them and each other; bytes
// spliced from one into another.

using System.Text;

namespace ActorNet.Differential.Tests;

internal static class RandomFiles
{
    // 4 and 5 are the connection, 6/7 and 8/9 the pipes, 10 the eventfd, 11 and 12 the epolls; nothing blocks.
    private const string Beginning =
        """
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = ...
        +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = ...
        +0 bind(3, ..., ...) = ...
        +0 listen(3, 8) = ...
        +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = ...
        +0 setsockopt(4, IPPROTO_TCP, TCP_NODELAY, [1], 4) = ...
        +0 connect(4, ..., ...) = ...
        +.004 accept4(3, ..., ..., SOCK_NONBLOCK) = ...
        +0 setsockopt(5, IPPROTO_TCP, TCP_NODELAY, [1], 4) = ...
        +0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = ...
        +0 pipe2(..., O_NONBLOCK) = ...
        +0 pipe2(..., O_NONBLOCK) = ...
        +0 eventfd2(0, EFD_NONBLOCK) = ...
        +0 epoll_create1(0) = ...
        +0 epoll_create1(0) = ...
        +0 fcntl(9, F_SETPIPE_SZ, 8192) = ...

        """;

    private static readonly int[] s_lengths = [1, 3, 100, 4096, 5000, 9000], s_readers = [6, 8, 4, 5], s_writers = [7, 9, 4, 5];
    private static readonly string[] s_masks = ["EPOLLIN", "EPOLLIN|EPOLLET", "EPOLLOUT|EPOLLET", "EPOLLIN|EPOLLOUT|EPOLLET", "EPOLLIN|EPOLLONESHOT", "EPOLLIN|EPOLLOUT|EPOLLET|EPOLLONESHOT", "EPOLLRDHUP|EPOLLET"];

    private static readonly string[] s_kinds =
    [
        "write", "write", "write", "read", "read", "read", "splice", "splice", "splice", "splice", "tee", "tee", "add", "add", "add", "add", "mod", "del", "wait", "wait", "wait", "wait", "outer",
        "event", "take", "poll", "close", "shutdown", "size", "left", "dup",
    ];

    public static int Kinds => s_kinds.Length;

    public static Script ToScript(IEnumerable<RandomCall> calls)
    {
        var text = new StringBuilder(Beginning);
        foreach (RandomCall call in calls) text.Append(CultureInfo.InvariantCulture, $"+.002 {Line(call)}\n");
        return Parser.Parse("files.pkt", text.ToString());
    }

    private static string Line(RandomCall c)
    {
        int watched = 4 + (c.A * 5 + c.Fd) % 8, epoll = c.Fd % 4 == 0 ? 12 : 11;
        string mask = Of(s_masks, c.B);
        return Of(s_kinds, c.Kind) switch
        {
            "write" => $"write({Of(s_writers, c.Fd)}, ..., {Of(s_lengths, c.A)}) = ...",
            "read" => $"read({Of(s_readers, c.Fd)}, ..., {Of(s_lengths, c.A)}) = ...",
            "splice" => $"splice({Of(s_readers, c.Fd)}, NULL, {Of(s_writers, c.B)}, NULL, {Of(s_lengths, c.A)}, {(c.B % 3 == 0 ? "SPLICE_F_NONBLOCK" : "0")}) = ...",
            "tee" => $"tee({6 + c.Fd % 2 * 2}, {9 - c.Fd % 2 * 2}, {Of(s_lengths, c.A)}, 0) = ...",
            "add" => $"epoll_ctl({epoll}, EPOLL_CTL_ADD, {watched}, {{events={mask}, fd={watched}}}) = ...",
            "mod" => $"epoll_ctl({epoll}, EPOLL_CTL_MOD, {watched}, {{events={mask}, fd={watched}}}) = ...",
            "del" => $"epoll_ctl({epoll}, EPOLL_CTL_DEL, {watched}, NULL) = ...",
            "wait" => $"epoll_wait({epoll}, ..., {1 + c.A % 4}, 0) = ...",
            "outer" => $"epoll_ctl(12, EPOLL_CTL_ADD, 11, {{events={(c.B % 2 == 0 ? "EPOLLIN" : "EPOLLIN|EPOLLET")}, fd=11}}) = ...",
            "event" => $"write(10, \"\\x0{1 + c.A % 3}\\x00\\x00\\x00\\x00\\x00\\x00\\x00\", 8) = ...",
            "take" => "read(10, ..., 8) = ...",
            "poll" => "poll([" + string.Join(", ", Enumerable.Range(4, 9).Select(f => $"{{fd={f}, events=POLLIN|POLLOUT|POLLRDHUP}}")) + "], 9, 0) = ...",
            "close" => $"close({4 + (c.A + c.B) % 7}) = ...",
            "shutdown" => $"shutdown({4 + c.Fd % 2}, {c.A % 3}) = ...",
            "size" => $"fcntl({7 + c.Fd % 2 * 2}, F_SETPIPE_SZ, {4096 << c.A % 4}) = ...",
            "left" => $"ioctl({Of(s_readers, c.Fd)}, FIONREAD, ...) = ...",
            _ => $"dup2({watched}, {13 + c.B % 2}) = ...",
        };
    }

    private static T Of<T>(T[] choices, int n) => choices[n % choices.Length];
}
