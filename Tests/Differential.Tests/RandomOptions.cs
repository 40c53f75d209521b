// Options by number, of all levels, known and unknown, with values and lengths that make sense and that do not, on sockets of several states.

using System.Text;

namespace ActorNet.Differential.Tests;

internal static class RandomOptions
{
    // 3 listens, 4 and 5 are a connection, 6 is new; 7 is a datagram socket, 8 one that is bound and connected.
    private const string Beginning =
        """
        0 socket(AF_INET, SOCK_STREAM, 0) = ...
        +0 setsockopt(3, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5) = ...
        +0 bind(3, ..., ...) = ...
        +0 listen(3, 8) = ...
        +0 socket(AF_INET, SOCK_STREAM, 0) = ...
        +0 setsockopt(4, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5) = ...
        +0 connect(4, ..., ...) = ...
        +.004 accept(3, ..., ...) = ...
        +0 socket(AF_INET, SOCK_STREAM, 0) = ...
        +0 socket(AF_INET, SOCK_DGRAM, 0) = ...
        +0 socket(AF_INET, SOCK_DGRAM, 0) = ...
        +0 bind(8, ..., ...) = ...
        +0 connect(8, ..., ...) = ...

        """;

    private static readonly long[] s_values = [0, 1, 2, -1, 3, 7, 8, 63, 64, 65, 127, 128, 255, 256, 500, 536, 1000, 1460, 1500, 2304, 4096, 32767, 32768, 65535, 65536, 100_000, 0x7fffffff, -2, -0x80000000L, 0x7f000001, 0x0100007f];
    private static readonly int[] s_lengths = [4, 4, 4, 4, 4, 4, 1, 2, 3, 0, 5, 8, 12, 16];

    // Without equal, and said so in docs/fidelity.md: filters and BPF, memory of devices, repair, keys, and what depends on the machine or on time.
    private static readonly HashSet<(int Level, int Option)> s_leftOut =
    [
        (1, 26), (1, 27), (1, 50), (1, 51), (1, 52), (1, 68), (1, 80),
        (6, 13), (6, 26), (6, 14), (6, 19), (6, 20), (6, 21), (6, 22), (6, 31), (6, 32), (6, 35), (6, 37), (6, 38), (6, 39), (6, 40), (6, 41), (6, 42), // the algorithm, MD5, repair, AO, zerocopy receive
        (6, 23), (6, 30), (6, 33), (6, 34), // Fast Open
        (0, 14), (0, 9), (0, 16), (0, 17), (17, 100),
    ];

    private static readonly HashSet<(int Level, int Option)> s_anyValue = [(1, 28), (1, 18), (0, 52), (6, 24), (6, 11), (1, 57), (1, 71), (1, 55), (1, 56), (1, 49)]; // SO_PEERNAME, SO_RCVLOWAT (by the memory of the machine), IP_PROTOCOL, TCP_TIMESTAMP, TCP_INFO, SO_COOKIE, SO_MEMINFO, SO_INCOMING_NAPI_ID, SO_INCOMING_CPU

    public static Script ToScript(IEnumerable<RandomCall> calls)
    {
        var text = new StringBuilder(Beginning);
        foreach (RandomCall call in calls)
        {
            int fd = 3 + call.Fd % 6, n = call.Kind;
            int level = (n % 10) switch { < 3 => 1, < 6 => 0, < 9 => 6, _ => 17 };
            n /= 10;
            int option = level switch { 1 => n % 85, 0 => n % 60, 6 => n % 45, _ => n % 110 };
            n /= 110;
            if (s_leftOut.Contains((level, option))) continue;
            int length = s_lengths[call.A % s_lengths.Length];
            string shown = s_anyValue.Contains((level, option)) ? "*" : "...";
            if (n % 3 > 0) text.Append(CultureInfo.InvariantCulture, $"+0 setsockopt({fd}, {level}, {option}, {Value(level, option, s_values[call.B % s_values.Length])}, {length}) = ...\n");
            text.Append(CultureInfo.InvariantCulture, $"+0 getsockopt({fd}, {level}, {option}, {shown}, [{(n % 3 == 1 ? 4 : length)}, ...]) = ...\n");
        }

        return Parser.Parse("options.pkt", text.ToString());
    }

    // SO_RCVTIMEO and SO_SNDTIMEO by microseconds; the others' values are ints.
    private static string Value(int level, int option, long value) => (level, option) is (1, 20 or 21) ? $"{{tv_sec={value % 3}, tv_usec={value}}}" : $"[{value}]";
}
