// The functions of Python that code blocks may call.

using System.Numerics;

namespace ActorNet.Packetdrill;

/// <summary>Built-in functions, and methods of strings and lists.</summary>
internal static class CodeFunctions
{
    /// <summary>Whether there is one of that name.</summary>
    public static bool Knows(string name) => name is "abs" or "int" or "float" or "bool" or "str" or "repr" or "round" or "min" or "max" or "sum" or "len" or "any" or "all"
        or "range" or "list" or "tuple" or "set" or "sorted" or "divmod" or "pow" or "hex" or "print" or "enumerate" or "zip" or "format";

    public static object? Call(string name, List<object?> a)
    {
        switch (name, a.Count)
        {
            case ("abs", 1): return a[0] is double d ? Math.Abs(d) : BigInteger.Abs(CodeValue.ToInteger(a[0]));
            case ("int", 1): return CodeValue.ToInteger(a[0]);
            case ("int", 2) when a[0] is string digits && CodeValue.ToInteger(a[1]) == 16:
                return BigInteger.TryParse("0" + digits.Trim().Replace("0x", "", StringComparison.OrdinalIgnoreCase), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger hex)
                    ? hex
                    : throw new CodeException($"'{digits}' is no number of base 16");
            case ("float", 1): return CodeValue.ToDouble(a[0]);
            case ("bool", 1): return CodeValue.IsTrue(a[0]);
            case ("str", 1): return CodeValue.Text(a[0]);
            case ("repr", 1): return CodeValue.Repr(a[0]);
            case ("format", 2): return CodeFormat.Format(a[0], CodeValue.Text(a[1]));
            case ("hex", 1): return CodeFormat.Format(CodeValue.ToInteger(a[0]), "#x");
            case ("round", 1): return a[0] is double r ? new BigInteger(Math.Round(r, MidpointRounding.ToEven)) : CodeValue.ToInteger(a[0]);
            case ("round", 2): return a[0] is double x ? Math.Round(x, (int)BigInteger.Clamp(CodeValue.ToInteger(a[1]), 0, 15), MidpointRounding.ToEven) : a[0];
            case ("min", > 0): return Best(a.Count == 1 ? CodeValue.Items(a[0]) : a, -1);
            case ("max", > 0): return Best(a.Count == 1 ? CodeValue.Items(a[0]) : a, 1);
            case ("sum", 1 or 2): return CodeValue.Items(a[0]).Aggregate(a.Count == 2 ? a[1] : BigInteger.Zero, (total, v) => CodeValue.Apply("+", total, v));
            case ("len", 1): return new BigInteger(CodeValue.Items(a[0]).Count);
            case ("any", 1): return CodeValue.Items(a[0]).Exists(CodeValue.IsTrue);
            case ("all", 1): return CodeValue.Items(a[0]).TrueForAll(CodeValue.IsTrue);
            case ("range", 1): return Range(0, CodeValue.ToInteger(a[0]), 1);
            case ("range", 2): return Range(CodeValue.ToInteger(a[0]), CodeValue.ToInteger(a[1]), 1);
            case ("range", 3): return Range(CodeValue.ToInteger(a[0]), CodeValue.ToInteger(a[1]), CodeValue.ToInteger(a[2]));
            case ("list" or "tuple" or "set", 0): return new List<object?>();
            case ("list" or "tuple", 1): return new List<object?>(CodeValue.Items(a[0]));
            case ("set", 1): return CodeValue.Items(a[0]).Aggregate(new List<object?>(), (all, v) => CodeValue.Contains(all, v) ? all : [.. all, v]);
            case ("sorted", 1): return CodeValue.Items(a[0]).Order(Comparer<object?>.Create((x, y) => CodeValue.Compare(x, y) ?? throw new CodeException($"{CodeValue.Repr(x)} and {CodeValue.Repr(y)} have no order"))).ToList();
            case ("divmod", 2): return new List<object?> { CodeValue.Apply("//", a[0], a[1]), CodeValue.Apply("%", a[0], a[1]) };
            case ("pow", 2): return CodeValue.Apply("**", a[0], a[1]);
            case ("enumerate", 1): return CodeValue.Items(a[0]).Select((v, i) => (object?)new List<object?> { new BigInteger(i), v }).ToList();
            case ("zip", 2): return CodeValue.Items(a[0]).Zip(CodeValue.Items(a[1]), (x, y) => (object?)new List<object?> { x, y }).ToList();
            case ("print", _): return null; // nobody reads it
            default: throw new CodeException($"{name}() does not take {a.Count} arguments here");
        }
    }

    /// <summary>Methods.</summary>
    public static object? Call(object? of, string method, List<object?> a)
    {
        switch (of, method, a.Count)
        {
            case (List<object?> l, "append", 1):
                l.Add(a[0]);
                return null;
            case (List<object?> l, "index", 1): return l.FindIndex(x => CodeValue.AreEqual(x, a[0])) is var i and >= 0 ? new BigInteger(i) : throw new CodeException($"{CodeValue.Repr(a[0])} is not in it");
            case (List<object?> l, "count", 1): return new BigInteger(l.Count(x => CodeValue.AreEqual(x, a[0])));
            case (string s, "startswith", 1): return s.StartsWith(CodeValue.Text(a[0]), StringComparison.Ordinal);
            case (string s, "endswith", 1): return s.EndsWith(CodeValue.Text(a[0]), StringComparison.Ordinal);
            case (string s, "lower", 0): return s.ToLowerInvariant();
            case (string s, "upper", 0): return s.ToUpperInvariant();
            case (string s, "strip", 0): return s.Trim();
            case (string s, "join", 1): return string.Join(s, CodeValue.Items(a[0]).Select(CodeValue.Text));
            default: throw new CodeException($"there is no method {method}() of {CodeValue.Repr(of)} here");
        }
    }

    /// <summary>v[i], and v[from:to].</summary>
    public static object? Index(object? v, object? i)
    {
        List<object?> all = CodeValue.Items(v);
        BigInteger at = CodeValue.ToInteger(i);
        if (at.Sign < 0) at += all.Count;
        return at.Sign >= 0 && at < all.Count ? all[(int)at] : throw new CodeException($"there is no [{CodeValue.Repr(i)}] of {all.Count}");
    }

    /// <inheritdoc cref="Index"/>
    public static object? Slice(object? v, object? from, object? to)
    {
        List<object?> all = CodeValue.Items(v);
        int first = Bound(from, 0), last = Bound(to, all.Count);
        List<object?> part = all.GetRange(first, Math.Max(0, last - first));
        return v is string ? string.Concat(part) : part;

        int Bound(object? b, int otherwise)
        {
            if (b is null) return otherwise;
            BigInteger at = CodeValue.ToInteger(b);
            return (int)BigInteger.Clamp(at.Sign < 0 ? at + all.Count : at, 0, all.Count);
        }
    }

    private static object? Best(List<object?> all, int sign) => all.Count == 0
        ? throw new CodeException("the least or the greatest of nothing")
        : all.Aggregate((best, v) => CodeValue.Compare(v, best) is { } c ? Math.Sign(c) == sign ? v : best : throw new CodeException($"{CodeValue.Repr(v)} and {CodeValue.Repr(best)} have no order"));

    private static List<object?> Range(BigInteger from, BigInteger to, BigInteger step)
    {
        if (step.IsZero) throw new CodeException("range() with a step of 0");
        List<object?> all = [];
        for (BigInteger i = from; step.Sign > 0 ? i < to : i > to; i += step)
        {
            all.Add(i);
            if (all.Count > 100_000) throw new CodeException("range() of more than 100000");
        }

        return all;
    }
}
