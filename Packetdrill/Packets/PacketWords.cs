// The words of a packet's text.

namespace ActorNet.Packetdrill;

/// <summary>Cuts a packet's text into words: names and numbers, flags with their dots, and single marks.</summary>
internal static class PacketWords
{
    public static IEnumerable<string> Cut(PacketEvent e)
    {
        string text = e.Text;
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            int start = at;
            if (text.AsSpan(at).StartsWith("...")) at += 3;
            else if (IsWord(text[at])) while (at < text.Length && IsWord(text[at])) at++;
            else at++;
            yield return text[start..at];
        }
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.';
}
