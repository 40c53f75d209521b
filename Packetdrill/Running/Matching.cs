// Is what came what was expected? Is what came on one side what came on the other?

namespace ActorNet.Packetdrill;

/// <summary>Compares expressions. Each answer is null, or says where the first difference is.</summary>
public sealed class Matching(Constants constants)
{
    // Ports that the two sides chose by themselves, as they correspond.
    private readonly Dictionary<long, long> _ports = [];
    private readonly HashSet<long> _taken = [];

    /// <summary>Holds an expectation against what a side gave: <c>...</c> and <c>*</c> expect nothing, a structure only the fields that it names.</summary>
    public string? Differs(Expr expected, Expr actual, string where)
    {
        switch (expected, actual)
        {
            case (Ellipsis or Anything, _): return null;
            case (Word { Name: "NULL" }, _): return null;
            case (Text e, Text a):
                return a.Bytes.AsSpan().SequenceEqual(e.Bytes) || (e.Open && a.Bytes.AsSpan().StartsWith(e.Bytes)) ? null : Say(where, expected, actual);
            case (ArrayExpr e, ArrayExpr a):
                // [4, ...] is one that begins so.
                bool open = e.Items.Count > 1 && e.Items[^1] is Ellipsis;
                int count = open ? e.Items.Count - 1 : e.Items.Count;
                if (open ? a.Items.Count < count : a.Items.Count != count) return Say(where, expected, actual);
                for (int i = 0; i < count; i++)
                {
                    if (Differs(e.Items[i], a.Items[i], $"{where}[{i}]") is { } d) return d;
                }

                return null;
            case (StructExpr e, StructExpr a): return DiffersStruct(e, a, where);
            case (ArrayExpr { Items: [var e, Ellipsis] }, not ArrayExpr): return Differs(e, actual, where); // a length that came out as it went in
            default:
                long? x = constants.TryEvaluate(expected), y = constants.TryEvaluate(actual);
                return x is not null && x == y ? null : Say(where, expected, actual);
        }
    }

    /// <summary>Holds the two sides against each other, but for what the script says is nobody's to judge.</summary>
    public string? Disagree(Expr? script, Expr kernel, Expr ours, string where)
    {
        switch (kernel, ours)
        {
            case (_, _) when script is Anything: return null;
            case (ArrayExpr k, ArrayExpr o) when k.Items.Count == o.Items.Count:
                for (int i = 0; i < k.Items.Count; i++)
                {
                    Expr? s = script is ArrayExpr a && a.Items.Count == k.Items.Count ? a.Items[i] : null;
                    if (Disagree(s, k.Items[i], o.Items[i], $"{where}[{i}]") is { } d) return d;
                }

                return null;
            case (StructExpr k, StructExpr o) when k.Fields.Count == o.Fields.Count:
                for (int i = 0; i < k.Fields.Count; i++)
                {
                    Field f = k.Fields[i], g = o.Fields[i];
                    if (f.Name != g.Name) return Say(where, kernel, ours);
                    if (f.IsVolatile) continue;
                    Field? s = script is StructExpr se ? (f.Name is null ? se.Fields.ElementAtOrDefault(i) : se[f.Name]) : null;
                    if (f.Count is { } n && g.Count is { } m && Disagree(s?.Count, n, m, $"{where}.{f.Name}()") is { } c) return c;
                    if (Disagree(s?.Value, f.Value, g.Value, $"{where}.{f.Name ?? $"{i}"}") is { } d) return d;
                }

                return null;
            case (Apply { Function: "htons", Arguments: [Number k] }, Apply { Function: "htons", Arguments: [Number o] }):
                return SamePort(k.Value, o.Value) ? null : Say(where, kernel, ours);
            case (Text k, Text o): return k.Bytes.AsSpan().SequenceEqual(o.Bytes) ? null : Say(where, kernel, ours);
            default:
                return kernel.ToString() == ours.ToString() || (constants.TryEvaluate(kernel) is { } x && x == constants.TryEvaluate(ours)) ? null : Say(where, kernel, ours);
        }
    }

    /// <summary>Where stamps count from the script's beginning: what the wall clock said then, nanoseconds since 1970.</summary>
    public long? Began { get; init; }

    // A stamp is the script's time, within packetdrill's tolerance.
    private bool IsStamp(StructExpr expected, StructExpr actual)
    {
        const long Tolerance = 4_000_000;
        return Began is { } began && Time(expected) is { } e && Time(actual) is { } a && Math.Abs(a - began - e) <= Tolerance;

        long? Time(StructExpr s) => s["scm_sec"] is { } sec && s["scm_nsec"] is { } nsec && constants.TryEvaluate(sec.Value) is { } whole && constants.TryEvaluate(nsec.Value) is { } rest
            ? whole * 1_000_000_000 + rest : null;
    }

    private string? DiffersStruct(StructExpr expected, StructExpr actual, string where)
    {
        if (IsStamp(expected, actual)) return null;
        for (int i = 0; i < expected.Fields.Count; i++)
        {
            Field e = expected.Fields[i];
            Field? a = e.Name is null ? actual.Fields.ElementAtOrDefault(i) : actual[e.Name];
            string name = $"{where}.{e.Name ?? $"{i}"}";
            if (a is null)
            {
                if (e.Value is Ellipsis or Anything) continue;
                return $"{name}: expected {e.Value}, there is none in {actual}";
            }

            if (e.Count is { } n && a.Count is { } m && Differs(n, m, name + "()") is { } c) return c;
            if (Differs(e.Value, a.Value, name) is { } d) return d;
        }

        return null;
    }

    // Each side draws its ephemeral ports from its own random numbers: where one side's port first stands beside the other's, they are the same port.
    private bool SamePort(long kernel, long ours)
    {
        const long low = 32_768, high = 60_999;
        if (kernel is < low or > high || ours is < low or > high) return kernel == ours;
        if (_ports.TryGetValue(kernel, out long known)) return known == ours;
        if (!_taken.Add(ours)) return false;
        _ports.Add(kernel, ours);
        return true;
    }

    private static string Say(string where, Expr a, Expr b)
    {
        if (a is not Text x || b is not Text y || Math.Max(x.Bytes.Length, y.Bytes.Length) <= 120) return $"{where}: {a.Brief()} against {b.Brief()}";
        int same = x.Bytes.AsSpan().CommonPrefixLength(y.Bytes);
        return $"{where}: {x.Bytes.Length} bytes against {y.Bytes.Length}, different from byte {same} on: {Tail(x, same)} against {Tail(y, same)}";

        static Expr Tail(Text t, int from) => new Text(t.Bytes[from..]).Brief();
    }
}
