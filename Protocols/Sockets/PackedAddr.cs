// A socket's own name or its peer's, as struct inet_sock keeps them: eight bytes for an address of IPv4 and a port. Any other name is an object beside it.

namespace ActorNet.Protocols;

/// <summary>A <see cref="SockAddr"/> of IPv4, or a note that there is another.</summary>
internal struct PackedAddr
{
    private uint _address;
    private ushort _port;
    private byte _kind;

    private const byte Nothing = 0, Inet = 1, Other = 2;

    /// <summary>The name lies elsewhere.</summary>
    public readonly bool IsOther => _kind == Other;

    /// <summary>The name, unless it is another.</summary>
    public readonly SockAddr Value => _kind == Nothing ? default : new SockAddr(AddressFamily.INET, IpAddress.FromV4(_address), _port);

    /// <summary>Of a name of IPv4.</summary>
    public PackedAddr(in SockAddr name)
    {
        if (!TrySet(name)) throw new ArgumentException("a name of IPv4", nameof(name));
    }

    /// <summary>False for a name that does not fit: who sets it keeps it.</summary>
    public bool TrySet(in SockAddr name)
    {
        bool fits = name.Family == AddressFamily.INET && name.Address.IsV4 && name.Path is null;
        (_address, _port) = fits ? (name.Address.V4, name.Port) : default;
        _kind = fits ? Inet : name == default ? Nothing : Other;
        return _kind != Other;
    }
}
