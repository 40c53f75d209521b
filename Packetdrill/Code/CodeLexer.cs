// The words of a code block, in Python's way: names, numbers, strings, marks; the ends of lines; and the beginning and the end of what is indented.

using System.Numerics;
using System.Text;

namespace ActorNet.Packetdrill;

/// <summary>What a word is.</summary>
internal enum CodeKind { Name, Number, String, FString, Mark, Newline, Indent, Dedent, End }

/// <param name="Text">As written; of a string, what it says.</param>
/// <param name="Number">A BigInteger or a double.</param>
/// <param name="At">Where in the block it begins, and where it ends.</param>
internal readonly record struct CodeWord(CodeKind Kind, string Text, object? Number, int At, int End);

/// <summary>Cuts a block into words.</summary>
internal sealed class CodeLexer(CodeEvent block)
{
    private static readonly string[] s_marks = ["**=", "//=", "<<=", ">>=", "==", "!=", "<=", ">=", "<<", ">>", "//", "**", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", ":="];
    private readonly string _text = block.Text;
    private readonly List<CodeWord> _words = [];
    private readonly Stack<int> _indents = new();
    private int _at, _depth;

    public List<CodeWord> Words()
    {
        bool lineBegins = true;
        while (_at < _text.Length)
        {
            if (lineBegins && _depth == 0)
            {
                if (!BeginLine()) break;
                lineBegins = false;
                continue;
            }

            char c = _text[_at];
            if (c == '\n')
            {
                if (_depth == 0) Newline();
                lineBegins = true;
                _at++;
            }
            else if (c == '#')
            {
                while (_at < _text.Length && _text[_at] != '\n') _at++;
            }
            else if (c == '\\' && _at + 1 < _text.Length && _text[_at + 1] == '\n')
            {
                _at += 2; // the line goes on
            }
            else if (char.IsWhiteSpace(c))
            {
                _at++;
            }
            else
            {
                Take();
            }
        }

        Newline();
        while (_indents.Count > 1)
        {
            _indents.Pop();
            _words.Add(new CodeWord(CodeKind.Dedent, "", null, _at, _at));
        }

        _words.Add(new CodeWord(CodeKind.End, "", null, _at, _at));
        return _words;
    }

    // The line's indentation counts behind a colon, and where it ends what a colon began. (The first line may stand anywhere.)
    private bool BeginLine()
    {
        int begin = _at;
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\r') _at++;
        if (_at >= _text.Length) return false;
        if (_text[_at] is '\n' or '#') return true; // empty
        int indent = begin == 0 ? 0 : _at - begin;
        if (_indents.Count == 0)
        {
            _indents.Push(indent);
            return true;
        }

        bool opens = _words.Count > 1 && _words[^1].Kind == CodeKind.Newline && _words[^2].Text == ":";
        if (opens && indent > _indents.Peek())
        {
            _indents.Push(indent);
            _words.Add(new CodeWord(CodeKind.Indent, "", null, _at, _at));
        }

        while (_indents.Count > 1 && indent < _indents.Peek())
        {
            _indents.Pop();
            _words.Add(new CodeWord(CodeKind.Dedent, "", null, _at, _at));
        }

        return true;
    }

    private void Newline()
    {
        if (_words.Count > 0 && _words[^1].Kind is not (CodeKind.Newline or CodeKind.Indent or CodeKind.Dedent)) _words.Add(new CodeWord(CodeKind.Newline, "", null, _at, _at));
    }

    private void Take()
    {
        int start = _at;
        char c = _text[_at];
        if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1])))
        {
            Number(start);
            return;
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
            string name = _text[start.._at];
            if (_at < _text.Length && _text[_at] is '"' or '\'' && name is "f" or "F" or "r" or "b" or "rb" or "fr" or "u") String(start, name);
            else _words.Add(new CodeWord(CodeKind.Name, name, null, start, _at));
            return;
        }

        if (c is '"' or '\'')
        {
            String(start, "");
            return;
        }

        string mark = Array.Find(s_marks, m => string.CompareOrdinal(_text, start, m, 0, m.Length) == 0) ?? c.ToString();
        _at += mark.Length;
        _depth += mark is "(" or "[" or "{" ? 1 : mark is ")" or "]" or "}" ? -1 : 0;
        _words.Add(mark == ";" && _depth == 0
            ? new CodeWord(CodeKind.Newline, ";", null, start, _at)
            : new CodeWord(CodeKind.Mark, mark, null, start, _at));
    }

    private void Number(int start)
    {
        bool hex = _text[_at] == '0' && _at + 1 < _text.Length && _text[_at + 1] is 'x' or 'X';
        if (hex) _at += 2;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.' || (!hex && _text[_at] is '+' or '-' && _text[_at - 1] is 'e' or 'E'))) _at++;
        string word = _text[start.._at].Replace("_", "", StringComparison.Ordinal), digits = word.TrimEnd('L');
        object? number =
            hex && BigInteger.TryParse("0" + word[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger h) ? h
            : BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger n) ? n
            : double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double d) ? d
            : throw new ScriptException(block.At, $"in the code: '{word}' is no number");
        _words.Add(new CodeWord(CodeKind.Number, word, number, start, _at));
    }

    private void String(int start, string prefix)
    {
        char quote = _text[_at];
        bool raw = prefix.Contains('r', StringComparison.Ordinal), triple = string.CompareOrdinal(_text, _at, new string(quote, 3), 0, 3) == 0;
        string end = new(quote, triple ? 3 : 1);
        _at += end.Length;
        var said = new StringBuilder();
        while (true)
        {
            if (_at >= _text.Length || (!triple && _text[_at] == '\n')) throw new ScriptException(block.At, "a string in this code has no end");
            if (string.CompareOrdinal(_text, _at, end, 0, end.Length) == 0) break;
            if (_text[_at] == '\\' && !raw && _at + 1 < _text.Length)
            {
                said.Append(_text[++_at] switch { 'n' => "\n", 't' => "\t", 'r' => "\r", '\n' => "", '0' => "\0", '\\' or '\'' or '"' => _text[_at].ToString(), _ => "\\" + _text[_at] });
            }
            else
            {
                said.Append(_text[_at]);
            }

            _at++;
        }

        _at += end.Length;
        CodeKind kind = prefix.Contains('f', StringComparison.OrdinalIgnoreCase) ? CodeKind.FString : CodeKind.String;
        _words.Add(new CodeWord(kind, said.ToString(), null, start, _at));
    }
}
