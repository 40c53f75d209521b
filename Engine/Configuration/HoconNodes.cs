// What the reader makes of a text before substitutions are resolved. A field keeps every value it was given, lowest first, because a
// substitution may look back at the ones below it ("Self-Referential Substitutions").

namespace ActorNet.Engine.Configuration;

internal abstract class HoconNode(HoconOrigin origin)
{
    public HoconOrigin Origin { get; } = origin;

    /// <summary>Being evaluated now: whoever meets this field again looks below it.</summary>
    public bool Active;

    /// <summary>Known to be no object, so whatever stands below it is hidden and never evaluated.</summary>
    public virtual bool HidesWhatIsBelow => false;
}

internal enum ScalarKind { Unquoted, Quoted, Number, Boolean, Null, Blank }

/// <summary>A simple value, kept as it was written.</summary>
internal sealed class ScalarNode(HoconOrigin origin, string text, ScalarKind kind) : HoconNode(origin), IHoconHead
{
    public string Text { get; } = text;

    public ScalarKind Kind { get; } = kind;

    public override bool HidesWhatIsBelow => true;

    public string Called => Kind switch { ScalarKind.Number => "a number", ScalarKind.Boolean => "a boolean", ScalarKind.Null => "null", _ => "a string" };
}

internal sealed class ArrayNode(HoconOrigin origin, List<HoconNode> elements) : HoconNode(origin), IHoconHead
{
    public List<HoconNode> Elements { get; } = elements;

    public override bool HidesWhatIsBelow => true;

    public string Called => "an array";
}

/// <summary>A field: where its key was first and last written, and its values, lowest first.</summary>
internal sealed class FieldSlot(string key, HoconOrigin origin)
{
    public string Key { get; } = key;

    public HoconOrigin Origin { get; set; } = origin;

    public List<HoconNode> Layers { get; } = [];

    /// <summary>Gives the field one more value, as a duplicate key does.</summary>
    public void Add(HoconNode value)
    {
        if (value.HidesWhatIsBelow)
        {
            Layers.Clear();
        }
        else if (value is ObjectNode upper && Layers.Count > 0 && Layers[^1] is ObjectNode lower)
        {
            lower.MergeOver(upper);
            return;
        }
        Layers.Add(value);
    }
}

internal sealed class ObjectNode(HoconOrigin origin) : HoconNode(origin)
{
    private readonly Dictionary<string, FieldSlot> _byKey = new(StringComparer.Ordinal);
    private ObjectHead? _head;

    /// <summary>In the order in which the keys were first written.</summary>
    public List<FieldSlot> Fields { get; } = [];

    public ObjectHead Head => _head ??= new ObjectHead([this], closed: false);

    public FieldSlot? Find(string key) => _byKey.GetValueOrDefault(key);

    public FieldSlot Slot(string key, HoconOrigin origin)
    {
        if (!_byKey.TryGetValue(key, out FieldSlot? slot))
        {
            slot = new FieldSlot(key, origin);
            _byKey.Add(key, slot);
            Fields.Add(slot);
        }
        slot.Origin = origin;
        return slot;
    }

    /// <summary>Takes over the fields of an object that stands later in the text.</summary>
    public void MergeOver(ObjectNode later)
    {
        foreach (FieldSlot field in later.Fields)
        {
            FieldSlot slot = Slot(field.Key, field.Origin);
            foreach (HoconNode layer in field.Layers) slot.Add(layer);
        }
    }
}

/// <summary>An array element that paths inside it count from; known once it has been read.</summary>
internal sealed class ElementPlace
{
    public HoconNode? Node { get; set; }
}

/// <summary>Where a file's paths begin: at the place of its include, and beyond that where the including file's begin.</summary>
internal sealed class PathScope(PathScope? outer, string[] prefix, ElementPlace? element)
{
    public PathScope? Outer { get; } = outer;

    public string[] Prefix { get; } = prefix;

    /// <summary>The array element that <see cref="Prefix"/> starts from; null for the root.</summary>
    public ElementPlace? Element { get; } = element;
}

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
internal sealed class SubstitutionNode(HoconOrigin origin, string[] path, bool optional, PathScope scope) : HoconNode(origin)
{
    public string[] Path { get; } = path;

    public bool Optional { get; } = optional;

    public PathScope Scope { get; } = scope;

    /// <summary>The look-back of <c>+=</c>, which means this field and no other.</summary>
    public bool Exact { get; init; }

    /// <summary>Resolved once, then kept for this very occurrence: so says the specification.</summary>
    public bool Resolved;

    public IHoconHead? Value;

    public override string ToString() => $"${{{(Optional ? "?" : "")}{HoconPath.Format(Path)}}}";
}

/// <summary>Values side by side of which at least one is a substitution, so that their kind is not known yet.</summary>
internal sealed class ConcatenationNode(HoconOrigin origin, List<HoconNode> parts) : HoconNode(origin)
{
    public List<HoconNode> Parts { get; } = parts;

    public bool Resolved;

    public IHoconHead? Value;
}

/// <summary>The merged value of an object's field, standing as an element of an array.</summary>
internal sealed class FieldValueNode(HoconOrigin origin, List<HoconNode> layers) : HoconNode(origin)
{
    public List<HoconNode> Layers { get; } = layers;
}

/// <summary>A value evaluated as far as telling what it is: a scalar, an array, or an object whose fields are not evaluated yet.</summary>
internal interface IHoconHead
{
    string Called { get; }
}

/// <summary>An object as the objects it is merged from, highest first.</summary>
internal sealed class ObjectHead(List<ObjectNode> layers, bool closed) : IHoconHead
{
    public List<ObjectNode> Layers { get; } = layers;

    /// <summary>It lies over a value that is no object, so nothing below merges with it any more.</summary>
    public bool Closed { get; } = closed;

    public string Called => "an object";
}
