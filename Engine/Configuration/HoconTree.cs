// From nodes to values: every field and element is evaluated to the end, in file order.

namespace ActorNet.Engine.Configuration;

internal sealed class HoconTree(HoconResolver resolver)
{
    /// <summary>Substitutions can multiply a page of text to any size; a real configuration is far below this.</summary>
    private const int MaxValues = 2_000_000;

    // What is being built now, from the root down: meeting one of these again means that it contains itself.
    private readonly HashSet<HoconNode> _open = new(ReferenceEqualityComparer.Instance);
    private int _values;
    private int _depth;

    public static HoconValue Build(ObjectNode root, Func<string, string?> environment) =>
        new HoconTree(new HoconResolver(root, environment)).Value(root.Head, root.Origin, parent: null, key: null, index: -1)!;

    private HoconValue? Value(IHoconHead head, HoconOrigin origin, HoconPlace? parent, string? key, int index)
    {
        if (++_values > MaxValues) throw new HoconParserException(origin, $"substitutions blow the configuration up to more than {MaxValues} values");
        if (++_depth > HoconReader.MaxDepth) throw new HoconParserException(origin, $"nested more than {HoconReader.MaxDepth} levels deep");
        HoconValue? value = head switch
        {
            ScalarNode scalar => new HoconValue(new HoconPlace(parent, key, index, scalar.Origin), scalar),
            ArrayNode array => Array(array, new HoconPlace(parent, key, index, array.Origin)),
            ObjectHead obj => Object(obj, new HoconPlace(parent, key, index, obj.Layers[0].Origin)),
            _ => throw new InvalidOperationException("not a value"),
        };
        _depth--;
        return value;
    }

    private HoconValue? Array(ArrayNode array, HoconPlace place)
    {
        if (!_open.Add(array)) return null;
        List<HoconValue> elements = [];
        foreach (HoconNode node in array.Elements)
        {
            if (resolver.Evaluate(node) is not { } head) continue;
            HoconValue? element = Value(head, node.Origin, place, key: null, elements.Count);
            if (element is null)
                RefuseCircle(node, place);
            else
                elements.Add(element);
        }
        _open.Remove(array);
        return new HoconValue(place, elements.ToArray());
    }

    private HoconValue? Object(ObjectHead head, HoconPlace place)
    {
        for (int i = 0; i < head.Layers.Count; i++)
        {
            if (_open.Add(head.Layers[i])) continue;
            while (--i >= 0) _open.Remove(head.Layers[i]);
            return null;
        }
        HoconObject obj = new(place, head.Closed);
        HashSet<string> seen = new(StringComparer.Ordinal);
        // Lowest first: a key stands where it was first written.
        for (int i = head.Layers.Count - 1; i >= 0; i--)
            foreach (FieldSlot field in head.Layers[i].Fields)
                if (seen.Add(field.Key)) Field(head, field.Key, obj, place);
        foreach (ObjectNode layer in head.Layers) _open.Remove(layer);
        return new HoconValue(place, obj);
    }

    private void Field(ObjectHead head, string key, HoconObject into, HoconPlace place)
    {
        List<HoconNode> layers = HoconResolver.LayersOf(head.Layers, key);
        if (resolver.EvaluateField(layers) is not { } value) return;
        HoconOrigin keyAt = default;
        foreach (ObjectNode layer in head.Layers)
        {
            if (layer.Find(key) is not FieldSlot slot) continue;
            keyAt = slot.Origin;
            break;
        }
        HoconValue? built = Value(value, keyAt, place, key, -1);
        if (built is null)
            RefuseCircle(layers[0], place);
        else
            into.Add(new HoconField(key, built, keyAt, new HoconPlace(place, key, -1, keyAt)));
    }

    /// <summary>A value that would contain itself: as good as missing for <c>${?…}</c>, an error for anything else.</summary>
    private static void RefuseCircle(HoconNode node, HoconPlace place)
    {
        if (node is SubstitutionNode { Optional: true }) return;
        string inside = place.ToString() is { Length: > 0 } path ? path : "the root";
        throw new HoconParserException(node.Origin, $"{(node is SubstitutionNode named ? named : "this value")} goes round in a circle: {inside} would contain itself");
    }
}
