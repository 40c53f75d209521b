// Taking a segment: header prediction, the sequence checks, the state machine (tcp_rcv_established, tcp_validate_incoming, tcp_rcv_state_process,
// tcp_rcv_synsent_state_process; net/ipv4/tcp_input.c). RFC 9293 section 3.10.7 with RFC 5961 and RFC 7323's PAWS.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <inheritdoc/>
    public override DropReason Rcv(SkBuff skb, Instant now)
    {
        _mstamp = now;
        DropReason bad = TcpInput.Check(skb, Net);
        if (bad != DropReason.NOT_DROPPED_YET) return Net.Mib.Drop(skb, bad);
        skb.TransportHeader = skb.DataOffset;
        skb.Next = skb.Prev = null;
        _segsIn++;
        DropReason reason = _state switch
        {
            TcpState.ESTABLISHED => RcvEstablished(skb),
            TcpState.LISTEN => ListenRcv(skb),
            TcpState.CLOSE => RcvClosed(skb),
            TcpState.SYN_SENT => RcvSynSent(skb),
            _ => RcvStateProcess(skb),
        };
        CheckInvariants();
        return reason;
    }

    // Consumes a segment whose work is done.
    private static DropReason Consume(SkBuff skb)
    {
        skb.Free();
        return DropReason.CONSUMED;
    }

    private DropReason RcvClosed(SkBuff skb)
    {
        if (!Has(TcpSockFlags.Destroyed) && TcpReset.TryReply(skb, Net, _mstamp, out SkBuff? rst)) QueueXmit(rst);
        return Net.Mib.Drop(skb, DropReason.NO_SOCKET);
    }

    /// <summary>tcp_reset from the passive side: the segment earns a RST (tcp_v4_send_reset), and the socket stays.</summary>
    private DropReason ReplyReset(SkBuff skb, DropReason reason)
    {
        if (TcpReset.TryReply(skb, Net, _mstamp, out SkBuff? rst)) QueueXmit(rst);
        return Net.Mib.Drop(skb, reason);
    }

    /// <summary>tcp_fast_path_check: may the next segment be predicted?</summary>
    private void FastPathCheck() =>
        Set(TcpSockFlags.FastPath, _ofo is null && _rcv.RcvWnd > 0 && _urgent is not { RcvMarked: true } && _rmemAlloc < Rcvbuf);

    /// <summary>tcp_rcv_established.</summary>
    private DropReason RcvEstablished(SkBuff skb)
    {
        var th = new TcpHeader(HeaderOf(skb));
        ref TcpControl tcb = ref skb.Tcp;
        TcpOptionsReceived o = default;
        bool parsed = false;
        // Header prediction (Van Jacobson; RFC 7323 appendix): in order, nothing but ACK (and PSH), the window as it was.
        if (Has(TcpSockFlags.FastPath)
            && ((TcpFlags)tcb.Flags & ~TcpFlags.PSH) == TcpFlags.ACK
            && tcb.Seq == _rcv.RcvNxt.Value && (SeqNum)tcb.AckSeq <= _snd.SndNxt
            && tcb.HeaderLength == HeaderLength
            && (uint)th.Window << _sndWscale == _snd.SndWnd)
        {
            bool fits = true;
            if (Timestamps)
            {
                fits = parsed = o.TryAlignedTimestamp(th.Options);
                if (fits && (int)(o.TsVal - _tsRecent) < 0) fits = false; // perhaps PAWS: the slow path decides
            }

            int length = skb.Length - tcb.HeaderLength;
            if (fits && length == 0)
            {
                NoteEcho(o);
                if (Timestamps && _rcv.RcvWup == _rcv.RcvNxt) StoreTsRecent(o);
                Ack(skb, o, AckFlags.None);
                Consume(skb);
                DataSndCheck();
                return DropReason.CONSUMED;
            }

            if (fits && (SeqNum)tcb.AckSeq >= _snd.SndUna && skb.Truesize <= Rcvbuf - _rmemAlloc && length <= _rcv.Current)
            {
                Inc(Snmp.TcpExtTCPHPHits);
                NoteEcho(o);
                if (Timestamps && _rcv.RcvWup == _rcv.RcvNxt) StoreTsRecent(o);
                RcvRttMeasureTs(o, length);
                skb.Pull(tcb.HeaderLength);
                bool acks = tcb.AckSeq != _snd.SndUna.Value;
                int truesize = skb.Truesize;
                SeqNum end = tcb.EndSeq;
                if (acks)
                {
                    Ack(skb, o, AckFlags.Data);
                    if (_state != TcpState.ESTABLISHED) return Net.Mib.Drop(skb, DropReason.TCP_CLOSE);
                }
                else
                {
                    _snd.SndWl1 = tcb.Seq;
                }

                QueueRcv(skb);
                AdvanceRcvNxt(end);
                EventDataRecv(length, truesize, ((TcpFlags)tcb.Flags & TcpFlags.PSH) != 0);
                if (acks) DataSndCheck();
                if ((_ackPending & AckPending.Sched) != 0) AckSndCheck(false);
                return DropReason.NOT_DROPPED_YET;
            }
        }

        // No flag at all, or no ACK: nothing that an established connection takes (RFC 9293 3.10.7.4, fifth).
        if (((TcpFlags)tcb.Flags & (TcpFlags.ACK | TcpFlags.RST | TcpFlags.SYN)) == 0) return Net.Mib.Drop(skb, DropReason.TCP_FLAGS);
        if (!parsed) ParseOptions(th, out o);
        if (ValidateIncoming(skb, o) is var invalid && invalid != DropReason.NOT_DROPPED_YET) return invalid;
        DropReason reason = Ack(skb, o, AckFlags.SlowPath | AckFlags.UpdateTsRecent);
        if (reason != DropReason.NOT_DROPPED_YET) return Net.Mib.Drop(skb, reason);
        if (_state == TcpState.CLOSE) return Net.Mib.Drop(skb, DropReason.TCP_CLOSE);
        RcvRttMeasureTs(o, skb.Length - tcb.HeaderLength);
        CheckUrgent(skb, th);
        skb.Pull(tcb.HeaderLength);
        reason = DataQueue(skb);
        DataSndCheck();
        AckSndCheckIfOwed();
        return reason;
    }

    private void ParseOptions(TcpHeader th, out TcpOptionsReceived o)
    {
        o = default;
        if (!(Timestamps && o.TryAlignedTimestamp(th.Options))) TcpOptionsReceived.Parse(th.Options, th.Syn, out o);
        // What was not agreed on does not count (RFC 7323 3.2).
        if (!Timestamps) o.SawTimestamp = false;
        NoteEcho(o);
    }

    private void NoteEcho(in TcpOptionsReceived o)
    {
        _echoSaw = o.SawTimestamp && o.TsEcr != 0;
        _echoTs = o.TsEcr;
    }

    /// <summary>tcp_validate_incoming: PAWS, the window, RST, SYN: the first four checks of RFC 9293 3.10.7.4 in Linux's order.</summary>
    /// <returns>NOT_DROPPED_YET to go on; anything else: the segment is gone.</returns>
    private DropReason ValidateIncoming(SkBuff skb, in TcpOptionsReceived o)
    {
        var flags = (TcpFlags)skb.Tcp.Flags;
        bool rst = (flags & TcpFlags.RST) != 0, syn = (flags & TcpFlags.SYN) != 0;
        SeqNum seq = skb.Tcp.Seq, end = skb.Tcp.EndSeq;

        if (IsPawsReject(o) && !IsDisorderedAck(skb, o))
        {
            if (!rst)
            {
                if (syn) return SynChallenge(skb);
                Inc(Snmp.TcpExtPAWSEstab);
                if (!OowRateLimited(skb, Snmp.TcpExtTCPACKSkippedPAWS)) SendDupAck(skb);
                return Net.Mib.Drop(skb, DropReason.TCP_RFC7323_PAWS);
            }
        }

        DropReason reason = CheckSequence(seq, end);
        if (reason != DropReason.NOT_DROPPED_YET)
        {
            // RFC 9293 3.10.7.4: an unacceptable segment is answered with an ACK, unless it is a RST.
            if (!rst)
            {
                if (syn) return SynChallenge(skb);
                if (reason == DropReason.TCP_INVALID_END_SEQUENCE) Inc(Snmp.TcpExtBeyondWindow);
                if (!OowRateLimited(skb, Snmp.TcpExtTCPACKSkippedSeq)) SendDupAck(skb);
            }
            else if (IsResetBehindFin(skb))
            {
                return Reset(skb);
            }

            return Net.Mib.Drop(skb, reason);
        }

        if (rst)
        {
            // RFC 5961 3.2: exactly at RCV.NXT (or at the right edge of what was SACKed, or behind our peer's FIN); else a challenge.
            if (seq == _rcv.RcvNxt || IsResetBehindFin(skb)) return Reset(skb);
            if (IsSack && _ofo is { BlockCount: > 0 } && seq == _ofo.HighestEnd(_rcv.RcvNxt)) return Reset(skb);
            SendChallengeAck(skb);
            return Net.Mib.Drop(skb, DropReason.TCP_RESET);
        }

        if (syn)
        {
            // A simultaneous open's SYN-ACK repeats the SYN that brought us here.
            if (_state == TcpState.SYN_RECV && _listenedFor is null && (flags & TcpFlags.ACK) != 0
                && seq + 1 == end && seq + 1 == _rcv.RcvNxt && skb.Tcp.AckSeq == _snd.SndNxt.Value) return DropReason.NOT_DROPPED_YET;
            return SynChallenge(skb);
        }

        return DropReason.NOT_DROPPED_YET;
    }

    // RFC 5961 4.2: a SYN in a synchronised state is never believed.
    private DropReason SynChallenge(SkBuff skb)
    {
        Inc(Snmp.TcpInErrs);
        Inc(Snmp.TcpExtTCPSYNChallenge);
        SendChallengeAck(skb);
        return Net.Mib.Drop(skb, DropReason.TCP_INVALID_SYN);
    }

    /// <summary>tcp_sequence: at least touching the window on the left; beyond it on the right only into an empty queue.</summary>
    private DropReason CheckSequence(SeqNum seq, SeqNum end)
    {
        if (end < _rcv.RcvWup) return DropReason.TCP_OLD_SEQUENCE;
        SeqNum edge = _rcv.RcvNxt + _rcv.Current;
        if (end <= edge) return DropReason.NOT_DROPPED_YET;
        if (seq > edge) return DropReason.TCP_INVALID_SEQUENCE;
        return _receiveQueue.IsEmpty ? DropReason.NOT_DROPPED_YET : DropReason.TCP_INVALID_END_SEQUENCE;
    }

    /// <summary>tcp_reset_check: a peer that reset after its FIN may count the FIN out.</summary>
    private bool IsResetBehindFin(SkBuff skb) =>
        skb.Tcp.Seq == (_rcv.RcvNxt - 1).Value && (_state is TcpState.CLOSE_WAIT or TcpState.LAST_ACK or TcpState.CLOSING);

    /// <summary>RFC 7323 5.3 R1: a timestamp older than TS.Recent, unless TS.Recent is too old itself.</summary>
    private bool IsPawsReject(in TcpOptionsReceived o)
    {
        if (!o.SawTimestamp || _tsRecentStamp == Instant.Never) return false;
        if ((int)(_tsRecent - o.TsVal) <= TcpConst.PawsWindow) return false;
        if (_mstamp - _tsRecentStamp >= TcpConst.PawsWrap) return false;
        return _tsRecent != 0;
    }

    /// <summary>tcp_disordered_ack: a pure ACK that was overtaken is no reason to answer.</summary>
    private bool IsDisorderedAck(SkBuff skb, in TcpOptionsReceived o)
    {
        uint window = (uint)new TcpHeader(HeaderOf(skb)).Window << _sndWscale;
        return (skb.Tcp.Flags & (byte)TcpFlags.ACK) != 0 && skb.Tcp.Seq == _rcv.RcvNxt.Value && skb.Tcp.EndSeq == skb.Tcp.Seq
            && skb.Tcp.AckSeq == _snd.SndUna.Value && !_snd.MayUpdate(skb.Tcp.AckSeq, skb.Tcp.Seq, window)
            && (int)(_tsRecent - o.TsVal) <= _rto.Milliseconds;
    }

    /// <summary>tcp_oow_rate_limited: answers to out-of-window segments without data are at least tcp_invalid_ratelimit apart, so that two stacks do not fight.</summary>
    private bool OowRateLimited(SkBuff skb, Snmp mib)
    {
        bool syn = (skb.Tcp.Flags & (byte)TcpFlags.SYN) != 0;
        if (skb.Tcp.Seq != skb.Tcp.EndSeq && !syn) return false;
        return OowRateLimited(mib);
    }

    private bool OowRateLimited(Snmp mib)
    {
        if (_lastOowAck != Instant.Never && _mstamp - _lastOowAck < Duration.FromMilliseconds(Sysctl.tcp_invalid_ratelimit) && _mstamp >= _lastOowAck)
        {
            Inc(mib);
            return true;
        }

        _lastOowAck = _mstamp;
        return false;
    }

    /// <summary>tcp_send_challenge_ack: rate-limited per socket and per host (RFC 5961 section 10).</summary>
    private void SendChallengeAck(SkBuff skb)
    {
        _ = skb;
        if (OowRateLimited(Snmp.TcpExtTCPACKSkippedChallenge)) return;
        if (!Net.Tcp.TakeChallenge(_mstamp)) return;
        Inc(Snmp.TcpExtTCPChallengeACK);
        SendAck();
    }

    /// <summary>tcp_reset: the peer is gone.</summary>
    private DropReason Reset(SkBuff skb)
    {
        Errno err = _state switch
        {
            TcpState.SYN_SENT => Errno.ECONNREFUSED,
            TcpState.CLOSE_WAIT => Errno.EPIPE,
            _ => Errno.ECONNRESET,
        };
        DoneWithError(err);
        return Net.Mib.Drop(skb, DropReason.TCP_RESET);
    }

    /// <summary>tcp_rcv_synsent_state_process: RFC 9293 3.10.7.3.</summary>
    private DropReason RcvSynSent(SkBuff skb)
    {
        var th = new TcpHeader(HeaderOf(skb));
        var flags = (TcpFlags)skb.Tcp.Flags;
        bool ack = (flags & TcpFlags.ACK) != 0, rst = (flags & TcpFlags.RST) != 0, syn = (flags & TcpFlags.SYN) != 0;
        TcpOptionsReceived.Parse(th.Options, syn, out TcpOptionsReceived o);
        if (!_offerTimestamps) o.SawTimestamp = false;
        if (ack)
        {
            // First check the ACK bit: of our SYN exactly; something never sent is answered with a RST, unless it is one.
            if ((SeqNum)skb.Tcp.AckSeq <= _snd.SndUna || (SeqNum)skb.Tcp.AckSeq > _snd.SndNxt)
            {
                if (_retransmits == 0) ArmRetrans(RetransKind.Retrans, TcpConst.TimeoutMin);
                return rst ? Net.Mib.Drop(skb, DropReason.TCP_INVALID_ACK_SEQUENCE) : ReplyReset(skb, DropReason.TCP_INVALID_ACK_SEQUENCE);
            }

            if (o.SawTimestamp && o.TsEcr != 0 && (int)(o.TsEcr - ((uint)_synSentMs + _tsOffset)) < 0 | (int)(TsNow - o.TsEcr) < 0)
            {
                Inc(Snmp.TcpExtPAWSActive);
                return ReplyReset(skb, DropReason.TCP_RFC7323_PAWS);
            }

            if (rst) return Reset(skb);
            if (!syn) return Net.Mib.Drop(skb, DropReason.TCP_FLAGS);
            NoteEcho(o);
            _rcv.RcvNxt = skb.Tcp.Seq + 1;
            _rcv.RcvWup = _rcv.RcvNxt;
            _snd.SndWl1 = skb.Tcp.Seq;
            AgreeOptions(o);
            _snd.SndWnd = th.Window;
            Ack(skb, o, AckFlags.SlowPath);
            _snd.SndWnd = th.Window; // never scaled in a SYN
            _snd.MaxWindow = _snd.SndWnd;
            if (o.SawTimestamp)
            {
                StoreTsRecent(o);
                _advMss -= TcpOptionsReceived.TimestampAligned;
            }

            SyncMss(_mtu);
            InitRcvMss();
            _rcv.CopiedSeq = _rcv.RcvNxt;
            FinishConnect();
            skb.Free();
            if ((_pingpong > 0 && !Has(TcpSockFlags.Dead)) || _user is { DeferAccept: > 0 })
            {
                // Data is about to follow: let it carry the ACK.
                _ackPending |= AckPending.Sched;
                EnterQuickAck(TcpConst.MaxQuickAcks);
                _ackPending |= AckPending.Timer;
                _delackAt = _mstamp + TcpConst.DelackMax;
            }
            else
            {
                SendAck();
            }

            PushPending();
            return DropReason.CONSUMED;
        }

        // Second, a RST without ACK: ignore it. Fourth, a SYN without ACK: a simultaneous open.
        if (rst) return Net.Mib.Drop(skb, DropReason.TCP_RESET);
        if (!syn) return Net.Mib.Drop(skb, DropReason.TCP_FLAGS);
        SetState(TcpState.SYN_RECV);
        _rcv.RcvNxt = skb.Tcp.Seq + 1;
        _rcv.RcvWup = _rcv.CopiedSeq = _rcv.RcvNxt;
        AgreeOptions(o);
        if (o.SawTimestamp) StoreTsRecent(o);
        _snd.SndWnd = th.Window;
        _snd.SndWl1 = skb.Tcp.Seq;
        _snd.MaxWindow = _snd.SndWnd;
        SyncMss(_mtu);
        InitRcvMss();
        SendSynAck();
        return Consume(skb);
    }

    // tcp_send_synack: our SYN goes again as a SYN-ACK.
    private void SendSynAck()
    {
        if (_rtxQueue.Head is not { } syn || (syn.Tcp.Flags & (byte)TcpFlags.SYN) == 0) return;
        syn.Tcp.Flags |= (byte)TcpFlags.ACK;
        syn.Tcp.Sacked = (byte)(syn.Tcp.Sacked & Tcpcb.EverRetrans);
        _lostOut = 0;
        _retransOut = 0;
        TransmitData(syn);
    }

    /// <summary>tcp_rcv_state_process for the states between SYN_RECV and TIME_WAIT, ESTABLISHED apart.</summary>
    private DropReason RcvStateProcess(SkBuff skb)
    {
        var th = new TcpHeader(HeaderOf(skb));
        ref TcpControl tcb = ref skb.Tcp;
        var flags = (TcpFlags)tcb.Flags;
        if ((flags & (TcpFlags.ACK | TcpFlags.RST | TcpFlags.SYN)) == 0) return Net.Mib.Drop(skb, DropReason.TCP_FLAGS);
        ParseOptions(th, out TcpOptionsReceived o);
        if (ValidateIncoming(skb, o) is var invalid && invalid != DropReason.NOT_DROPPED_YET) return invalid;
        if ((flags & TcpFlags.ACK) == 0) return Net.Mib.Drop(skb, DropReason.TCP_FLAGS);

        // Fifth, the ACK field.
        DropReason reason = (SeqNum)tcb.AckSeq < _snd.SndUna && _state == TcpState.SYN_RECV
            ? DropReason.TCP_OLD_ACK
            : Ack(skb, o, AckFlags.SlowPath | AckFlags.UpdateTsRecent | AckFlags.NoChallengeAck);
        if (_state == TcpState.CLOSE) return Net.Mib.Drop(skb, DropReason.TCP_CLOSE);
        if (reason != DropReason.NOT_DROPPED_YET || (_state == TcpState.SYN_RECV && _snd.SndUna == _iss))
        {
            if (_state == TcpState.SYN_RECV) return ReplyReset(skb, reason == DropReason.NOT_DROPPED_YET ? DropReason.TCP_OLD_ACK : reason);
            SendChallengeAck(skb);
            return Net.Mib.Drop(skb, reason);
        }

        switch (_state)
        {
            case TcpState.SYN_RECV:
                _snd.SndWnd = (uint)th.Window << _sndWscale;
                _snd.SndWl1 = tcb.Seq;
                _snd.MaxWindow = Math.Max(_snd.MaxWindow, _snd.SndWnd);
                SyncMss(_mtu);
                if (Timestamps) _advMss -= TcpOptionsReceived.TimestampAligned;
                FinishConnect();
                _lsndtime = _mstamp;
                InitRcvMss();
                PushPending();
                // shutdown(2) while the handshake ran.
                if ((_shutdown & SendShutdown) != 0)
                {
                    SetState(TcpState.FIN_WAIT1);
                    SendFin();
                }

                break;

            case TcpState.FIN_WAIT1:
                if (_snd.SndUna != _snd.WriteSeq) break;
                SetState(TcpState.FIN_WAIT2);
                _shutdown |= SendShutdown;
                _confirmNeighbour = true;
                if (!IsDetached) break;
                if (Linger2Seconds < 0)
                {
                    Inc(Snmp.TcpExtTCPAbortOnData);
                    Done();
                    return Net.Mib.Drop(skb, DropReason.TCP_ABORT_ON_DATA);
                }

                if (tcb.EndSeq != tcb.Seq && (SeqNum)tcb.EndSeq - ((flags & TcpFlags.FIN) != 0 ? 1 : 0) > _rcv.RcvNxt)
                {
                    Inc(Snmp.TcpExtTCPAbortOnData);
                    Done();
                    return ReplyReset(skb, DropReason.TCP_ABORT_ON_DATA);
                }

                if (FinTime > TcpConst.TimewaitLen)
                {
                    _keepaliveAt = _mstamp + (FinTime - TcpConst.TimewaitLen);
                }
                else if ((flags & TcpFlags.FIN) != 0)
                {
                    _keepaliveAt = _mstamp + FinTime;
                }
                else
                {
                    EnterTimeWait(TcpState.FIN_WAIT2, FinTime);
                    return Consume(skb);
                }

                break;

            case TcpState.CLOSING when _snd.SndUna == _snd.WriteSeq:
                EnterTimeWait(TcpState.TIME_WAIT, Duration.Zero);
                return Consume(skb);

            case TcpState.LAST_ACK when _snd.SndUna == _snd.WriteSeq:
                Done();
                return Consume(skb);
        }

        // Sixth, the URG bit; seventh, the text.
        RcvRttMeasureTs(o, skb.Length - tcb.HeaderLength);
        CheckUrgent(skb, th);
        switch (_state)
        {
            case TcpState.CLOSE_WAIT or TcpState.CLOSING or TcpState.LAST_ACK:
                if ((SeqNum)tcb.Seq >= _rcv.RcvNxt)
                {
                    skb.Pull(tcb.HeaderLength);
                    reason = Net.Mib.Drop(skb, DropReason.TCP_OLD_DATA);
                    break;
                }

                goto case TcpState.ESTABLISHED;

            case TcpState.FIN_WAIT1 or TcpState.FIN_WAIT2:
                // RFC 1122 4.2.2.13: data for a process that no longer reads: tell the peer.
                if ((_shutdown & RcvShutdown) != 0
                    && tcb.EndSeq != tcb.Seq && (SeqNum)tcb.EndSeq - ((flags & TcpFlags.FIN) != 0 ? 1 : 0) > _rcv.RcvNxt)
                {
                    Inc(Snmp.TcpExtTCPAbortOnData);
                    DoneWithError(Errno.ECONNRESET);
                    return ReplyReset(skb, DropReason.TCP_ABORT_ON_DATA);
                }

                goto case TcpState.ESTABLISHED;

            case TcpState.ESTABLISHED:
                skb.Pull(tcb.HeaderLength);
                reason = DataQueue(skb);
                break;

            default:
                reason = Consume(skb);
                break;
        }

        if (_state != TcpState.CLOSE)
        {
            DataSndCheck();
            AckSndCheckIfOwed();
        }

        return reason;
    }
}
