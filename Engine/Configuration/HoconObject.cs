// A resolved object: fields in the order in which they were first written.

using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace ActorNet.Engine.Configuration;

/// <summary>An object's fields by key, in file order.</summary>
public sealed class HoconObject : IReadOnlyDictionary<string, HoconField>
{
    private readonly Dictionary<string, HoconField> _byKey = new(StringComparer.Ordinal);
    private readonly List<HoconField> _fields = [];

    internal HoconObject(HoconPlace place, bool closed)
    {
        Place = place;
        Closed = closed;
    }

    internal HoconPlace Place { get; }

    /// <summary>It was laid over a value that is no object, so a fallback no longer merges with it.</summary>
    internal bool Closed { get; }

    public int Count => _fields.Count;

    public bool IsEmpty => _fields.Count == 0;

    public IEnumerable<string> Keys
    {
        get
        {
            foreach (HoconField each in _fields) yield return each.Key;
        }
    }

    public IEnumerable<HoconField> Values => _fields;

    /// <summary>The field of that key.</summary>
    /// <exception cref="HoconValueException">There is none.</exception>
    public HoconField this[string key] => GetField(key);

    public HoconField GetField(string key) =>
        TryGetField(key, out HoconField? field) ? field : throw new HoconValueException($"{Place.Origin}: {Place.Child(key)} is missing", key, null);

    public bool TryGetField(string key, [MaybeNullWhen(false)] out HoconField result) => _byKey.TryGetValue(key, out result);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out HoconField value) => _byKey.TryGetValue(key, out value);

    public bool ContainsKey(string key) => _byKey.ContainsKey(key);

    /// <summary>The value at a path that starts here.</summary>
    public bool TryGetValue(HoconPath path, [MaybeNullWhen(false)] out HoconValue result)
    {
        result = null;
        HoconObject? here = this;
        for (int i = 0; i < path.Count; i++)
        {
            if (here is null || !here.TryGetField(path[i], out HoconField? field)) return false;
            result = field.Value;
            here = result.Type == HoconType.Object ? result.GetObject() : null;
        }
        return result is not null;
    }

    public IEnumerator<KeyValuePair<string, HoconField>> GetEnumerator()
    {
        foreach (HoconField field in _fields) yield return new KeyValuePair<string, HoconField>(field.Key, field);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(HoconField field)
    {
        _byKey.Add(field.Key, field);
        _fields.Add(field);
    }

    /// <summary>This object with another below it: what both have is merged if both are objects, and else is this one's.</summary>
    internal HoconObject Over(HoconObject below)
    {
        if (Closed) return this;
        HoconObject merged = new(Place, below.Closed);
        foreach (HoconField field in _fields)
        {
            if (!below.TryGetField(field.Key, out HoconField? lower) || field.Value.Type != HoconType.Object)
                merged.Add(field);
            else
                merged.Add(new HoconField(field.Key, field.Value.Over(lower.Value), field.KeyOrigin, field.Place));
        }
        foreach (HoconField field in below._fields)
            if (!_byKey.ContainsKey(field.Key)) merged.Add(field);
        return merged;
    }
}

/// <summary>A key and its value.</summary>
public sealed class HoconField
{
    internal HoconField(string key, HoconValue value, HoconOrigin keyOrigin, HoconPlace place)
    {
        Key = key;
        Value = value;
        KeyOrigin = keyOrigin;
        Place = place;
    }

    public string Key { get; }

    public HoconValue Value { get; }

    /// <summary>The keys from the root; what is inside an array counts as inside the array's field.</summary>
    public HoconPath Path => Place.Path;

    public HoconType Type => Value.Type;

    public string Raw => Value.Raw;

    internal HoconOrigin KeyOrigin { get; }

    internal HoconPlace Place { get; }

    public HoconObject GetObject() => Value.GetObject();

    public string GetString() => Value.GetString();

    public IList<HoconValue> GetArray() => Value.GetArray();

    public override string ToString() => Value.ToString();
}

/// <summary>Where in the tree a value stands, for messages: <c>hosts.web[2].port</c>; and where in which text.</summary>
internal sealed class HoconPlace(HoconPlace? parent, string? key, int index, HoconOrigin origin)
{
    public HoconOrigin Origin { get; } = origin;

    public HoconPath Path
    {
        get
        {
            List<string> keys = [];
            for (HoconPlace? at = this; at is not null; at = at.Up)
                if (at.Name is not null) keys.Add(at.Name);
            keys.Reverse();
            return new HoconPath(keys);
        }
    }

    private HoconPlace? Up => parent;

    private string? Name => key;

    public string Child(string name) => parent is null && key is null ? HoconPath.Format([name]) : $"{this}.{HoconPath.Format([name])}";

    public override string ToString()
    {
        string above = parent?.ToString() ?? "";
        if (key is not null) return above.Length == 0 ? HoconPath.Format([key]) : $"{above}.{HoconPath.Format([key])}";
        return index < 0 ? above : $"{above}[{index}]";
    }
}
