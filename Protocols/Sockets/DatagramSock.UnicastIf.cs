// IP_UNICAST_IF (net/ipv4/ip_sockglue.c): the interface for datagrams to one host, where nothing else says it.

namespace ActorNet.Protocols;

public abstract partial class DatagramSock
{
    /// <summary>The interface's index, 0 for none (inet_sk(sk)->uc_index).</summary>
    protected int UnicastIf { get; private set; }

    /// <summary>An index in network order. EINVAL: not four bytes, or another than SO_BINDTODEVICE's; EADDRNOTAVAIL: no such device.</summary>
    private Errno SetUnicastIf(ReadOnlySpan<byte> value)
    {
        if (value.Length != 4) return Errno.EINVAL;
        int ifIndex = BinaryPrimitives.ReadInt32BigEndian(value);
        if (ifIndex != 0 && Fib.Device(ifIndex) is null) return Errno.EADDRNOTAVAIL;
        if (ifIndex != 0 && BoundIfIndex != 0 && ifIndex != BoundIfIndex) return Errno.EINVAL;
        UnicastIf = ifIndex;
        return Errno.OK;
    }

    private Errno GetUnicastIf(Span<byte> value, out int length)
    {
        Span<byte> full = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(full, UnicastIf);
        length = Math.Min(4, value.Length);
        full[..length].CopyTo(value);
        return Errno.OK;
    }
}
