// Expressions: numbers, names, strings, arrays, structures, and names or-ed together.

namespace ActorNet.Packetdrill;

public sealed partial class Parser
{
    /// <summary>Reads one expression, as it stands in a script.</summary>
    public static Expr ParseExpression(string text)
    {
        var parser = new Parser("expression", text);
        Expr e = parser.ParseExpr();
        return parser._next.Kind == TokenKind.End ? e : throw parser.Expected("the end of the expression");
    }

    private IReadOnlyList<Expr> ParseList(char close)
    {
        List<Expr> items = [];
        if (Skip(close)) return items;
        while (true)
        {
            items.Add(ParseExpr());
            if (Skip(close)) return items;
            Want(',', $"',' or '{close}'");
        }
    }

    private Expr ParseExpr()
    {
        Expr first = ParseTerm();
        if (!_next.Is('|')) return first;
        List<Expr> parts = [first];
        while (Skip('|')) parts.Add(ParseTerm());
        return new Or(parts) { At = first.At };
    }

    private Expr ParseTerm()
    {
        Token t = _next;
        switch (t.Kind)
        {
            case TokenKind.Ellipsis:
                Take();
                return new Ellipsis { At = t.At };
            case TokenKind.Number: return ParseNumber("");
            case TokenKind.Text:
                Take();
                byte[] bytes = Unescape(t);
                bool open = _next.Kind == TokenKind.Ellipsis;
                if (open) Take();
                return new Text(bytes, open) { At = t.At };
            case TokenKind.Word:
                Take();
                return Skip('(') ? new Apply(t.Text, ParseList(')')) { At = t.At } : new Word(t.Text) { At = t.At };
            case TokenKind.Mark: return ParseMark(t);
            default: throw Expected("an expression");
        }
    }

    private Expr ParseMark(Token t)
    {
        switch (t.Text[0])
        {
            case '-':
                Take();
                return ParseNumber("-");
            case '*':
                Take();
                return new Anything { At = t.At };
            case '(':
                Take();
                Expr inner = ParseExpr();
                Want(')', "')'");
                return inner;
            case '[':
                Take();
                return new ArrayExpr(ParseList(']')) { At = t.At };
            case '{':
                Take();
                return ParseStruct(t.At);
            default: throw Expected("an expression");
        }
    }

    private StructExpr ParseStruct(Place at)
    {
        List<Field> fields = [];
        if (Skip('}')) return new StructExpr(fields) { At = at };
        while (true)
        {
            fields.Add(ParseField());
            if (Skip('}')) return new StructExpr(fields) { At = at };
            Want(',', "',' or '}'");
        }
    }

    // name=value, name(count)=value, or a value alone.
    private Field ParseField()
    {
        Expr e = ParseExpr();
        switch (e)
        {
            case Word w when Skip('='): return new Field(w.Name, null, ParseExpr());
            case Apply a when a.Arguments.Count == 1 && Skip('='): return new Field(a.Function, a.Arguments[0], ParseExpr());
            default: return new Field(null, null, e);
        }
    }

    private Number ParseNumber(string sign)
    {
        if (_next.Kind != TokenKind.Number) throw Expected("a number");
        string s = _next.Text;
        bool ok;
        ulong value;
        if (s.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) ok = ulong.TryParse(s.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        else if (s.Length > 1 && s[0] == '0') ok = TryOctal(s, out value);
        else ok = ulong.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (!ok) throw Expected("a whole number");
        Token t = Take();
        long signed = unchecked((long)value);
        return new Number(sign.Length > 0 ? -signed : signed, sign + s) { At = t.At };
    }

    private static bool TryOctal(string s, out ulong value)
    {
        value = 0;
        foreach (char c in s)
        {
            if (c is < '0' or > '7' || value >> 61 != 0) return false;
            value = value << 3 | (uint)(c - '0');
        }

        return true;
    }

    // C's escapes: \n \t \r \0 \\ \" \xHH and up to three octal digits.
    private static byte[] Unescape(Token token)
    {
        string s = token.Text;
        var bytes = new List<byte>(s.Length);
        Span<byte> utf8 = stackalloc byte[8];
        for (int i = 0; i < s.Length; i++)
        {
            if (s[i] != '\\')
            {
                if (!System.Text.Rune.TryGetRuneAt(s, i, out System.Text.Rune rune)) throw new ScriptException(token.At, "this string is not Unicode");
                i += rune.Utf16SequenceLength - 1;
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
                continue;
            }

            char c = ++i < s.Length ? s[i] : '\\';
            int digits = 0, value = 0;
            switch (c)
            {
                case 'n': bytes.Add((byte)'\n'); break;
                case 't': bytes.Add((byte)'\t'); break;
                case 'r': bytes.Add((byte)'\r'); break;
                case 'x':
                    for (; digits < 2 && i + 1 < s.Length && char.IsAsciiHexDigit(s[i + 1]); digits++) value = value * 16 + Convert.ToInt32(s[++i].ToString(), 16);
                    if (digits == 0) throw new ScriptException(token.At, "\\x wants one or two hexadecimal digits");
                    bytes.Add((byte)value);
                    break;
                case >= '0' and <= '7':
                    i--;
                    for (; digits < 3 && i + 1 < s.Length && s[i + 1] is >= '0' and <= '7'; digits++) value = value * 8 + (s[++i] - '0');
                    bytes.Add((byte)value);
                    break;
                case '\\' or '"' or '\'': bytes.Add((byte)c); break;
                default: throw new ScriptException(token.At, $"\\{c} is not an escape");
            }
        }

        return [.. bytes];
    }
}
