// What is on the heap, by type: a walk over everything that can be reached from some roots, each object counted once with the bytes it takes.
// It sees what a garbage collector's totals do not say: which objects a connection or a host consists of.

using System.Reflection;
using System.Runtime.CompilerServices;

namespace ActorNet.Benchmarks;

/// <summary>A census of the objects behind some roots. Statics, threads and the runtime's own (types, methods) are not walked.</summary>
internal sealed class HeapCensus
{
    private static readonly Dictionary<Type, FieldInfo[]> s_references = [];
    private static readonly Dictionary<Type, bool> s_holds = [];

    private readonly Dictionary<Type, (long Count, long Bytes)> _types = [];
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<object> _open = new();

    private HeapCensus()
    {
    }

    /// <summary>Objects and bytes of each type.</summary>
    public IReadOnlyDictionary<Type, (long Count, long Bytes)> Types => _types;

    public long Bytes => _types.Values.Sum(t => t.Bytes);

    public static HeapCensus Of(params object[] roots)
    {
        var census = new HeapCensus();
        foreach (object root in roots) census.Meet(root);
        while (census._open.TryPop(out object? o)) census.Walk(o);
        return census;
    }

    /// <summary>What there is more of than in an earlier census, for each of so many: largest first.</summary>
    public IEnumerable<(Type Type, double Count, double Bytes)> Since(HeapCensus before, int each) =>
        from type in _types
        let was = before._types.GetValueOrDefault(type.Key)
        let more = (Type: type.Key, Count: (double)(type.Value.Count - was.Count) / each, Bytes: (double)(type.Value.Bytes - was.Bytes) / each)
        where more.Bytes != 0
        orderby more.Bytes descending, more.Type.FullName
        select more;

    /// <summary>A type as its source writes it: List&lt;Sock&gt;, Entry[].</summary>
    public static string NameOf(Type type)
    {
        if (type.IsArray) return NameOf(type.GetElementType()!) + "[]";
        string name = type.IsNested && !type.IsGenericParameter ? NameOf(type.DeclaringType!) + "." + type.Name : type.Name;
        int tick = name.LastIndexOf('`');
        return !type.IsGenericType || tick < 0 ? name : $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }

    private void Meet(object? o)
    {
        if (o is null or MemberInfo or Module or Assembly or Thread or Pointer || !_seen.Add(o)) return;
        _open.Push(o);
        ref (long Count, long Bytes) type = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_types, o.GetType(), out _);
        type = (type.Count + 1, type.Bytes + SizeOf(o));
    }

    private void Walk(object o)
    {
        Type type = o.GetType();
        if (type.IsArray)
        {
            Type element = type.GetElementType()!;
            if (!Holds(element)) return;
            foreach (object? item in (Array)o)
            {
                if (element.IsValueType) WalkFields(item!, element);
                else Meet(item);
            }
        }
        else if (o is not string)
        {
            WalkFields(o, type);
        }
    }

    private void WalkFields(object o, Type type)
    {
        foreach (FieldInfo field in References(type))
        {
            object? value = field.GetValue(o);
            if (value is not null && field.FieldType.IsValueType) WalkFields(value, field.FieldType);
            else Meet(value);
        }
    }

    // Fields of a class and those that it is derived from, or of a struct, that hold or lead to references.
    private static FieldInfo[] References(Type type)
    {
        if (s_references.TryGetValue(type, out FieldInfo[]? known)) return known;
        List<FieldInfo> fields = [];
        for (Type? at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            fields.AddRange(at.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(f => !f.FieldType.IsPointer && !f.FieldType.IsByRef && !f.FieldType.IsByRefLike && Holds(f.FieldType)));
        }

        return s_references[type] = [.. fields];
    }

    private static bool Holds(Type type)
    {
        if (!type.IsValueType) return !type.IsPointer;
        if (type.IsPrimitive || type.IsEnum) return false;
        if (s_holds.TryGetValue(type, out bool known)) return known;
        s_holds[type] = false;
        return s_holds[type] = References(type).Length > 0;
    }

    // The first words of a method table: the size of an element, flags, and the size of an object without its elements.
    private static unsafe long SizeOf(object o)
    {
        byte* table = (byte*)o.GetType().TypeHandle.Value;
        long size = *(uint*)(table + 4);
        if (o is string s) size += 2L * s.Length;
        else if (o is Array a) size += (long)*(ushort*)table * a.LongLength;
        return (size + 7) & ~7L;
    }
}
