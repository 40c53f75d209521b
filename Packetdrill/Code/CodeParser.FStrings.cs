// f-strings: text, and expressions in braces with their formats.

using System.Text;

namespace ActorNet.Packetdrill;

internal sealed partial class CodeParser
{
    // f"text {expression!r:format} text"; {{ and }} are braces.
    private CodeExpr FString(string text)
    {
        List<CodeExpr> parts = [];
        var plain = new StringBuilder();
        for (int at = 0; at < text.Length; at++)
        {
            char c = text[at];
            if (c is '{' or '}' && at + 1 < text.Length && text[at + 1] == c)
            {
                plain.Append(c);
                at++;
            }
            else if (c == '{')
            {
                int end = Close(text, at);
                string said = plain.ToString();
                plain.Clear();
                parts.Add(_ => said);
                parts.Add(Replacement(text[(at + 1)..end]));
                at = end;
            }
            else
            {
                plain.Append(c);
            }
        }

        string rest = plain.ToString();
        return s => string.Concat(parts.Select(p => CodeValue.Text(p(s)))) + rest;
    }

    private int Close(string text, int open)
    {
        int depth = 0;
        for (int at = open; at < text.Length; at++)
        {
            depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
            if (depth == 0) return at;
        }

        throw new ScriptException(block.At, $"in the code: a brace of f'{text}' has no end");
    }

    private CodeExpr Replacement(string inner)
    {
        // The first colon outside of brackets begins the format; an = before it shows the expression too.
        int depth = 0, colon = -1;
        for (int i = 0; i < inner.Length && colon < 0; i++)
        {
            depth += inner[i] is '(' or '[' or '{' ? 1 : inner[i] is ')' or ']' or '}' ? -1 : 0;
            if (inner[i] == ':' && depth == 0) colon = i;
        }

        string expression = colon < 0 ? inner : inner[..colon];
        CodeExpr? format = colon < 0 ? null : FString(inner[(colon + 1)..]);
        bool repr = expression.EndsWith("!r", StringComparison.Ordinal), shows = expression.TrimEnd().EndsWith('=') && !expression.TrimEnd().EndsWith("==", StringComparison.Ordinal);
        if (repr || expression.EndsWith("!s", StringComparison.Ordinal)) expression = expression[..^2];
        string label = shows ? expression : "";
        if (shows) expression = expression.TrimEnd()[..^1];
        var inside = new CodeEvent(block.At, block.Time, expression);
        var parser = new CodeParser(inside, new CodeLexer(inside).Words());
        parser._functions.UnionWith(_functions);
        CodeExpr value = parser.Whole();
        return s => label + (repr || (shows && format is null) ? CodeValue.Repr(value(s)) : CodeFormat.Format(value(s), format is null ? "" : CodeValue.Text(format(s))));
    }
}
