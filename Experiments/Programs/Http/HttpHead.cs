// The head of an HTTP/1.1 message: start line and fields (RFC 9112 sections 2 to 5). Pure: bytes in, a value or what is wrong out.

using System.Globalization;
using System.Text;

namespace ActorNet.Experiments.Http;

/// <summary>A request's or a response's start line and fields.</summary>
public sealed class HttpHead
{
    /// <summary>More fields than any message of ours or curl's has.</summary>
    public const int MaxFields = 128;

    private readonly List<KeyValuePair<string, string>> _fields = [];

    /// <summary>Request: GET, HEAD…; response: "".</summary>
    public string Method { get; private init; } = "";

    /// <summary>Request: the target as it was sent.</summary>
    public string Target { get; private init; } = "";

    /// <summary>Response: 100 to 999; request: 0.</summary>
    public int Status { get; private init; }

    /// <summary>1 for HTTP/1.1, 0 for HTTP/1.0.</summary>
    public int MinorVersion { get; private init; }

    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>The first field of that name, without regard to case; null for none.</summary>
    public string? this[string name]
    {
        get
        {
            foreach ((string n, string value) in _fields)
                if (n.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
            return null;
        }
    }

    /// <summary>Whether a comma-separated field holds a word ("Connection: close").</summary>
    public bool Has(string name, string word)
    {
        foreach ((string n, string value) in _fields)
        {
            if (!n.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            foreach (string part in value.Split(','))
                if (part.Trim().Equals(word, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>Whether the connection stays open after this message (RFC 9112 9.3).</summary>
    public bool KeepsAlive => !Has("Connection", "close") && (MinorVersion >= 1 || Has("Connection", "keep-alive"));

    /// <summary>Where the head ends: the index after its empty line, or -1 when it is not all there.</summary>
    public static int FindEnd(ReadOnlySpan<byte> bytes)
    {
        int at = bytes.IndexOf("\r\n\r\n"u8);
        return at < 0 ? -1 : at + 4;
    }

    /// <summary>Parses a request's head, up to and with its empty line.</summary>
    /// <param name="status">What to answer when it is wrong: 400, 501 or 505.</param>
    public static bool TryParseRequest(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out HttpHead? head, out int status)
    {
        head = null;
        status = 400;
        if (!TryLine(ref bytes, out ReadOnlySpan<byte> line)) return false;
        int first = line.IndexOf((byte)' '), last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1 || !IsToken(line[..first])) return false;
        ReadOnlySpan<byte> target = line[(first + 1)..last];
        if (target.ContainsAnyExceptInRange((byte)'!', (byte)'~')) return false;
        if (!TryVersion(line[(last + 1)..], out int minor))
        {
            status = line[(last + 1)..].StartsWith("HTTP/"u8) ? 505 : 400;
            return false;
        }

        var parsed = new HttpHead { Method = Text(line[..first]), Target = Text(target), MinorVersion = minor };
        if (!parsed.TryFields(bytes)) return false;
        if (minor >= 1 && parsed["Host"] is null) return false; // RFC 9112 3.2: a request without Host is answered 400
        head = parsed;
        return true;
    }

    public static bool TryParseResponse(ReadOnlySpan<byte> bytes, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out HttpHead? head)
    {
        head = null;
        if (!TryLine(ref bytes, out ReadOnlySpan<byte> line)) return false;
        int space = line.IndexOf((byte)' ');
        if (space < 0 || !TryVersion(line[..space], out int minor)) return false;
        ReadOnlySpan<byte> rest = line[(space + 1)..];
        if (rest.Length < 3 || (rest.Length > 3 && rest[3] != ' ') || rest[..3].ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        int status = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + rest[2] - '0';
        if (status < 100) return false;
        var parsed = new HttpHead { Status = status, MinorVersion = minor };
        if (!parsed.TryFields(bytes)) return false;
        head = parsed;
        return true;
    }

    /// <summary>Content-Length: null when absent, -1 when it is not one number (RFC 9112 6.3: a list of equal ones is one).</summary>
    public long? ContentLength
    {
        get
        {
            long? length = null;
            foreach ((string n, string value) in _fields)
            {
                if (!n.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) continue;
                foreach (string part in value.Split(','))
                {
                    if (!long.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long one)) return -1;
                    if (length is { } before && before != one) return -1;
                    length = one;
                }
            }

            return length;
        }
    }

    private bool TryFields(ReadOnlySpan<byte> bytes)
    {
        while (TryLine(ref bytes, out ReadOnlySpan<byte> line))
        {
            if (line.IsEmpty) return true;
            int colon = line.IndexOf((byte)':');
            // No white space before the colon, and no line folded into the next (RFC 9112 5.1, 5.2).
            if (colon <= 0 || !IsToken(line[..colon]) || _fields.Count == MaxFields) return false;
            ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
            foreach (byte b in value)
                if ((b < ' ' && b != '\t') || b == 0x7F) return false;
            _fields.Add(new(Text(line[..colon]), Text(value)));
        }

        return false;
    }

    private static bool TryLine(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> line)
    {
        int end = bytes.IndexOf("\r\n"u8);
        line = end < 0 ? default : bytes[..end];
        if (end < 0) return false;
        bytes = bytes[(end + 2)..];
        return true;
    }

    private static bool TryVersion(ReadOnlySpan<byte> text, out int minor)
    {
        minor = text.Length == 8 ? text[7] - '0' : -1;
        return text.Length == 8 && text[..7].SequenceEqual("HTTP/1."u8) && minor is >= 0 and <= 9;
    }

    internal static bool IsToken(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
            if (!char.IsAsciiLetterOrDigit((char)b) && !"!#$%&'*+-.^_`|~"u8.Contains(b)) return false;
        return text.Length > 0;
    }

    // Bytes above 127 are opaque (RFC 9110 5.5); Latin-1 keeps each of them.
    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
