// Structures of the kernel's interface (include/uapi): how their bytes and the language's {name=value} turn into each other.

namespace ActorNet.Packetdrill;

/// <summary>A structure's fields, each with its place. Natural alignment, unless it is packed.</summary>
public sealed partial class Layout
{
    private static readonly Dictionary<string, Layout> s_all = new(StringComparer.Ordinal);

    private readonly List<(string Name, string Type, int Offset, int Count, bool Volatile)> _fields = [];

    static Layout() => DefineAll();

    private Layout(string name, int size) => (Name, Size) = (name, size);

    public string Name { get; }

    public int Size { get; private set; }

    private int Alignment { get; set; } = 1;

    /// <summary>A structure or a plain type by its name; null when it is not known.</summary>
    public static Layout? Find(string name) => s_all.GetValueOrDefault(name);

    /// <summary>The first structure that has all the fields of an expression.</summary>
    public static Layout? For(StructExpr s) => s_all.Values.FirstOrDefault(l => l._fields.Count > 0 && s.Fields.All(f => l._fields.Exists(x => x.Name == f.Name)));

    /// <summary>The bytes of a structure; a field that is not named, or is <c>...</c>, is 0.</summary>
    public byte[] Encode(StructExpr s, Constants constants)
    {
        byte[] bytes = new byte[Size];
        foreach (Field f in s.Fields)
        {
            int i = _fields.FindIndex(x => x.Name == f.Name);
            if (i < 0) throw new ScriptException(s.At, $"{Name} has no field {f.Name}; it has {string.Join(", ", _fields.Select(x => x.Name))}");
            if (f.Value is Ellipsis or Anything) continue;
            (_, string type, int offset, int count, _) = _fields[i];
            if (count > 1)
            {
                byte[] text = f.Value is Text t ? t.Bytes : throw Arguments.Wrong(f.Value, "a string");
                text.AsSpan(0, Math.Min(text.Length, count)).CopyTo(bytes.AsSpan(offset));
            }
            else if (s_all[type] is { _fields.Count: > 0 } inner)
            {
                inner.Encode(f.Value as StructExpr ?? throw Arguments.Wrong(f.Value, "a structure"), constants).CopyTo(bytes, offset);
            }
            else
            {
                WriteScalar(type, bytes.AsSpan(offset), constants.Evaluate(f.Value));
            }
        }

        return bytes;
    }

    /// <summary>A structure's bytes as the language writes them: of a shorter piece, the fields that are wholly in it.</summary>
    public StructExpr Decode(ReadOnlySpan<byte> bytes)
    {
        List<Field> fields = [];
        foreach ((string name, string type, int offset, int count, bool isVolatile) in _fields)
        {
            Layout of = s_all[type];
            if (name == "pad" || offset + of.Size * count > bytes.Length) continue;
            ReadOnlySpan<byte> b = bytes.Slice(offset, of.Size * count);
            Expr value = count > 1 ? new Text(b.TrimEnd((byte)0).ToArray()) : of._fields.Count > 0 ? of.Decode(b) : ShowScalar(type, b);
            fields.Add(new Field(name, null, value) { IsVolatile = isVolatile });
        }

        return new StructExpr(fields);
    }

    // "s32 onoff; s32 linger": a type and a name; name[16] is a string; a ! before the type: it differs from run to run.
    private static Layout Define(string name, string fields, bool packed = false)
    {
        var layout = new Layout(name, 0);
        foreach (string each in fields.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = each.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            bool isVolatile = words[0][0] == '!';
            string type = words[0].TrimStart('!'), field = words[1];
            int count = 1, bracket = field.IndexOf('[', StringComparison.Ordinal);
            if (bracket > 0) (count, field) = (int.Parse(field.AsSpan(bracket + 1).TrimEnd(']'), CultureInfo.InvariantCulture), field[..bracket]);
            Layout of = s_all[type];
            // Two halves of one byte: the high one stays where the low one is.
            int offset = type is "hi4" or "mid2" ? layout.Size - 1 : packed ? layout.Size : Align(layout.Size, of.Alignment);
            layout._fields.Add((field, type, offset, count, isVolatile));
            layout.Size = offset + of.Size * count;
            if (!packed) layout.Alignment = Math.Max(layout.Alignment, of.Alignment);
        }

        layout.Size = Align(layout.Size, layout.Alignment);
        s_all.Add(name, layout);
        return layout;
    }

    private static int Align(int offset, int to) => (offset + to - 1) / to * to;
}
