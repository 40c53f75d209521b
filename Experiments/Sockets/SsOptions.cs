// The options of ss(8), short ones together as in -tanm, and those of this tool: --at, --host.

using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>What to show, and how.</summary>
public sealed class SsOptions
{
    public const string Usage = """
        Usage: actornet ss RUN [ OPTIONS ] [ FILTER ]
        Shows the sockets of a run that recorded them (record { sockets = 1s } in its scenario), with the options and columns of ss(8).

           RUN                 the run's folder
           --at TIME           the last record not after this virtual time, such as 12s; the newest when absent
           --host NAME         only this host (NAME/NETNS for a namespace of it); may be repeated
           --follow            again at each new record, while the run goes on

           -n, --numeric       don't resolve service names
           -a, --all           display all sockets
           -l, --listening     display listening sockets
           -o, --options       show timer information
           -e, --extended      show detailed socket information
           -m, --memory        show socket memory usage
           -p, --processes     show process using socket
           -i, --info          show internal TCP information
           -s, --summary       show socket usage summary
           -4, --ipv4          display only IP version 4 sockets
           -6, --ipv6          display only IP version 6 sockets
           -t, --tcp           display only TCP sockets
           -u, --udp           display only UDP sockets
           -w, --raw           display only RAW sockets
           -x, --unix          display only Unix domain sockets
           -f, --family=FAMILY display sockets of type inet, inet6 or unix
           -A, --query=QUERY   QUERY := {all|inet|tcp|udp|raw|unix}[,QUERY]
           -N, --net NAME      only this network namespace
           -H, --no-header     suppress header line
           -O, --oneline       socket's data printed on a single line

           FILTER := [ state STATE-FILTER ] [ EXPRESSION ]
           STATE-FILTER := {all|connected|synchronized|bucket|big|TCP-STATES}
           TCP-STATES := {established|syn-sent|syn-recv|fin-wait-{1,2}|time-wait|closed|close-wait|last-ack|listening|closing}
           EXPRESSION := sport, dport, src, dst, dev, fwmark with = != < > <= >=, and, or, not, ( )
        """;

    private const string LongNames = "numeric=n all=a listening=l options=o extended=e memory=m processes=p info=i summary=s ipv4=4 ipv6=6 tcp=t udp=u raw=w unix=x "
        + "family=f query=A socket=A net=N no-header=H oneline=O kill=K help=h";

