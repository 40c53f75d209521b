// struct tcp_sock (include/linux/tcp.h): one connection's machine, or a listener's. RFC 9293 as Linux has it.
// Partial files mirror the kernel's functions, a group each: Input, Validate, SynSent, Ack, Sack, Recovery, Undo, Loss, Rack, Data, Memory (tcp_input.c,
// tcp_recovery.c), Output, Retransmit, Window, Probe (tcp_output.c), Timer, Keepalive, DelayedAck (tcp_timer.c), Connect, Send, Receive, Poll, Close,
// Options, Info (tcp.c), Repair, Audit (ours), Listen (inet_connection_sock.c, tcp_minisocks.c).

using System.Diagnostics;

namespace ActorNet.Protocols.Tcp;

/// <summary>
/// A TCP socket's machine. Drive it as <see cref="Sock"/> says. A listener besides gives new connections with <see cref="TryTakeChild"/> and
/// <see cref="TryAccept"/>; a connection that ends in TIME_WAIT gives its rest with <see cref="TryTakeTimewait"/>.
/// </summary>
public sealed partial class TcpSock : InetSock
{
    private const int RcvShutdown = 1, SendShutdown = 2;

    // ---- sequence spaces
    private SendWindow _snd;
    private ReceiveWindow _rcv;

    // ---- queues. Written and not sent; sent and not acknowledged; received and not read; made and not taken by the driver.
    private SegmentQueue _writeQueue, _rtxQueue, _receiveQueue;
    private SkBuff? _xmitHead, _xmitTail;

    // ---- time
    private Instant _mstamp;
    private Instant _retransAt = Instant.Never, _delackAt = Instant.Never, _keepaliveAt = Instant.Never;
    private RttEstimator _rtt;
    private WindowedBest<uint, Least> _minRtt;
    private Duration _rto = TcpConst.TimeoutInit;
    private Instant _lsndtime, _lrcvtime, _rcvTstamp;

    /// <summary>When the oldest segment that is being retransmitted was first sent again (retrans_stamp); Never when none.</summary>
    private Instant _retransStamp = Instant.Never;

    // ---- congestion control
    private ICongestionControl _ca;
    internal int SndCwnd = TcpConst.InitCwnd, SndSsthresh = TcpConst.InfiniteSsthresh, SndCwndCnt;
    private int _packetsOut, _reordering, _maxPacketsOut, _cwndUsed;
    private SeqNum _cwndUsageSeq;
    private Instant _cwndStamp;
    private long _delivered;

    // ---- RACK (RFC 8985)
    private Instant _rackXmit;
    private int _rackRttUs;
    private SeqNum _rackEndSeq;
    private byte _rackReoWndSteps = 1, _rackReoWndPersist;
    private uint _rackLastDelivered;

    // ---- acknowledging
    private Duration _ato;
    private int _rcvMss;
    private byte _quick, _dupAckCounter;

    // ---- options agreed on
    private ushort _advMss, _mssClamp = TcpConst.DefaultMss, _mssCache = TcpConst.DefaultMss;
    private byte _sndWscale;
    private int _mtu;
    private int _routeAdvMss;
    private uint _tsRecent, _tsOffset, _rcvTsEcr;
    private Instant _tsRecentStamp = Instant.Never, _lastOowAck = Instant.Never;

    // ---- buffers
    private int _wmemQueued, _rmemAlloc;
    private byte _scalingRatio = 128;

    // ---- receive buffer tuning (DRS)
    private SeqNum _rcvqSeq;
    private int _rcvqSpace;
    private Instant _rcvqTime;

    // ---- counters of TCP_INFO
    private long _bytesAcked, _bytesReceived;
    private int _segsIn, _segsOut;

    // ---- flags and small counters
    private TcpState _state = TcpState.CLOSE;
    private TcpCaState _caState;
    private RetransKind _retransKind;
    private AckPending _ackPending;
    private TcpSockFlags _flags;
    private byte _shutdown, _nonagle, _retransmits, _backoff, _probesOut, _pingpong;
    private ushort _softErrno;

    private Errno _errSoft
    {
        get => (Errno)_softErrno;
        set => _softErrno = (ushort)value;
    }

    // ---- what only some sockets have
    private TcpUserOptions? _user;
    private TcpTimewait? _timewait;

    /// <summary>An unconnected socket.</summary>
    public TcpSock(Net net, AddressFamily family = AddressFamily.INET)
        : base(net, family, SocketType.STREAM, IpProtocol.TCP)
    {
        Sndbuf = net.Sysctl.tcp_wmem_default;
        Rcvbuf = net.Sysctl.tcp_rmem_default;
        _reordering = net.Sysctl.tcp_reordering;
        _ca = CongestionControls.Create(net.Sysctl.tcp_congestion_control) ?? Reno.Instance;
        _rtt.Init();
        net.TcpMemory.Open();
    }

    [Flags]
    private enum TcpSockFlags : ushort
    {
        None = 0,

        /// <summary>SOCK_DONE: the peer's FIN has been taken.</summary>
        Done = 1,

        /// <summary>SOCK_DEAD: no descriptor names it any more (an orphan).</summary>
        Dead = 2,
        TimestampOk = 4, SackOk = 8, WscaleOk = 16,

        /// <summary>SOCK_NOSPACE: a writer waits for room.</summary>
        NoSpace = 32,

        /// <summary>connect(2) has not been answered yet (SS_CONNECTING).</summary>
        Connecting = 64,

