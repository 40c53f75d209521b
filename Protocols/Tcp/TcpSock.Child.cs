// A request sock becomes a connection: tcp_create_openreq_child, tcp_v4_syn_recv_sock, the ACK that completes it (net/ipv4/tcp_minisocks.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
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
        InheritAccEcn(req);
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
