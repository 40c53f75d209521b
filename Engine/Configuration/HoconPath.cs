// A path through objects: "Path expressions" of the HOCON specification.

using System.Collections;
using System.Text;

namespace ActorNet.Engine.Configuration;

/// <summary>The keys from the root to a value.</summary>
public sealed class HoconPath(IEnumerable<string> path) : IReadOnlyList<string>, IEquatable<HoconPath>
{
    private readonly string[] _keys = [.. path];

    public static HoconPath Empty { get; } = new([]);

    public int Count => _keys.Length;

    public bool IsEmpty => _keys.Length == 0;

    public string this[int index] => _keys[index];

    /// <summary>The last key.</summary>
    public string Key => _keys[^1];

    /// <summary>As it is written: keys quoted where they have to be.</summary>
    public string Value => Format(_keys);

    /// <summary>Reads <c>a.b."c.d"</c>.</summary>
    public static HoconPath Parse(string path) => new(HoconReader.ReadPath(path));

    public static bool TryParse(string path, out HoconPath? result)
    {
        try
        {
            result = Parse(path);
            return true;
        }
        catch (HoconParserException)
        {
            result = null;
            return false;
        }
    }

    /// <summary>The first <paramref name="length"/> keys.</summary>
    public HoconPath SubPath(int length) => new(_keys[..length]);

    public HoconPath SubPath(int index, int count) => new(_keys[index..(index + count)]);

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_keys).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _keys.GetEnumerator();

    public bool Equals(HoconPath? other) => other is not null && _keys.AsSpan().SequenceEqual(other._keys);

    public override bool Equals(object? obj) => obj is HoconPath other && Equals(other);

    public override int GetHashCode()
    {
        int hash = 17;
        foreach (string key in _keys)
            foreach (char c in key) hash = (hash * 31) + c;
        return hash;
    }

    public override string ToString() => Value;

    internal static string Format(ReadOnlySpan<string> keys)
    {
        StringBuilder text = new();
        foreach (string key in keys)
        {
            if (text.Length > 0) text.Append('.');
            HoconPrinter.Key(text, key);
        }
        return text.ToString();
    }
}
