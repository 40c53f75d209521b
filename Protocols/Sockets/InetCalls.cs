// af_inet.c, what all sockets of the family share before their machines are asked: inet_create over inetsw, inet_bind's checks, inet_getname.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Protocols;

/// <summary>The calls that all sockets of AF_INET have.</summary>
public static class InetCalls
{
    private const int IPPROTO_MAX = 263;

    /// <summary>inet_create: the machine of a type and protocol. EINVAL, EPROTONOSUPPORT, ESOCKTNOSUPPORT; EACCES: no ping for this caller; EPERM.</summary>
    /// <param name="type">Without flags.</param>
    public static Errno Create(Net net, Fib fib, SocketType type, IpProtocol protocol, out Sock? sk)
    {
        sk = null;
        if ((int)protocol is < 0 or >= IPPROTO_MAX) return Errno.EINVAL;
        switch (type)
        {
            case SocketType.STREAM when protocol is IpProtocol.IP or IpProtocol.TCP:
                sk = new TcpSock(net);
                return Errno.OK;
            case SocketType.DGRAM when protocol is IpProtocol.IP or IpProtocol.UDP:
                sk = new UdpSock(net, fib);
                return Errno.OK;
            case SocketType.DGRAM when protocol is IpProtocol.ICMP:
                if (!MayPing(net)) return Errno.EACCES;
                sk = new PingSock(net, fib);
                return Errno.OK;
            case SocketType.STREAM or SocketType.DGRAM: return Errno.EPROTONOSUPPORT;
            // Raw sockets have no default protocol, and the protocol is asked for before the capability.
            case SocketType.RAW when protocol is IpProtocol.IP: return Errno.EPROTONOSUPPORT;
            case SocketType.RAW when !net.Current.Credentials.Capable(Capability.NET_RAW): return Errno.EPERM;
            default: return Errno.ESOCKTNOSUPPORT; // as on a kernel without raw sockets
        }
    }

    /// <summary>
    /// inet_bind up to the port: EAFNOSUPPORT; EADDRNOTAVAIL: a bound address must be this host's, a broadcast or a group, unless the socket or the host says
    /// otherwise; EACCES: a port below net.ipv4.ip_unprivileged_port_start; EINVAL: bound already.
    /// </summary>
    /// <param name="isBound">It has a port.</param>
    public static Errno CheckBind(Sock sk, Fib fib, ref SockAddr a, bool isBound)
    {
        if (a.Family != AddressFamily.INET)
        {
            // AF_UNSPEC is taken for AF_INET if the address is INADDR_ANY: programs have relied on it.
            if (a.Family != AddressFamily.UNSPEC || !a.Address.IsAny) return Errno.EAFNOSUPPORT;
            a = SockAddr.In(IpAddress.Any4, a.Port);
        }

        if (!a.Address.IsAny && fib.AddressType(a.Address.V4) is not (RouteType.LOCAL or RouteType.BROADCAST or RouteType.MULTICAST)
            && sk is InetSock { FreeBind: false, Transparent: false } && !sk.Net.Sysctl.ip_nonlocal_bind)
        {
            return Errno.EADDRNOTAVAIL;
        }

        if (NeedsService(sk, a.Port) && !sk.Net.Current.Credentials.Capable(Capability.NET_BIND_SERVICE)) return Errno.EACCES;
        return isBound ? Errno.EINVAL : Errno.OK;
    }

    /// <summary>inet_getname. ENOTCONN: there is no peer.</summary>
    public static Errno Name(Sock sk, bool ofPeer, out SockAddr name)
    {
        name = ofPeer ? sk.Peer : sk.Local;
        if (ofPeer && sk is InetSock { HasPeer: false }) return Errno.ENOTCONN;
        if (name.Family == AddressFamily.UNSPEC) name = SockAddr.In(IpAddress.Any4, 0);
        return Errno.OK;
    }

    // inet_port_requires_bind_service; an identification of a ping socket is no port.
    private static bool NeedsService(Sock sk, ushort port) => port != 0 && port < sk.Net.Sysctl.ip_unprivileged_port_start && sk.Protocol != IpProtocol.ICMP;

    // ping_init_sock: the effective group or a supplementary one is in net.ipv4.ping_group_range.
    private static bool MayPing(Net net)
    {
        Credentials caller = net.Current.Credentials;
        NetSysctl s = net.Sysctl;
        return InRange(caller.Gid) || caller.Groups.Any(InRange);

        bool InRange(uint gid) => gid >= s.ping_group_range_min && gid <= s.ping_group_range_max;
    }
}