    private static readonly Dictionary<string, char> s_long = LongNames.Split(' ').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1][0], StringComparer.Ordinal);

    private bool _all, _listening, _ipv4, _ipv6;

    public string Run { get; private set; } = "";

    public Instant At { get; private set; } = Instant.Never;

    public bool Follow { get; private set; }

    public List<string> Hosts { get; } = [];

    public bool Help { get; private set; }

    public bool Numeric { get; private set; }

    public bool Timers { get; private set; }

    public bool Extended { get; private set; }

    public bool Memory { get; private set; }

    public bool Processes { get; private set; }

    public bool Info { get; private set; }

    public bool Summary { get; private set; }

    public bool NoHeader { get; private set; }

    public bool OneLine { get; private set; }

    /// <summary>tcp, udp, raw, unix; empty: all.</summary>
    public SortedSet<string> Kinds { get; } = new(StringComparer.Ordinal);

    public string? Netns { get; private set; }

    public SsFilter Filter { get; private set; } = new();

    /// <summary>A bit for each state that is shown.</summary>
    public int States
    {
        get
        {
            if (Filter.States != 0) return Filter.States;
            if (_all) return SsFilter.All;
            if (_listening) return 1 << 10 | 1 << 7;
            if (Kinds.Count == 0 || Kinds.Contains("tcp") || Kinds.Contains("unix")) return SsFilter.Default;
            return 1 << 1; // datagram sockets: the connected ones
        }
    }

    /// <summary>Whether addresses of a family are shown.</summary>
    public bool Shows(AddressFamily family) => family == AddressFamily.INET6 ? _ipv6 || !_ipv4 : _ipv4 || !_ipv6;

    /// <summary>One kind of sockets only: the column Netid says nothing.</summary>
    public bool OneKind => Kinds.Count == 1 && !Kinds.Contains("unix");

    /// <exception cref="SsException">What is wrong.</exception>
    public static SsOptions Parse(IReadOnlyList<string> arguments, Func<string, Duration> time)
    {
        var o = new SsOptions();
        List<string> words = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            string a = arguments[i];
            if (a == "--")
            {
                words.AddRange(arguments.Skip(i + 1));
                break;
            }

            if (a.StartsWith("--", StringComparison.Ordinal)) o.Long(a[2..], Value, time);
            else if (a.Length > 1 && a[0] == '-') o.Short(a[1..], Value);
            else words.Add(a);

            string Value(string name) => ++i < arguments.Count ? arguments[i] : throw new SsException($"{name} needs a value");
        }

        if (o.Help) return o;
        if (words.Count == 0) throw new SsException("which run? The first argument is a run's folder");
        o.Run = words[0];
        o.Filter = SsFilter.Parse(words.Skip(1));
        return o;
    }

    private void Long(string text, Func<string, string> next, Func<string, Duration> time)
    {
        string[] parts = text.Split('=', 2);
        string name = parts[0];
        string Value() => parts.Length > 1 ? parts[1] : next("--" + name);
        switch (name)
        {
            case "at": At = Instant.Zero + time(Value()); break;
            case "host": Hosts.Add(Value()); break;
            case "follow": Follow = true; break;
            default:
                if (!s_long.TryGetValue(name, out char option)) throw new SsException($"unrecognized option '--{name}'");
                Set(option, Value);
                break;
        }
    }

    private void Short(string letters, Func<string, string> next)
    {
        for (int i = 0; i < letters.Length; i++)
        {
            bool takesRest = false;
            int at = i;
            Set(letters[i], () =>
            {
                takesRest = true;
                return at + 1 < letters.Length ? letters[(at + 1)..] : next("-" + letters[at]);
            });
            if (takesRest) return;
        }
    }

    private void Set(char option, Func<string> value)
    {
        switch (option)
        {
            case 'n': Numeric = true; break;
            case 'a': _all = true; break;
            case 'l': _listening = true; break;
            case 'o': Timers = true; break;
            case 'e': Extended = true; break;
            case 'm': Memory = true; break;
            case 'p': Processes = true; break;
            case 'i': Info = true; break;
            case 's': Summary = true; break;
            case '4': _ipv4 = true; break;
            case '6': _ipv6 = true; break;
            case 't': Kinds.Add("tcp"); break;
            case 'u': Kinds.Add("udp"); break;
            case 'w': Kinds.Add("raw"); break;
            case 'x': Kinds.Add("unix"); break;
            case 'H': NoHeader = true; break;
            case 'O': OneLine = true; break;
            case 'h': Help = true; break;
            case 'N': Netns = value(); break;
            case 'f': Family(value()); break;
            case 'A':
                foreach (string kind in value().Split(',')) Query(kind);
                break;
            case 'K': throw new SsException("-K: sockets of a run are shown, not closed");
            default: throw new SsException($"invalid option -- '{option}'");
        }
    }

    private void Family(string name)
    {
        switch (name)
        {
            case "inet": _ipv4 = true; break;
            case "inet6": _ipv6 = true; break;
            case "unix": Kinds.Add("unix"); break;
            default: throw new SsException($"\"{name}\" is invalid family");
        }
    }

    private void Query(string name)
    {
        switch (name)
        {
            case "all": Kinds.Clear(); break;
            case "inet": Kinds.UnionWith(["tcp", "udp", "raw"]); break;
            case "tcp" or "udp" or "raw" or "unix": Kinds.Add(name); break;
            default: throw new SsException($"\"{name}\" is illegal socket table id");
        }
    }
}
