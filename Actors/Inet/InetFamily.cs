// PF_INET's registration (inet_create and inetsw, net/ipv4/af_inet.c): which machine and which calls a type and protocol get.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

/// <summary>AF_INET: TCP, UDP, and ICMP echo sockets.</summary>
internal sealed class InetFamily(NetStack stack) : NetFamily(AddressFamily.INET)
{
    private const int IPPROTO_MAX = 263;
    private readonly InetStreamOps _stream = new();
    private readonly InetDgramOps _dgram = new();

    public override Errno Create(Socket socket, IpProtocol protocol)
    {
        if ((int)protocol is < 0 or >= IPPROTO_MAX) return Errno.EINVAL;
        switch (socket.Type)
        {
            case SocketType.STREAM when protocol is IpProtocol.IP or IpProtocol.TCP:
                socket.Sk = new TcpSock(stack.Net);
                socket.Ops = _stream;
                return Errno.OK;
            case SocketType.DGRAM when protocol is IpProtocol.IP or IpProtocol.UDP:
                socket.Sk = new UdpSock(stack.Net, stack.Fib);
                socket.Ops = _dgram;
                return Errno.OK;
            case SocketType.DGRAM when protocol is IpProtocol.ICMP:
                if (!MayPing(stack.Net)) return Errno.EACCES;
                socket.Sk = new PingSock(stack.Net, stack.Fib);
                socket.Ops = _dgram;
                return Errno.OK;
            case SocketType.STREAM or SocketType.DGRAM: return Errno.EPROTONOSUPPORT;
            // inet_create: raw sockets have no default protocol, and the protocol is asked for before the capability.
            case SocketType.RAW when protocol is IpProtocol.IP: return Errno.EPROTONOSUPPORT;
            case SocketType.RAW when !stack.Net.Current.Credentials.Capable(Capability.NET_RAW): return Errno.EPERM;
            default: return Errno.ESOCKTNOSUPPORT; // as on a kernel without raw sockets
        }
    }

    // ping_init_sock: the effective group or a supplementary one is in net.ipv4.ping_group_range.
    private static bool MayPing(Net net)
    {
        Credentials caller = net.Current.Credentials;
        NetSysctl s = net.Sysctl;
        return InRange(caller.Gid) || caller.Groups.Any(InRange);

        bool InRange(uint gid) => gid >= s.ping_group_range_min && gid <= s.ping_group_range_max;
    }
}
