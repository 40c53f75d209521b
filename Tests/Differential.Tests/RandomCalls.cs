// Sequences of calls on a few sockets, as scripts: any of them is legal, and most get somewhere.

using System.Text;

namespace ActorNet.Differential.Tests;

/// <summary>One call, drawn as numbers: they shrink well, and any numbers are a call.</summary>
internal readonly record struct RandomCall(int Kind, int Fd, int A, int B);

internal static class RandomCalls
{
    // Weighted by repetition: without connections and data nothing happens.
    private static readonly string[] s_kinds =
    [
        "bind", "bind", "listen", "listen", "connect", "connect", "connect", "accept", "accept", "accept", "send", "send", "send", "recv", "recv", "recv", "sendto", "recvfrom",
        "shutdown", "shutdown", "close", "getsockname", "getpeername", "error", "acceptconn", "reuse", "linger", "poll", "poll", "flags", "dup", "dissolve", "socket",
        "oob", "recvoob", "inline", "lowat", "dup2", "write", "read", "peek", "broadcast", "ttl",
    ];

    public static int Kinds => s_kinds.Length;

    /// <summary>Two sockets of a kind, each of which gives up waiting after some milliseconds; then the calls.</summary>
    public static Script ToScript(bool tcp, IEnumerable<RandomCall> calls)
    {
        var text = new StringBuilder();
        for (int fd = 3; fd <= 4; fd++) NewSocket(text, tcp, fd, fd == 4);
        foreach (RandomCall call in calls)
        {
            string line = Line(call, tcp);
            if (line.Length > 0) text.Append(CultureInfo.InvariantCulture, $"+0 {line}\n");
        }

        return Parser.Parse("random.pkt", text.ToString());
    }

    private static void NewSocket(StringBuilder text, bool tcp, int fd, bool nonBlocking)
    {
        text.Append(CultureInfo.InvariantCulture, $"+0 socket(AF_INET, {(tcp ? "SOCK_STREAM" : "SOCK_DGRAM")}{(nonBlocking ? "|SOCK_NONBLOCK" : "")}, 0) = ...\n");
        text.Append(CultureInfo.InvariantCulture, $"+0 setsockopt({fd}, SOL_SOCKET, SO_RCVTIMEO, {{tv_sec=0, tv_usec=4000}}, 16) = ...\n");
        text.Append(CultureInfo.InvariantCulture, $"+0 setsockopt({fd}, SOL_SOCKET, SO_SNDTIMEO, {{tv_sec=0, tv_usec=4000}}, 16) = ...\n");
        // Nagle waits for an acknowledgement, and that for a timer: when data comes would be a matter of real time.
        if (tcp) text.Append(CultureInfo.InvariantCulture, $"+0 setsockopt({fd}, SOL_TCP, TCP_NODELAY, [1], 4) = ...\n");
    }

    private static string Line(RandomCall c, bool tcp)
    {
        int fd = 3 + c.Fd % 4;
        int[] sizes = [1, 100, 0, 3000];
        int size = sizes[c.A % sizes.Length];
        return s_kinds[c.Kind % s_kinds.Length] switch
        {
            "bind" => $"bind({fd}, {Address(c.A, c.B)}, 16) = ...",
            "listen" => $"listen({fd}, {c.A % 3}) = ...",
            "connect" => $"connect({fd}, {Address(c.A, c.B)}, 16) = ...",
            "accept" => $"accept4({fd}, ..., ..., {(c.A % 2 == 0 && c.Fd % 4 < 2 ? "0" : "SOCK_NONBLOCK")}) = ...",
            "send" => $"send({fd}, ..., {size}, {Of(c.B, "0", "MSG_DONTWAIT", "MSG_NOSIGNAL")}) = ...",
            "recv" => $"recv({fd}, ..., {size}, {Of(c.B, "0", "MSG_PEEK", "MSG_DONTWAIT", "MSG_WAITALL", "MSG_TRUNC")}) = ...",
            "sendto" => $"sendto({fd}, ..., {size}, 0, {Address(c.B, c.A)}, 16) = ...",
            "recvfrom" => $"recvfrom({fd}, ..., {size}, {Of(c.B, "0", "MSG_PEEK|MSG_DONTWAIT")}, ..., ...) = ...",
            "shutdown" => $"shutdown({fd}, {c.A % 3}) = ...",
            "close" => $"close({fd}) = ...",
            "getsockname" => $"getsockname({fd}, ..., ...) = ...",
            "getpeername" => $"getpeername({fd}, ..., ...) = ...",
            "error" => $"getsockopt({fd}, SOL_SOCKET, SO_ERROR, ..., [4]) = ...",
            "acceptconn" => $"getsockopt({fd}, SOL_SOCKET, SO_ACCEPTCONN, ..., [4]) = ...",
            "reuse" => $"setsockopt({fd}, SOL_SOCKET, {Of(c.A, "SO_REUSEADDR", "SO_REUSEPORT")}, [{c.B % 2}], 4) = ...",
            "linger" => $"setsockopt({fd}, SOL_SOCKET, SO_LINGER, {{onoff={c.A % 2}, linger=0}}, 8) = ...",
            "poll" => "poll([" + string.Join(", ", Enumerable.Range(3, 4).Select(f => $"{{fd={f}, events=POLLIN|POLLOUT|POLLPRI|POLLRDHUP}}")) + "], 4, 0) = ...",
            "flags" => $"fcntl({fd}, F_SETFL, O_RDWR|O_NONBLOCK) = ...", // and never back: the last one's sockets have no time-outs
            "dup" => $"dup({fd}) = ...",
            "oob" => $"send({fd}, \"!\", 1, MSG_OOB) = ...",
            "recvoob" => $"recv({fd}, ..., 1, {Of(c.A, "MSG_OOB", "MSG_OOB|MSG_PEEK")}) = ...",
            "inline" => $"setsockopt({fd}, SOL_SOCKET, SO_OOBINLINE, [{c.A % 2}], 4) = ...",
            "lowat" => $"setsockopt({fd}, SOL_SOCKET, SO_RCVLOWAT, [{Of(c.A, "1", "50", "0", "2000")}], 4) = ...",
            "dup2" => $"dup2({fd}, {3 + c.A % 5}) = ...",
            "write" => $"write({fd}, ..., {size}) = ...",
            "read" => $"read({fd}, ..., {size}) = ...",
            "peek" => $"recv({fd}, ..., {size}, MSG_PEEK|MSG_DONTWAIT) = ...",
            "broadcast" => $"sendto({fd}, ..., {size}, 0, {{sa_family = AF_INET, sin_port = htons(8081), sin_addr = inet_addr(\"127.255.255.255\")}}, 16) = ...",
            "ttl" => $"getsockopt({fd}, SOL_IP, {Of(c.A, "IP_TTL", "IP_TOS", "IP_MTU")}, ..., [4]) = ...",
            "dissolve" => $"connect({fd}, AF_UNSPEC, 16) = ...",
            _ => $"socket(AF_INET, {(tcp ? "SOCK_STREAM" : "SOCK_DGRAM")}|SOCK_NONBLOCK, 0) = ...",
        };
    }

    private static string Address(int a, int b)
    {
        string ip = Of(a, "127.0.0.1", "127.0.0.1", "0.0.0.0", "127.0.0.2"), port = Of(b, "8081", "8081", "8082", "0");
        return $"{{sa_family = AF_INET, sin_port = htons({port}), sin_addr = inet_addr(\"{ip}\")}}";
    }

    private static string Of(int n, params string[] choices) => choices[n % choices.Length];
}
