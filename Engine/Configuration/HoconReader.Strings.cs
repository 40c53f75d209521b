// Strings and paths: "Unquoted strings", "Multi-line strings" and "Path expressions" of the HOCON specification; JSON's escapes (RFC 8259 section 7).

using System.Globalization;
using System.Text;

namespace ActorNet.Engine.Configuration;

internal sealed partial class HoconReader
{
    private enum PathPlace { Key, Substitution, Argument }

    /// <summary>Reads a path on its own, such as the argument of a getter.</summary>
    public static string[] ReadPath(string text)
    {
        HoconReader reader = new(new HoconSource("path", text), new PathScope(null, [], null), HoconIncludes.None, 0);
        string[] path = reader.ReadPath(PathPlace.Argument);
        return reader.AtEnd ? path : throw reader.Expected("the end of the path");
    }

    /// <summary>A number, or a run of characters that may stand unquoted.</summary>
    private string ReadUnquoted()
    {
        int start = _at;
        // A number may hold the '+' of its exponent, which no unquoted string may.
        _at += HoconChars.NumberLength(_text, _at);
        if (_at > start && !AtEnd && !AtComment && !HoconChars.IsForbidden(Peek) && !HoconChars.IsWhitespace(Peek) || _at == start)
        {
            while (!AtEnd && !AtComment && !HoconChars.IsForbidden(Peek) && !HoconChars.IsWhitespace(Peek)) _at++;
        }
        return _text[start.._at];
    }

    private string ReadQuoted()
    {
        if (_text.AsSpan(_at).StartsWith("\"\"\"", StringComparison.Ordinal)) return ReadTripleQuoted();
        HoconOrigin opened = Here;
        _at++;
        int plain = _at;
        while (!AtEnd && Peek is not ('"' or '\\') && Peek >= ' ') _at++;
        if (Peek == '"') return _text[plain.._at++];
        StringBuilder text = new(_text, plain, _at - plain, Math.Max(16, 2 * (_at - plain)));
        while (true)
        {
            if (AtEnd) throw Error(opened, "this string is not closed: expected '\"', found the end of the text");
            char c = Peek;
            if (c == '\n') throw Error(opened, "this string is not closed: expected '\"', found the end of the line (\"\"\" opens a string of many lines)");
            if (c < ' ') throw Error(Here, $"{HoconChars.Show(c)} has to be escaped in a quoted string");
            _at++;
            if (c == '"') return text.ToString();
            text.Append(c == '\\' ? ReadEscape() : c);
        }
    }

    private char ReadEscape()
    {
        HoconOrigin backslash = Place(_at - 1);
        char c = Peek;
        if (AtEnd) throw Error(backslash, "expected an escape after '\\', found the end of the text");
        _at++;
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when _at + 4 <= _text.Length
                    && ushort.TryParse(_text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit):
                _at += 4;
                return (char)unit;
            case 'u': throw Error(backslash, "expected four hexadecimal digits after '\\u'");
            default: throw Error(backslash, $"expected one of \" \\ / b f n r t u after '\\', found {HoconChars.Show(c)}");
        }
    }

    /// <summary>Everything up to three quotes, as it stands; of more than three in a row the first ones belong to the string.</summary>
    private string ReadTripleQuoted()
    {
        HoconOrigin opened = Here;
        int start = _at + 3;
        int end = _text.IndexOf("\"\"\"", start, StringComparison.Ordinal);
        if (end < 0) throw Error(opened, "this string is not closed: expected '\"\"\"', found the end of the text");
        while (end + 3 < _text.Length && _text[end + 3] == '"') end++;
        _at = end + 3;
        return _text[start..end];
    }

    /// <summary>Unquoted dots part the elements of a path; white space inside it is kept, around it dropped.</summary>
    private string[] ReadPath(PathPlace place)
    {
        HoconOrigin start = Here;
        List<string> path = [];
        StringBuilder element = new();
        // An element without a character has to be written as "".
        bool written = false;
        bool dangling = false;
        int blank = _at;
        while (!AtEnd && Peek != '\n' && HoconChars.IsWhitespace(Peek)) blank = ++_at;
        while (!AtEnd && !AtComment)
        {
            char c = Peek;
            if (c == '\n' && place != PathPlace.Argument) break;
            if (HoconChars.IsWhitespace(c))
            {
                _at++;
                continue;
            }
            if (c != '"' && HoconChars.IsForbidden(c)) break;
            element.Append(_text, blank, _at - blank);
            if (c == '"')
            {
                element.Append(ReadQuoted());
                written = true;
                dangling = false;
            }
            else
            {
                foreach (char each in ReadUnquoted())
                {
                    if (each == '.')
                    {
                        if (!written && element.Length == 0) throw Error(start, "a path may not begin with '.' or hold two in a row; an empty element is written \"\"");
                        path.Add(element.ToString());
                        element.Clear();
                        written = false;
                        dangling = true;
                    }
                    else
                    {
                        element.Append(each);
                        dangling = false;
                    }
                }
            }
            blank = _at;
        }
        if (path.Count == 0 && !written && element.Length == 0) throw Expected(place == PathPlace.Key ? "a key" : "a path");
        if (dangling && !written && element.Length == 0) throw Error(start, "a path may not end with '.'; an empty element is written \"\"");
        path.Add(element.ToString());
        if (path.Count > MaxDepth) throw Error(start, $"a path of more than {MaxDepth} elements");
        return [.. path];
    }
}
