// A listening socket: SYNs become request socks, final ACKs become connections
// (tcp_conn_request, tcp_check_req, inet_csk_complete_hashdance, reqsk_timer_handler). RFC 9293 3.10.7.2 and .4, RFC 5961, RFC 4987.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>How a listener learns the way to a peer that it has not met: MTU and MSS of the route. Without it, 1,500, and 65,536 on loopback.</summary>
    public Func<IpAddress, TcpRoute>? Routes { get; set; }

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
        if (user > 0) mss = Math.Min(mss, user);
        bool timestamps = o.SawTimestamp && Sysctl.tcp_timestamps != 0, wscale = o.SawWindowScale && Sysctl.tcp_window_scaling;
        if (!cookies && o.SackPermitted && Sysctl.tcp_sack && FindMd5Key(key.Peer) is not null) timestamps = false; // SACK and a signature leave no room
        var rcv = default(ReceiveWindow);
        rcv.SelectInitial(FullSpace, advMss - (timestamps ? TcpOptionsReceived.TimestampAligned : 0), _user?.WindowClamp ?? 0, wscale, RmemMax);
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

    private void SendSynAck(RequestSock req, in FastOpenCookie cookie = default)
    {
        uint clock = (uint)_mstamp.Milliseconds;
        if (req.NumRetrans == 0) req.SntTsFirst = clock + req.TsOffset;
        req.SntTsLast = clock + req.TsOffset;
        SendSynAck(req, clock, cookie);
    }

    private void SendSynAck(RequestSock req, uint clock, in FastOpenCookie cookie)
    {
        var options = new TcpOptionsWriter
        {
            Mss = req.AdvMss,
            Timestamps = req.TimestampOk,
            Md5 = FindMd5Key(req.Key.Peer),
            TsVal = clock + req.TsOffset,
            TsEcr = req.TsRecent,
            SackPermitted = req.SackOk,
            WindowScale = req.WscaleOk ? req.RcvWscale : -1,
            FastOpen = cookie,
        };
        if (options.Length > TcpOptionsWriter.MaxLength) options.FastOpen = default;
        QueueRequestSegment(TcpSegmentBuilder.Build(
            Net, req.Local, req.Peer, req.SntIsn, req.RcvNxt, TcpFlags.SYN | TcpFlags.ACK | (req.EcnOk ? TcpFlags.ECE : TcpFlags.None), Math.Min(req.RcvWnd, TcpConst.MaxWindowUnscaled), options));
    }

    private void QueueRequestSegment(SkBuff pkt)
    {
        FillIp(pkt, pkt.Ip.Saddr, pkt.Ip.Daddr, connected: false);
        QueueXmit(pkt);
    }

    /// <summary>A request's timer: the SYN-ACK again, at doubled distance, or the end.</summary>
    internal void RequestTimeout(RequestSock req)
    {
        int retries = _user is { SynRetries: > 0 } ? _user.SynRetries : Sysctl.tcp_synack_retries;
        retries = _listener!.RetriesUnderPressure(retries);
        int defer = _user?.DeferAccept ?? 0;
        bool expire, resend;
        if (defer == 0)
        {
            expire = req.NumTimeout >= retries;
            resend = true;
        }
        else
        {
            // The client's ACK came without data: stay silent until the deferral is over, then ask again.
            expire = req.NumTimeout >= retries && (!req.Acked || req.NumTimeout >= defer);
            resend = !req.Acked || req.NumTimeout >= defer - 1;
        }

        if (expire)
        {
            _listener!.Remove(req);
            return;
        }

        if (resend) RetransmitSynAck(req);
        byte timeouts = (byte)(req.NumTimeout + 1);
        _listener!.Reschedule(req, timeouts, _mstamp + RequestTimeoutAfter(timeouts));
    }

    private Duration RequestTimeoutAfter(int timeouts) =>
        Duration.Min(new Duration(TcpConst.TimeoutInit.Nanoseconds << Math.Min(timeouts, 20)), RtoMax);

    private void RetransmitSynAck(RequestSock req)
    {
        Inc(Snmp.TcpRetransSegs);
        Inc(Snmp.TcpExtTCPSynRetrans);
        if (req.NumRetrans < byte.MaxValue) req.NumRetrans++;
        SendSynAck(req);
    }

    /// <summary>tcp_check_req: a segment for a half-open connection.</summary>
    private DropReason CheckRequest(RequestSock req, SkBuff skb)
    {
        ref TcpControl tcb = ref skb.Tcp;
        var flags = (TcpFlags)tcb.Flags & (TcpFlags.RST | TcpFlags.SYN | TcpFlags.ACK);
        TcpOptionsReceived.Parse(new TcpHeader(HeaderOf(skb)).Options, (flags & TcpFlags.SYN) != 0, out TcpOptionsReceived o);
        bool saw = o.SawTimestamp && req.TimestampOk;
        bool paws = saw && (int)(req.TsRecent - o.TsVal) > TcpConst.PawsWindow && _mstamp - req.TsRecentStamp < TcpConst.PawsWrap;
        SeqNum rcvNxt = req.RcvIsn + 1;

        // The SYN again: the SYN-ACK was lost.
        if (tcb.Seq == req.RcvIsn.Value && flags == TcpFlags.SYN && !paws)
        {
            if (!RequestRateLimited(req, Snmp.TcpExtTCPACKSkippedSynRecv))
            {
                RetransmitSynAck(req);
                _listener!.Reschedule(req, req.NumTimeout, _mstamp + RequestTimeoutAfter(req.NumTimeout));
            }

            return Consume(skb);
        }

        // RFC 9293 3.10.7.4: an unacceptable ACK is answered with a RST.
        if ((flags & TcpFlags.ACK) != 0 && tcb.AckSeq != (req.SntIsn + 1).Value)
            return (flags & TcpFlags.RST) != 0 ? Net.Mib.Drop(skb, DropReason.TCP_INVALID_ACK_SEQUENCE) : ReplyReset(skb, DropReason.TCP_INVALID_ACK_SEQUENCE);

        // Nor does an echo count of what was never sent.
        bool badEcho = saw && o.TsEcr != 0 && ((int)(o.TsEcr - req.SntTsFirst) < 0 || (int)(req.SntTsLast - o.TsEcr) < 0);
        if (paws || badEcho || !InWindow(tcb.Seq, tcb.EndSeq, rcvNxt, rcvNxt + req.RcvWnd))
        {
            if ((flags & TcpFlags.RST) == 0 && !RequestRateLimited(req, Snmp.TcpExtTCPACKSkippedSynRecv)) SendRequestAck(req, req.SntIsn + 1);
            if (paws) Inc(Snmp.TcpExtPAWSEstab);
            else if (badEcho) Inc(Snmp.TcpExtTSEcrRejected);
            return Net.Mib.Drop(skb, paws ? DropReason.TCP_RFC7323_PAWS : DropReason.TCP_OVERWINDOW);
        }

        if (saw && (SeqNum)tcb.Seq <= rcvNxt) req.TsRecent = o.TsVal;
        if (tcb.Seq == req.RcvIsn.Value) flags &= ~TcpFlags.SYN; // the SYN itself lies before the window
        if ((flags & TcpFlags.RST) != 0 && tcb.Seq != rcvNxt.Value)
        {
            // RFC 5961 3.2 holds for a request too: a RST in the window but not at its beginning is challenged.
            if (!RequestRateLimited(req, Snmp.TcpExtTCPACKSkippedSynRecv)) SendRequestAck(req, req.SntIsn + 1);
            return Net.Mib.Drop(skb, DropReason.TCP_RESET);
        }

        if ((flags & (TcpFlags.RST | TcpFlags.SYN)) != 0)
        {
            Inc(Snmp.TcpAttemptFails);
            return EmbryonicReset(req, skb, (flags & TcpFlags.RST) != 0);
        }

        if ((flags & TcpFlags.ACK) == 0) return Net.Mib.Drop(skb, DropReason.TCP_FLAGS);
        if (_user is { DeferAccept: > 0 } u && req.NumTimeout < u.DeferAccept && tcb.EndSeq == rcvNxt.Value)
        {
            req.Acked = true;
            Inc(Snmp.TcpExtTCPDeferAcceptDrop);
            return Net.Mib.Drop(skb, DropReason.CONSUMED);
        }

        if (_listener!.IsAcceptQueueFull)
        {
            Inc(Snmp.TcpExtListenOverflows);
            Inc(Snmp.TcpExtListenDrops);
            if (Sysctl.tcp_abort_on_overflow) return EmbryonicReset(req, skb, false);
            req.Acked = true; // the client's next segment, or our SYN-ACK's retransmission, tries again
            return Net.Mib.Drop(skb, DropReason.TCP_LISTEN_OVERFLOW);
        }

        _listener.Remove(req);
        var child = new TcpSock(this, req);
        child.McTtl = skb.Ip.Ttl; // so tcp_v4_syn_recv_sock
        Inc(Snmp.TcpPassiveOpens);
        _listener.AddChild(child);
        Wake(DataReady);
        return child.FirstAck(skb, req, o, _mstamp);
    }

    private DropReason EmbryonicReset(RequestSock req, SkBuff skb, bool rst)
    {
        _listener!.Remove(req);
        Inc(Snmp.TcpExtEmbryonicRsts);
        return rst ? Net.Mib.Drop(skb, DropReason.TCP_RESET) : ReplyReset(skb, DropReason.TCP_RESET);
    }

    private static bool InWindow(SeqNum seq, SeqNum end, SeqNum from, SeqNum to)
    {
        if (seq == from) return true;
        if (end > from && seq < to) return true;
        return seq == to && seq == end;
    }

    private bool RequestRateLimited(RequestSock req, Snmp mib)
    {
        if (req.LastOowAck != Instant.Never && _mstamp - req.LastOowAck < Duration.FromMilliseconds(Sysctl.tcp_invalid_ratelimit))
        {
            Inc(mib);
            return true;
        }

        req.LastOowAck = _mstamp;
        return false;
    }

    // tcp_v4_reqsk_send_ack.
    private void SendRequestAck(RequestSock req, SeqNum seq)
    {
        var options = new TcpOptionsWriter
        {
            WindowScale = -1,
            Md5 = FindMd5Key(req.Key.Peer),
            Md5Last = true,
            Timestamps = req.TimestampOk,
            TsVal = (uint)_mstamp.Milliseconds + req.TsOffset,
            TsEcr = req.TsRecent,
        };
        QueueRequestSegment(TcpSegmentBuilder.Build(
            Net, req.Local, req.Peer, seq, req.RcvNxt, TcpFlags.ACK, req.RcvWnd >> req.RcvWscale, options));
    }

    /// <summary>tcp_create_openreq_child: what the listener had set, and what the handshake agreed on.</summary>
    private TcpSock(TcpSock listener, RequestSock req)
        : this(listener.Net, listener.Family)
    {
        _mstamp = listener._mstamp;
        _listenedFor = listener._listener;
        Local = req.Local;
        Peer = req.Peer;
        _flags |= TcpSockFlags.Connected;
        SeedIds(Net.Tcp.Random);
        InheritOptions(listener);
        InheritMd5Key(listener);
        if (req.SavedSyn is not null) User.SavedSyn = req.SavedSyn;
        _nonagle = listener._nonagle;
        _ca = listener._ca.Inherited;
        Set(TcpSockFlags.TimestampOk, req.TimestampOk);
        Set(TcpSockFlags.SackOk, req.SackOk);
        Set(TcpSockFlags.WscaleOk, req.WscaleOk);
        _ecn = req.EcnOk ? EcnFlags.Ok : EcnFlags.None;
        _offerTimestamps = req.TimestampOk;
        _iss = req.SntIsn;
        SeqNum next = req.SntIsn + 1;
        _snd = new SendWindow { SndUna = next, SndNxt = next, WriteSeq = next, PushedSeq = next, SndSml = next, SndWl1 = req.RcvIsn };
        SeqNum rcvNxt = req.RcvIsn + 1;
        _rcv = new ReceiveWindow
        {
            RcvNxt = rcvNxt, CopiedSeq = rcvNxt, RcvWup = rcvNxt,
            RcvWnd = req.RcvWnd, RcvSsthresh = req.RcvWnd, WindowClamp = req.WindowClamp, Wscale = req.RcvWscale,
        };
        if (!req.WscaleOk) _rcv.WindowClamp = Math.Min(_rcv.WindowClamp, TcpConst.MaxWindowUnscaled);
        _sndWscale = req.WscaleOk ? req.SndWscale : (byte)0;
        _mssClamp = req.PeerMss;
        _advMss = req.AdvMss;
        _routeAdvMss = req.AdvMss;
        _tsRecent = req.TsRecent;
        _tsRecentStamp = req.TimestampOk ? req.TsRecentStamp : Instant.Never;
        _tsOffset = req.TsOffset;
        _totalRetrans = req.NumRetrans;
        _undoMarker = req.NumRetrans > 1 ? next : default;
        NoteRoute(req.InitCwnd);
        SyncMss(req.RouteMtu);
        _undoMarker = req.NumRetrans > 1 ? _iss : default;
        InitRcvMss();
        _state = TcpState.SYN_RECV;
    }

    // tcp_child_process: the handshake's last segment, with whatever it carries.
    private DropReason FirstAck(SkBuff skb, RequestSock req, in TcpOptionsReceived o, Instant now)
    {
        _mstamp = now;
        _segsIn = 2; // with the SYN
        if (skb.Length > skb.Tcp.HeaderLength) Flow.DataSegsIn++;
        SynAckRtt(req, o);
        DropReason reason = RcvStateProcess(skb);
        CheckInvariants();
        return reason;
    }

    /// <summary>tcp_synack_rtt_meas.</summary>
    private void SynAckRtt(RequestSock req, in TcpOptionsReceived o)
    {
        long rtt = req.NumRetrans == 0 && req.SynAckAt != Instant.Never ? (_mstamp - req.SynAckAt).Microseconds : NoTime;
        if (rtt < 0 && req.TimestampOk && o.SawTimestamp && o.TsEcr != 0)
        {
            int delta = (int)(TsNow - o.TsEcr);
            if (delta is >= 0 and < int.MaxValue / 1000) rtt = Math.Max(delta, 1) * 1000L;
        }

        if (rtt >= 0)
        {
            _minRtt.Sample(300_000, (uint)_mstamp.Milliseconds, (uint)Math.Clamp(rtt, 1, int.MaxValue));
            _rtt.Sample(rtt, RtoMinUs, _snd.SndUna, _snd.SndNxt);
            SetRto();
        }
    }
}
