// Cuts a script into words, one at a time: the parser takes the rest of a line raw where the language inside is another (packets, notes).

namespace ActorNet.Packetdrill;

/// <summary>The lexer. Comments are <c>//</c>, <c>#</c> and <c>/* */</c>.</summary>
internal sealed class Lexer(string file, string text)
{
    private int _at;
    private int _line = 1;
    private int _lineStart;

    public Token Next()
    {
        SkipBlanks();
        Place place = Here;
        if (_at >= text.Length) return new Token(TokenKind.End, "", place, _at);
        char c = text[_at];
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1)))) return Make(TokenKind.Number, place, TakeNumber());
        if (IsWord(c)) return Make(TokenKind.Word, place, TakeWhile(IsWord));
        if (c == '"') return Make(TokenKind.Text, place, TakeQuoted('"', place, "string"));
        if (c == '`') return Make(TokenKind.Command, place, TakeQuoted('`', place, "command"));
        if (c == '%' && Peek(1) == '{') return Make(TokenKind.Code, place, TakeTo("}%", place, "code block"));
        if (c == '-' && Peek(1) == '-' && IsWord(Peek(2)))
        {
            _at += 2;
            return Make(TokenKind.Option, place, TakeWhile(IsWord));
        }

        if (text.AsSpan(_at).StartsWith("..."))
        {
            _at += 3;
            return Make(TokenKind.Ellipsis, place, "...");
        }

        _at++;
        return Make(TokenKind.Mark, place, c.ToString());
    }

    /// <summary>Goes on behind a token that was looked at, and takes what is left of its line.</summary>
    public string RestOfLine(Token after)
    {
        _at = after.EndOffset;
        int end = text.IndexOf('\n', _at);
        if (end < 0) end = text.Length;
        string rest = text[_at..end];
        _at = end;
        int comment = rest.IndexOf("//", StringComparison.Ordinal);
        return (comment < 0 ? rest : rest[..comment]).Trim();
    }

    /// <summary>Behind an opening parenthesis: everything up to the one that closes it, which is taken too.</summary>
    public string Parenthesized(Token open)
    {
        _at = open.EndOffset;
        int start = _at;
        for (int depth = 1; _at < text.Length; _at++)
        {
            if (text[_at] == '\n') break;
            if (text[_at] == '(') depth++;
            if (text[_at] == ')' && --depth == 0) return text[start.._at++];
        }

        throw new ScriptException(open.At, "this parenthesis is not closed on its line");
    }

    /// <summary>An option's value: what stands up to the next blank.</summary>
    public string Unbroken(Token after)
    {
        _at = after.EndOffset;
        return TakeWhile(c => !char.IsWhiteSpace(c)).Trim('"');
    }

    private Place Here => new(file, _line, _at - _lineStart + 1);

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private char Peek(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private Token Make(TokenKind kind, Place at, string s) => new(kind, s, at, _at);

    private string TakeWhile(Func<char, bool> goesOn)
    {
        int start = _at;
        while (_at < text.Length && goesOn(text[_at])) _at++;
        return text[start.._at];
    }

    // 12, 12.5, .5, 0x1f, 192.0.2.1 and also 1b (which is no number, and said to be none by who wants one).
    private string TakeNumber()
    {
        int start = _at;
        while (_at < text.Length && (IsWord(text[_at]) || (text[_at] == '.' && char.IsAsciiDigit(Peek(1))))) _at++;
        return text[start.._at];
    }

    private string TakeQuoted(char quote, Place place, string what)
    {
        int start = ++_at;
        for (; _at < text.Length; Step())
        {
            if (text[_at] == '\\' && _at + 1 < text.Length)
            {
                Step();
                continue;
            }

            if (text[_at] == quote) return text[start.._at++];
        }

        throw new ScriptException(place, $"this {what} has no end: {quote} is missing");
    }

    private string TakeTo(string end, Place place, string what)
    {
        int start = _at + 2, stop = text.IndexOf(end, start, StringComparison.Ordinal);
        if (stop < 0) throw new ScriptException(place, $"this {what} has no end: {end} is missing");
        while (_at < stop + end.Length) Step();
        return text[start..stop];
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            char c = text[_at];
            if (char.IsWhiteSpace(c)) Step();
            else if (c == '#' || (c == '/' && Peek(1) == '/')) TakeWhile(x => x != '\n');
            else if (c == '/' && Peek(1) == '*') TakeTo("*/", Here, "comment");
            else break;
        }
    }

    private void Step()
    {
        if (text[_at++] != '\n') return;
        _line++;
        _lineStart = _at;
    }
}
