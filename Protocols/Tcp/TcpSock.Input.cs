// Taking a segment: header prediction and the state machine (tcp_rcv_established, tcp_rcv_state_process; net/ipv4/tcp_input.c).
// RFC 9293 section 3.10.7.4.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <inheritdoc/>
    public override DropReason Rcv(SkBuff skb, Instant now)
    {
        _mstamp = now;
        DropReason bad = TcpInput.Check(skb, Net);
        if (bad != DropReason.NOT_DROPPED_YET) return DropReceived(skb, bad);
        if (!CheckMd5(skb, out DropReason unsigned)) return DropReceived(skb, unsigned);
        skb.TransportHeader = skb.DataOffset;
        skb.Next = skb.Prev = null;
        int segments = Math.Max(1, skb.GsoSegs);
        _segsIn += segments;
        if (skb.Length > skb.Tcp.HeaderLength && _state != TcpState.LISTEN) Flow.DataSegsIn += segments;
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

    /// <summary>tcp_drop_reason: counted also for the socket (sk_drops).</summary>
    private DropReason DropReceived(SkBuff skb, DropReason reason)
    {
        Drops++;
        return Net.Mib.Drop(skb, reason);
    }

    // Consumes a segment whose work is done.
    private static DropReason Consume(SkBuff skb)
    {
        skb.Free();
        return DropReason.CONSUMED;
    }

    private DropReason RcvClosed(SkBuff skb)
    {
        if (!Has(TcpSockFlags.Destroyed) && TcpReset.TryReply(skb, Net, _mstamp, FindMd5Key(skb.Ip.Saddr), out SkBuff? rst)) QueueXmit(rst);
        return DropReceived(skb, DropReason.NO_SOCKET);
    }

    /// <summary>tcp_reset from the passive side: the segment earns a RST (tcp_v4_send_reset), and the socket stays.</summary>
    private DropReason ReplyReset(SkBuff skb, DropReason reason)
    {
        if (TcpReset.TryReply(skb, Net, _mstamp, FindMd5Key(skb.Ip.Saddr), out SkBuff? rst)) QueueXmit(rst);
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

            if (fits && (SeqNum)tcb.AckSeq >= _snd.SndUna && MemScheduled(RxCharge(skb) - tcb.HeaderLength) && length <= _rcv.Current)
            {
                Inc(Snmp.TcpExtTCPHPHits);
                NoteEcho(o);
                if (Timestamps && _rcv.RcvWup == _rcv.RcvNxt) StoreTsRecent(o);
                RcvRttMeasureTs(o, length);
                skb.Pull(tcb.HeaderLength);
                bool acks = tcb.AckSeq != _snd.SndUna.Value;
                int truesize = RxCharge(skb);
                SeqNum end = tcb.EndSeq;
                int gsoSize = skb.GsoSize;
                byte tos = skb.Ip.Tos;
                if (acks)
                {
                    Ack(skb, o, AckFlags.Data);
                    if (_state != TcpState.ESTABLISHED) return DropReceived(skb, DropReason.TCP_CLOSE);
                    MemForce(truesize); // what the ACK freed went back in whole pages
                }
                else
                {
                    _snd.SndWl1 = tcb.Seq;
                }

                QueueRcv(skb);
                AdvanceRcvNxt(end);
                EventDataRecv(length, truesize, ((TcpFlags)tcb.Flags & TcpFlags.PSH) != 0, gsoSize, tos);
                TellDataReady();
                if (acks) DataSndCheck();
                if ((_ackPending & AckPending.Sched) != 0) AckSndCheck(false);
                return DropReason.NOT_DROPPED_YET;
            }
        }

        // No flag at all, or no ACK: nothing that an established connection takes (RFC 9293 3.10.7.4, fifth).
        if (((TcpFlags)tcb.Flags & (TcpFlags.ACK | TcpFlags.RST | TcpFlags.SYN)) == 0) return DropReceived(skb, DropReason.TCP_FLAGS);
        if (!parsed) ParseOptions(th, out o);
        if (ValidateIncoming(skb, o) is var invalid && invalid != DropReason.NOT_DROPPED_YET) return invalid;
        DropReason reason = Ack(skb, o, AckFlags.SlowPath | AckFlags.UpdateTsRecent);
        if (reason != DropReason.NOT_DROPPED_YET) return DropReceived(skb, reason);
        if (_state == TcpState.CLOSE) return DropReceived(skb, DropReason.TCP_CLOSE);
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

    /// <summary>tcp_rcv_state_process for the states between SYN_RECV and TIME_WAIT, ESTABLISHED apart.</summary>
    private DropReason RcvStateProcess(SkBuff skb)
    {
        var th = new TcpHeader(HeaderOf(skb));
        ref TcpControl tcb = ref skb.Tcp;
        var flags = (TcpFlags)tcb.Flags;
        if ((flags & (TcpFlags.ACK | TcpFlags.RST | TcpFlags.SYN)) == 0) return DropReceived(skb, DropReason.TCP_FLAGS);
        ParseOptions(th, out TcpOptionsReceived o);
        RequestSock? req = FastOpenRequest;
        if (req is not null && !CheckFastOpenRequest(req, skb, o, out DropReason answered)) return answered;
        if (ValidateIncoming(skb, o) is var invalid && invalid != DropReason.NOT_DROPPED_YET) return invalid;
        if ((flags & TcpFlags.ACK) == 0) return DropReceived(skb, DropReason.TCP_FLAGS);

        // Fifth, the ACK field.
        DropReason reason = (SeqNum)tcb.AckSeq < _snd.SndUna && _state == TcpState.SYN_RECV
            ? DropReason.TCP_OLD_ACK
            : Ack(skb, o, AckFlags.SlowPath | AckFlags.UpdateTsRecent | AckFlags.NoChallengeAck);
        if (_state == TcpState.CLOSE) return DropReceived(skb, DropReason.TCP_CLOSE);
        if (reason != DropReason.NOT_DROPPED_YET || (_state == TcpState.SYN_RECV && _snd.SndUna == _iss))
        {
            if (_state == TcpState.SYN_RECV) return ReplyReset(skb, reason == DropReason.NOT_DROPPED_YET ? DropReason.TCP_OLD_ACK : reason);
            SendChallengeAck(skb);
            return DropReceived(skb, reason);
        }

        switch (_state)
        {
            case TcpState.SYN_RECV:
                _snd.SndWnd = (uint)th.Window << _sndWscale;
                _snd.SndWl1 = tcb.Seq;
                _snd.MaxWindow = Math.Max(_snd.MaxWindow, _snd.SndWnd);
                SyncMss(_mtu);
                if (Timestamps) _advMss -= TcpOptionsReceived.TimestampAligned;
                if (req is null)
                {
                    FinishConnect();
                }
                else
                {
                    EndFastOpenHandshake(req, o);
                    SetState(TcpState.ESTABLISHED);
                    _rcvTstamp = _mstamp;
                    FastPathCheck();
                }

                Wake(StateChange);
                _delivered++; // the SYN-ACK
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
                if (req is not null) EndFastOpenHandshake(req, o);
                if (_snd.SndUna != _snd.WriteSeq) break;
                SetState(TcpState.FIN_WAIT2);
                _shutdown |= SendShutdown;
                _confirmNeighbour = true;
                Wake(StateChange);
                if (!IsDetached) break;
                if (Linger2Seconds < 0)
                {
                    Inc(Snmp.TcpExtTCPAbortOnData);
                    Done();
                    return DropReceived(skb, DropReason.TCP_ABORT_ON_DATA);
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
                    reason = DropReceived(skb, DropReason.TCP_OLD_DATA);
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
