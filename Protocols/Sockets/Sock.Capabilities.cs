// Which options ask for a capability: the checks of sk_setsockopt (net/core/sock.c), do_ip_setsockopt (net/ipv4/ip_sockglue.c) and do_tcp_setsockopt
// (net/ipv4/tcp.c), gathered in one place. A value that is too short is for the option itself to refuse where Linux looks at its length first.

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    /// <summary>SO_PRIORITY that needs no capability: TC_PRIO_BESTEFFORT to TC_PRIO_INTERACTIVE.</summary>
    private const int LastFreePriority = 6;

    /// <summary>Whether the caller (<see cref="Net.Current"/>) may set an option to a value: OK, or EPERM; EACCES of SO_DEBUG.</summary>
    public Errno MaySet(SockLevel level, int option, ReadOnlySpan<byte> value)
    {
        Credentials caller = Net.Current.Credentials;
        if (caller.Effective == Credentials.AllCapabilities) return Errno.OK;
        int v = value.Length >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(value) : value.Length > 0 ? value[0] : 0;
        return level switch
        {
            SockLevel.SOCKET when (SockOpt)option == SockOpt.SO_BINDTOIFINDEX => value.Length < sizeof(int) ? Errno.OK : MayRebind(),
            SockLevel.SOCKET when (SockOpt)option == SockOpt.SO_TXTIME => MaySetTxtime(value, caller),
            SockLevel.SOCKET => value.Length < sizeof(int) ? Errno.OK : MaySet((SockOpt)option, v, caller),
            SockLevel.IP when (IpOpt)option == IpOpt.IP_TRANSPARENT => v == 0 || Raw(caller) ? Errno.OK : Errno.EPERM,
            SockLevel.IP when (IpOpt)option is IpOpt.IP_IPSEC_POLICY or IpOpt.IP_XFRM_POLICY => Admin(caller) ? Errno.OK : Errno.EPERM,
            SockLevel.TCP when Protocol == IpProtocol.TCP && (TcpOpt)option == TcpOpt.TCP_REPAIR && value.Length >= sizeof(int) => Admin(caller) ? Errno.OK : Errno.EPERM,
            _ => Errno.OK,
        };
    }

    /// <summary>SO_MARK and SO_PRIORITY as control messages: whether the caller may.</summary>
    internal bool MayMark => MaySet(SockOpt.SO_MARK, 0, Net.Current.Credentials) == Errno.OK;

    /// <inheritdoc cref="MayMark"/>
    internal bool MaySetPriority(int priority) => MaySet(SockOpt.SO_PRIORITY, priority, Net.Current.Credentials) == Errno.OK;

    /// <summary>sock_bindtoindex_locked: a device may be chosen by anyone, changed or let go with CAP_NET_RAW only.</summary>
    public Errno MayRebind() => BoundIfIndex != 0 && !Net.Current.Credentials.Capable(Capability.NET_RAW) ? Errno.EPERM : Errno.OK;

    // struct sock_txtime: a clock and flags. Anyone may name CLOCK_MONOTONIC; what is wrong with the flags is found first.
    private static Errno MaySetTxtime(ReadOnlySpan<byte> value, Credentials caller)
    {
        const int CLOCK_MONOTONIC = 1;
        const uint Flags = 3;
        if (value.Length != 8 || (BinaryPrimitives.ReadUInt32LittleEndian(value[4..]) & ~Flags) != 0) return Errno.OK;
        return BinaryPrimitives.ReadInt32LittleEndian(value) == CLOCK_MONOTONIC || Admin(caller) ? Errno.OK : Errno.EPERM;
    }

    private static Errno MaySet(SockOpt option, int v, Credentials caller) => option switch
    {
        SockOpt.SO_DEBUG => v == 0 || Admin(caller) ? Errno.OK : Errno.EACCES,
        SockOpt.SO_PRIORITY => v is >= 0 and <= LastFreePriority || Raw(caller) ? Errno.OK : Errno.EPERM,
        SockOpt.SO_MARK => Raw(caller) ? Errno.OK : Errno.EPERM,
        SockOpt.SO_SNDBUFFORCE or SockOpt.SO_RCVBUFFORCE => Admin(caller) ? Errno.OK : Errno.EPERM,
        SockOpt.SO_PREFER_BUSY_POLL or SockOpt.SO_BUSY_POLL_BUDGET => v == 0 || Admin(caller) ? Errno.OK : Errno.EPERM,
        _ => Errno.OK,
    };

    private static bool Admin(Credentials caller) => caller.Capable(Capability.NET_ADMIN);

    private static bool Raw(Credentials caller) => caller.Capable(Capability.NET_RAW) || caller.Capable(Capability.NET_ADMIN);
}
