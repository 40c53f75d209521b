// Where a key or a value was written. HOCON's specification asks that invalid files "generate errors"; a person asks where.

using System.Globalization;

namespace ActorNet.Engine.Configuration;

/// <summary>One text that was parsed: a file, an embedded resource, or a string of the program.</summary>
internal sealed class HoconSource(string name, string text)
{
    private int[]? _lineStarts;

    /// <summary>As messages print it: a file's path as it was given, a resource's name, or <c>text</c>.</summary>
    public string Name { get; } = name;

    public string Text { get; } = text;

    /// <summary>What names this source once and for all, so that an include that comes back to it is seen; null for plain text.</summary>
    public string? Identity { get; init; }

    /// <summary>The folder that relative includes start from; null for plain text and resources.</summary>
    public string? Folder { get; init; }

    /// <summary>The assembly that carries this source, if it is a resource.</summary>
    public System.Reflection.Assembly? Assembly { get; init; }

    /// <summary>The source whose include brought this one in.</summary>
    public HoconSource? IncludedBy { get; init; }

    /// <summary>Line and column, both from 1; a column counts code points.</summary>
    public (int Line, int Column) Place(int offset)
    {
        int[] starts = _lineStarts ??= FindLines(Text);
        int line = Array.BinarySearch(starts, offset);
        if (line < 0) line = ~line - 1;
        int column = 1;
        for (int i = starts[line]; i < offset && i < Text.Length; i++)
            if (!char.IsLowSurrogate(Text[i])) column++;
        return (line + 1, column);
    }

    private static int[] FindLines(string text)
    {
        List<int> starts = [0];
        for (int i = 0; i < text.Length; i++)
            if (text[i] == '\n') starts.Add(i + 1);
        return [.. starts];
    }
}

/// <summary>The place of a key or a value: file, line and column.</summary>
public readonly struct HoconOrigin : IEquatable<HoconOrigin>
{
    private readonly HoconSource? _source;
    private readonly int _offset;

    internal HoconOrigin(HoconSource source, int offset)
    {
        _source = source;
        _offset = offset;
    }

    /// <summary>False for what no text holds, such as an environment variable.</summary>
    public bool IsKnown => _source is not null;

    public string File => _source?.Name ?? "";

    /// <summary>From 1; 0 when unknown.</summary>
    public int Line => _source?.Place(_offset).Line ?? 0;

    /// <summary>From 1, in code points; 0 when unknown.</summary>
    public int Column => _source?.Place(_offset).Column ?? 0;

    internal HoconSource? Source => _source;

    public bool Equals(HoconOrigin other) => ReferenceEquals(_source, other._source) && _offset == other._offset;

    public override bool Equals(object? obj) => obj is HoconOrigin other && Equals(other);

    public override int GetHashCode() => _offset;

    public static bool operator ==(HoconOrigin left, HoconOrigin right) => left.Equals(right);

    public static bool operator !=(HoconOrigin left, HoconOrigin right) => !left.Equals(right);

    /// <summary><c>file:line:column</c>.</summary>
    public override string ToString()
    {
        if (_source is null) return "environment";
        (int line, int column) = _source.Place(_offset);
        return string.Create(CultureInfo.InvariantCulture, $"{_source.Name}:{line}:{column}");
    }
}
