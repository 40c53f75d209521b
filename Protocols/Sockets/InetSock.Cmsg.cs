// Control messages of IP as recvmsg gives them: ip_cmsg_recv_offset (net/ipv4/ip_sockglue.c), and the options that ask for them (man 7 ip).

namespace ActorNet.Protocols;

public abstract partial class InetSock
{
    private IpCmsg _cmsgs;

    /// <summary>Which control messages a receiver wants (IP_CMSG_*).</summary>
    [Flags]
    private enum IpCmsg : ushort
    {
        None = 0, PktInfo = 1, Ttl = 2, Tos = 4, RecvOpts = 8, RetOpts = 16, PassSec = 32, OrigDstAddr = 64, Checksum = 128, RecvFragSize = 256, RecvErr4884 = 512,
    }

    /// <summary>The options that are asked for nothing but a control message; null for another.</summary>
    private Errno? SetCmsgOption(IpOpt option, int v)
    {
        if (option == IpOpt.IP_ROUTER_ALERT) return Errno.EINVAL; // for raw sockets only
        if (CmsgOf(option) is not (not IpCmsg.None and var flag)) return null;
        if (flag == IpCmsg.RecvErr4884 && v is not (0 or 1)) return Errno.EINVAL;
        if (flag == IpCmsg.RecvFragSize && Type == SocketType.STREAM) return Errno.EINVAL;
        _cmsgs = v != 0 ? _cmsgs | flag : _cmsgs & ~flag;
        return Errno.OK;
    }

    // IP_PROTOCOL is inet_num: of a raw socket its protocol, of others their port.
    private int? GetCmsgOption(IpOpt option) => option == IpOpt.IP_PROTOCOL ? Local.Port : CmsgOf(option) is not IpCmsg.None and var flag ? ((_cmsgs & flag) != 0 ? 1 : 0) : null;

    /// <summary>IP_PKTINFO is on.</summary>
    protected bool WantsPktInfo => (_cmsgs & IpCmsg.PktInfo) != 0;

    /// <summary>IP_RECVERR_RFC4884 is on.</summary>
    protected bool RecvErr4884 => (_cmsgs & IpCmsg.RecvErr4884) != 0;

    /// <summary>An accepted socket has its listener's.</summary>
    private protected void InheritCmsgs(InetSock from) => _cmsgs = from._cmsgs;

    private static IpCmsg CmsgOf(IpOpt option) => option switch
    {
        IpOpt.IP_PKTINFO => IpCmsg.PktInfo,
        IpOpt.IP_RECVTTL => IpCmsg.Ttl,
        IpOpt.IP_RECVTOS => IpCmsg.Tos,
        IpOpt.IP_RECVOPTS => IpCmsg.RecvOpts,
        IpOpt.IP_RETOPTS => IpCmsg.RetOpts,
        IpOpt.IP_PASSSEC => IpCmsg.PassSec,
        IpOpt.IP_RECVORIGDSTADDR => IpCmsg.OrigDstAddr,
        IpOpt.IP_CHECKSUM => IpCmsg.Checksum,
        IpOpt.IP_RECVFRAGSIZE => IpCmsg.RecvFragSize,
        IpOpt.IP_RECVERR_RFC4884 => IpCmsg.RecvErr4884,
        _ => IpCmsg.None,
    };

    /// <summary>What was asked for of one packet, in the kernel's order.</summary>
    protected void PutIpCmsgs(ref CmsgWriter control, SkBuff skb, Fib fib, Instant now)
    {
        if ((_cmsgs & ~IpCmsg.RecvErr4884) == 0) return;
        PutIpCmsgs(ref control, skb.Ip, fib, now);
        if ((_cmsgs & (IpCmsg.RecvOpts | IpCmsg.RetOpts)) != 0 && skb.NetworkHeader >= 0) PutOptions(ref control, new Ipv4View(skb.From(skb.NetworkHeader)));
        if ((_cmsgs & IpCmsg.OrigDstAddr) != 0 && skb.TransportHeader >= 0) PutOrigDst(ref control, skb);
        if ((_cmsgs & IpCmsg.RecvFragSize) != 0 && skb.Ip.FragMaxSize != 0) control.Put((int)SockLevel.IP, (int)IpOpt.IP_RECVFRAGSIZE, skb.Ip.FragMaxSize);
    }

    private void PutIpCmsgs(ref CmsgWriter control, in IpControl ip, Fib? fib, Instant now)
    {
        if ((_cmsgs & IpCmsg.PktInfo) != 0) PutPktInfo(ref control, ip, fib, now, isKnown: fib is null || ip.HasPktInfo);
        if ((_cmsgs & IpCmsg.Ttl) != 0) control.Put((int)SockLevel.IP, (int)IpOpt.IP_TTL, ip.Ttl);
        if ((_cmsgs & IpCmsg.Tos) != 0) control.Put((int)SockLevel.IP, (int)IpOpt.IP_TOS, [ip.Tos]);
    }

    // The source that an answer would have is the address that was asked, or for a group or broadcast, the one that the route back has (fib_compute_spec_dst). Nobody
    // answers an error. Of a packet that came before it was asked for only its destination is known.
    private static void PutPktInfo(ref CmsgWriter control, in IpControl ip, Fib? fib, Instant now, bool isKnown)
    {
        Span<byte> info = stackalloc byte[12];
        uint specific = fib is null || !isKnown ? 0 : fib.AddressType(ip.Daddr.V4) == RouteType.LOCAL ? ip.Daddr.V4 : fib.Output(ip.Saddr.V4, 0, ip.BoundIfIndex, now).Saddr;
        BinaryPrimitives.WriteInt32LittleEndian(info, isKnown ? ip.BoundIfIndex : 0);
        BinaryPrimitives.WriteUInt32BigEndian(info[4..], specific);
        BinaryPrimitives.WriteUInt32BigEndian(info[8..], ip.Daddr.V4);
        control.Put((int)SockLevel.IP, (int)IpOpt.IP_PKTINFO, info);
    }

    private void PutOptions(ref CmsgWriter control, in Ipv4View ip)
    {
        if (!ip.Fits || ip.HeaderLength <= Ipv4Header.MinLength) return;
        if ((_cmsgs & IpCmsg.RecvOpts) != 0) control.Put((int)SockLevel.IP, (int)IpOpt.IP_RECVOPTS, ip.Options);
    }

    private static void PutOrigDst(ref CmsgWriter control, SkBuff skb)
    {
        ReadOnlySpan<byte> transport = skb.From(skb.TransportHeader);
        if (transport.Length < 4) return;
        Span<byte> address = stackalloc byte[16];
        WriteSockaddr(address, skb.Ip.Daddr.V4, BinaryPrimitives.ReadUInt16BigEndian(transport[2..]));
        control.Put((int)SockLevel.IP, (int)IpOpt.IP_RECVORIGDSTADDR, address);
    }

    /// <summary>struct sockaddr_in.</summary>
    private static void WriteSockaddr(Span<byte> b, uint address, ushort port)
    {
        b.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(b, (ushort)AddressFamily.INET);
        BinaryPrimitives.WriteUInt16BigEndian(b[2..], port);
        BinaryPrimitives.WriteUInt32BigEndian(b[4..], address);
    }
}
