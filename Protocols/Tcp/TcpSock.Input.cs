// Taking a segment: header prediction, tcp_rcv_established (net/ipv4/tcp_input.c). RFC 9293 section 3.10.7.4.

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
        Drops += Math.Max(1, skb.GsoSegs);
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

    /// <summary>tcp_fast_path_check: may the next segment be predicted? What forbids it elsewhere says so there: a buffer that is full does not.</summary>
    private void FastPathCheck()
    {
        if (_ofo is null or { Queue.IsEmpty: true } && _rcv.RcvWnd > 0 && _urgent is not { RcvMarked: true } && _rmemAlloc < Rcvbuf) Set(TcpSockFlags.FastPath);
    }

    /// <summary>tcp_rcv_established.</summary>
    private DropReason RcvEstablished(SkBuff skb)
    {
        var th = new TcpHeader(HeaderOf(skb));
        ref TcpControl tcb = ref skb.Tcp;
        TcpOptionsReceived o = default;
        bool parsed = false;
        // Header prediction (Van Jacobson; RFC 7323 appendix): in order, nothing but ACK (and PSH), the window as it was.
        if (Has(TcpSockFlags.FastPath)
            && (IsAccEcn ? IsPredictedAce(th) : ((TcpFlags)tcb.Flags & ~TcpFlags.PSH) == TcpFlags.ACK)
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
                CountEcn(skb.Ip.Tos, 0, 1);
                NoteEcho(o);
                if (Timestamps && _rcv.RcvWup == _rcv.RcvNxt) StoreTsRecent(o);
                Ack(skb, o, AckFlags.None);
                Consume(skb);
                DataSndCheck();
                return DropReason.CONSUMED;
            }

            if (fits && (SeqNum)tcb.AckSeq >= _snd.SndUna && MemScheduled(skb.LinearTruesize > 0 ? skb.LinearTruesize : RxCharge(skb) - tcb.HeaderLength) && length <= _rcv.Current)
            {
                Inc(Snmp.TcpExtTCPHPHits);
                NoteEcho(o);
                if (Timestamps && _rcv.RcvWup == _rcv.RcvNxt) StoreTsRecent(o);
                RcvRttMeasureTs(o, length);
                skb.Pull(tcb.HeaderLength);
                bool acks = tcb.AckSeq != _snd.SndUna.Value;
                int truesize = RxCharge(skb);
                bool inPages = skb.LinearTruesize == 0;
                int headerLength = tcb.HeaderLength;
                var flags = (TcpFlags)tcb.Flags;
                SeqNum end = tcb.EndSeq;
                int gsoSize = skb.GsoSize;
                byte tos = skb.Ip.Tos;
                CountEcn(tos, length, Math.Max(1, skb.GsoSegs));
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
                EventDataRecv(length, truesize, inPages, headerLength, flags, gsoSize, tos);
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
        CountEcn(skb.Ip.Tos, skb.Length - tcb.HeaderLength, Math.Max(1, skb.GsoSegs));
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
}
