// What comes for a half-open connection: tcp_check_req (net/ipv4/tcp_minisocks.c). RFC 9293 3.10.7.4 in SYN-RECEIVED, RFC 5961 sections 3 and 4.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_check_req: a segment for a half-open connection.</summary>
    private DropReason CheckRequest(RequestSock req, SkBuff skb)
    {
        ref TcpControl tcb = ref skb.Tcp;
        var flags = (TcpFlags)tcb.Flags & (TcpFlags.RST | TcpFlags.SYN | TcpFlags.ACK);
        TcpOptionsReceived.Parse(new TcpHeader(HeaderOf(skb)).Options, (flags & TcpFlags.SYN) != 0, out TcpOptionsReceived o);
        bool saw = o.SawTimestamp && req.TimestampOk;
        bool paws = saw && (int)(req.TsRecent - o.TsVal) > 0 && _mstamp - req.TsRecentStamp < TcpConst.PawsWrap;
        SeqNum rcvNxt = req.RcvIsn + 1;

        // The SYN again: the SYN-ACK was lost.
        if (tcb.Seq == req.RcvIsn.Value && flags == TcpFlags.SYN && !paws)
        {
            if (!AccEcnSynAgain(req, skb)) return EmbryonicReset(req, skb, false);
            if (!RequestRateLimited(req, skb, Snmp.TcpExtTCPACKSkippedSynRecv))
            {
                RetransmitSynAck(req, timedOut: false);
                _listener!.Reschedule(req, req.NumTimeout, _mstamp + RequestTimeoutAfter(req.NumTimeout));
            }

            return Consume(skb);
        }

        // RFC 9293 3.10.7.4: an unacceptable ACK is answered with a RST.
        // (Of a RST, Linux asks for its sequence number alone.)
        if ((flags & (TcpFlags.ACK | TcpFlags.RST)) == TcpFlags.ACK && tcb.AckSeq != (req.SntIsn + 1).Value) return ReplyReset(skb, DropReason.TCP_INVALID_ACK_SEQUENCE);

        // Nor does an echo count of what was never sent.
        bool badEcho = saw && o.TsEcr != 0 && ((int)(o.TsEcr - req.SntTsFirst) < 0 || (int)(req.SntTsLast - o.TsEcr) < 0);
        if (paws || badEcho || !InWindow(tcb.Seq, tcb.EndSeq, rcvNxt, rcvNxt + SynAckWindow(req)))
        {
            if ((flags & TcpFlags.RST) == 0 && !RequestRateLimited(req, skb, Snmp.TcpExtTCPACKSkippedSynRecv)) SendRequestAck(req, req.SntIsn + 1);
            if (paws) Inc(Snmp.TcpExtPAWSEstab);
            else if (badEcho) Inc(Snmp.TcpExtTSEcrRejected);
            return Net.Mib.Drop(skb, paws ? DropReason.TCP_RFC7323_PAWS : DropReason.TCP_OVERWINDOW);
        }

        if (tcb.Seq == req.RcvIsn.Value) flags &= ~TcpFlags.SYN; // the SYN itself lies before the window
        if ((flags & TcpFlags.RST) != 0 && tcb.Seq != rcvNxt.Value)
        {
            // RFC 5961 3.2 holds for a request too: a RST in the window but not at its beginning is challenged.
            if (!RequestRateLimited(req, skb, Snmp.TcpExtTCPACKSkippedSynRecv))
            {
                Inc(Snmp.TcpExtTCPChallengeACK);
                SendRequestAck(req, req.SntIsn + 1);
            }

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
        if (saw && (SeqNum)tcb.Seq <= rcvNxt) child._tsRecent = o.TsVal; // only now: a deferred ACK is as if it had not come
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

    /// <summary>tcp_synack_window: no SYN-ACK offers more than its unscaled field holds.</summary>
    private static int SynAckWindow(RequestSock req) => Math.Min(req.RcvWnd, TcpConst.MaxWindowUnscaled);

    private static bool InWindow(SeqNum seq, SeqNum end, SeqNum from, SeqNum to)
    {
        if (seq == from) return true;
        if (end > from && seq < to) return true;
        return seq == to && seq == end;
    }

    private bool RequestRateLimited(RequestSock req, SkBuff skb, Snmp mib)
    {
        if (skb.Tcp.Seq != skb.Tcp.EndSeq && (skb.Tcp.Flags & (byte)TcpFlags.SYN) == 0) return false; // data are no loop of ACKs
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
            Net, req.Local, req.Peer, seq, req.RcvNxt, TcpFlags.ACK, SynAckWindow(req) >> req.RcvWscale, options));
    }
}
