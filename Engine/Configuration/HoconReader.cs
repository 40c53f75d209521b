// Reads HOCON text into nodes, one character at a time: objects, fields and arrays. "Syntax" of the HOCON specification
// (lightbend/config, HOCON.md); strings are in HoconReader.Strings.cs, values side by side in HoconReader.Values.cs.

namespace ActorNet.Engine.Configuration;

internal sealed partial class HoconReader
{
    /// <summary>How deep objects, arrays and paths may nest: far more than a person writes, far less than a stack holds.</summary>
    public const int MaxDepth = 256;

    private const char End = '\0';

    private readonly HoconSource _source;
    private readonly string _text;
    private readonly HoconIncludes _includes;

    // The path of the object being read, from the root of this file or from the array element that it is in.
    private readonly List<string> _path = [];
    private readonly PathScope _scope;
    private ElementPlace? _element;
    private int _at;
    private int _depth;

    private HoconReader(HoconSource source, PathScope scope, HoconIncludes includes, int depth)
    {
        _source = source;
        _text = source.Text;
        _scope = scope;
        _includes = includes;
        _depth = depth;
    }

    /// <summary>Reads a whole source, whose root has to be an object (its braces may be left out).</summary>
    public static ObjectNode Read(HoconSource source, PathScope scope, HoconIncludes includes, int depth = 0)
    {
        HoconReader reader = new(source, scope, includes, depth);
        reader.SkipToToken();
        HoconOrigin start = reader.Here;
        if (reader.Peek == '[') throw reader.Error(start, "expected an object at the root, found an array");
        ObjectNode root = new(start);
        bool braced = reader.Peek == '{';
        if (braced) reader._at++;
        reader.ReadFields(root, braced ? '}' : End, start);
        reader.SkipToToken();
        if (!reader.AtEnd) throw reader.Expected("the end of the text after the root's '}'");
        return root;
    }

    private bool AtEnd => _at >= _text.Length;

    private char Peek => _at < _text.Length ? _text[_at] : End;

    private HoconOrigin Here => new(_source, _at);

    private HoconOrigin Place(int offset) => new(_source, offset);

    private bool AtComment => Peek == '#' || (Peek == '/' && _at + 1 < _text.Length && _text[_at + 1] == '/');

    private HoconParserException Error(HoconOrigin origin, string message) => new(origin, message);

    private HoconParserException Expected(string what) => new(Here, $"expected {what}, found {Found}");

    private string Found => AtEnd ? "the end of the text" : AtComment ? "a comment" : HoconChars.Show(Peek);

    /// <summary>Skips white space, newlines and comments; tells whether a newline was among them.</summary>
    private bool SkipToToken()
    {
        bool newline = false;
        while (!AtEnd)
        {
            if (AtComment)
                SkipComment();
            else if (HoconChars.IsWhitespace(Peek))
                newline |= _text[_at++] == '\n';
            else
                break;
        }
        return newline;
    }

    private void SkipComment()
    {
        int end = _text.IndexOf('\n', _at);
        _at = end < 0 ? _text.Length : end;
    }

    private void Enter(HoconOrigin at, int levels = 1)
    {
        _depth += levels;
        if (_depth > MaxDepth) throw Error(at, $"nested more than {MaxDepth} levels deep");
    }

    private bool AtClose(char close) => close == End ? AtEnd : Peek == close && !AtEnd;

    private void ReadFields(ObjectNode into, char close, HoconOrigin opened)
    {
        SkipToToken();
        while (!AtClose(close))
        {
            if (AtEnd) throw Error(Here, $"expected '}}' to close the object that {OpenedAt(opened)}, found the end of the text");
            if (Peek == ',') throw Expected("a key");
            if (Peek == '}') throw Error(Here, "found a '}' that nothing opened");
            ReadField(into);
            SkipSeparator(close, "field");
        }
        if (close != End) _at++;
    }

