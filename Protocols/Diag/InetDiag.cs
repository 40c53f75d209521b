// struct inet_diag_msg with its attributes (include/uapi/linux/inet_diag.h): all that others may know of one socket at one moment. /proc/net/tcp and its
// kin, `ss` and a run's record are made from it.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Protocols;

/// <summary>idiag_timer: which timer runs, as /proc/net/tcp numbers them.</summary>
public enum DiagTimer : byte { OFF = 0, ON = 1, KEEPALIVE = 2, TIMEWAIT = 3, PERSIST = 4 }

/// <summary>A socket (or a request sock, or what TIME_WAIT keeps) at one moment.</summary>
public sealed class InetDiag
{
    public AddressFamily Family { get; init; } = AddressFamily.INET;

    public SocketType Type { get; init; }

    public IpProtocol Protocol { get; init; }

    /// <summary>TCP's; a datagram socket is ESTABLISHED when connected, else CLOSE.</summary>
    public TcpState State { get; init; }

    public SockAddr Local { get; init; }

    public SockAddr Peer { get; init; }

    /// <summary>SO_BINDTODEVICE, 0 for any.</summary>
    public int BoundIfIndex { get; init; }

    public DiagTimer Timer { get; init; }

    /// <summary>idiag_retrans: retransmissions of the timer's kind.</summary>
    public int Retrans { get; init; }

    /// <summary>Until the timer fires.</summary>
    public Duration Expires { get; init; }

    /// <summary>Bytes to read, or connections to accept; bytes written and not acknowledged, or how many connections may wait.</summary>
    public int Rqueue { get; init; }

    /// <inheritdoc cref="Rqueue"/>
    public int Wqueue { get; init; }

    public uint Uid { get; init; }

    /// <summary>In sockfs; 0 for what no descriptor names.</summary>
    public long Inode { get; init; }

    /// <summary>A number of its own within its namespace (ss shows it as sk:).</summary>
    public ulong Cookie { get; init; }

    public uint Mark { get; init; }

    public byte Tos { get; init; }

    /// <summary>INET_DIAG_SHUTDOWN: 1 no more to read, 2 no more to write.</summary>
    public byte Shutdown { get; init; }

    /// <summary>INET_DIAG_SKMEMINFO: SK_MEMINFO_*, bytes; empty for request socks and TIME_WAIT.</summary>
    public int[] SkMem { get; init; } = [];

    /// <summary>INET_DIAG_INFO: struct tcp_info; empty for what has none.</summary>
    public byte[] TcpInfo { get; init; } = [];

    /// <summary>INET_DIAG_CONG: the congestion control's name; null where there is none.</summary>
    public string? Congestion { get; init; }

    /// <summary>sk_refcnt as /proc/net shows it.</summary>
    public int Refs { get; init; } = 1;

    /// <summary>What only /proc/net/tcp shows.</summary>
    public TcpProcFields Proc { get; init; }

    /// <summary>sk_fullsock: neither a request sock nor TIME_WAIT.</summary>
    public bool IsFull => SkMem.Length > 0;
}

/// <summary>The last columns of /proc/net/tcp: times in USER_HZ (hundredths of a second).</summary>
/// <param name="Ssthresh">-1 in the first slow start.</param>
public readonly record struct TcpProcFields(int Retransmits, int ProbesOut, long Rto, long Ato, int QuickAck, int SndCwnd, int Ssthresh);
