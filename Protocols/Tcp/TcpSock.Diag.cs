// A TCP socket as tcp_diag, /proc/net/tcp and `ss` show it: tcp_diag_get_info (net/ipv4/tcp_diag.c), get_tcp4_sock, get_openreq4 (net/ipv4/tcp_ipv4.c).
// TCP_INFO here is what getsockopt(TCP_INFO) would give now.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private const long UserHz = 100;

    /// <inheritdoc/>
    public override bool IsOrphan => IsDetached;

    /// <inheritdoc/>
    public override bool IsShown => _state != TcpState.CLOSE;

    /// <inheritdoc/>
    public override InetDiag Diag(Instant now, ulong cookie)
    {
        (DiagTimer timer, int retrans, Instant at) = RunningTimer();
        bool listens = _state == TcpState.LISTEN;
        return new InetDiag
        {
            Family = Family,
            Type = Type,
            Protocol = Protocol,
            State = _state,
            Local = Local,
            Peer = listens ? SockAddr.In(IpAddress.Any4, 0) : Peer,
            BoundIfIndex = BoundIfIndex,
            Timer = timer,
            Retrans = retrans,
            Expires = timer == DiagTimer.OFF ? Duration.Zero : Duration.Max(at - now, Duration.Zero),
            Rqueue = listens ? _listener!.AcceptCount : Math.Max(0, _rcv.RcvNxt - _rcv.CopiedSeq),
            Wqueue = listens ? _listener!.Backlog : Outq,
            Uid = Uid,
            Inode = Has(TcpSockFlags.Dead) ? 0 : Inode,
            Cookie = cookie,
            Mark = Mark,
            Tos = Tos,
            Shutdown = _shutdown,
            SkMem = MemInfo(),
            TcpInfo = InfoAt(now),
            Congestion = _ca.Name,
            Refs = timer == DiagTimer.OFF ? 1 : 2,
            Proc = new TcpProcFields(
                _retransmits, _probesOut, ToClock(_rto), ToClock(_ato), listens ? 0 : _quick << 1 | (InPingpong ? 1 : 0), SndCwnd,
                listens ? 0 : SndSsthresh >= TcpConst.InfiniteSsthresh ? -1 : SndSsthresh),
        };
    }

    /// <summary>The half-open connections of a listener, oldest timer first.</summary>
    public void CollectRequests(List<InetDiag> into, Instant now)
    {
        if (_listener is null) return;
        foreach (RequestSock req in _listener.Requests)
        {
            into.Add(new InetDiag
            {
                Family = Family,
                Type = Type,
                Protocol = Protocol,
                State = TcpState.SYN_RECV,
                Local = req.Local,
                Peer = req.Peer,
                BoundIfIndex = BoundIfIndex,
                Timer = DiagTimer.ON,
                Retrans = req.NumTimeout,
                Expires = Duration.Max(req.Due - now, Duration.Zero),
                Uid = Uid,
                Cookie = TcpTimewait.CookieOf(req.Local, req.Peer),
                Mark = Mark,
                Tos = req.Tos,
                Refs = 0,
            });
        }
    }

    /// <summary>jiffies_to_clock_t of a time.</summary>
    public static long ToClock(Duration time) => time.Nanoseconds / (1_000_000_000 / UserHz);

    // inet_diag's and /proc's order of precedence: retransmission, zero-window probe, then what sk_timer is used for.
    private (DiagTimer Timer, int Retrans, Instant At) RunningTimer()
    {
        if (_retransAt != Instant.Never && _retransKind is RetransKind.Retrans or RetransKind.ReoTimeout or RetransKind.LossProbe)
            return (DiagTimer.ON, _retransmits, _retransAt);
        if (_retransAt != Instant.Never && _retransKind == RetransKind.Probe0) return (DiagTimer.PERSIST, _probesOut, _retransAt);
        return _keepaliveAt != Instant.Never ? (DiagTimer.KEEPALIVE, _probesOut, _keepaliveAt) : (DiagTimer.OFF, 0, Instant.Never);
    }

    private byte[] InfoAt(Instant now)
    {
        Instant last = _mstamp;
        _mstamp = now; // "so long ago" counts from now; looking on is not an event of the connection
        byte[] info = new byte[TcpInfoLength];
        WriteInfo(info);
        _mstamp = last;
        return info;
    }
}
