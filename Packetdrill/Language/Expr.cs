// Expressions: a call's arguments and result. What a call gave is written in the same notation, so that expected and actual compare and print alike.

using System.Text;

namespace ActorNet.Packetdrill;

/// <summary>An expression. Its text is its own notation.</summary>
public abstract record Expr
{
    /// <summary>Where it stands; no part of its value.</summary>
    public Place At { get; init; }

    /// <summary>The same with long data cut, to be looked at.</summary>
    public Expr Brief() => this switch
    {
        Text { Bytes.Length: > 120 } t => new Text(t.Bytes[..80], Open: true),
        ArrayExpr a => new ArrayExpr([.. a.Items.Select(e => e.Brief())]),
        StructExpr s => new StructExpr([.. s.Fields.Select(f => f with { Value = f.Value.Brief() })]),
        _ => this,
    };

    public static Number Of(long value) => new(value, value.ToString(CultureInfo.InvariantCulture));
}

/// <summary><c>...</c>: an argument's usual value; an output that the script does not judge.</summary>
public sealed record Ellipsis : Expr
{
    public override string ToString() => "...";
}

/// <summary><c>*</c>: an output that is nobody's to judge, since it is different in every run. (packetdrill does not have this one.)</summary>
public sealed record Anything : Expr
{
    public override string ToString() => "*";
}

/// <summary>A number, with its text: <c>3</c>, <c>-1</c>, <c>0x10</c>, <c>0644</c>.</summary>
public sealed record Number(long Value, string Written) : Expr
{
    public override string ToString() => Written;
}

/// <summary>A name: a constant of the system's headers, or one that the script defines.</summary>
public sealed record Word(string Name) : Expr
{
    public override string ToString() => Name;
}

/// <summary>A string of bytes; <paramref name="Open"/> (<c>"abc"...</c>) for one that only begins so.</summary>
public sealed record Text(byte[] Bytes, bool Open = false) : Expr
{
    public override string ToString() => Quote(Bytes) + (Open ? "..." : "");

    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var s = new StringBuilder("\"");
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            _ = b switch
            {
                (byte)'"' or (byte)'\\' => s.Append('\\').Append((char)b),
                (byte)'\n' => s.Append("\\n"),
                (byte)'\t' => s.Append("\\t"),
                (byte)'\r' => s.Append("\\r"),
                >= 0x20 and < 0x7F => s.Append((char)b),
                _ => s.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}"),
            };
        }

        return s.Append('"').ToString();
    }
}

/// <summary><c>O_RDWR|O_NONBLOCK</c>.</summary>
public sealed record Or(IReadOnlyList<Expr> Parts) : Expr
{
    public override string ToString() => string.Join('|', Parts);
}

/// <summary><c>[1, 2]</c>.</summary>
public sealed record ArrayExpr(IReadOnlyList<Expr> Items) : Expr
{
    public override string ToString() => $"[{string.Join(", ", Items)}]";
}

/// <summary><c>{onoff=1, linger=2}</c>; <c>{..., 100}</c>, whose fields have no names.</summary>
public sealed record StructExpr(IReadOnlyList<Field> Fields) : Expr
{
    public StructExpr(params (string Name, Expr Value)[] fields)
        : this([.. fields.Select(f => new Field(f.Name, null, f.Value))])
    {
    }

    public Field? this[string name] => Fields.FirstOrDefault(f => f.Name == name);

    public override string ToString() => $"{{{string.Join(", ", Fields)}}}";
}

/// <summary>A field of a structure: <c>msg_iov(1)=[{..., 10}]</c> has all three parts.</summary>
/// <param name="Name">Null in a structure without names.</param>
/// <param name="Count">What stands in parentheses behind the name.</param>
public sealed record Field(string? Name, Expr? Count, Expr Value)
{
    /// <summary>It differs from run to run (a time, an inode): judged only where a script says what it is.</summary>
    public bool IsVolatile { get; init; }

    public override string ToString() => Name is null ? $"{Value}" : $"{Name}{(Count is null ? "" : $"({Count})")}={Value}";
}

/// <summary><c>htons(80)</c>, <c>inet_addr("127.0.0.1")</c>, <c>sizeof(int)</c>.</summary>
public sealed record Apply(string Function, IReadOnlyList<Expr> Arguments) : Expr
{
    public override string ToString() => $"{Function}({string.Join(", ", Arguments)})";
}
