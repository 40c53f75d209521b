// Which characters are white space, which may stand unquoted: "Whitespace" and "Unquoted strings" of the HOCON specification.

using System.Globalization;

namespace ActorNet.Engine.Configuration;

internal static class HoconChars
{
    /// <summary>Any Unicode separator, the byte order mark, and ASCII's separators and blanks; newline included.</summary>
    public static bool IsWhitespace(char c) => c switch
    {
        ' ' or '\t' or '\n' or '\v' or '\f' or '\r' or '\uFEFF' => true,
        >= '\u001C' and <= '\u001F' => true,
        < '\u0080' => false,
        _ => char.GetUnicodeCategory(c) is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator,
    };

    /// <summary>Characters that an unquoted string may not hold; <c>//</c> is the caller's to see.</summary>
    public static bool IsForbidden(char c) =>
        c is '$' or '"' or '{' or '}' or '[' or ']' or ':' or '=' or ',' or '+' or '#' or '`' or '^' or '?' or '!' or '@' or '*' or '&' or '\\';

    /// <summary>The length of the longest JSON number at <paramref name="start"/>; 0 when there is none.</summary>
    public static int NumberLength(ReadOnlySpan<char> text, int start)
    {
        int i = start;
        if (i < text.Length && text[i] == '-') i++;
        int digits = Digits(text, i);
        if (digits == 0) return 0;
        // JSON writes no leading zeros: "007" is the number 0 and then text.
        i += text[i] == '0' ? 1 : digits;
        if (i < text.Length && text[i] == '.' && Digits(text, i + 1) is > 0 and int fraction) i += 1 + fraction;
        if (i < text.Length && text[i] is 'e' or 'E')
        {
            int sign = i + 1 < text.Length && text[i + 1] is '+' or '-' ? 1 : 0;
            if (Digits(text, i + 1 + sign) is > 0 and int exponent) i += 1 + sign + exponent;
        }
        return i - start;
    }

    public static bool IsNumber(string text) => text.Length > 0 && NumberLength(text, 0) == text.Length;

    private static int Digits(ReadOnlySpan<char> text, int start)
    {
        int i = start;
        while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
        return i - start;
    }

    /// <summary>A character as a message shows it.</summary>
    public static string Show(char c) => c switch
    {
        '\n' or '\r' => "the end of the line",
        < ' ' => string.Create(CultureInfo.InvariantCulture, $"the control character U+{(int)c:X4}"),
        _ => $"'{c}'",
    };
}
