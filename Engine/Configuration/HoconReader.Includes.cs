// The include statement: "Includes" of the HOCON specification. What a name means is for HoconIncludes.cs.

namespace ActorNet.Engine.Configuration;

internal sealed partial class HoconReader
{
    /// <summary>At the unquoted word <c>include</c> where a key would begin.</summary>
    private bool AtInclude()
    {
        const string word = "include";
        if (!_text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal)) return false;
        int after = _at + word.Length;
        if (after >= _text.Length) return true;
        char c = _text[after];
        return HoconChars.IsWhitespace(c) || HoconChars.IsForbidden(c) || (c == '/' && after + 1 < _text.Length && _text[after + 1] == '/');
    }

    private void ReadInclude(ObjectNode into, HoconOrigin at)
    {
        _at += "include".Length;
        SkipBlanks();
        bool required = TakeWord("required");
        if (required) Open("required");
        HoconCallbackType? kind =
            TakeWord("file") ? HoconCallbackType.File :
            TakeWord("classpath") ? HoconCallbackType.Resource :
            TakeWord("url") ? HoconCallbackType.Url : null;
        if (kind is not null) Open(kind.Value switch { HoconCallbackType.File => "file", HoconCallbackType.Url => "url", _ => "classpath" });
        if (Peek != '"')
            throw Expected("a quoted name, file(\"…\"), classpath(\"…\"), url(\"…\") or required(…) after include (a key that begins with this word is written \"include\")");
        HoconOrigin nameAt = Here;
        string name = ReadQuoted();
        if (kind is not null) Close();
        if (required) Close();

        string[] prefix = _element is null ? [.. _scope.Prefix, .. _path] : [.. _path];
        PathScope inner = new(_scope, prefix, _element ?? _scope.Element);
        Enter(at);
        foreach (HoconSource source in _includes.Find(_source, nameAt, kind, name, required))
            into.MergeOver(Read(source, inner, _includes, _depth));
        _depth--;
    }

    private void SkipBlanks()
    {
        while (!AtEnd && HoconChars.IsWhitespace(Peek)) _at++;
    }

    private bool TakeWord(string word)
    {
        if (!_text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal)) return false;
        _at += word.Length;
        SkipBlanks();
        return true;
    }

    private void Open(string word)
    {
        if (Peek != '(') throw Expected($"'(' after {word}");
        _at++;
        SkipBlanks();
    }

    // Leaves what follows alone: a newline there parts this include from the next field.
    private void Close()
    {
        SkipBlanks();
        if (Peek != ')') throw Expected("')' after the name");
        _at++;
    }
}
