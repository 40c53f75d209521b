// A listening socket: SYNs become request socks (tcp_conn_request); the queue of those to accept. RFC 9293 3.10.7.2, RFC 4987.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>How a listener learns the way to a peer that it has not met: MTU and MSS of the route. Without it, 1,500, and 65,536 on loopback.</summary>
    public Func<IpAddress, TcpRoute>? Routes
    {
        get => _repair?.Routes;
        set
        {
            if (_repair is not null || value is not null) Repair.Routes = value;
        }
    }

    /// <summary>listen(2). The demux has granted the port.</summary>
    /// <returns>EINVAL when connected or connecting.</returns>
    public Errno Listen(int backlog, Instant now)
    {
        _mstamp = now;
        int most = Math.Min((uint)backlog > int.MaxValue ? int.MaxValue : (int)Math.Min((uint)backlog, int.MaxValue), Sysctl.somaxconn);
        if (_state == TcpState.LISTEN)
        {
            _listener!.Backlog = most;
            return Errno.OK;
        }

        if (_state != TcpState.CLOSE || Has(TcpSockFlags.Connecting | TcpSockFlags.Connected)) return Errno.EINVAL;
        _listener = new TcpListener { Backlog = most };
        BeginFastOpen(most);
        _shutdown = 0;
        SetState(TcpState.LISTEN);
        return Errno.OK;
    }

    /// <summary>A connection whose handshake has just completed: the driver gives it an actor and its pair an entry. In the order of completion.</summary>
    public bool TryTakeChild([NotNullWhen(true)] out TcpSock? child)
    {
        child = null;
        return _listener is not null && _listener.TryTakeChild(out child);
    }

    /// <summary>accept(2): the first in the queue; false when it is empty (EAGAIN). After Close: those that nobody accepted, for <see cref="Abort"/>.</summary>
    public bool TryAccept([NotNullWhen(true)] out TcpSock? child)
    {
        child = null;
        if (_listener is null || !_listener.TryAccept(out child)) return false;
        child._listenedFor = null;
        if (child.FastOpenRequest is { } req) req.Accepted = true;
        return true;
    }

    /// <summary>What <see cref="TryAccept"/> would take.</summary>
    public TcpSock? FirstToAccept => _listener?.First;

    /// <summary>Connections that wait for accept(2), and listen(2)'s bound on them (what ss shows as Recv-Q and Send-Q).</summary>
    public (int Count, int Backlog) AcceptQueue => _listener is null ? default : (_listener.AcceptCount, _listener.Backlog);

    /// <summary>Half-open connections.</summary>
    public int SynQueueLength => _listener?.RequestCount ?? 0;

    private void CloseListener()
    {
        SetState(TcpState.CLOSE);
        _listener?.Drop();
        if (FastOpen?.Queue is { } queue) queue.IsClosed = true;
    }

    private DropReason ListenRcv(SkBuff skb)
    {
        var th = new TcpHeader(HeaderOf(skb));
        var flags = (TcpFlags)skb.Tcp.Flags;
        var key = new RequestKey(skb.Ip.Daddr, skb.Ip.Saddr, th.DestinationPort, th.SourcePort);
        if (_listener!.Find(key) is { } req) return CheckRequest(req, skb);
        if ((flags & TcpFlags.ACK) != 0) return (flags & TcpFlags.SYN) == 0 ? CookieRcv(skb, key, th) : ReplyReset(skb, DropReason.TCP_FLAGS);
        if ((flags & TcpFlags.RST) != 0) return Net.Mib.Drop(skb, DropReason.TCP_RESET);
        if ((flags & TcpFlags.SYN) == 0 || (flags & TcpFlags.FIN) != 0) return Net.Mib.Drop(skb, DropReason.TCP_FLAGS);
        if (skb.Ip.Daddr.IsMulticast || skb.Ip.Daddr.IsBroadcast) return Net.Mib.Drop(skb, DropReason.TCP_FLAGS);
        return ConnRequest(skb, key, th);
    }

    /// <summary>tcp_conn_request.</summary>
    private DropReason ConnRequest(SkBuff skb, in RequestKey key, TcpHeader th)
    {
        if (!AdmitRequest(skb, out bool cookies))
        {
            Inc(Snmp.TcpExtListenDrops);
            return Net.Mib.Drop(skb, DropReason.TCP_REQQFULLDROP);
        }

        if (_listener!.IsAcceptQueueFull)
        {
            Inc(Snmp.TcpExtListenOverflows);
            Inc(Snmp.TcpExtListenDrops);
            return Net.Mib.Drop(skb, DropReason.TCP_LISTEN_OVERFLOW);
        }

        if (!cookies && IsLastQuarter(skb))
        {
            Inc(Snmp.TcpExtListenDrops);
            return Net.Mib.Drop(skb, DropReason.TCP_REQQFULLDROP);
        }

        TcpOptionsReceived.Parse(th.Options, true, out TcpOptionsReceived o);
        if (cookies && (!o.SawTimestamp || Sysctl.tcp_timestamps == 0)) o.SackPermitted = o.SawWindowScale = false; // a cookie without timestamps has no room for them
        int user = _user?.UserMss ?? 0;
        TcpRoute route = RouteTo(key.Peer);
        int advMss = route.EffectiveAdvMss(key.Peer.IsV4);
        if (user > 0) advMss = Math.Min(advMss, user);
        int mss = o.Mss == 0 ? TcpConst.DefaultMss : o.Mss;
        if (user > 0 && o.Mss != 0) mss = Math.Min(mss, user);
        bool timestamps = o.SawTimestamp && Sysctl.tcp_timestamps != 0, wscale = o.SawWindowScale && Sysctl.tcp_window_scaling;
        if (!cookies && o.SackPermitted && Sysctl.tcp_sack && FindMd5Key(key.Peer) is not null) timestamps = false; // SACK and a signature leave no room
        var rcv = default(ReceiveWindow);
        rcv.SelectInitial(FullSpace, advMss - (timestamps ? TcpOptionsReceived.TimestampAligned : 0), InitialClamp, wscale, RmemMax, Sysctl.tcp_workaround_signed_windows);
        SockAddr local = SockAddr.In(key.Local, key.LocalPort), peer = SockAddr.In(key.Peer, key.PeerPort);
        var req = new RequestSock
        {
            Key = key,
            RcvIsn = skb.Tcp.Seq,
            RcvNxt = skb.Tcp.Seq + 1,
            SntIsn = skb.Tcp.TwIsn != 0 ? skb.Tcp.TwIsn : Net.Tcp.SecureSeq(local, peer, _mstamp),
            TsRecent = o.SawTimestamp ? o.TsVal : 0,
            TsOffset = Net.Tcp.SecureTsOffset(local, peer),
            TsRecentStamp = _mstamp,
            SynAckAt = _mstamp,
            Due = _mstamp + TcpConst.TimeoutInit,
            RcvWnd = rcv.RcvWnd,
            WindowClamp = rcv.WindowClamp,
            RouteMtu = route.Mtu,
            InitCwnd = route.InitCwnd,
            PeerMss = (ushort)mss,
            AdvMss = (ushort)advMss,
            SndWscale = o.WindowScale,
            RcvWscale = rcv.Wscale,
            TimestampOk = timestamps,
            SackOk = o.SackPermitted && Sysctl.tcp_sack,
            WscaleOk = wscale,
            EcnOk = EcnRequested(skb, th),
            Tos = Tos,
            SavedSyn = cookies ? null : RecordSyn(skb),
        };
        AccEcnCreate(req, skb, th);
        if (cookies)
        {
            SendCookie(req);
            return Consume(skb);
        }

        FastOpenCookie cookie = FastOpenCookie.Parse(th.Options);
        if (TryFastOpen(skb, req, ref cookie) is { } child)
        {
            bool taken = child._bytesReceived > 0;
            SendSynAck(req, cookie);
            _listener.AddChild(child);
            Wake(DataReady);
            return taken ? DropReason.NOT_DROPPED_YET : Consume(skb);
        }

        _listener.Add(req);
        SendSynAck(req, cookie);
        return Consume(skb);
    }

    private TcpRoute RouteTo(IpAddress peer) =>
        Routes?.Invoke(peer) ?? new TcpRoute(peer, peer.IsLoopback ? 65_536 : 1500);
}
