// ss's FILTER: `[ state STATE-FILTER ] [ exclude STATE-FILTER ] [ EXPRESSION ]` (ss(8)). An expression is made of `dst`, `src`, `dport`, `sport`, `dev` and
// `fwmark`, with and, or, not and parentheses; two terms beside each other mean both.

using System.Globalization;
using ActorNet.Protocols;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Experiments;

/// <summary>Which states, and which sockets.</summary>
public sealed class SsFilter
{
    /// <summary>All states, and the groups that ss names.</summary>
    public const int All = 0xFFE, Connected = All & ~(1 << 7 | 1 << 10), Synchronized = Connected & ~(1 << 2), Bucket = 1 << 3 | 1 << 6, Big = All & ~Bucket;

    /// <summary>What is shown when nobody says otherwise (SS_CONN).</summary>
    public const int Default = All & ~(1 << 10 | 1 << 7 | 1 << 6 | 1 << 3);

    private static readonly Dictionary<string, TcpState> s_states = new(StringComparer.OrdinalIgnoreCase)
    {
        ["established"] = TcpState.ESTABLISHED, ["syn-sent"] = TcpState.SYN_SENT, ["syn-recv"] = TcpState.SYN_RECV, ["syn-rcv"] = TcpState.SYN_RECV,
        ["fin-wait-1"] = TcpState.FIN_WAIT1, ["fin-wait-2"] = TcpState.FIN_WAIT2, ["time-wait"] = TcpState.TIME_WAIT, ["close"] = TcpState.CLOSE,
        ["closed"] = TcpState.CLOSE, ["unconnected"] = TcpState.CLOSE, ["close-wait"] = TcpState.CLOSE_WAIT, ["last-ack"] = TcpState.LAST_ACK,
        ["listen"] = TcpState.LISTEN, ["listening"] = TcpState.LISTEN, ["closing"] = TcpState.CLOSING,
    };

    private Func<SocketEntry, bool> _expression = _ => true;

    /// <summary>States named by `state` and `exclude`, a bit each; 0 when none was.</summary>
    public int States { get; private set; }

    public bool Matches(SocketEntry e) => _expression(e);

    /// <exception cref="SsException">It is no filter.</exception>
    public static SsFilter Parse(IEnumerable<string> words)
    {
        var filter = new SsFilter();
        var tokens = new Queue<string>(Tokens(string.Join(' ', words)));
        while (tokens.TryPeek(out string? word) && word is "state" or "exclude" or "excl")
        {
            tokens.Dequeue();
            int states = StatesOf(tokens.TryDequeue(out string? name) ? name : throw new SsException($"'{word}' needs the name of a state"));
            if (word == "state") filter.States |= states;
            else filter.States = (filter.States == 0 ? All : filter.States) & ~states;
        }

        if (tokens.Count == 0) return filter;
        var parser = new Expression(tokens);
        filter._expression = parser.Or();
        return tokens.Count == 0 ? filter : throw new SsException($"'{tokens.Peek()}' is not expected in a filter here");
    }

    private static int StatesOf(string name) => name.ToLowerInvariant() switch
    {
        "all" => All,
        "connected" => Connected,
        "synchronized" => Synchronized,
        "bucket" => Bucket,
        "big" => Big,
        _ => s_states.TryGetValue(name, out TcpState s) ? 1 << (int)s : throw new SsException($"'{name}' is no state: all, connected, synchronized, bucket, big, or one of {string.Join(", ", s_states.Keys)}"),
    };

    // Blanks part words; parentheses and operators are words of their own.
    private static List<string> Tokens(string text)
    {
        List<string> tokens = [];
        for (int at = 0; at < text.Length;)
        {
            char c = text[at];
            int begin = at;
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            if (c is '(' or ')') at++;
            else if (c is '!' or '=' or '<' or '>') at += at + 1 < text.Length && text[at + 1] == '=' ? 2 : 1;
            else if (c is '&' or '|') at += at + 1 < text.Length && text[at + 1] == c ? 2 : 1;
            else
                while (at < text.Length && !char.IsWhiteSpace(text[at]) && !"()!=<>&|".Contains(text[at], StringComparison.Ordinal)) at++;
            tokens.Add(text[begin..at]);
        }

        return tokens;
    }

    private sealed class Expression(Queue<string> tokens)
    {
        public Func<SocketEntry, bool> Or()
        {
            Func<SocketEntry, bool> left = And();
            while (Take("or", "|", "||"))
            {
                Func<SocketEntry, bool> a = left, b = And();
                left = e => a(e) || b(e);
            }

            return left;
        }

