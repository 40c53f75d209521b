// Fast Open, the server: a SYN with a good cookie makes a connection at once, whose handshake is finished later (tcp_try_fastopen, tcp_fastopen_create_child,
// tcp_fastopen_add_skb; tcp_fastopen_synack_timer of tcp_timer.c; reqsk_fastopen_remove of request_sock.c). RFC 7413 sections 4.1.2, 4.2.2.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>The handshake that goes on beside an open connection, on the passive side (fastopen_rsk).</summary>
    private RequestSock? FastOpenRequest => _user?.FastOpen?.Request;

    // fastopen_queue_tune.
    private void TuneFastOpen(int backlog) => (MakeFastOpen().Queue ??= new FastOpenQueue()).MaxLength = Math.Min(backlog, Sysctl.somaxconn);

    // listen(2), from CLOSE: with that mode every listener does it.
    private void BeginFastOpen(int backlog)
    {
        const FastOpenModes Both = FastOpenModes.ServerEnable | FastOpenModes.ServerWithoutOption;
        if ((FastOpenMode & Both) == Both && FastOpen?.Queue is not { MaxLength: > 0 })
        {
            TuneFastOpen(backlog);
            Net.Tcp.InitFastOpenKey();
        }

        FastOpen?.Queue?.Begin();
    }

    // tcp_create_openreq_child copies the listener's bits; its queue and its keys are not the child's (inet_csk_clone_lock).
    private void InheritFastOpen(TcpSock listener)
    {
        if (listener.FastOpen is not { } f || !(f.Connect || f.NoCookie)) return;
        FastOpenState own = MakeFastOpen();
        (own.Connect, own.NoCookie) = (f.Connect, f.NoCookie);
    }

    /// <summary>tcp_try_fastopen: a connection, if the SYN may have one; and the option for the SYN-ACK.</summary>
    /// <param name="skb">The SYN. The child takes its data; it stays the caller's when there is none.</param>
    private TcpSock? TryFastOpen(SkBuff skb, RequestSock req, ref FastOpenCookie cookie)
    {
        bool data = skb.Tcp.EndSeq != skb.Tcp.Seq + 1;
        if (cookie.Length == 0) Inc(Snmp.TcpExtTCPFastOpenCookieReqd);
        if ((FastOpenMode & FastOpenModes.ServerEnable) == 0 || !(data || cookie.Length >= 0) || FastOpen is not { Queue: { } queue } f || !queue.HasRoom(_mstamp, Net.Mib))
        {
            cookie.Length = -1;
            return null;
        }

        FastOpenCookie valid = default;
        int key = 1;
        if ((FastOpenMode & FastOpenModes.ServerCookieNotRequired) == 0 && !f.NoCookie)
        {
            key = cookie.Length < 0 ? 0 : CheckClientCookie(f, req, cookie, out valid);
            if (key == 0)
            {
                if (cookie.Length > 0) Inc(Snmp.TcpExtTCPFastOpenPassiveFail);
                valid.Experimental = cookie.Experimental;
                cookie = valid;
                return null;
            }
        }

        // An older key's cookie: take it, and give the new one.
        if (key == 2)
        {
            valid.Experimental = cookie.Experimental;
            cookie = valid;
            Inc(Snmp.TcpExtTCPFastOpenPassiveAltKey);
        }
        else
        {
            cookie.Length = -1;
        }

        Inc(Snmp.TcpExtTCPFastOpenPassive);
        queue.Add();
        Inc(Snmp.TcpPassiveOpens);
        var child = new TcpSock(this, req);
        child.McTtl = skb.Ip.Ttl; // so tcp_v4_syn_recv_sock
        child.OpenWithSyn(skb, req, queue);
        return child;
    }

    /// <summary>tcp_fastopen_cookie_gen_check: which key made the client's cookie (1, 2), or 0; and the cookie that it should have.</summary>
    private int CheckClientCookie(FastOpenState f, RequestSock req, in FastOpenCookie cookie, out FastOpenCookie valid)
    {
        valid = default;
        ReadOnlySpan<byte> keys = f.Keys ?? Sysctl.tcp_fastopen_keys ?? [];
        for (int i = 0; keys.Length >= TcpNetns.KeyLength; i++, keys = keys[TcpNetns.KeyLength..])
        {
            FastOpenCookie made = TcpNetns.MakeCookie(keys, req.Key.Peer, req.Key.Local);
            if (i == 0) valid = made;
            if (cookie.Length > 0 && cookie.Bytes.SequenceEqual(made.Bytes)) return i + 1;
            if (cookie.Length == 0) return 0;
        }

        return 0;
    }

    /// <summary>tcp_fastopen_create_child and tcp_fastopen_add_skb: the connection of a SYN, with its data to be read.</summary>
    private void OpenWithSyn(SkBuff skb, RequestSock req, FastOpenQueue queue)
    {
        FastOpenState f = MakeFastOpen();
        f.IsChild = true;
        f.Request = req;
        f.Queue = queue;
        _snd.SndWnd = _snd.MaxWindow = new TcpHeader(HeaderOf(skb)).Window; // never scaled in a SYN
        ArmRetrans(RetransKind.Retrans, TcpConst.TimeoutInit);
        SndCwnd = InitialCwnd;
        // tcp_init_metrics, now already: no round trip is known, and the RTO is the cautious one until the handshake tells.
        _rtt.MdevMax4 = _rtt.Mdev4 = _rtt.RttVar4 = 3_000_000;
        _rto = TcpConst.TimeoutFallback;
        _lsndtime = _lrcvtime = _mstamp;
        InitCa();
        InitMtuProbe();
        InitBufferSpace();
        _segsIn = 1;
        if (KeepOpen) _keepaliveAt = _mstamp + KeepaliveTime;
        TakeSynData(f, skb);
        req.RcvNxt = _rcv.RcvNxt;
        _rcv.RcvWup = _rcv.RcvNxt;
        CheckInvariants();
    }

    /// <summary>tcp_fastopen_add_skb: the data of a SYN, or of the SYN-ACK that answers one of ours. False: it has neither data nor a FIN, and stays the caller's.</summary>
    private bool TakeSynData(FastOpenState f, SkBuff skb)
    {
        if (skb.Tcp.EndSeq == _rcv.RcvNxt.Value) return false; // nothing but the SYN
        _segsIn = 1;
        Flow.DataSegsIn++; // once more, when it came with a SYN-ACK
        skb.Pull(skb.Tcp.HeaderLength);
        skb.Tcp.Seq++;
        skb.Tcp.Flags &= unchecked((byte)~TcpFlags.SYN);
        SeqNum end = skb.Tcp.EndSeq;
        bool fin = ((TcpFlags)skb.Tcp.Flags & TcpFlags.FIN) != 0;
        MemForce(RxCharge(skb));
        _bytesReceived = skb.Length; // not the FIN, which counts elsewhere
        QueueRcv(skb);
        _rcv.RcvNxt = end;
        f.SynDataAcked = true;
        if (fin) Fin();
        return true;
    }

    /// <summary>tcp_fastopen_synack_timer: the SYN-ACK again, and nothing else before it is answered.</summary>
    private void FastOpenSynAckTimer(RequestSock req)
    {
        Inc(Snmp.TcpExtTCPTimeouts);
        int most = _user is { SynRetries: > 0 } ? _user.SynRetries : Sysctl.tcp_synack_retries + 1;
        if (req.NumTimeout >= most)
        {
            WriteErr();
            return;
        }

        if (_retransmits == 1) EnterLoss();
        RetransmitSynAck(req, timedOut: true);
        req.NumTimeout++;
        CountRto();
        _retransmits++;
        if (_retransStamp == Instant.Never) _retransStamp = _mstamp;
        ArmRetrans(RetransKind.Retrans, RequestTimeoutAfter(req.NumTimeout));
    }

    /// <summary>tcp_check_req for a connection that is open already. True: the segment goes on to the connection.</summary>
    private bool CheckFastOpenRequest(RequestSock req, SkBuff skb, in TcpOptionsReceived o, out DropReason reason)
    {
        ref TcpControl tcb = ref skb.Tcp;
        var flags = (TcpFlags)tcb.Flags & (TcpFlags.RST | TcpFlags.SYN | TcpFlags.ACK);
        bool saw = o.SawTimestamp && req.TimestampOk;
        bool paws = saw && (int)(req.TsRecent - o.TsVal) > 0 && _mstamp - req.TsRecentStamp < TcpConst.PawsWrap;
        if (tcb.Seq == req.RcvIsn.Value && flags == TcpFlags.SYN && !paws)
        {
            if (!AccEcnSynAgain(req, skb))
            {
                reason = ReplyReset(skb, DropReason.TCP_RESET);
                return false;
            }

            if (!RequestRateLimited(req, skb, Snmp.TcpExtTCPACKSkippedSynRecv)) RetransmitSynAck(req, timedOut: false);
            reason = DropReceived(skb, DropReason.TCP_INVALID_SYN);
            return false;
        }

        if (paws || !InWindow(tcb.Seq, tcb.EndSeq, req.RcvNxt, req.RcvNxt + SynAckWindow(req)))
        {
            if ((flags & TcpFlags.RST) == 0 && !RequestRateLimited(req, skb, Snmp.TcpExtTCPACKSkippedSynRecv)) SendRequestAck(req, _snd.SndNxt);
            if (paws) Inc(Snmp.TcpExtPAWSEstab);
            reason = DropReceived(skb, paws ? DropReason.TCP_RFC7323_PAWS : DropReason.TCP_OVERWINDOW);
            return false;
        }

        if (tcb.Seq == req.RcvIsn.Value) flags &= ~TcpFlags.SYN;
        if ((flags & TcpFlags.RST) != 0 && tcb.Seq != req.RcvNxt.Value)
        {
            // RFC 5961 3.2, as for a request that is no connection yet.
            if (!RequestRateLimited(req, skb, Snmp.TcpExtTCPACKSkippedSynRecv))
            {
                Inc(Snmp.TcpExtTCPChallengeACK);
                SendRequestAck(req, _snd.SndNxt);
            }

            reason = DropReceived(skb, DropReason.TCP_RESET);
            return false;
        }

        if ((flags & (TcpFlags.RST | TcpFlags.SYN)) != 0)
        {
            Inc(Snmp.TcpAttemptFails);
            if ((flags & TcpFlags.RST) == 0)
            {
                reason = ReplyReset(skb, DropReason.TCP_RESET); // a bad SYN does not end what is open
                return false;
            }

            RemoveFastOpenRequest(suspect: true);
            reason = Reset(skb);
            return false;
        }

        reason = DropReason.NOT_DROPPED_YET;
        if ((flags & TcpFlags.ACK) != 0) return true;
        reason = DropReceived(skb, DropReason.TCP_FLAGS);
        return false;
    }

    /// <summary>tcp_rcv_synrecv_state_fastopen: the handshake is over; what was sent before it was is timed from now on.</summary>
    private void EndFastOpenHandshake(RequestSock req, in TcpOptionsReceived o)
    {
        if (!_rtt.HasSample) SynAckRtt(req, o);
        if (_caState == TcpCaState.Loss && _packetsOut == 0) TryUndoRecovery();
        EndRtoTime();
        _retransmits = 0;
        if (!AnyRetransDone) _retransStamp = Instant.Never;
        RemoveFastOpenRequest(suspect: false);
        RearmRto();
    }

    /// <summary>reqsk_fastopen_remove.</summary>
    private void RemoveFastOpenRequest(bool suspect)
    {
        if (FastOpen is not { Request: { } req } f) return;
        f.Request = null;
        f.Queue!.Remove(_mstamp, suspect && req.Accepted);
        f.Queue = null;
    }
}
