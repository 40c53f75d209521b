// The keys of SYN cookies (syncookie_secret, net/ipv4/syncookies.c): made when the first cookie is.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpNetns
{
    private byte[]? _synCookieSecret;

    /// <summary>Two keys of 16 bytes.</summary>
    internal ReadOnlySpan<byte> SynCookieSecret
    {
        get
        {
            if (_synCookieSecret is null)
            {
                RandomStream random = _net.Random("syncookies");
                byte[] secret = new byte[32];
                for (int i = 0; i < secret.Length; i += 8) BinaryPrimitives.WriteUInt64LittleEndian(secret.AsSpan(i), random.NextUInt64());
                _synCookieSecret = secret;
            }

            return _synCookieSecret;
        }
    }
}
