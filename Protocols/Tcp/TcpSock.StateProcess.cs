// The state machine between SYN_RECV and TIME_WAIT: tcp_rcv_state_process (net/ipv4/tcp_input.c). RFC 9293 section 3.10.7.4.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
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
        if (reason != DropReason.NOT_DROPPED_YET)
        {
            // After two SYNs crossed, an ACK of the number of our SYN itself passes: Linux opens the connection with it, against RFC 9293 3.10.7.4.
            if (_state == TcpState.SYN_RECV) return ReplyReset(skb, reason);
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
                if (IsAccEcn) AccEcnThirdAck(skb, o, req);
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
                    return ReplyReset(skb, DropReason.TCP_ABORT_ON_DATA);
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
            case TcpState.CLOSE_WAIT or TcpState.CLOSING or TcpState.LAST_ACK when (SeqNum)tcb.Seq >= _rcv.RcvNxt:
                skb.Pull(tcb.HeaderLength);
                reason = DropReceived(skb, DropReason.TCP_OLD_DATA);
                break;

            // RFC 1122 4.2.2.13: data for a process that no longer reads: tell the peer. (After a FIN nothing may come, and is taken as that.)
            case TcpState.FIN_WAIT1 or TcpState.FIN_WAIT2 or TcpState.CLOSE_WAIT or TcpState.CLOSING or TcpState.LAST_ACK
                when (_shutdown & RcvShutdown) != 0 && tcb.EndSeq != tcb.Seq && (SeqNum)tcb.EndSeq - ((flags & TcpFlags.FIN) != 0 ? 1 : 0) > _rcv.RcvNxt:
                Inc(Snmp.TcpExtTCPAbortOnData);
                DoneWithError(ResetError);
                return ReplyReset(skb, DropReason.TCP_ABORT_ON_DATA);

            case TcpState.FIN_WAIT1 or TcpState.FIN_WAIT2 or TcpState.CLOSE_WAIT or TcpState.CLOSING or TcpState.LAST_ACK or TcpState.ESTABLISHED:
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
