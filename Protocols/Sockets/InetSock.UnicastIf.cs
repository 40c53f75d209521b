// IP_UNICAST_IF (net/ipv4/ip_sockglue.c): the interface for datagrams to one host, where nothing else says it. A stream keeps it, and goes by its route.

namespace ActorNet.Protocols;

public abstract partial class InetSock
{
    /// <summary>The interface's index, 0 for none (inet_sk(sk)->uc_index).</summary>
    protected int UnicastIf => BindOptions?.UnicastIf ?? 0;

    /// <summary>An index in network order. EINVAL: not four bytes, or another than SO_BINDTODEVICE's; EADDRNOTAVAIL: no such device.</summary>
    private Errno SetUnicastIf(ReadOnlySpan<byte> value, Fib fib)
    {
        if (value.Length != 4) return Errno.EINVAL;
        int ifIndex = BinaryPrimitives.ReadInt32BigEndian(value);
        if (ifIndex != 0 && fib.Device(ifIndex) is null) return Errno.EADDRNOTAVAIL;
        if (ifIndex != 0 && BoundIfIndex != 0 && ifIndex != BoundIfIndex) return Errno.EINVAL;
        if (ifIndex != 0 || BindOptions is not null) (Seldom.Bind ??= new InetBindOptions()).UnicastIf = ifIndex;
        return Errno.OK;
    }

    private Errno GetUnicastIf(Span<byte> value, out int length) => WriteNumber(BinaryPrimitives.ReverseEndianness(UnicastIf), value, out length);
}
