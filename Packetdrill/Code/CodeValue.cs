// Values of code blocks, by Python's rules: None (null), bool, int (BigInteger), float (double), str, and lists, which stand for tuples and sets too.

using System.Numerics;

namespace ActorNet.Packetdrill;

/// <summary>What can be done with values.</summary>
internal static class CodeValue
{
    // What a script computes has no business being larger.
    private const int MostBits = 4096;

    public static bool IsTrue(object? v) => v switch
    {
        null => false,
        bool b => b,
        BigInteger n => !n.IsZero,
        double d => d != 0,
        string s => s.Length > 0,
        List<object?> l => l.Count > 0,
        _ => true,
    };

    public static bool AreEqual(object? a, object? b)
    {
        if (IsNumber(a) && IsNumber(b)) return a is double || b is double ? ToDouble(a) == ToDouble(b) : ToInteger(a) == ToInteger(b);
        return (a, b) switch
        {
            (null, null) => true,
            (string x, string y) => x == y,
            (List<object?> x, List<object?> y) => x.Count == y.Count && x.Zip(y).All(p => AreEqual(p.First, p.Second)),
            _ => ReferenceEquals(a, b),
        };
    }

    /// <summary>Null: they have no order.</summary>
    public static int? Compare(object? a, object? b)
    {
        if (IsNumber(a) && IsNumber(b)) return a is double || b is double ? ToDouble(a).CompareTo(ToDouble(b)) : ToInteger(a).CompareTo(ToInteger(b));
        if (a is string s && b is string t) return string.CompareOrdinal(s, t);
        if (a is not List<object?> x || b is not List<object?> y) return null;
        for (int i = 0; i < Math.Min(x.Count, y.Count); i++)
        {
            if (!AreEqual(x[i], y[i])) return Compare(x[i], y[i]);
        }

        return x.Count.CompareTo(y.Count);
    }

    public static bool Contains(object? all, object? one) => all switch
    {
        List<object?> l => l.Exists(x => AreEqual(x, one)),
        string s when one is string part => s.Contains(part, StringComparison.Ordinal),
        _ => throw new CodeException($"{Repr(all)} contains nothing"),
    };

    /// <summary>a OP b, for the operators of arithmetic.</summary>
    public static object? Apply(string op, object? a, object? b)
    {
        if (op == "%" && a is string format) return CodeFormat.Percent(format, b);
        if (op == "+" && a is string s && b is string t) return s + t;
        if (op == "+" && a is List<object?> l && b is List<object?> m) return new List<object?>([.. l, .. m]);
        if (op == "*" && a is string or List<object?> && b is BigInteger times) return Repeat(a, (int)BigInteger.Clamp(times, 0, MostBits));
        if (!IsNumber(a) || !IsNumber(b)) throw new CodeException($"{Repr(a)} {op} {Repr(b)}: not of these");
        if (op is "/" or "//" or "%" && ToDouble(b) == 0) throw new CodeException("a division by zero");
        if (op == "/") return ToDouble(a) / ToDouble(b);
        return a is double || b is double || (op == "**" && ToInteger(b).Sign < 0) ? Floats(op, ToDouble(a), ToDouble(b)) : Integers(op, ToInteger(a), ToInteger(b));
    }

    public static object? Negate(object? v) => v is double d ? -d : IsNumber(v) ? -ToInteger(v) : throw new CodeException($"-{Repr(v)}: no number");

    public static object? Invert(object? v) => IsNumber(v) && v is not double ? -ToInteger(v) - 1 : throw new CodeException($"~{Repr(v)}: no whole number");

    public static bool IsNumber(object? v) => v is BigInteger or double or bool;

    public static BigInteger ToInteger(object? v) => v switch
    {
        BigInteger n => n,
        bool b => b ? 1 : 0,
        double d when double.IsFinite(d) => new BigInteger(Math.Truncate(d)),
        string s when BigInteger.TryParse(s.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger n) => n,
        _ => throw new CodeException($"{Repr(v)} is no whole number"),
    };

    public static double ToDouble(object? v) => v switch
    {
        double d => d,
        string s when double.TryParse(s.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double d) => d,
        _ => (double)ToInteger(v),
    };

    public static List<object?> Items(object? v) => v switch
    {
        List<object?> l => l,
        string s => [.. s.Select(c => (object?)c.ToString())],
        _ => throw new CodeException($"{Repr(v)} is no row of values"),
    };

    /// <summary>str().</summary>
    public static string Text(object? v) => v as string ?? Repr(v);

    /// <summary>repr().</summary>
    public static string Repr(object? v) => v switch
    {
        null => "None",
        bool b => b ? "True" : "False",
        BigInteger n => n.ToString(CultureInfo.InvariantCulture),
        double d => Float(d),
        string s => $"'{s}'",
        List<object?> l => $"[{string.Join(", ", l.Select(Repr))}]",
        _ => "<function>",
    };

    private static string Float(double d)
    {
        string s = d.ToString("R", CultureInfo.InvariantCulture);
        return double.IsFinite(d) && s.All(c => char.IsAsciiDigit(c) || c == '-') ? s + ".0" : s;
    }

    private static object Integers(string op, BigInteger a, BigInteger b)
    {
        switch (op)
        {
            case "+": return a + b;
            case "-": return a - b;
            case "*": return a * b;
            case "//": return FloorDivide(a, b);
            case "%": return a - b * FloorDivide(a, b);
            case "|": return a | b;
            case "&": return a & b;
            case "^": return a ^ b;
            case ">>" when b.Sign >= 0: return a >> (int)BigInteger.Min(b, MostBits);
            case "<<" when b.Sign >= 0 && b <= MostBits: return a << (int)b;
            case "**" when b * Math.Max(1, a.GetBitLength()) <= MostBits: return BigInteger.Pow(a, (int)b);
            default: throw new CodeException($"{a} {op} {b} is too large, or not defined");
        }
    }

    private static object Floats(string op, double a, double b) => op switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "//" => Math.Floor(a / b),
        "%" => a - b * Math.Floor(a / b),
        "**" when b == Math.Truncate(b) && Math.Abs(b) <= 64 => Power(a, (int)b),
        _ => throw new CodeException($"{Float(a)} {op} {Float(b)}: not of these"),
    };

    // By multiplication: the same on every machine.
    private static double Power(double a, int by)
    {
        double product = 1;
        for (int i = 0; i < Math.Abs(by); i++) product *= a;
        return by < 0 ? 1 / product : product;
    }

    private static BigInteger FloorDivide(BigInteger a, BigInteger b)
    {
        BigInteger q = BigInteger.DivRem(a, b, out BigInteger rest);
        return !rest.IsZero && rest.Sign != b.Sign ? q - 1 : q;
    }

    private static object Repeat(object v, int times) =>
        v is string s ? string.Concat(Enumerable.Repeat(s, times)) : Enumerable.Repeat((List<object?>)v, times).SelectMany(x => x).ToList();
}

/// <summary>What Python would have raised; it says what of, not where.</summary>
internal sealed class CodeException : Exception
{
    public CodeException()
    {
    }

    public CodeException(string message)
        : base(message)
    {
    }

    public CodeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An assertion did not hold, which is no mistake of the code's.</summary>
    public bool IsAssertion { get; init; }
}
