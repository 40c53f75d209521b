// The names that a script may use for numbers, and what an expression is worth. The tables are in the files beside this one.

namespace ActorNet.Packetdrill;

/// <summary>Named numbers: Linux's, and those that a script or a command line defines.</summary>
public sealed partial class Constants
{
    private static readonly Dictionary<string, long> s_linux = Read(Sockets, Inet, Files, Ioctls);

    private readonly Dictionary<string, string> _defined = new(StringComparer.Ordinal);

    /// <summary>What <c>...</c> means as an address that a socket is bound to, and as one that it is to reach.</summary>
    public SockAddr UsualLocal { get; init; } = SockAddr.In(IpAddress.Loopback4, 8080);

    /// <inheritdoc cref="UsualLocal"/>
    public SockAddr UsualRemote { get; init; } = SockAddr.In(IpAddress.Loopback4, 8080);

    /// <summary>What scripts and command lines have defined.</summary>
    public IReadOnlyDictionary<string, string> Definitions => _defined;

    /// <summary>Gives a name a meaning (<c>--define=NAME=VALUE</c>): a number's text or another name.</summary>
    public void Define(string name, string value) => _defined[name] = value;

    /// <summary>The number behind a name, or null.</summary>
    public long? Find(string name)
    {
        for (int i = 0; i < 8 && _defined.TryGetValue(name, out string? other); i++)
        {
            if (long.TryParse(other, CultureInfo.InvariantCulture, out long n)) return n;
            name = other;
        }

        return s_linux.TryGetValue(name, out long value) ? value : (long?)Errnos.Find(name);
    }

    /// <summary>What an expression is worth as a number; null when it is none.</summary>
    /// <exception cref="ScriptException">A name in it is not known.</exception>
    public long? TryEvaluate(Expr e)
    {
        switch (e)
        {
            case Number n: return n.Value;
            case Word w: return Find(w.Name) ?? throw new ScriptException(e.At, $"there is no constant {w.Name}");
            case Or or:
                long all = 0;
                foreach (Expr part in or.Parts) all |= Evaluate(part);
                return all;
            case Apply a: return Call(a);
            default: return null;
        }
    }

    /// <exception cref="ScriptException">It is not a number, or has a name in it that is not known.</exception>
    public long Evaluate(Expr e) => TryEvaluate(e) ?? throw new ScriptException(e.At, $"expected a number, found {e}");

    private long? Call(Apply a)
    {
        if (a.Arguments.Count != 1) throw new ScriptException(a.At, $"{a.Function} takes one argument");
        Expr x = a.Arguments[0];
        switch (a.Function)
        {
            case "htons" or "ntohs": return BinaryPrimitives.ReverseEndianness((ushort)Evaluate(x));
            case "htonl" or "ntohl": return BinaryPrimitives.ReverseEndianness((uint)Evaluate(x));
            case "inet_addr":
                string text = x is Text t ? System.Text.Encoding.ASCII.GetString(t.Bytes) : "";
                return IpAddress.TryParse(text, out IpAddress ip) && ip.IsV4
                    ? BinaryPrimitives.ReverseEndianness(ip.V4)
                    : throw new ScriptException(x.At, $"expected \"a.b.c.d\", found {x}");
            case "sizeof":
                return x is Word w && Layout.Find(w.Name) is { } layout
                    ? layout.Size
                    : throw new ScriptException(x.At, $"the size of {x} is not known");
            default: throw new ScriptException(a.At, $"there is no function {a.Function} (htons, htonl, inet_addr, sizeof)");
        }
    }

    /// <summary>A number as the names of one family that or to it: <c>POLLIN|POLLHUP</c>. What no name covers stays a number.</summary>
    public static Expr Flags(long value, params ReadOnlySpan<string> names)
    {
        List<Expr> parts = [];
        foreach (string name in names)
        {
            long bit = s_linux[name];
            if (bit == 0 || (value & bit) != bit) continue;
            parts.Add(new Word(name));
            value &= ~bit;
        }

        if (parts.Count == 0) return Expr.Of(value);
        if (value != 0) parts.Add(new Number(value, string.Create(CultureInfo.InvariantCulture, $"0x{value:x}")));
        return parts.Count == 1 ? parts[0] : new Or(parts);
    }

    private static Dictionary<string, long> Read(params ReadOnlySpan<string> tables)
    {
        var map = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string table in tables)
        {
            string[] words = table.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
            for (int i = 0; i < words.Length; i += 2)
            {
                string v = words[i + 1];
                map.Add(words[i], v.StartsWith("0x", StringComparison.Ordinal)
                    ? long.Parse(v.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                    : long.Parse(v, CultureInfo.InvariantCulture));
            }
        }

        return map;
    }
}
