// The words of packetdrill's language.

namespace ActorNet.Packetdrill;

internal enum TokenKind
{
    End,

    /// <summary>Digits, with a fraction or without: <c>12</c>, <c>.1</c>, <c>0x1f</c>, <c>192.0.2.1</c>.</summary>
    Number,
    Word,
    Text,

    /// <summary>Between back quotes.</summary>
    Command,

    /// <summary>Between %{ and }%.</summary>
    Code,

    /// <summary><c>--name</c>.</summary>
    Option,
    Ellipsis,
    Mark,
}

/// <param name="Text">As written; of strings, commands and code what is between the quotes, with escapes still in it.</param>
internal readonly record struct Token(TokenKind Kind, string Text, Place At, int EndOffset)
{
    public bool Is(char mark) => Kind == TokenKind.Mark && Text[0] == mark;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.Text => $"\"{Text}\"",
        TokenKind.Command => "a `command`",
        TokenKind.Code => "a %{ code block }%",
        _ => $"'{Text}'",
    };
}
