// What two ends of a TCP connection may say to each other, non-blocking, some milliseconds apart: reads and writes of all kinds, urgent data, marks and
// offsets, half-closes, resets.

using System.Text;

namespace ActorNet.Differential.Tests;

internal static class RandomConversation
{
    // The two ends are 4 and 5. MSG_MORE is left out: when its data goes depends on the acknowledgements that timers send.
    private const string Beginning =
        """
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = ...
        +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = ...
        +0 setsockopt(3, IPPROTO_TCP, TCP_NODELAY, [1], 4) = ...
        +0 bind(3, ..., ...) = ...
        +0 listen(3, 8) = ...
        +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = ...
        +0 setsockopt(4, IPPROTO_TCP, TCP_NODELAY, [1], 4) = ...
        +0 connect(4, ..., ...) = ...
        +.004 accept(3, ..., ...) = ...
        +0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = ...
        +0 fcntl(5, F_SETFL, O_RDWR|O_NONBLOCK) = ...

        """;

    private static readonly string[] s_sendFlags = ["0", "0", "0", "MSG_OOB", "MSG_OOB", "MSG_EOR"];
    private static readonly string[] s_recvFlags = ["0", "0", "MSG_PEEK", "MSG_OOB", "MSG_TRUNC", "MSG_WAITALL", "MSG_OOB|MSG_PEEK", "MSG_PEEK|MSG_TRUNC"];
    private static readonly int[] s_lengths = [1, 2, 3, 10, 100, 1000], s_rooms = [0, 1, 2, 5, 50, 1000, 10_000];

    private static readonly string[] s_kinds =
    [
        "send", "send", "send", "send", "send", "send", "recv", "recv", "recv", "recv", "recv", "recv", "poll", "poll", "error", "oobinline", "rcvlowat", "peekoff", "getpeekoff",
        "lowat", "shutdown", "linger", "close", "dissolve", "peername",
    ];

    public static int Kinds => s_kinds.Length;

    public static Script ToScript(IEnumerable<RandomCall> calls)
    {
        var text = new StringBuilder(Beginning);
        foreach (RandomCall call in calls) text.Append(CultureInfo.InvariantCulture, $"+.004 {Line(call)}\n");
        return Parser.Parse("conversation.pkt", text.ToString());
    }

    private static string Line(RandomCall c)
    {
        int fd = 4 + c.Fd % 2;
        string recv = Of(s_recvFlags, c.B);
        return Of(s_kinds, c.Kind) switch
        {
            "send" => $"send({fd}, ..., {Of(s_lengths, c.A)}, {Of(s_sendFlags, c.B)}|MSG_NOSIGNAL) = ...",
            "recv" => $"recv({fd}, {(recv.Contains("TRUNC", StringComparison.Ordinal) ? "*" : "...")}, {Of(s_rooms, c.A)}, {recv}|MSG_DONTWAIT) = ...",
            "poll" => "poll([{fd=4, events=POLLIN|POLLOUT|POLLPRI|POLLRDHUP}, {fd=5, events=POLLIN|POLLOUT|POLLPRI|POLLRDHUP}], 2, 0) = ...",
            "error" => $"getsockopt({fd}, SOL_SOCKET, SO_ERROR, ..., [4]) = ...",
            "oobinline" => $"setsockopt({fd}, SOL_SOCKET, SO_OOBINLINE, [{c.A % 2}], 4) = ...",
            "rcvlowat" => $"setsockopt({fd}, SOL_SOCKET, SO_RCVLOWAT, [{Of(s_rooms, c.A)}], 4) = ...",
            "peekoff" => $"setsockopt({fd}, SOL_SOCKET, SO_PEEK_OFF, [{c.A % 3 - 1}], 4) = ...",
            "getpeekoff" => $"getsockopt({fd}, SOL_SOCKET, SO_PEEK_OFF, ..., [4]) = ...",
            "lowat" => $"setsockopt({fd}, IPPROTO_TCP, TCP_NOTSENT_LOWAT, [{c.A % 3 * 100}], 4) = ...",
            "shutdown" => $"shutdown({fd}, {c.A % 3}) = ...",
            "linger" => $"setsockopt({fd}, SOL_SOCKET, SO_LINGER, {{onoff={c.A % 2}, linger=0}}, 8) = ...",
            "close" => $"close({fd}) = ...",
            "dissolve" => $"connect({fd}, {{sa_family = AF_UNSPEC}}, 16) = ...",
            _ => $"getpeername({fd}, ..., ...) = ...",
        };
    }

    private static T Of<T>(T[] choices, int n) => choices[n % choices.Length];
}
