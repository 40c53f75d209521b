// Options at SOL_SOCKET that few sockets ever set. A socket that set none of them does not carry them.

namespace ActorNet.Protocols;

/// <summary>One socket's own values of rare options.</summary>
internal sealed class SockUserOptions
{
    /// <summary>SO_MAX_PACING_RATE, bytes per second; all ones for none.</summary>
    public ulong MaxPacingRate = ulong.MaxValue;

    /// <summary>A rate was ever set: the socket is paced from then on, even if the bound goes again (sk_pacing_status).</summary>
    public bool PacingAsked;

    /// <summary>SO_PEEK_OFF: where MSG_PEEK begins, bytes; below zero for off.</summary>
    public int PeekOff = -1;

    /// <summary>SO_BUSY_POLL, microseconds, as it was set.</summary>
    public int BusyPoll;

    /// <summary>SO_INCOMING_CPU as it was set; null until then.</summary>
    public int? IncomingCpu;

    /// <summary>SO_TXTIME: clockid_t and flags; null for off.</summary>
    public (int Clock, uint Flags)? TxTime;

    /// <summary>SO_COOKIE, once it was asked for; 0 before.</summary>
    public ulong Cookie;

    /// <summary>SO_TXREHASH; null for net.core.txrehash.</summary>
    public bool? TxRehash;

    /// <summary>SIOCGSTAMP: when the packet came that was read last.</summary>
    public Instant LastStamp;

    public SockBits Bits;

    /// <summary>SO_PRIORITY, SO_MARK, SO_RCVLOWAT, SO_LINGER (and its seconds as they were set), SO_RCVTIMEO, SO_SNDTIMEO, SO_TIMESTAMPING.</summary>
    public int Priority, Rcvlowat = 1, LingerSeconds;

    /// <inheritdoc cref="Priority"/>
    public uint Mark, Timestamping;

    /// <inheritdoc cref="Priority"/>
    public Duration? Linger;

    /// <inheritdoc cref="Priority"/>
    public Duration Rcvtimeo = Duration.Infinite, Sndtimeo = Duration.Infinite;

    /// <summary>What waits for the socket's lock, bytes; what was dropped (sk_drops).</summary>
    public int BacklogLength, Drops;

    /// <summary>Names that are not of IPv4.</summary>
    public SockAddr Local, Peer;
}

/// <summary>Options that are on or off (SOCK_* of include/net/sock.h).</summary>
[Flags]
internal enum SockBits
{
    None = 0,
    Debug = 1, RxqOvfl = 2, WifiStatus = 4, NoFcs = 8, FilterLocked = 16, SelectErrQueue = 32, PreferBusyPoll = 64, ZeroCopy = 128, RcvMark = 256,
    RcvPriority = 512,

    /// <summary>SIOCGSTAMP was asked (SOCK_TIMESTAMP): from then on it is kept when packets came.</summary>
    Stamped = 1 << 20,
}
