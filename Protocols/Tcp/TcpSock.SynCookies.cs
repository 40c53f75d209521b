// A listener under more SYNs than it may remember: it answers with cookies and forgets, and takes the ACK that brings one back
// (tcp_syn_flood_action, tcp_synq_overflow, cookie_v4_check, tcp_get_cookie_sock; net.ipv4.tcp_syncookies 0 to 2, tcp_max_syn_backlog). RFC 4987 3.6.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>Whether the queue has room, or a cookie may take its place. False: the SYN is to be dropped.</summary>
    /// <param name="cookie">The answer is a cookie.</param>
    private bool AdmitRequest(SkBuff skb, out bool cookie)
    {
        cookie = false;
        if (skb.Tcp.TwIsn != 0) return true; // a connection in TIME_WAIT becomes a request whatever the queue says
        int mode = Sysctl.tcp_syncookies;
        if (mode == 2 || _listener!.IsRequestQueueFull)
        {
            cookie = mode != 0;
            Inc(cookie ? Snmp.TcpExtTCPReqQFullDoCookies : Snmp.TcpExtTCPReqQFullDrop);
            return cookie;
        }

        return true;
    }

    // Without cookies the last quarter of tcp_max_syn_backlog is for peers that are known to be alive; nobody is (no tcp_metrics).
    private bool IsLastQuarter(SkBuff skb)
    {
        int most = Sysctl.tcp_max_syn_backlog;
        return Sysctl.tcp_syncookies == 0 && skb.Tcp.TwIsn == 0 && most - _listener!.RequestCount < most >> 2;
    }

    /// <summary>cookie_init_sequence, TCP_SYNACK_COOKIE: the SYN-ACK of a request that nobody keeps.</summary>
    private void SendCookie(RequestSock req)
    {
        if (!req.TimestampOk) req.EcnOk = false; // nowhere to note it
        req.SntIsn = SynCookies.Make(Net.Tcp.SynCookieSecret, req.Peer, req.Local, req.RcvIsn, req.PeerMss, _mstamp);
        _listener!.NoteOverflow(_mstamp);
        Inc(Snmp.TcpExtSyncookiesSent);
        SendSynAck(req, SynCookies.EncodeTimestamp((uint)_mstamp.Milliseconds, req.WscaleOk ? req.SndWscale : -1, req.SackOk, req.EcnOk), default);
    }

    /// <summary>cookie_v4_check: an ACK for no request that is known.</summary>
    private DropReason CookieRcv(SkBuff skb, in RequestKey key, TcpHeader th)
    {
        if (Sysctl.tcp_syncookies == 0 || th.Rst || !_listener!.HasRecentOverflow(_mstamp)) return ReplyReset(skb, DropReason.TCP_FLAGS);
        SockAddr local = SockAddr.In(key.Local, key.LocalPort), peer = SockAddr.In(key.Peer, key.PeerPort);
        SeqNum cookie = (SeqNum)skb.Tcp.AckSeq - 1, peerIsn = (SeqNum)skb.Tcp.Seq - 1;
        ushort mss = SynCookies.Check(Net.Tcp.SynCookieSecret, peer, local, peerIsn, cookie, _mstamp);
        if (mss == 0)
        {
            Inc(Snmp.TcpExtSyncookiesFailed);
            return ReplyReset(skb, DropReason.TCP_FLAGS);
        }

        Inc(Snmp.TcpExtSyncookiesRecv);
        TcpOptionsReceived.Parse(th.Options, false, out TcpOptionsReceived o);
        bool timestamps = o.SawTimestamp && Sysctl.tcp_timestamps != 0, sack = false, ecn = false;
        int wscale = -1;
        uint offset = 0;
        if (timestamps)
        {
            // An echo of zero is none: it has no offset, and reads as the options that zero says.
            if (o.TsEcr != 0) offset = Net.Tcp.SecureTsOffset(local, peer);
            (wscale, sack, ecn) = SynCookies.DecodeTimestamp(o.TsEcr - offset);
            if ((sack && !Sysctl.tcp_sack) || (wscale >= 0 && !Sysctl.tcp_window_scaling)) return ReplyReset(skb, DropReason.TCP_FLAGS);
        }

        RequestSock req = CookieRequest(key, mss, wscale);
        req.RcvIsn = peerIsn;
        req.RcvNxt = peerIsn + 1;
        req.SntIsn = cookie;
        req.TsRecent = timestamps ? o.TsVal : 0;
        req.TsOffset = offset;
        req.TimestampOk = timestamps;
        req.SackOk = sack;
        req.EcnOk = ecn && Sysctl.tcp_ecn != 0;
        AccEcnFromCookie(req, th);
        return TakeCookieChild(skb, req, o);
    }

    // The request as it was when its SYN-ACK went out, but for the window, which is counted in the peer's segments now.
    private RequestSock CookieRequest(in RequestKey key, ushort mss, int wscale)
    {
        TcpRoute route = RouteTo(key.Peer);
        int advMss = route.EffectiveAdvMss(key.Peer.IsV4);
        if (_user is { UserMss: > 0 } u) advMss = Math.Min(advMss, u.UserMss);
        var rcv = default(ReceiveWindow);
        rcv.SelectInitial(FullSpace, mss, InitialClamp, wscale >= 0, RmemMax, Sysctl.tcp_workaround_signed_windows);
        return new RequestSock
        {
            Key = key,
            TsRecentStamp = _mstamp,
            SynAckAt = Instant.Never,
            RcvWnd = rcv.RcvWnd,
            WindowClamp = rcv.WindowClamp,
            RouteMtu = route.Mtu,
            InitCwnd = route.InitCwnd,
            PeerMss = mss,
            AdvMss = (ushort)advMss,
            WscaleOk = wscale >= 0,
            SndWscale = (byte)Math.Max(wscale, 0),
            RcvWscale = rcv.Wscale,
            Tos = Tos,
        };
    }

    // tcp_get_cookie_sock. With the accept queue full the client may try again: tcp_abort_on_overflow is not asked.
    private DropReason TakeCookieChild(SkBuff skb, RequestSock req, in TcpOptionsReceived o)
    {
        if (_listener!.IsAcceptQueueFull)
        {
            Inc(Snmp.TcpExtListenOverflows);
            Inc(Snmp.TcpExtListenDrops);
            return Net.Mib.Drop(skb, DropReason.TCP_LISTEN_OVERFLOW);
        }

        var child = new TcpSock(this, req);
        child.McTtl = skb.Ip.Ttl;
        Inc(Snmp.TcpPassiveOpens);
        _listener.AddChild(child);
        Wake(DataReady);
        return child.FirstAck(skb, req, o, _mstamp);
    }
}
