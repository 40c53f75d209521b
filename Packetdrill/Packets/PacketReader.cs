// Reads the text of a packet: `[ect0] P. 1:1001(1000) ack 1 win 257 <nop,nop,TS val 100 ecr 200>`, `udp (100)`, `icmp unreachable port_unreachable [1:11(10)]`.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill;

/// <summary>The packet half of the language.</summary>
internal sealed class PacketReader
{
    private readonly PacketEvent _event;
    private readonly IReadOnlyDictionary<string, string> _defines;
    private readonly Queue<string> _words;

    private PacketReader(PacketEvent e, IReadOnlyDictionary<string, string> defines)
    {
        _event = e;
        _defines = defines;
        _words = new Queue<string>(PacketWords.Cut(e));
    }

    /// <exception cref="ScriptException">It is not a packet; the message says what was expected.</exception>
    public static PacketSpec Read(PacketEvent e, IReadOnlyDictionary<string, string> defines) => new PacketReader(e, defines).Packet();

    private string Next => _words.TryPeek(out string? w) ? w : "";

    private PacketSpec Packet()
    {
        (EcnSpec? ecn, int? tos) = IpPart();
        PacketSpec packet = Next switch
        {
            "udp" => Udp(),
            "icmp" => Icmp(),
            _ => Tcp(),
        };
        if (_words.Count > 0) throw Expected("the end of the packet");
        return packet with { Ecn = ecn, Tos = tos };
    }

    private (EcnSpec? Ecn, int? Tos) IpPart()
    {
        EcnSpec? ecn = null;
        int? tos = null;
        while (Skip("["))
        {
            string word = Take();
            if (word == "tos") tos = (int)Number();
            else if (Enum.TryParse(word, ignoreCase: true, out EcnSpec known) && !char.IsAsciiDigit(word[0])) ecn = known;
            else throw Expected("noecn, ect0, ect1, ect01, ce or tos", word);
            Want("]");
        }

        return (ecn, tos);
    }

    private TcpSpec Tcp()
    {
        (TcpFlags flags, bool ae) = Flags();
        (uint seq, int length) = Range();
        uint? ack = Skip("ack") ? Number() : null;
        int? window = Skip("win") ? (int)Number() : null;
        int? urgent = Skip("urg") ? (int)Number() : null;
        IReadOnlyList<OptionSpec>? options = [];
        if (Skip("<")) options = Options();
        return new TcpSpec(flags, ae, seq, length, ack, window, urgent, options);
    }

    private (TcpFlags Flags, bool AccurateEcn) Flags()
    {
        string text = Take();
        TcpFlags flags = TcpFlags.None;
        bool ae = false;
        if (text == "-") return (flags, ae);
        foreach (char c in text)
        {
            if (c == 'A') ae = true;
            else if (c is >= '0' and <= '7') (flags, ae) = (flags | Ace(c - '0'), ae | c >= '4'); // ACE as a number
            else if (Array.Find(TcpSpec.s_letters, l => l.Letter == c) is { Letter: not '\0' } known) flags |= known.Flag;
            else throw Expected("flags out of SFRP.UEWA", text);
        }

        return (flags, ae);
    }

    private static TcpFlags Ace(int n) => ((n & 1) != 0 ? TcpFlags.ECE : 0) | ((n & 2) != 0 ? TcpFlags.CWR : 0);

    // 1:1001(1000)
    private (uint Seq, int Length) Range()
    {
        uint seq = Number();
        Want(":");
        uint end = Number();
        Want("(");
        int length = (int)Number();
        Want(")");
        if (seq + (uint)length != end) throw new ScriptException(_event.At, $"{seq}:{end}({length}) does not add up");
        return (seq, length);
    }

    private List<OptionSpec>? Options()
    {
        if (Skip("..."))
        {
            Want(">");
            return null;
        }

        List<OptionSpec> options = [];
        while (!Skip(">"))
        {
            options.Add(Option());
            if (Next != ">") Want(",");
        }

        return options;
    }

