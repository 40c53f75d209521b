// struct sockaddr: an address of any family, as a program gives it and gets it.

using System.Globalization;

namespace ActorNet.Protocols;

/// <summary>A socket address. INET and INET6 use <see cref="Address"/> and <see cref="Port"/>; UNIX uses <see cref="Path"/>.</summary>
public readonly record struct SockAddr(AddressFamily Family, IpAddress Address, ushort Port)
{
    public string? Path { get; init; }

    public static SockAddr In(IpAddress address, ushort port) => new(address.IsV4 ? AddressFamily.INET : AddressFamily.INET6, address, port);

    /// <summary>Parses "10.0.0.1:80".</summary>
    /// <exception cref="FormatException">Not of that form; the message says what was expected.</exception>
    public static SockAddr Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && IpAddress.TryParse(text.AsSpan(0, colon).Trim("[]"), out IpAddress a)
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? In(a, port)
            : throw new FormatException($"'{text}' is not ADDRESS:PORT");
    }

    public static implicit operator SockAddr(string text) => Parse(text);

    public override string ToString() => Family switch
    {
        AddressFamily.INET => string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}"),
        AddressFamily.INET6 => string.Create(CultureInfo.InvariantCulture, $"[{Address}]:{Port}"),
        AddressFamily.UNIX => Path ?? "*",
        _ => Family.ToString(),
    };
}
