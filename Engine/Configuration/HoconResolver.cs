// Resolves substitutions: "Substitutions", "Self-Referential Substitutions" and "Include semantics: substitution" of the HOCON specification.
// Everything is evaluated on demand and only as far as telling what kind of value it is, so an object may refer to paths within itself. A field
// that is met again while it is being evaluated is looked at from below: what it was given earlier, and not what overrides it.

using System.Text;

namespace ActorNet.Engine.Configuration;

internal sealed class HoconResolver(ObjectNode root, Func<string, string?> environment)
{
    private const int MaxText = 16 * 1024 * 1024;

    private readonly List<SubstitutionNode> _chain = [];
    private string? _cycle;
    private int _depth;
    private long _text;

    public IHoconHead? Evaluate(HoconNode node)
    {
        switch (node)
        {
            case ObjectNode obj: return obj.Head;
            case SubstitutionNode substitution: return Evaluate(substitution);
            case ConcatenationNode concatenation: return Evaluate(concatenation);
            case FieldValueNode field: return EvaluateField(field.Layers);
            default: return (IHoconHead)node;
        }
    }

    /// <summary>A field's value from its layers, highest first; null when nothing defines it.</summary>
    public IHoconHead? EvaluateField(List<HoconNode> layers)
    {
        List<ObjectNode>? objects = null;
        bool closed = false;
        for (int i = FirstUsable(layers); i < layers.Count && !closed; i++)
        {
            switch (Evaluate(layers[i]))
            {
                case null: break;
                case ObjectHead head:
                    AddObjects(objects ??= [], head);
                    closed = head.Closed;
                    break;
                case IHoconHead simple when objects is null: return simple;
                default: closed = true; break;
            }
        }
        if (objects is null) return null;
        return objects.Count == 1 && !closed ? objects[0].Head : new ObjectHead(objects, closed);
    }

    /// <summary>The layers of one field in a merged object, highest first, up to the first that hides the rest.</summary>
    public static List<HoconNode> LayersOf(List<ObjectNode> objects, string key)
    {
        List<HoconNode> layers = [];
        foreach (ObjectNode obj in objects)
            if (obj.Find(key) is FieldSlot slot && AddLayers(slot, layers)) break;
        return layers;
    }

    private static bool AddLayers(FieldSlot slot, List<HoconNode> layers)
    {
        for (int i = slot.Layers.Count - 1; i >= 0; i--)
        {
            layers.Add(slot.Layers[i]);
            if (slot.Layers[i].HidesWhatIsBelow) return true;
        }
        return false;
    }

