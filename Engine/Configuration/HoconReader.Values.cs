// Values side by side: "Value concatenation" and "Substitutions" of the HOCON specification.

using System.Text;

namespace ActorNet.Engine.Configuration;

internal sealed partial class HoconReader
{
    /// <summary>Reads everything up to the end of the line, a comma, a closing bracket or a comment, and makes one value of it.</summary>
    private HoconNode ReadValue(string what)
    {
        List<HoconNode> parts = [];
        while (!AtEnd && !AtComment)
        {
            char c = Peek;
            if (c is '\n' or ',' or '}' or ']') break;
            int start = _at;
            if (HoconChars.IsWhitespace(c))
            {
                while (!AtEnd && Peek != '\n' && HoconChars.IsWhitespace(Peek)) _at++;
                if (parts.Count > 0) parts.Add(new ScalarNode(Place(start), _text[start.._at], ScalarKind.Blank));
                continue;
            }
            parts.Add(ReadPart());
        }
        if (parts.Count > 0 && parts[^1] is ScalarNode { Kind: ScalarKind.Blank }) parts.RemoveAt(parts.Count - 1);
        if (parts.Count == 0) throw Expected(what);
        return parts.Count == 1 ? parts[0] : Join(parts);
    }

    private HoconNode ReadPart()
    {
        char c = Peek;
        HoconOrigin start = Here;
        switch (c)
        {
            case '{': return ReadObject();
            case '[': return ReadArray();
            case '"': return new ScalarNode(start, ReadQuoted(), ScalarKind.Quoted);
            case '$' when _at + 1 < _text.Length && _text[_at + 1] == '{': return ReadSubstitution();
        }
        if (HoconChars.IsForbidden(c)) throw Error(start, $"{HoconChars.Show(c)} has to be quoted: it may not stand in an unquoted string");
        string text = ReadUnquoted();
        ScalarKind kind = text switch
        {
            "true" or "false" => ScalarKind.Boolean,
            "null" => ScalarKind.Null,
            _ => HoconChars.IsNumber(text) ? ScalarKind.Number : ScalarKind.Unquoted,
        };
        return new ScalarNode(start, text, kind);
    }

    private SubstitutionNode ReadSubstitution()
    {
        HoconOrigin start = Here;
        _at += 2;
        bool optional = Peek == '?';
        if (optional) _at++;
        string[] path = ReadPath(PathPlace.Substitution);
        if (Peek != '}' || AtEnd) throw Expected($"'}}' to close the substitution that {OpenedAt(start)}");
        _at++;
        return new SubstitutionNode(start, path, optional, _scope);
    }

    /// <summary>What is known to be only strings, only objects or only arrays becomes one value now; the rest waits for its substitutions.</summary>
    private HoconNode Join(List<HoconNode> parts)
    {
        bool waits = false, anyScalar = false, anyObject = false, anyArray = false;
        foreach (HoconNode part in parts)
        {
            waits |= part is SubstitutionNode;
            anyScalar |= part is ScalarNode { Kind: not ScalarKind.Blank };
            anyObject |= part is ObjectNode;
            anyArray |= part is ArrayNode;
        }
        if (anyScalar && (anyObject || anyArray)) throw Mixed(parts);
        if (waits || (anyObject && anyArray)) return new ConcatenationNode(parts[0].Origin, parts);
        if (anyScalar)
        {
            StringBuilder text = new();
            foreach (HoconNode part in parts) text.Append(((ScalarNode)part).Text);
            return new ScalarNode(parts[0].Origin, text.ToString(), ScalarKind.Quoted);
        }
        if (anyObject)
        {
            ObjectNode merged = (ObjectNode)parts[0];
            for (int i = 1; i < parts.Count; i++)
                if (parts[i] is ObjectNode next) merged.MergeOver(next);
            return merged;
        }
        ArrayNode joined = (ArrayNode)parts[0];
        for (int i = 1; i < parts.Count; i++)
            if (parts[i] is ArrayNode next) joined.Elements.AddRange(next.Elements);
        return joined;
    }

    private HoconParserException Mixed(List<HoconNode> parts)
    {
        HoconNode? first = null;
        foreach (HoconNode part in parts)
        {
            if (part is SubstitutionNode or ScalarNode { Kind: ScalarKind.Blank }) continue;
            if (first is null)
                first = part;
            else if (part is ScalarNode != first is ScalarNode)
                return Error(part.Origin, $"{Call(first)} and {Call(part)} cannot be joined to one value: is a ',' or a new line missing between them?");
        }
        return Error(parts[0].Origin, "these values cannot be joined to one");

        static string Call(HoconNode node) => node switch { ObjectNode => "an object", ArrayNode => "an array", ScalarNode scalar => scalar.Called, _ => "a value" };
    }
}