    /// <summary>Between two fields or elements stands one comma, or at least one newline; one comma may trail.</summary>
    private void SkipSeparator(char close, string what)
    {
        bool newline = SkipToToken();
        if (Peek == ',' && !AtEnd)
        {
            _at++;
            SkipToToken();
            if (Peek == ',' && !AtEnd) throw Error(Here, $"expected a {what} between two commas, found ','");
            return;
        }
        if (newline || AtClose(close) || AtEnd) return;
        string closing = close == End ? "" : $" or '{close}'";
        throw Expected($"',' or a new line{closing} after the {what}");
    }

    private string OpenedAt(HoconOrigin opened) => $"was opened at {opened.Line}:{opened.Column}";

    private void ReadField(ObjectNode into)
    {
        HoconOrigin keyAt = Here;
        if (AtInclude())
        {
            ReadInclude(into, keyAt);
            return;
        }
        string[] path = ReadPath(PathPlace.Key);
        SkipToToken();
        bool append = Peek == '+' && _at + 1 < _text.Length && _text[_at + 1] == '=';
        if (append)
            _at += 2;
        else if (Peek is '=' or ':')
            _at++;
        else if (Peek != '{')
            throw Expected($"'=', ':' or '{{' after the key {HoconPath.Format(path)}");
        SkipToToken();

        int before = _depth;
        Enter(keyAt, path.Length);
        _path.AddRange(path);
        // The look-back of += is made while the field's own path is at hand.
        SubstitutionNode? previous = append
            ? new SubstitutionNode(keyAt, [.. _path], optional: true, _element is null ? _scope : new PathScope(null, [], _element)) { Exact = true }
            : null;
        HoconNode value = ReadValue($"a value for the key {HoconPath.Format(path)}");
        _path.RemoveRange(_path.Count - path.Length, path.Length);
        _depth = before;

        ObjectNode target = into;
        for (int i = 0; i < path.Length - 1; i++)
        {
            ObjectNode inner = new(keyAt);
            FieldSlot step = target.Slot(path[i], keyAt);
            step.Add(inner);
            target = (ObjectNode)step.Layers[^1];
        }
        FieldSlot slot = target.Slot(path[^1], keyAt);
        if (previous is null)
            slot.Add(value);
        else
            Append(slot, previous, value);
    }

    /// <summary><c>a += b</c> is <c>a = ${?a} [b]</c>; where <c>a</c> is a plain array so far, it just grows.</summary>
    private static void Append(FieldSlot slot, SubstitutionNode previous, HoconNode value)
    {
        if (slot.Layers is [ArrayNode array])
            array.Elements.Add(value);
        else
            slot.Add(new ConcatenationNode(value.Origin, [previous, new ArrayNode(value.Origin, [value])]));
    }

    private ArrayNode ReadArray()
    {
        HoconOrigin opened = Here;
        Enter(opened);
        _at++;
        ArrayNode array = new(opened, []);
        SkipToToken();
        while (Peek != ']' || AtEnd)
        {
            if (AtEnd) throw Error(Here, $"expected ']' to close the array that {OpenedAt(opened)}, found the end of the text");
            if (Peek == ',') throw Expected("an element");
            // Paths do not reach into arrays, so what needs a path inside an element counts from that element.
            ElementPlace? outer = _element;
            string[] path = [.. _path];
            _element = new ElementPlace();
            _path.Clear();
            HoconNode element = ReadValue("an element");
            _element.Node = element;
            _element = outer;
            _path.AddRange(path);
            array.Elements.Add(element);
            SkipSeparator(']', "element");
        }
        _at++;
        _depth--;
        return array;
    }

    private ObjectNode ReadObject()
    {
        HoconOrigin opened = Here;
        Enter(opened);
        _at++;
        ObjectNode node = new(opened);
        ReadFields(node, '}', opened);
        _depth--;
        return node;
    }
}
