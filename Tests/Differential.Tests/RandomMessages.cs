// What datagram sockets may say to each other with sendmsg and recvmsg: control messages both ways, rooms that are too small, the error queue, corks, peeks.

using System.Text;

namespace ActorNet.Differential.Tests;

internal static class RandomMessages
{
    // 3 and 4 are connected to each other, 5 is bound and connected to nobody, 6 to a port where nobody listens. Nothing blocks.
    private const string Beginning =
        """
        0 socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, 0) = ...
        +0 bind(3, {sa_family=AF_INET, sin_port=htons(8081), sin_addr=inet_addr("127.0.0.1")}, 16) = ...
        +0 socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, 0) = ...
        +0 bind(4, {sa_family=AF_INET, sin_port=htons(8082), sin_addr=inet_addr("127.0.0.1")}, 16) = ...
        +0 connect(3, {sa_family=AF_INET, sin_port=htons(8082), sin_addr=inet_addr("127.0.0.1")}, 16) = ...
        +0 connect(4, {sa_family=AF_INET, sin_port=htons(8081), sin_addr=inet_addr("127.0.0.1")}, 16) = ...
        +0 socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, 0) = ...
        +0 bind(5, {sa_family=AF_INET, sin_port=htons(8083), sin_addr=inet_addr("0.0.0.0")}, 16) = ...
        +0 socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, 0) = ...
        +0 connect(6, {sa_family=AF_INET, sin_port=htons(8089), sin_addr=inet_addr("127.0.0.1")}, 16) = ...

        """;

    private static readonly string[] s_options =
    [
        "SOL_IP, IP_PKTINFO", "SOL_IP, IP_RECVTTL", "SOL_IP, IP_RECVTOS", "SOL_IP, IP_RECVERR", "SOL_IP, IP_RECVERR", "SOL_IP, IP_RECVORIGDSTADDR", "SOL_SOCKET, SO_RCVMARK", "SOL_SOCKET, SO_PEEK_OFF",
        "SOL_SOCKET, SO_BROADCAST", "SOL_SOCKET, SO_RCVPRIORITY", "SOL_UDP, UDP_CORK", "SOL_IP, IP_TTL", "SOL_IP, IP_TOS", "SOL_SOCKET, SO_SELECT_ERR_QUEUE", "SOL_IP, IP_RETOPTS", "SOL_IP, IP_RECVOPTS",
        "SOL_IP, IP_MTU_DISCOVER", "SOL_SOCKET, SO_NO_CHECK", "SOL_SOCKET, SO_RXQ_OVFL",
    ];

    private static readonly string[] s_controls =
    [
        "", "", "{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=9}", "{cmsg_level=SOL_IP, cmsg_type=IP_TOS, cmsg_data=16}", "{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=0}",
        "{cmsg_level=SOL_IP, cmsg_type=IP_PKTINFO, cmsg_data={ipi_ifindex=0, ipi_spec_dst=inet_addr(\"127.0.0.9\"), ipi_addr=0}}", "{cmsg_level=SOL_SOCKET, cmsg_type=SO_MARK, cmsg_data=7}",
        "{cmsg_level=SOL_SOCKET, cmsg_type=SO_PRIORITY, cmsg_data=3}", "{cmsg_level=SOL_SOCKET, cmsg_type=77, cmsg_data=3}", "{cmsg_level=SOL_UDP, cmsg_type=UDP_SEGMENT, cmsg_data=100}",
        "{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=256}", "{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=5}, {cmsg_level=SOL_IP, cmsg_type=IP_TOS, cmsg_data=8}",
    ];