    private int FirstUsable(List<HoconNode> layers)
    {
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            if (!layers[i].Active) continue;
            _cycle ??= NameCycle();
            return i + 1;
        }
        return 0;
    }

    private IHoconHead? Lookup(List<HoconNode> layers, string[] path, int at)
    {
        if (at == path.Length) return EvaluateField(layers);
        List<HoconNode> inner = [];
        for (int i = FirstUsable(layers); i < layers.Count; i++)
        {
            if (Evaluate(layers[i]) is not { } value) continue;
            if (value is not ObjectHead head) break;
            // What lies further down is not even evaluated once this field is known.
            bool known = false;
            foreach (ObjectNode obj in head.Layers)
                if (obj.Find(path[at]) is FieldSlot slot && (known = AddLayers(slot, inner))) break;
            if (known || head.Closed) break;
        }
        return inner.Count == 0 ? null : Lookup(inner, path, at + 1);
    }

    private IHoconHead? Evaluate(SubstitutionNode node)
    {
        if (node.Resolved) return node.Value;
        if (node.Active)
        {
            _cycle ??= NameCycle();
            return null;
        }
        Descend(node);
        string? outerCycle = _cycle;
        _cycle = null;
        node.Active = true;
        _chain.Add(node);
        IHoconHead? value = null;
        for (PathScope? scope = node.Scope; scope is not null && value is null; scope = node.Exact ? null : scope.Outer)
        {
            HoconNode start = scope.Element?.Node ?? root;
            value = Lookup([start], [.. scope.Prefix, .. node.Path], 0);
        }
        if (value is null && !node.Exact && environment(string.Join('.', node.Path)) is string variable)
            value = new ScalarNode(default, variable, ScalarKind.Quoted);
        _chain.RemoveAt(_chain.Count - 1);
        node.Active = false;
        if (value is null && !node.Optional)
        {
            throw new HoconParserException(node.Origin, _cycle is null
                ? $"{node} is not defined: no such path, and no environment variable of that name"
                : $"{node} cannot be resolved, it goes round in a circle: {_cycle}");
        }
        // Whoever fails for want of this value fails because of its circle.
        _cycle = outerCycle ?? (value is null ? _cycle : null);
        _depth--;
        node.Resolved = true;
        return node.Value = value;
    }

    private IHoconHead? Evaluate(ConcatenationNode node)
    {
        if (node.Resolved) return node.Value;
        if (node.Active)
        {
            _cycle ??= NameCycle();
            return null;
        }
        Descend(node);
        node.Active = true;
        List<(HoconNode Part, IHoconHead Head)> heads = [];
        foreach (HoconNode part in node.Parts)
            if (Evaluate(part) is { } head) heads.Add((part, head));
        node.Active = false;
        _depth--;
        node.Resolved = true;
        return node.Value = Join(node, heads);
    }

    private IHoconHead? Join(ConcatenationNode node, List<(HoconNode Part, IHoconHead Head)> heads)
    {
        bool anyObject = false, anyArray = false, anyScalar = false;
        foreach ((HoconNode _, IHoconHead head) in heads)
        {
            anyObject |= head is ObjectHead;
            anyArray |= head is ArrayNode;
            anyScalar |= head is ScalarNode { Kind: not ScalarKind.Blank };
        }
        if (!anyObject && !anyArray) return anyScalar ? JoinText(node, heads) : null;
        heads.RemoveAll(static each => each.Head is ScalarNode { Kind: ScalarKind.Blank });
        if (anyScalar) throw Mixed(heads);
        if (anyArray) return JoinArrays(node, heads);
        List<ObjectNode> layers = [];
        bool closed = false;
        for (int i = heads.Count - 1; i >= 0 && !closed; i--)
        {
            ObjectHead head = (ObjectHead)heads[i].Head;
            AddObjects(layers, head);
            closed = head.Closed;
        }
        return new ObjectHead(layers, closed);
    }

    /// <summary>An object that lies below itself, as a look-back makes it, adds nothing the second time.</summary>
    private static void AddObjects(List<ObjectNode> layers, ObjectHead below)
    {
        foreach (ObjectNode layer in below.Layers)
            if (!layers.Contains(layer)) layers.Add(layer);
    }

    private ScalarNode JoinText(ConcatenationNode node, List<(HoconNode Part, IHoconHead Head)> heads)
    {
        StringBuilder text = new();
        foreach ((HoconNode _, IHoconHead head) in heads)
        {
            string piece = ((ScalarNode)head).Text;
            text.Append(piece);
            if ((_text += piece.Length) > MaxText) throw new HoconParserException(node.Origin, $"substitutions blow the text up to more than {MaxText} characters");
        }
        return new ScalarNode(node.Origin, text.ToString(), ScalarKind.Quoted);
    }

    private ArrayNode JoinArrays(ConcatenationNode node, List<(HoconNode Part, IHoconHead Head)> heads)
    {
        List<HoconNode> elements = [];
        foreach ((HoconNode _, IHoconHead head) in heads)
        {
            List<HoconNode> more = head is ArrayNode array ? array.Elements : NumberedElements((ObjectHead)head) ?? throw Mixed(heads);
            elements.AddRange(more);
            if ((_text += more.Count) > MaxText) throw new HoconParserException(node.Origin, $"substitutions blow the array up to more than {MaxText} elements");
        }
        return new ArrayNode(node.Origin, elements);
    }

    /// <summary>An object with numeric keys stands for an array where an array is wanted; null when it has none.</summary>
    private static List<HoconNode>? NumberedElements(ObjectHead head)
    {
        SortedList<int, HoconNode> numbered = [];
        foreach (ObjectNode obj in head.Layers)
            foreach (FieldSlot field in obj.Fields)
                if (HoconUnits.TryIndex(field.Key, out int index) && !numbered.ContainsKey(index))
                    numbered.Add(index, new FieldValueNode(field.Origin, LayersOf(head.Layers, field.Key)));
        return numbered.Count == 0 ? null : [.. numbered.Values];
    }

    private static HoconParserException Mixed(List<(HoconNode Part, IHoconHead Head)> heads)
    {
        for (int i = 1; i < heads.Count; i++)
        {
            if (heads[i].Head.GetType() == heads[0].Head.GetType()) continue;
            string what = heads[i].Part is SubstitutionNode named ? $"{heads[i].Head.Called} ({named})" : heads[i].Head.Called;
            return new HoconParserException(heads[i].Part.Origin, $"{heads[0].Head.Called} and {what} cannot be joined to one value");
        }
        return new HoconParserException(heads[0].Part.Origin, "these values cannot be joined to one");
    }

    private void Descend(HoconNode node)
    {
        if (++_depth > HoconReader.MaxDepth) throw new HoconParserException(node.Origin, $"substitutions follow each other more than {HoconReader.MaxDepth} deep");
    }

    private string NameCycle()
    {
        StringBuilder names = new();
        foreach (SubstitutionNode node in _chain) names.Append(node).Append(" → ");
        return names.Append(_chain.Count > 0 ? _chain[0].ToString() : "itself").ToString();
    }
}
