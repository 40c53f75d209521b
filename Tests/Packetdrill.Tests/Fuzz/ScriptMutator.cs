// Changes scripts at random, several things at once: numbers, times, flags and options of packets, calls and their arguments, lines left out, doubled, moved and taken from
// other scripts. Each change draws from a stream of its own, so that a mutant with fewer of them is a mutant too.

using System.Text.RegularExpressions;
using ActorNet.Protocols;

namespace ActorNet.Packetdrill.Tests.Fuzz;

internal static partial class ScriptMutator
{
    private static readonly string[] s_numbers =
        ["0", "1", "2", "3", "7", "14", "15", "40", "88", "100", "255", "256", "536", "1000", "1460", "1461", "4096", "32767", "32768", "65535", "65536", "1000000", "2147483647", "2147483648", "4294967295", "-1"];

    private static readonly string[] s_flags = ["S", "S.", ".", "P.", "F.", "FP.", "R", "R.", "F", "-", "SF", "SR", "SEW", "S.E", ".E", "P.U", "SFRP.UEW", "A."];

    private static readonly string[] s_options =
    [
        "mss 0", "mss 1", "mss 65535", "wscale 0", "wscale 15", "wscale 255", "sackOK", "nop,nop,TS val 0 ecr 0", "nop,nop,TS val 4294967295 ecr 4294967295",
        "nop,nop,sack 1:2", "nop,nop,sack 2001:1001", "nop,nop,sack 1:1001 501:2001 3001:4001", "nop,nop,sack 1001:2001", "FO", "FO 01020304050607080910", "FO 0102", "eol", "nop", "md5 valid",
        "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 8",
    ];

    private static readonly string[] s_packets =
    [
        "< S 0:0(0) win 65535 <mss 1460,sackOK,nop,nop,nop,wscale 7>", "< . 1:1(0) ack 1 win 257", "< P. 1:1001(1000) ack 1 win 257", "< F. 1:1(0) ack 1 win 257", "< R 1:1(0) win 0",
        "< . 1001:2001(1000) ack 1 win 257", "< . 1:1(0) ack 1 win 0", "< . 1:1(0) ack 1001 win 257", "< . 1:1(0) ack 1 win 257 <nop,nop,sack 1001:2001>",
        "< [1:1461(1460)] icmp unreachable frag_needed mtu 300", "< icmp unreachable host_unreachable [1:1461(1460)]", "< icmp unreachable frag_needed mtu 296 [0:0(0)]",
        "< P. 1:1(0) ack 1 win 257 urg 1", "< . 4294967295:4294967295(0) ack 1 win 257", "< S. 0:0(0) ack 1 win 65535 <mss 1460>",
    ];

    private static readonly string[] s_calls =
    [
        "close(3) = 0", "close(4) = 0", "shutdown(4, SHUT_WR) = 0", "shutdown(4, SHUT_RD) = 0", "shutdown(3, SHUT_RDWR) = 0", "write(4, ..., 1000) = 1000", "write(4, ..., 100000) = 100000",
        "read(4, ..., 100000) = 100", "accept(3, ..., ...) = 4", "accept(3, ..., ...) = 5", "send(4, ..., 1, MSG_OOB) = 1", "send(4, ..., 3000, MSG_ZEROCOPY) = 3000", "recv(4, ..., 1, MSG_OOB) = 1", "recv(4, ..., 10, MSG_PEEK) = 10",
        "setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0", "setsockopt(3, SOL_TCP, TCP_DEFER_ACCEPT, [1], 4) = 0", "setsockopt(4, SOL_TCP, TCP_NODELAY, [1], 4) = 0", "setsockopt(4, SOL_TCP, TCP_CORK, [1], 4) = 0",
        "setsockopt(4, SOL_SOCKET, SO_RCVBUF, [1], 4) = 0", "setsockopt(4, SOL_TCP, TCP_CONGESTION, \"bbr\", 4) = 0", "setsockopt(4, SOL_TCP, TCP_USER_TIMEOUT, [1000], 4) = 0", "setsockopt(4, SOL_TCP, TCP_WINDOW_CLAMP, [1], 4) = 0",
        "connect(3, {sa_family = AF_UNSPEC}, 16) = 0", "connect(4, {sa_family = AF_UNSPEC}, 16) = 0", "connect(3, ..., ...) = 0", "listen(3, 0) = 0", "sendto(3, ..., 1000, MSG_FASTOPEN, ..., ...) = 1000",
        "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0", "fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0", "poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0) = 1", "ioctl(4, SIOCINQ, [0]) = 0",
        "getsockopt(4, SOL_TCP, TCP_INFO, ..., [200]) = 0", "socket(..., SOCK_STREAM, IPPROTO_TCP) = 5",
    ];

    /// <summary>The script with so many changes, by their seeds.</summary>
    /// <param name="deaf">Expectations of packets and assertions are left out, so that the script goes on whatever the host does.</param>
    public static string Mutate(string[] lines, string[] other, IReadOnlyList<ulong> changes, bool deaf)
    {
        List<string> mutant = [.. lines];
        foreach (ulong seed in changes) Change(mutant, other, new RandomStream(seed, "fuzz", "script"));
        if (deaf) mutant.RemoveAll(l => Expectation().IsMatch(l));
        return string.Join('\n', mutant);
    }

