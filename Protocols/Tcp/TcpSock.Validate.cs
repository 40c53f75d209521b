// What a synchronised connection believes: PAWS, the window, RST, SYN (tcp_validate_incoming, tcp_sequence, tcp_reset, tcp_send_challenge_ack).
// RFC 9293 3.10.7.4, first to fourth; RFC 5961; RFC 7323 section 5.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
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
                return DropReceived(skb, DropReason.TCP_RFC7323_PAWS);
            }
        }

        DropReason reason = CheckSequence(seq, end);
        if (reason != DropReason.NOT_DROPPED_YET)
        {
            // RFC 9293 3.10.7.4: an unacceptable segment is answered with an ACK, unless it is a RST.
            if (!rst)
            {
                if (syn) return SynChallenge(skb);
                if (reason != DropReason.TCP_OLD_SEQUENCE) Inc(Snmp.TcpExtBeyondWindow);
                if (!OowRateLimited(skb, Snmp.TcpExtTCPACKSkippedSeq)) SendDupAck(skb);
            }
            else if (IsResetBehindFin(skb))
            {
                return Reset(skb);
            }

            return DropReceived(skb, reason);
        }

        if (rst)
        {
            // RFC 5961 3.2: exactly at RCV.NXT (or at the right edge of what was SACKed, or behind our peer's FIN); else a challenge.
            if (seq == _rcv.RcvNxt || IsResetBehindFin(skb)) return Reset(skb);
            if (IsSack && _ofo is { BlockCount: > 0 } && seq == _ofo.HighestEnd(_rcv.RcvNxt)) return Reset(skb);
            SendChallengeAck(skb);
            return DropReceived(skb, DropReason.TCP_RESET);
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
        if (_state == TcpState.ESTABLISHED) Inc(Snmp.TcpInErrs);
        Inc(Snmp.TcpExtTCPSYNChallenge);
        SendChallengeAck(skb);
        return DropReceived(skb, DropReason.TCP_INVALID_SYN);
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
        if (OowRateLimited(Snmp.TcpExtTCPACKSkippedChallenge)) return;
        if (!Net.Tcp.TakeChallenge(_mstamp)) return;
        Inc(Snmp.TcpExtTCPChallengeACK);
        if (IsSynAckAgain(skb)) SendSynAckAck();
        else SendAck();
    }

    // RFC 9768 3.2.2.1: the ACK of a SYN-ACK that comes again tells how it arrived (in Linux: how the first one did).
    private bool IsSynAckAgain(SkBuff skb) =>
        ((TcpFlags)skb.Tcp.Flags & (TcpFlags.SYN | TcpFlags.ACK)) == (TcpFlags.SYN | TcpFlags.ACK) && skb.Tcp.Seq + 1 == skb.Tcp.EndSeq && skb.Tcp.EndSeq == _rcv.RcvNxt.Value
        && skb.Tcp.AckSeq == _snd.SndNxt.Value;

    /// <summary>tcp_reset: the peer is gone.</summary>
    private DropReason Reset(SkBuff skb)
    {
        DoneWithError(ResetError);
        return Net.Mib.Drop(skb, DropReason.TCP_RESET);
    }

    // What a reset is to the user.
    private Errno ResetError => _state switch
    {
        TcpState.SYN_SENT => Errno.ECONNREFUSED,
        TcpState.CLOSE_WAIT => Errno.EPIPE,
        _ => Errno.ECONNRESET,
    };
}