    private OptionSpec Option()
    {
        string name = Take();
        switch (name)
        {
            case "nop" or "eol" or "sackOK": return new OptionSpec(name);
            case "mss" or "wscale": return new OptionSpec(name, Number());
            case "TS":
                Want("val");
                uint val = Number();
                Want("ecr");
                return new OptionSpec(name, val, Number());
            case "sack":
                List<(uint Left, uint Right)> blocks = [];
                while (Next is not ("," or ">"))
                {
                    uint left = Number();
                    Want(":");
                    blocks.Add((left, Number()));
                }

                return new OptionSpec(name) { Blocks = blocks };
            case "ECN" or "ECN0": return AccEcn(name);
            case "FO" or "FOEXP" or "md5":
                byte[] bytes = Next is "," or ">" ? [] : Hex();
                return new OptionSpec(name) { Bytes = bytes };
            default: throw Expected("a TCP option: mss, nop, eol, wscale, sackOK, sack, TS, ECN, FO, FOEXP or md5", name);
        }
    }

    // ECN e1b 1 ceb 0 e0b 1: kind 174; ECN e0b 1 ceb 0 e1b 1: kind 172; fields may be left out at the end, all of them too (ECN0 then says 172).
    private OptionSpec AccEcn(string name)
    {
        uint kind = name == "ECN0" || Next == "e0b" ? OptionSpec.AccEcn0 : OptionSpec.AccEcn1;
        string[] order = OptionSpec.CounterNames(kind);
        List<uint> counters = [];
        while (Next is not ("," or ">") && counters.Count < order.Length)
        {
            Want(order[counters.Count]);
            counters.Add(Number());
        }

        return new OptionSpec("ECN", kind) { Counters = counters };
    }

    private byte[] Hex()
    {
        string word = Take();
        if (_defines.TryGetValue(word, out string? defined)) word = defined;
        if (word.Length % 2 != 0 || !word.All(char.IsAsciiHexDigit)) throw Expected("an even number of hex digits, or a name from --define", word);
        return Convert.FromHexString(word);
    }

    private UdpSpec Udp()
    {
        Take();
        Want("(");
        int length = (int)Number();
        Want(")");
        return new UdpSpec(length);
    }

    private IcmpSpec Icmp()
    {
        Take();
        string type = Take(), code = "";
        if (Next is not ("[" or "mtu" or "")) code = Take();
        if (_defines.TryGetValue(code, out string? defined)) code = defined;
        int? mtu = Skip("mtu") ? (int)Number() : null;
        if (!IcmpNames.TryFind(type, code, out byte t, out byte c)) throw Expected("an ICMP type and code", $"{type} {code}");
        if (Next.Length == 0) return new IcmpSpec(t, c, mtu, 0, 0, false, _event.Text); // about the host's first segment
        Want("[");
        bool udp = Skip("udp");
        (uint seq, int length) = (0, 0);
        if (udp)
        {
            Want("(");
            length = (int)Number();
            Want(")");
        }
        else
        {
            (seq, length) = Range();
        }

        Want("]");
        return new IcmpSpec(t, c, mtu, seq, length, udp, _event.Text);
    }

    private uint Number()
    {
        string word = Take();
        bool hex = word.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return uint.TryParse(hex ? word[2..] : word, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out uint n) ? n : throw Expected("a number", word);
    }

    private string Take() => _words.TryDequeue(out string? w) ? w : throw Expected("more");

    private bool Skip(string word)
    {
        if (Next != word) return false;
        _words.Dequeue();
        return true;
    }

    private void Want(string word)
    {
        if (!Skip(word)) throw Expected($"'{word}'");
    }

    private ScriptException Expected(string what, string? found = null) =>
        new(_event.At, $"in the packet \"{_event.Text}\": expected {what}, found {(found ?? Next) switch { "" => "its end", string w => $"'{w}'" }}");
}