    /// <summary>Text that is hardly a script: characters changed, left out, doubled, pieces of it moved.</summary>
    public static string Scramble(string text, RandomStream random)
    {
        char[] odd = ['<', '>', '(', ')', '[', ']', '{', '}', '.', '~', '*', '+', '-', '"', '`', '%', '\'', '/', ',', '=', '|', ':', '\\', '\n', '\t', '\0', '\u00e9', '\uffff', '0', '9', 'x'];
        var s = new System.Text.StringBuilder(text.Length > 3000 ? text[..3000] : text);
        for (uint n = 1 + random.Below(8); n > 0 && s.Length > 0; n--)
        {
            int at = (int)random.Below((uint)s.Length), length = (int)Math.Min(random.Below(30) + 1, (uint)(s.Length - at));
            switch (random.Below(5))
            {
                case 0: s[at] = odd[random.Below((uint)odd.Length)]; break;
                case 1: s.Insert(at, odd[random.Below((uint)odd.Length)].ToString(), (int)random.Below(4) + 1); break;
                case 2: s.Remove(at, length); break;
                case 3: s.Insert((int)random.Below((uint)s.Length), s.ToString(at, length)); break;
                case 4: s.Length = at; break;
            }
        }

        return s.ToString();
    }

    private static void Change(List<string> lines, string[] other, RandomStream random)
    {
        if (lines.Count == 0) return;
        int i = (int)random.Below((uint)lines.Count), j = (int)random.Below((uint)lines.Count);
        switch (random.Below(16))
        {
            case 0: lines.RemoveAt(i); break;
            case 1: lines.Insert(i, lines[j]); break;
            case 2: (lines[i], lines[j]) = (lines[j], lines[i]); break;
            case 3 when other.Length > 0: lines.Insert(i, other[random.Below((uint)other.Length)]); break;
            case 4 or 5: lines.Insert(Math.Max(1, i), $"+{Time(random)} {s_packets[random.Below((uint)s_packets.Length)]}"); break;
            case 6 or 7: lines.Insert(Math.Max(1, i), $"+{Time(random)} {s_calls[random.Below((uint)s_calls.Length)]}"); break;
            case 8: lines[i] = Injected().Replace(lines[i], m => $"< {s_flags[random.Below((uint)s_flags.Length)]} "); break;
            case 9: lines[i] = lines[i].Replace(" > ", " < ", StringComparison.Ordinal); break;
            case 10: lines[i] = lines[i].Contains('<', StringComparison.Ordinal) ? Options().Replace(lines[i], string.Empty) + $" <{s_options[random.Below((uint)s_options.Length)]}>" : lines[i]; break;
            case 11: lines[i] = FirstTime().Replace(lines[i], $"+{Time(random)}"); break;
            case 12: // as the tests of strictness do it
                (int Line, string Changed)[] strict = [.. MutationTests.Mutations([.. lines]).Take(400)];
                if (strict.Length > 0 && strict[random.Below((uint)strict.Length)] is var (line, changed)) lines[line] = changed;
                break;
            default: lines[i] = Number(lines[i], random); break;
        }
    }

    private static string Time(RandomStream random) => random.Below(6) switch { 0 => "0", 1 => ".001", 2 => ".04", 3 => ".3", 4 => "2", _ => "70" };

    private static string Number(string line, RandomStream random)
    {
        MatchCollection all = Digits().Matches(line);
        if (all.Count == 0) return line;
        Match m = all[(int)random.Below((uint)all.Count)];
        string by = random.Below(3) switch
        {
            0 when long.TryParse(m.Value, out long was) => (was + 1 - 2 * random.Below(2)).ToString(System.Globalization.CultureInfo.InvariantCulture),
            1 => random.Below(5000).ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => s_numbers[random.Below((uint)s_numbers.Length)],
        };
        string changed = line[..m.Index] + by + line[(m.Index + m.Length)..];
        // Most changed ranges do not add up any more: make them, often.
        return random.Below(4) == 0 ? changed : Range().Replace(changed, r => uint.TryParse(r.Groups[1].Value, out uint from) && uint.TryParse(r.Groups[2].Value, out uint n) && n < 60_000 ? $"{from}:{from + n}({n})" : r.Value);
    }

    [GeneratedRegex(@"^\s*\S+\s+>\s|%\{\s*assert", RegexOptions.None, 1000)]
    private static partial Regex Expectation();

    [GeneratedRegex(@"<\s+[SFRPUEW.A-]+\s", RegexOptions.None, 1000)]
    private static partial Regex Injected();

    [GeneratedRegex(@"\s<[a-zA-Z][^<>]*>", RegexOptions.None, 1000)]
    private static partial Regex Options();

    [GeneratedRegex(@"^\s*\+?[\d.]+", RegexOptions.None, 1000)]
    private static partial Regex FirstTime();

    [GeneratedRegex(@"\d+", RegexOptions.None, 1000)]
    private static partial Regex Digits();

    [GeneratedRegex(@"(\d+):\d+\((\d+)\)", RegexOptions.None, 1000)]
    private static partial Regex Range();
}
