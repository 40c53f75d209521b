// connect(2): the active open and what the handshake agrees on (tcp_v4_connect, tcp_connect_init, tcp_finish_connect). RFC 9293 3.10.1.
// Nothing here waits: EINPROGRESS says "ask again when Poll changes".

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private SeqNum _iss;
    private uint _synSentMs;
    private bool _offerTimestamps;

    /// <summary>The listener that made this connection has not given it to accept(2) yet.</summary>
    private TcpListener? _listenedFor;

    /// <summary>connect(2): sends a SYN. The demux has set <see cref="Sock.Local"/> with its port.</summary>
    /// <returns>
    /// EINPROGRESS when the SYN went out; EALREADY while it is on its way; OK once after it was answered, then EISCONN; the connection's error when it
    /// failed (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, …), once, after which another attempt may be made; EAFNOSUPPORT, ENETUNREACH.
    /// </returns>
    /// <param name="timewait">A TIME_WAIT pair that this connection takes over (<see cref="TcpTimewait.TryReuse"/>), or null.</param>
    public Errno Connect(SockAddr peer, in TcpRoute route, Instant now, TcpTimewait? timewait = null)
    {
        int copied = 0;
        return Connect(peer, route, default, now, timewait, ref copied);
    }

    private Errno Connect(SockAddr peer, in TcpRoute route, ReadOnlySpan<byte> data, Instant now, TcpTimewait? timewait, ref int copied)
    {
        _mstamp = now;
        if (Has(TcpSockFlags.Connecting)) return ConnectResult(now) is var r && r == Errno.EINPROGRESS ? Errno.EALREADY : r;
        if (Has(TcpSockFlags.Connected)) return Errno.EISCONN;
        if (_state != TcpState.CLOSE) return Errno.EISCONN;
        if (peer.Family != Family) return Errno.EAFNOSUPPORT;
        if (peer.Address.IsMulticast || peer.Address.IsBroadcast) return Errno.ENETUNREACH;
        if (peer.Address.IsAny) peer = SockAddr.In(IpAddress.Loopback4, peer.Port);
        bool opening = IsFastOpening;
        ResetConnection();
        if (opening) MakeFastOpen().HasRequest = true;
        Peer = peer;
        if (Local.Address.IsAny) Local = SockAddr.In(route.Source, Local.Port);
        Set(TcpSockFlags.Connecting);
        SetState(TcpState.SYN_SENT);
        _iss = timewait is null ? Net.Tcp.SecureSeq(Local, Peer, now) : timewait.NextIsn;
        _tsOffset = timewait?.TsOffset ?? Net.Tcp.SecureTsOffset(Local, Peer);
        if (timewait is not null)
        {
            _tsRecent = timewait.TsRecent;
            _tsRecentStamp = timewait.TsRecentStamp;
        }

        _routeAdvMss = route.EffectiveAdvMss(peer.Address.IsV4);
        NoteRoute(route.InitCwnd);
        SeedIds(Net.Tcp.Random);
        _mtu = route.Mtu;
        if (DeferConnect()) return Errno.OK;
        ConnectInit();
        copied = SendSyn(data);
        CheckInvariants();
        return Errno.EINPROGRESS;
    }

    // tcp_connect. Bytes that went with the SYN.
    private int SendSyn(ReadOnlySpan<byte> data)
    {
        int copied = 0;
        Inc(Snmp.TcpActiveOpens);
        SkBuff syn = QueueControl(EcnSyn());
        _synSentMs = (uint)_mstamp.Milliseconds;
        _retransStamp = _mstamp;
        if (FastOpen is { HasRequest: true } f)
        {
            copied = SendSynData(f, syn, data);
        }
        else
        {
            TransmitData(syn);
            NewDataSent(syn);
        }

        ArmRetrans(RetransKind.Retrans, _rto);
        return copied;
    }

    /// <summary>What a connect(2) in progress came to: EINPROGRESS still, OK (once), or its error (once). Afterwards as <see cref="Connect"/>.</summary>
    public Errno ConnectResult(Instant now)
    {
        _ = now;
        if (!Has(TcpSockFlags.Connecting))
        {
            if (Has(TcpSockFlags.Connected)) return Errno.EISCONN;
            return Err != Errno.OK ? TakeError() : Errno.ENOTCONN; // shutdown(2) has ended it
        }

        if (_state is TcpState.SYN_SENT or TcpState.SYN_RECV) return Errno.EINPROGRESS;
        Set(TcpSockFlags.Connecting, false);
        if (_state == TcpState.CLOSE && !Has(TcpSockFlags.Done))
        {
            Errno err = TakeError();
            ResetConnection();
            _pingpong = 0;
            PeekOffReset();
            _shutdown = 0;
            Peer = default; // and the route to it
            return err == Errno.OK ? Errno.ECONNABORTED : err;
        }

        Set(TcpSockFlags.Connected);
        return Errno.OK;
    }

    // tcp_disconnect: a socket may be connected again, and everything of the last connection goes, counts and all.
    private void ResetConnection()
    {
        Set(TcpSockFlags.Done | TcpSockFlags.TimestampOk | TcpSockFlags.SackOk | TcpSockFlags.WscaleOk | TcpSockFlags.FastPath | TcpSockFlags.CwndLimited, false);
        _rtt = default;
        _rtt.Init();
        _rto = TcpConst.TimeoutInit;
        _retransmits = _backoff = _probesOut = _quick = 0;
        _mssClamp = TcpConst.DefaultMss;
        _sndWscale = 0;
        _tsRecent = 0;
        _tsRecentStamp = Instant.Never;
        _retransStamp = Instant.Never;
        _ato = Duration.Zero;
        SndCwnd = InitialCwnd;
        SndSsthresh = TcpConst.InfiniteSsthresh;
        SndCwndCnt = 0;
        _caState = TcpCaState.Open;
        _packetsOut = _sackedOut = _lostOut = _retransOut = 0;
        _undoMarker = default;
        _ackPending = AckPending.None;
        _errSoft = Errno.OK;
        _urgent = null;
        _rcvMss = TcpConst.MinMss;
        _flow = null;
        if (IsAccEcn) _ecn = _ecn & ~EcnFlags.Accurate | EcnFlags.Ok; // TCP_INFO goes on saying ECN
        _minRtt = default;
        _bytesAcked = _bytesReceived = _delivered = _lost = 0;
        _segsIn = _segsOut = _totalRetrans = _reordSeen = _maxPacketsOut = _cwndUsed = 0;
        _rcvRttUs8 = 0;
        _rcvTsEcr = 0;
        _tlpHighSeq = default;
        _lastOowAck = Instant.Never;
        if (_user is { } u)
        {
            u.SavedSyn = null;
            u.FastOpen?.Reset();
        }

        PurgeReceiveQueue();
        DropOutOfOrder();
    }

    // tcp_connect_init, when the SYN goes: after a deferred connect(2), what was set since then counts, and an error that nobody took stays until now.
    private void ConnectInit()
    {
        Err = Errno.OK;
        int user = _user?.UserMss ?? 0;
        if (user > 0 && user < _mssClamp) _mssClamp = (ushort)user;
        _offerTimestamps = Sysctl.tcp_timestamps != 0 && Md5Key is null; // no room for both and SACK
        _advMss = (ushort)(user > 0 ? Math.Min(user, _routeAdvMss) : _routeAdvMss);
        _snd = new SendWindow { SndUna = _iss, SndNxt = _iss, WriteSeq = _iss, PushedSeq = _iss, SndSml = _iss };
        _rcv = default;
        _rcv.SelectInitial(FullSpace, _advMss, InitialClamp, Sysctl.tcp_window_scaling, RmemMax, Sysctl.tcp_workaround_signed_windows);
        SyncMss(_mtu);
        _rcvMss = TcpConst.MinMss; // tcp_initialize_rcv_mss, while there is no window yet
    }

    private int RmemMax => Math.Max(Sysctl.tcp_rmem_max, Sysctl.rmem_max);

    // TCP_WINDOW_CLAMP, and no more than a buffer holds that the user has fixed.
    private int InitialClamp
    {
        get
        {
            int clamp = _user?.WindowClamp ?? 0;
            return RcvbufLocked && (clamp > FullSpace || clamp == 0) ? FullSpace : clamp;
        }
    }

    // A SYN-ACK that is built here is a simultaneous open's: our SYN again, which offers what it offered, whatever the far end's SYN said (tcp_syn_options).
    private TcpOptionsWriter SynOptions(bool synAck) => new()
    {
        Md5 = Md5Key,
        Mss = _advMss,
        Timestamps = synAck ? Sysctl.tcp_timestamps != 0 : _offerTimestamps,
        TsVal = TsNow,
        TsEcr = _tsRecent,
        SackPermitted = Sysctl.tcp_sack,
        WindowScale = Sysctl.tcp_window_scaling ? _rcv.Wscale : -1,
        FastOpen = synAck ? default : SynCookie(),
    };

    // What the peer's SYN offered and we want too.
    private void AgreeOptions(in TcpOptionsReceived o)
    {
        _offerTimestamps &= o.SawTimestamp;
        Set(TcpSockFlags.TimestampOk, _offerTimestamps);
        Set(TcpSockFlags.SackOk, o.SackPermitted && Sysctl.tcp_sack);
        if (o.SawWindowScale && Sysctl.tcp_window_scaling)
        {
            Set(TcpSockFlags.WscaleOk);
            _sndWscale = o.WindowScale;
        }
        else
        {
            _sndWscale = _rcv.Wscale = 0;
            _rcv.WindowClamp = Math.Min(_rcv.WindowClamp, TcpConst.MaxWindowUnscaled);
        }

        int user = _user?.UserMss ?? 0, mss = o.Mss; // the peer says nothing: what the user said stands, and else the default
        if (mss == 0) mss = user > 0 ? user : TcpConst.DefaultMss;
        else if (user > 0) mss = Math.Min(mss, user);
        _mssClamp = (ushort)mss;
    }

    /// <summary>tcp_finish_connect and tcp_init_transfer.</summary>
    private void FinishConnect()
    {
        SetState(TcpState.ESTABLISHED);
        _rcvTstamp = _lsndtime = _lrcvtime = _mstamp;
        // RFC 6298 (5.7): a lost SYN makes the RTO 3 s unless an RTT is known; RFC 5681 3.1: and the initial window one segment.
        if (!_rtt.HasSample)
        {
            _rtt.MdevMax4 = _rtt.Mdev4 = _rtt.RttVar4 = 3_000_000;
            _rto = TcpConst.TimeoutFallback;
        }

        SndCwnd = _totalRetrans > 1 && _undoMarker != default ? 1 : InitialCwnd;
        _undoMarker = default;
        SndSsthresh = TcpConst.InfiniteSsthresh; // what a lost SYN made of it says nothing of the path (tcp_init_metrics)
        _cwndStamp = _mstamp;
        _retransStamp = Instant.Never;
        InitCa();
        InitMtuProbe();
        InitBufferSpace();
        if (KeepOpen) _keepaliveAt = _mstamp + KeepaliveTime;
        FastPathCheck();
    }
}