        private Func<SocketEntry, bool> And()
        {
            Func<SocketEntry, bool> left = Not();
            while (tokens.TryPeek(out string? next) && next is not (")" or "or" or "|" or "||"))
            {
                Take("and", "&", "&&");
                Func<SocketEntry, bool> a = left, b = Not();
                left = e => a(e) && b(e);
            }

            return left;
        }

        private Func<SocketEntry, bool> Not()
        {
            if (Take("not", "!"))
            {
                Func<SocketEntry, bool> inner = Not();
                return e => !inner(e);
            }

            if (!Take("(")) return Term(Next());
            Func<SocketEntry, bool> group = Or();
            return Take(")") ? group : throw new SsException("a filter lacks ')'");
        }

        private Func<SocketEntry, bool> Term(string word)
        {
            switch (word)
            {
                case "sport" or "dport":
                    Func<long, long, bool> compare = Operator(out _);
                    string text = Next();
                    if (!Services.TryPort(text[(text.LastIndexOf(':') + 1)..], out int port)) throw new SsException($"'{text}' is no port");
                    return word == "sport" ? e => compare(e.Local.Port, port) : e => compare(e.Peer.Port, port);
                case "src" or "dst":
                    Func<long, long, bool> equal = Operator(out bool onlyEquality);
                    if (!onlyEquality) throw new SsException($"{word} is compared by = and != only");
                    Func<SockAddr, bool> matches = Host(Next());
                    bool wanted = equal(1, 1);
                    return word == "src" ? e => matches(e.Local) == wanted : e => matches(e.Peer) == wanted;
                case "dev":
                    bool same = Operator(out _)(1, 1);
                    string device = Next();
                    return e => (e.Texts.GetValueOrDefault("dev") == device) == same;
                case "fwmark":
                    bool on = Operator(out _)(1, 1);
                    string[] parts = Next().Split('/');
                    long mark = Number(parts[0]), mask = parts.Length > 1 ? Number(parts[1]) : 0xFFFF_FFFF;
                    return e => ((e["mark"] & mask) == mark) == on;
                default: throw new SsException($"'{word}' is not expected in a filter here: sport, dport, src, dst, dev, fwmark, not or (");
            }
        }

        // ADDRESS, ADDRESS/LENGTH, ADDRESS:PORT, :PORT, *:PORT.
        private static Func<SockAddr, bool> Host(string text)
        {
            int colon = text.LastIndexOf(':'), port = -1;
            string host = text;
            if (colon >= 0)
            {
                string name = text[(colon + 1)..];
                host = text[..colon];
                if (name is not ("*" or "") && !Services.TryPort(name, out port)) throw new SsException($"'{name}' is no port");
            }

            uint address = 0;
            int length = 0;
            if (host is not ("" or "*"))
            {
                string[] parts = host.Split('/');
                length = 32;
                if (!IpAddress.TryParse(parts[0], out IpAddress a) || !a.IsV4 || parts.Length > 2
                    || (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > 32)))
                {
                    throw new SsException($"an inet prefix is expected rather than \"{host}\"");
                }

                address = a.V4;
            }

            uint mask = Fib.Mask(length);
            return a => (port < 0 || a.Port == port) && ((a.Address.V4 ^ address) & mask) == 0;
        }

        // Without one it is "=".
        private Func<long, long, bool> Operator(out bool equality)
        {
            equality = true;
            if (Take("=", "==", "eq")) return (a, b) => a == b;
            if (Take("!=", "ne", "neq")) return (a, b) => a != b;
            equality = false;
            if (Take("<", "lt")) return (a, b) => a < b;
            if (Take(">", "gt")) return (a, b) => a > b;
            if (Take("<=", "le", "leq")) return (a, b) => a <= b;
            if (Take(">=", "ge", "geq")) return (a, b) => a >= b;
            equality = true;
            return (a, b) => a == b;
        }

        private static long Number(string text)
        {
            bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
            return long.TryParse(hex ? text[2..] : text, hex ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : throw new SsException($"'{text}' is no number");
        }

        private string Next() => tokens.TryDequeue(out string? word) ? word : throw new SsException("a filter ends too early");

        private bool Take(params ReadOnlySpan<string> words)
        {
            if (!tokens.TryPeek(out string? next) || !words.Contains(next)) return false;
            tokens.Dequeue();
            return true;
        }
    }
}