    private static readonly string[] s_sendFlags = ["0", "0", "0", "MSG_MORE", "MSG_DONTWAIT", "MSG_CONFIRM", "MSG_OOB", "MSG_DONTROUTE", "MSG_NOSIGNAL|MSG_EOR"];
    private static readonly string[] s_recvFlags = ["0", "0", "0", "MSG_PEEK", "MSG_ERRQUEUE", "MSG_ERRQUEUE", "MSG_TRUNC", "MSG_PEEK|MSG_TRUNC", "MSG_ERRQUEUE|MSG_PEEK", "MSG_WAITALL", "MSG_OOB"];
    private static readonly int[] s_sizes = [0, 1, 10, 100, 350, 1500, 3000], s_rooms = [0, 1, 5, 100, 2000, 9000], s_controlRooms = [200, 200, 200, 64, 32, 20, 16, 15, 0];
    private static readonly string[] s_kinds = ["option", "option", "option", "sendmsg", "sendmsg", "sendmsg", "sendmsg", "sendto", "recvmsg", "recvmsg", "recvmsg", "recvmsg", "recvmmsg", "recv", "poll", "error", "inq"];

    public static Script ToScript(IEnumerable<RandomCall> calls)
    {
        var text = new StringBuilder(Beginning);
        foreach (RandomCall call in calls) text.Append(CultureInfo.InvariantCulture, $"+.001 {Line(call)}\n");
        return Parser.Parse("messages.pkt", text.ToString());
    }

    private static string Line(RandomCall c)
    {
        int fd = 3 + c.Fd % 4, more = c.Kind / 100;
        string size = Of(s_sizes, c.A).ToString(CultureInfo.InvariantCulture), flags = Of(s_recvFlags, c.B);
        return Of(s_kinds, c.Kind) switch
        {
            "option" => $"setsockopt({fd}, {Of(s_options, c.A)}, [{(c.B % 4 == 0 ? 0 : c.B % 4 == 1 ? 2 : 1)}], 4) = ...",
            "sendmsg" => $"sendmsg({fd}, {{{(c.B % 3 == 0 ? Name(c.A) : "")}msg_iov({1 + more % 2})=[{(more % 2 == 0 ? $"{{..., {size}}}" : $"{{\"ab\", 2}}, {{..., {size}}}")}]{Control(c.B)}}}, {Of(s_sendFlags, more / 3)}) = ...",
            "sendto" => $"sendto({fd}, ..., {size}, {Of(s_sendFlags, more)}, {{sa_family=AF_INET, sin_port=htons({8081 + c.B % 4}), sin_addr=inet_addr(\"127.0.0.{1 + c.B % 2}\")}}, 16) = ...",
            "recvmsg" => $"recvmsg({fd}, {{msg_name([{(more % 4 == 0 ? 8 : 16)}, ...])=..., msg_iov(2)=[{{..., {Of(s_rooms, c.A)}}}, {{..., 3}}], msg_flags=..., msg_control({Of(s_controlRooms, more)})=...}}, {flags}) = ...",
            "recvmmsg" => $"recvmmsg({fd}, [{{msg_hdr={{msg_iov(1)=[{{..., 5}}], msg_flags=...}}, msg_len=...}}, {{msg_hdr={{msg_iov(1)=[{{..., 200}}], msg_flags=...}}, msg_len=...}}], 2, {flags}, NULL) = ...",
            "recv" => $"recv({fd}, ..., {Of(s_rooms, c.A)}, {flags}) = ...",
            "poll" => "poll([" + string.Join(", ", Enumerable.Range(3, 4).Select(f => $"{{fd={f}, events=POLLIN|POLLOUT|POLLPRI}}")) + "], 4, 0) = ...",
            "error" => $"getsockopt({fd}, SOL_SOCKET, SO_ERROR, ..., [4]) = ...",
            _ => $"ioctl({fd}, FIONREAD, ...) = ...",
        };
    }

    private static string Name(int a) => $"msg_name(16)={{sa_family=AF_INET, sin_port=htons({8081 + a % 4}), sin_addr=inet_addr(\"127.0.0.1\")}}, ";

    private static string Control(int b) => Of(s_controls, b) is { Length: > 0 } c ? $", msg_control=[{c}]" : "";

    private static T Of<T>(T[] choices, int n) => choices[n % choices.Length];
}
