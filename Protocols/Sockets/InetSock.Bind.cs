// Options at IPPROTO_IP that say where a socket may be bound: IP_TRANSPARENT, IP_LOCAL_PORT_RANGE (net/ipv4/ip_sockglue.c). IP_FREEBIND and
// IP_BIND_ADDRESS_NO_PORT stand with the others.

namespace ActorNet.Protocols;

public abstract partial class InetSock
{
    private InetBindOptions? BindOptions => _seldom?.Bind;

    /// <summary>IP_TRANSPARENT: any address may be bound, and be a source. (What comes back reaches it only where a route delivers that address here.)</summary>
    public bool Transparent => BindOptions is { Transparent: true };

    /// <summary>IP_LOCAL_PORT_RANGE: the lower bound, and the upper one shifted by 16; 0 for the host's.</summary>
    public uint LocalPortRange => BindOptions?.LocalPortRange ?? 0;

    private Errno SetBindOption(IpOpt option, ReadOnlySpan<byte> value, int v)
    {
        switch (option)
        {
            case IpOpt.IP_TRANSPARENT:
                if (value.Length < 1) return Errno.EINVAL;
                if (v != 0 || BindOptions is not null) (Seldom.Bind ??= new InetBindOptions()).Transparent = v != 0;
                return Errno.OK;
            case IpOpt.IP_LOCAL_PORT_RANGE:
                if (value.Length != 4) return Errno.EINVAL;
                uint low = (uint)v & 0xFFFF, high = (uint)v >> 16;
                if (low != 0 && high != 0 && low > high) return Errno.EINVAL;
                (Seldom.Bind ??= new InetBindOptions()).LocalPortRange = (uint)v;
                return Errno.OK;
            default:
                return Errno.ENOPROTOOPT;
        }
    }

    private Errno GetBindOption(IpOpt option, Span<byte> value, out int length)
    {
        length = 0;
        switch (option)
        {
            case IpOpt.IP_TRANSPARENT: return WriteNumber(Transparent ? 1 : 0, value, out length);
            case IpOpt.IP_LOCAL_PORT_RANGE: return WriteNumber((int)LocalPortRange, value, out length);
            // A raw socket's; of others they are off, and cannot be set.
            case IpOpt.IP_HDRINCL or IpOpt.IP_NODEFRAG or IpOpt.IP_ROUTER_ALERT: return WriteNumber(0, value, out length);
            default: return Errno.ENOPROTOOPT;
        }
    }

    private sealed class InetBindOptions
    {
        public bool Transparent;
        public uint LocalPortRange;
        public int UnicastIf;
    }
}
