// A resolved value, and its conversions: "Automatic type conversions" of the HOCON specification. A conversion that fails says where the value
// stands, what was expected and what was found.

using System.Globalization;
using System.Text;

namespace ActorNet.Engine.Configuration;

/// <summary>A scalar, an array or an object.</summary>
public sealed partial class HoconValue : IEquatable<HoconValue>
{
    private readonly HoconPlace _place;
    private readonly ScalarNode? _scalar;
    private readonly HoconValue[]? _elements;
    private readonly HoconObject? _object;

    internal HoconValue(HoconPlace place, ScalarNode scalar)
    {
        _place = place;
        _scalar = scalar;
    }

    internal HoconValue(HoconPlace place, HoconValue[] elements)
    {
        _place = place;
        _elements = elements;
    }

    internal HoconValue(HoconPlace place, HoconObject obj)
    {
        _place = place;
        _object = obj;
    }

    internal HoconPlace Place => _place;

    internal HoconOrigin Origin => _place.Origin;

    internal bool IsNull => _scalar is { Kind: ScalarKind.Null };

    public HoconType Type => _object is not null ? HoconType.Object : _elements is not null ? HoconType.Array : _scalar!.Kind switch
    {
        ScalarKind.Number => HoconType.Number,
        ScalarKind.Boolean => HoconType.Boolean,
        _ => HoconType.String,
    };

    /// <summary>A scalar as it was written, a string with quotes; arrays and objects as they are printed.</summary>
    public string Raw => _scalar is not null && Type is not HoconType.String || IsNull ? _scalar!.Text : ToString();

    public HoconObject GetObject() => _object ?? throw Wrong("an object");

    public bool TryGetObject([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out HoconObject result) => (result = _object) is not null;

    /// <summary>A scalar's text; numbers as they were written.</summary>
    public string GetString() => Scalar("a string");

    public bool TryGetString([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string result) =>
        (result = IsNull ? null : _scalar?.Text) is not null;

    /// <summary>An array's elements, or those of an object whose keys are numbers.</summary>
    public IList<HoconValue> GetArray() => _elements ?? Numbered() ?? throw Wrong("an array");

    public bool TryGetArray([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out List<HoconValue> result)
    {
        HoconValue[]? elements = _elements ?? Numbered();
        result = elements is null ? null : [.. elements];
        return result is not null;
    }

    public override string ToString() => ToString(1, 2);

    /// <summary>HOCON text that reads back as this value.</summary>
    public string ToString(int indent, int indentSize)
    {
        StringBuilder text = new();
        HoconPrinter.Value(text, this, indent, indentSize);
        return text.ToString();
    }

    /// <summary>Same type, same text, same elements, same fields whatever their order.</summary>
    public bool Equals(HoconValue? other)
    {
        if (other is null || Type != other.Type || IsNull != other.IsNull) return false;
        if (_scalar is not null) return _scalar.Text == other._scalar!.Text;
        if (_elements is not null)
        {
            bool same = _elements.Length == other._elements!.Length;
            for (int i = 0; same && i < _elements.Length; i++) same = _elements[i].Equals(other._elements[i]);
            return same;
        }
        if (_object!.Count != other._object!.Count) return false;
        foreach (HoconField field in _object.Values)
            if (!other._object.TryGetField(field.Key, out HoconField? twin) || !field.Value.Equals(twin.Value)) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as HoconValue);

    public override int GetHashCode() => ((int)Type * 31) + (_scalar?.Text.Length ?? _elements?.Length ?? _object!.Count);

    internal HoconValue Over(HoconValue below) => _object is null ? this : new HoconValue(_place, below._object is null ? Shut(_object) : _object.Over(below._object));

    // Laid over something that is no object: from now on nothing below merges with it.
    private static HoconObject Shut(HoconObject obj)
    {
        HoconObject shut = new(obj.Place, closed: true);
        foreach (HoconField field in obj.Values) shut.Add(field);
        return shut;
    }

    private HoconValue[]? Numbered()
    {
        if (_object is null) return null;
        SortedList<int, HoconValue> numbered = [];
        foreach (HoconField field in _object.Values)
            if (HoconUnits.TryIndex(field.Key, out int index)) numbered.TryAdd(index, field.Value);
        return numbered.Count == 0 ? null : [.. numbered.Values];
    }

    private string Scalar(string expected) => _scalar is null || IsNull ? throw Wrong(expected) : _scalar.Text;

    private HoconValueException Wrong(string expected)
    {
        string found = _object is not null ? "an object" : _elements is not null ? "an array" : IsNull ? "null" : $"\"{Shorten(_scalar!.Text)}\"";
        string path = _place.ToString();
        string subject = path.Length == 0 ? "" : $"{path}: ";
        return new HoconValueException(string.Create(CultureInfo.InvariantCulture, $"{_place.Origin}: {subject}expected {expected}, found {found}"), path, null);
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "…";
}
