// The words of a code block, statement by statement.

namespace ActorNet.Packetdrill;

/// <param name="Text">As written; of a string nothing, since messages are not judged.</param>
/// <param name="Number">Its value, when it is one.</param>
internal readonly record struct CodeWord(string Text, decimal? Number)
{
    private static readonly string[] s_marks = ["==", "!=", "<=", ">=", "<<", ">>", "//", "**"];

    public bool IsName => Text.Length > 0 && (char.IsAsciiLetter(Text[0]) || Text[0] == '_');

    /// <summary>A line is a statement, as is what stands between semicolons; a line within parentheses goes on.</summary>
    public static IEnumerable<List<CodeWord>> Statements(CodeEvent block)
    {
        List<CodeWord> words = [];
        string text = block.Text;
        int depth = 0;
        for (int at = 0; at < text.Length;)
        {
            char c = text[at];
            if ((c is '\n' or ';' && depth == 0) || c == '#')
            {
                if (c == '#') while (at < text.Length && text[at] != '\n') at++;
                else at++;
                if (words.Count == 0 || depth > 0) continue;
                yield return words;
                words = [];
            }
            else if (char.IsWhiteSpace(c) || (c == '\\' && at + 1 < text.Length && text[at + 1] == '\n'))
            {
                if (c == '\\') at++; // the line goes on
                at++;
            }
            else
            {
                CodeWord word = Take(block, ref at);
                depth += word.Text is "(" or "[" or "{" ? 1 : word.Text is ")" or "]" or "}" ? -1 : 0;
                words.Add(word);
            }
        }

        if (words.Count > 0) yield return words;
    }

    private static CodeWord Take(CodeEvent block, ref int at)
    {
        string text = block.Text;
        int start = at;
        if (text[at] is '\'' or '"')
        {
            char quote = text[at++];
            while (at < text.Length && text[at] != quote) at++;
            if (at++ >= text.Length) throw new ScriptException(block.At, "a string in this code has no end");
            return new CodeWord("", 0);
        }

        if (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.')
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.')) at++;
            string word = text[start..at];
            return new CodeWord(word, char.IsAsciiDigit(word[0]) || word[0] == '.' ? Parse(block, word) : null);
        }

        string? mark = Array.Find(s_marks, m => text.AsSpan(start).StartsWith(m));
        at += mark?.Length ?? 1;
        return new CodeWord(text[start..at], null);
    }

    private static decimal Parse(CodeEvent block, string word)
    {
        if (word.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hex)) return hex;
        return decimal.TryParse(word.TrimEnd('L'), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out decimal n)
            ? n
            : throw new ScriptException(block.At, $"in the code: '{word}' is no number");
    }
}
