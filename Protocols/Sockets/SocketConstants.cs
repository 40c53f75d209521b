// The numbers of the socket API, as Linux has them (include/linux/socket.h, include/uapi/asm-generic/socket.h, poll.h).

namespace ActorNet.Protocols;

/// <summary>AF_*.</summary>
public enum AddressFamily : ushort { UNSPEC = 0, UNIX = 1, INET = 2, INET6 = 10, NETLINK = 16, PACKET = 17 }

/// <summary>SOCK_*, and the flags that may be or-ed to it.</summary>
[Flags]
public enum SocketType
{
    STREAM = 1, DGRAM = 2, RAW = 3, SEQPACKET = 5, PACKET = 10,
    TypeMask = 0xF,
    NONBLOCK = 0x800,
    CLOEXEC = 0x80000,
}

/// <summary>IPPROTO_*.</summary>
public enum IpProtocol { IP = 0, ICMP = 1, IGMP = 2, TCP = 6, UDP = 17, IPV6 = 41, ICMPV6 = 58, RAW = 255 }

/// <summary>MSG_*.</summary>
[Flags]
public enum MsgFlags
{
    None = 0,
    OOB = 0x1, PEEK = 0x2, DONTROUTE = 0x4, CTRUNC = 0x8, TRUNC = 0x20, DONTWAIT = 0x40, EOR = 0x80, WAITALL = 0x100,
    ERRQUEUE = 0x2000, NOSIGNAL = 0x4000, MORE = 0x8000, WAITFORONE = 0x10000, ZEROCOPY = 0x4000000, FASTOPEN = 0x20000000, CMSG_CLOEXEC = 0x40000000,
}

/// <summary>How shutdown(2) closes.</summary>
public enum ShutdownHow { RD = 0, WR = 1, RDWR = 2 }

/// <summary>Poll events (POLL*; EPOLL* has the same values).</summary>
[Flags]
public enum PollEvents
{
    None = 0,
    IN = 0x1, PRI = 0x2, OUT = 0x4, ERR = 0x8, HUP = 0x10, NVAL = 0x20, RDNORM = 0x40, RDBAND = 0x80, WRNORM = 0x100, WRBAND = 0x200, RDHUP = 0x2000,
}

/// <summary>Levels of set/getsockopt.</summary>
public enum SockLevel { IP = 0, SOCKET = 1, TCP = 6, UDP = 17, IPV6 = 41 }

/// <summary>SO_* at SOL_SOCKET.</summary>
public enum SockOpt
{
    SO_DEBUG = 1, SO_REUSEADDR = 2, SO_TYPE = 3, SO_ERROR = 4, SO_DONTROUTE = 5, SO_BROADCAST = 6, SO_SNDBUF = 7, SO_RCVBUF = 8,
    SO_KEEPALIVE = 9, SO_OOBINLINE = 10, SO_NO_CHECK = 11, SO_PRIORITY = 12, SO_LINGER = 13, SO_REUSEPORT = 15, SO_RCVLOWAT = 18, SO_SNDLOWAT = 19,
    SO_RCVTIMEO = 20, SO_SNDTIMEO = 21, SO_BINDTODEVICE = 25, SO_TIMESTAMP = 29, SO_ACCEPTCONN = 30, SO_SNDBUFFORCE = 32, SO_RCVBUFFORCE = 33,
    SO_MARK = 36, SO_PROTOCOL = 38, SO_DOMAIN = 39,
}

/// <summary>IP_* at IPPROTO_IP.</summary>
public enum IpOpt
{
    IP_TOS = 1, IP_TTL = 2, IP_HDRINCL = 3, IP_OPTIONS = 4, IP_RECVOPTS = 6, IP_PKTINFO = 8, IP_MTU_DISCOVER = 10, IP_RECVERR = 11, IP_RECVTTL = 12,
    IP_RECVTOS = 13, IP_MTU = 14, IP_FREEBIND = 15, IP_MINTTL = 21, IP_BIND_ADDRESS_NO_PORT = 24, IP_MULTICAST_TTL = 33, IP_MULTICAST_LOOP = 34,
}

/// <summary>IP_PMTUDISC_*: what IP_MTU_DISCOVER says of DF and of datagrams larger than the path.</summary>
public enum PmtuDisc : byte { DONT = 0, WANT = 1, DO = 2, PROBE = 3, INTERFACE = 4, OMIT = 5 }

/// <summary>TCP_* at IPPROTO_TCP.</summary>
public enum TcpOpt
{
    TCP_NODELAY = 1, TCP_MAXSEG = 2, TCP_CORK = 3, TCP_KEEPIDLE = 4, TCP_KEEPINTVL = 5, TCP_KEEPCNT = 6, TCP_SYNCNT = 7, TCP_LINGER2 = 8,
    TCP_DEFER_ACCEPT = 9, TCP_WINDOW_CLAMP = 10, TCP_INFO = 11, TCP_QUICKACK = 12, TCP_CONGESTION = 13, TCP_USER_TIMEOUT = 18, TCP_NOTSENT_LOWAT = 25,
}
