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

/// <summary>SO_* at SOL_SOCKET: all of include/uapi/asm-generic/socket.h (SCM_TS_OPT_ID, 81, is a control message only).</summary>
public enum SockOpt
{
    SO_DEBUG = 1, SO_REUSEADDR = 2, SO_TYPE = 3, SO_ERROR = 4, SO_DONTROUTE = 5, SO_BROADCAST = 6, SO_SNDBUF = 7, SO_RCVBUF = 8,
    SO_KEEPALIVE = 9, SO_OOBINLINE = 10, SO_NO_CHECK = 11, SO_PRIORITY = 12, SO_LINGER = 13, SO_BSDCOMPAT = 14, SO_REUSEPORT = 15, SO_PASSCRED = 16,
    SO_PEERCRED = 17, SO_RCVLOWAT = 18, SO_SNDLOWAT = 19, SO_RCVTIMEO = 20, SO_SNDTIMEO = 21, SO_BINDTODEVICE = 25, SO_ATTACH_FILTER = 26,
    SO_DETACH_FILTER = 27, SO_PEERNAME = 28, SO_TIMESTAMP = 29, SO_ACCEPTCONN = 30, SO_PEERSEC = 31, SO_SNDBUFFORCE = 32, SO_RCVBUFFORCE = 33,
    SO_PASSSEC = 34, SO_TIMESTAMPNS = 35, SO_MARK = 36, SO_TIMESTAMPING = 37, SO_PROTOCOL = 38, SO_DOMAIN = 39, SO_RXQ_OVFL = 40, SO_WIFI_STATUS = 41,
    SO_PEEK_OFF = 42, SO_NOFCS = 43, SO_LOCK_FILTER = 44, SO_SELECT_ERR_QUEUE = 45, SO_BUSY_POLL = 46, SO_MAX_PACING_RATE = 47, SO_BPF_EXTENSIONS = 48,
    SO_INCOMING_CPU = 49, SO_ATTACH_BPF = 50, SO_ATTACH_REUSEPORT_CBPF = 51, SO_ATTACH_REUSEPORT_EBPF = 52, SO_CNX_ADVICE = 53, SO_MEMINFO = 55,
    SO_INCOMING_NAPI_ID = 56, SO_COOKIE = 57, SO_PEERGROUPS = 59, SO_ZEROCOPY = 60, SO_TXTIME = 61, SO_BINDTOIFINDEX = 62, SO_TIMESTAMP_NEW = 63,
    SO_TIMESTAMPNS_NEW = 64, SO_TIMESTAMPING_NEW = 65, SO_RCVTIMEO_NEW = 66, SO_SNDTIMEO_NEW = 67, SO_DETACH_REUSEPORT_BPF = 68,
    SO_PREFER_BUSY_POLL = 69, SO_BUSY_POLL_BUDGET = 70, SO_NETNS_COOKIE = 71, SO_BUF_LOCK = 72, SO_RESERVE_MEM = 73, SO_TXREHASH = 74, SO_RCVMARK = 75,
    SO_PASSPIDFD = 76, SO_PEERPIDFD = 77, SO_DEVMEM_LINEAR = 78, SO_DEVMEM_DMABUF = 79, SO_DEVMEM_DONTNEED = 80, SO_RCVPRIORITY = 82,
    SO_PASSRIGHTS = 83, SO_INQ = 84,
}

/// <summary>IP_* at IPPROTO_IP.</summary>
public enum IpOpt
{
    IP_TOS = 1, IP_TTL = 2, IP_HDRINCL = 3, IP_OPTIONS = 4, IP_RECVOPTS = 6, IP_PKTINFO = 8, IP_MTU_DISCOVER = 10, IP_RECVERR = 11, IP_RECVTTL = 12,
    IP_RECVTOS = 13, IP_MTU = 14, IP_FREEBIND = 15, IP_MINTTL = 21, IP_BIND_ADDRESS_NO_PORT = 24, IP_MULTICAST_TTL = 33, IP_MULTICAST_LOOP = 34,
}

/// <summary>IP_PMTUDISC_*: what IP_MTU_DISCOVER says of DF and of datagrams larger than the path.</summary>
public enum PmtuDisc : byte { DONT = 0, WANT = 1, DO = 2, PROBE = 3, INTERFACE = 4, OMIT = 5 }

/// <summary>TCP_* at IPPROTO_TCP: all of include/uapi/linux/tcp.h. TCP_INQ is also the type of its control message (TCP_CM_INQ).</summary>
public enum TcpOpt
{
    TCP_NODELAY = 1, TCP_MAXSEG = 2, TCP_CORK = 3, TCP_KEEPIDLE = 4, TCP_KEEPINTVL = 5, TCP_KEEPCNT = 6, TCP_SYNCNT = 7, TCP_LINGER2 = 8,
    TCP_DEFER_ACCEPT = 9, TCP_WINDOW_CLAMP = 10, TCP_INFO = 11, TCP_QUICKACK = 12, TCP_CONGESTION = 13, TCP_MD5SIG = 14, TCP_THIN_LINEAR_TIMEOUTS = 16,
    TCP_THIN_DUPACK = 17, TCP_USER_TIMEOUT = 18, TCP_REPAIR = 19, TCP_REPAIR_QUEUE = 20, TCP_QUEUE_SEQ = 21, TCP_REPAIR_OPTIONS = 22, TCP_FASTOPEN = 23,
    TCP_TIMESTAMP = 24, TCP_NOTSENT_LOWAT = 25, TCP_CC_INFO = 26, TCP_SAVE_SYN = 27, TCP_SAVED_SYN = 28, TCP_REPAIR_WINDOW = 29,
    TCP_FASTOPEN_CONNECT = 30, TCP_ULP = 31, TCP_MD5SIG_EXT = 32, TCP_FASTOPEN_KEY = 33, TCP_FASTOPEN_NO_COOKIE = 34, TCP_ZEROCOPY_RECEIVE = 35,
    TCP_INQ = 36, TCP_CM_INQ = TCP_INQ, TCP_TX_DELAY = 37, TCP_AO_ADD_KEY = 38, TCP_AO_DEL_KEY = 39, TCP_AO_INFO = 40, TCP_AO_GET_KEYS = 41,
    TCP_AO_REPAIR = 42, TCP_IS_MPTCP = 43, TCP_RTO_MAX_MS = 44, TCP_RTO_MIN_US = 45, TCP_DELACK_MAX_US = 46,
}
