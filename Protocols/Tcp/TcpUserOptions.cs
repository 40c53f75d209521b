// Settings that only some sockets have: what setsockopt(2) changed. A socket that changed nothing does not carry them.

namespace ActorNet.Protocols.Tcp;

/// <summary>One socket's own values; below zero (or null) where the sysctl speaks.</summary>
internal sealed class TcpUserOptions
{
    /// <summary>TCP_MAXSEG: bounds both the advertised and the used MSS; 0 for none.</summary>
    public int UserMss;

    /// <summary>TCP_KEEPIDLE, TCP_KEEPINTVL in seconds, TCP_KEEPCNT probes; 0 for the sysctl.</summary>
    public int KeepIdle, KeepIntvl, KeepCnt;

    /// <summary>TCP_SYNCNT; 0 for the sysctl.</summary>
    public int SynRetries;

    /// <summary>TCP_LINGER2 in seconds: below zero, no FIN_WAIT2 at all; 0 for tcp_fin_timeout.</summary>
    public int Linger2;

    /// <summary>TCP_USER_TIMEOUT in milliseconds; 0 for none.</summary>
    public int UserTimeout;

    /// <summary>TCP_WINDOW_CLAMP as asked for; 0 for none.</summary>
    public int WindowClamp;

    /// <summary>TCP_DEFER_ACCEPT as a number of SYN-ACK retransmissions; 0 for off.</summary>
    public int DeferAccept;

    /// <summary>TCP_NOTSENT_LOWAT; 0 for the sysctl (no bound).</summary>
    public uint NotsentLowat;

    /// <summary>TCP_RTO_MAX_MS, TCP_RTO_MIN_US, TCP_DELACK_MAX_US; 0 for the sysctl's and the kernel's.</summary>
    public int RtoMaxMs, RtoMinUs, DelackMaxUs;

    /// <summary>TCP_TX_DELAY, microseconds.</summary>
    public int TxDelayUs;

    /// <summary>TCP_SAVE_SYN: 0 off, 1 from the IP header on, 2 from the link's.</summary>
    public byte SaveSyn;

    /// <summary>TCP_SAVED_SYN: what was saved and has not been read.</summary>
    public byte[]? SavedSyn;

    /// <summary>No setting: the path MTU that an ICMP error told while a process owned the socket (mtu_info); 0 for none.</summary>
    public int MtuDeferred;

    /// <summary>No setting: an ACK is due when the owner has handled its backlog (TCP_ACK_DEFERRED).</summary>
    public bool AckDeferred;

    /// <summary>No setting alone: Fast Open's (<see cref="FastOpenState"/>); null for a socket that does not use it.</summary>
    public FastOpenState? FastOpen;

    /// <summary>MSG_ZEROCOPY's notifications to come, stamps of sending to come, and what SOF_TIMESTAMPING_OPT_ID counts from (sk_tskey).</summary>
    public TcpZerocopy? Zerocopy;

    /// <inheritdoc cref="Zerocopy"/>
    public List<TcpTxStamp>? Stamps;

    /// <inheritdoc cref="Zerocopy"/>
    public uint StampKey;

    /// <summary>No setting: the route's initial window, segments, and its MTU where it has changed; 0 for none. And the search for a larger one.</summary>
    public int InitCwnd, RouteMtu;

    /// <inheritdoc cref="InitCwnd"/>
    public TcpMtuProbe? MtuProbe;

    /// <summary>TCP_MD5SIG: keys, by peer; null for none.</summary>
    public List<TcpMd5Key>? Md5Keys;

    /// <summary>TCP_THIN_LINEAR_TIMEOUTS, TCP_INQ.</summary>
    public bool ThinLinearTimeouts, RecvmsgInq;
}