        /// <summary>connect(2) answered 0, or the socket was accepted (SS_CONNECTED).</summary>
        Connected = 128,
        CwndLimited = 256, Frto = 512,

        /// <summary>A call waits for the handshake to write (sk_write_pending): its data may carry the ACK.</summary>
        WritePending = 1024,

        /// <summary>The header prediction may hold: nothing out of order, the window open, no urgent data (pred_flags is set).</summary>
        FastPath = 4096,

        /// <summary>A tail loss probe that retransmitted is in flight (tlp_retrans).</summary>
        TlpRetrans = 8192,

        /// <summary>It is no longer one of the sockets that have a share of tcp_mem (sk_sockets_allocated).</summary>
        CountedOut = 2048,

        /// <summary>RACK has seen a segment delivered since the queue was last scanned.</summary>
        RackAdvanced = 16384,
        Destroyed = 32768,
    }

    private enum RetransKind : byte { None, Retrans, Probe0, ReoTimeout, LossProbe }

    [Flags]
    private enum AckPending : byte
    {
        None = 0,

        /// <summary>ICSK_ACK_SCHED: an ACK is owed.</summary>
        Sched = 1,

        /// <summary>ICSK_ACK_TIMER: the delayed-ACK timer runs.</summary>
        Timer = 2,

        /// <summary>ICSK_ACK_PUSHED, PUSHED2: one, two small segments wait to be read.</summary>
        Pushed = 4, Pushed2 = 8,

        /// <summary>ICSK_ACK_NOW: at the next occasion.</summary>
        Now = 16,

        /// <summary>ICSK_ACK_NOMEM: no memory for what came; the ACK offers no window.</summary>
        NoMem = 32,
    }

    public TcpState State => _state;

    public override bool HasPeer => _state is not (TcpState.CLOSE or TcpState.SYN_SENT or TcpState.LISTEN) && Peer.Port != 0;

    public TcpCaState CaState => _caState;

    /// <summary>The size of a full segment's data now, bytes (mss_cache).</summary>
    public int MssCache => _mssCache;

    /// <summary>Bytes that a read would find (SIOCINQ).</summary>
    public int Inq => _state == TcpState.LISTEN ? 0 : Math.Max(0, _rcv.RcvNxt - _rcv.CopiedSeq - (Has(TcpSockFlags.Done) ? 1 : 0));

    /// <summary>Bytes written and not yet acknowledged (SIOCOUTQ).</summary>
    public int Outq => Math.Max(0, _snd.WriteSeq - _snd.SndUna);

    /// <summary>Bytes written and not yet sent (SIOCOUTQNSD).</summary>
    public int Outqnsd => Math.Max(0, _snd.WriteSeq - _snd.SndNxt);

    /// <summary>What waits to be read counts for (sk_rmem_alloc), and what waits to be sent and acknowledged (sk_wmem_queued), bytes.</summary>
    public override int RmemAlloc => _rmemAlloc;

    /// <inheritdoc cref="RmemAlloc"/>
    public override int WmemQueued => _wmemQueued;

    internal SeqNum SndUna => _snd.SndUna;

    internal SeqNum SndNxt => _snd.SndNxt;

    internal Instant Mstamp => _mstamp;

    internal RttEstimator Rtt => _rtt;

    internal bool InSlowStart => SndCwnd < SndSsthresh;

    internal int PacketsInFlight => _repair is { } r ? _packetsOut - (r.SackedOut + r.LostOut) + r.RetransOut : _packetsOut;

    /// <summary>tcp_min_rtt, microseconds.</summary>
    internal uint MinRttUs => _minRtt.Value is > 0 and var least ? least : uint.MaxValue;

    private bool IsSack => (_flags & TcpSockFlags.SackOk) != 0;

    private bool Timestamps => (_flags & TcpSockFlags.TimestampOk) != 0;

    private bool IsDetached => (_flags & TcpSockFlags.Dead) != 0;

    private int HeaderLength => Timestamps || (_offerTimestamps && _state == TcpState.SYN_SENT) ? TcpHeader.MinLength + TcpOptionsReceived.TimestampAligned : TcpHeader.MinLength;

    private NetSysctl Sysctl => Net.Sysctl;

    /// <inheritdoc/>
    public override bool IsDead =>
        _state == TcpState.CLOSE && IsDetached && _xmitHead is null && _timewait is null;

    private bool Has(TcpSockFlags f) => (_flags & f) != 0;

    private void Set(TcpSockFlags f, bool on = true) => _flags = on ? _flags | f : _flags & ~f;

    private void Inc(Snmp counter) => Net.Mib.Inc(counter);

    /// <summary>The timestamp clock: milliseconds with this connection's offset (tcp_time_stamp_ts).</summary>
    private uint TsNow => (uint)_mstamp.Milliseconds + _tsOffset;

    private void SetState(TcpState next)
    {
        TcpState old = _state;
        if (old == next) return;
        Debug.Assert(TcpTransitions.IsArrow(old, next), "figure 5 knows this move");
        if (next == TcpState.ESTABLISHED)
        {
            Inc(Snmp.TcpCurrEstab);
        }
        else if (old.IsEstab() && !next.IsEstab())
        {
            Net.Mib.Dec(Snmp.TcpCurrEstab);
            if (next == TcpState.CLOSE) Inc(Snmp.TcpEstabResets);
        }
        else if (next == TcpState.CLOSE && old == TcpState.CLOSE_WAIT)
        {
            Inc(Snmp.TcpEstabResets);
        }

        _state = next;
    }
}
