// Loss detection by time: RACK (RFC 8985), as tcp_recovery.c runs it. A segment is lost when one sent after it was delivered a reordering window ago.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    // TCP_RACK_STATIC_REO_WND and TCP_RACK_NO_DUPTHRESH of tcp_recovery; its first bit, RACK at all, is always on.
    private const int RackStaticReoWnd = 2, RackNoDupThresh = 4;

    private bool _rackAdvanced;

    /// <summary>tcp_skb_spurious_retrans: a retransmission so young that the ACK must be the original's.</summary>
    private bool IsSpuriousRetrans(SkBuff skb, in TcpOptionsReceived o) =>
        (skb.Tcp.Sacked & Tcpcb.Retrans) != 0 && o.SawTimestamp && o.TsEcr != 0 && (int)(o.TsEcr - SentTs(skb)) < 0;

    private uint SentTs(SkBuff skb) => (uint)skb.Tcp.SentAt.Milliseconds + _tsOffset;

    /// <summary>tcp_rack_advance: remembers the most recently sent segment that is known to have arrived (RFC 8985 6.2 step 2).</summary>
    private void RackAdvance(byte sacked, SeqNum end, Instant sentAt)
    {
        long rtt = (_mstamp - sentAt).Microseconds;
        // A retransmission answered faster than the least RTT: the answer is to the original.
        if ((sacked & Tcpcb.Retrans) != 0 && rtt < MinRttUs) return;
        _rackAdvanced = true;
        _rackRttUs = (int)Math.Clamp(rtt, 1, int.MaxValue);
        if (SentAfter(sentAt, _rackXmit, end, _rackEndSeq))
        {
            _rackXmit = sentAt;
            _rackEndSeq = end;
        }
    }

    private static bool SentAfter(Instant t1, Instant t2, SeqNum s1, SeqNum s2) => t1 > t2 || (t1 == t2 && s1 > s2);

    /// <summary>tcp_rack_reo_wnd: how late may a segment be? Nothing while no reordering was ever seen and three are SACKed; else a quarter of min RTT, more after D-SACKs.</summary>
    private int RackReoWnd()
    {
        if (_reordSeen == 0)
        {
            if (_caState >= TcpCaState.Recovery) return 0;
            if (_sackedOut >= _reordering && (Sysctl.tcp_recovery & RackNoDupThresh) == 0) return 0;
        }

        uint min = MinRttUs == uint.MaxValue ? 0 : MinRttUs;
        return (int)Math.Min((min >> 2) * _rackReoWndSteps, (uint)Math.Max(0, _rtt.Srtt8 >> 3));
    }

    /// <summary>tcp_rack_skb_timeout: microseconds until this segment counts as lost; not above zero means now.</summary>
    private long RackTimeout(SkBuff skb, int reoWnd) => _rackRttUs + reoWnd - (_mstamp - skb.Tcp.SentAt).Microseconds;

    /// <summary>tcp_rack_mark_lost: also arms the reordering timer for those that may yet arrive; true when it has, and no other timer may take its place.</summary>
    private bool RackMarkLost()
    {
        if (!_rackAdvanced) return false;
        _rackAdvanced = false;
        long timeout = RackDetectLoss();
        if (timeout > 0) ArmRetrans(RetransKind.ReoTimeout, Duration.Min(Duration.FromMicroseconds(timeout) + TcpConst.TimeoutMin, _rto));
        return timeout > 0;
    }

    // Originals lie in the queue in the order in which they were sent; once one is met that was sent after the newest delivered, so were all later ones.
    private long RackDetectLoss()
    {
        int reoWnd = RackReoWnd();
        long timeout = 0;
        SkBuff? next;
        for (SkBuff? skb = _rtxQueue.Head; skb is not null; skb = next)
        {
            next = skb.Next;
            byte sacked = skb.Tcp.Sacked;
            if ((sacked & (Tcpcb.SackedAcked | Tcpcb.Judged)) != 0) continue;
            if ((sacked & Tcpcb.Lost) != 0 && (sacked & Tcpcb.SackedRetrans) == 0) continue;
            if (!SentAfter(_rackXmit, skb.Tcp.SentAt, _rackEndSeq, skb.Tcp.EndSeq))
            {
                if ((sacked & Tcpcb.EverRetrans) == 0) break;
                continue;
            }

            long remaining = RackTimeout(skb, reoWnd);
            if (remaining <= 0)
            {
                MarkLost(skb);
                skb.Tcp.Sacked |= Tcpcb.Judged;
            }
            else
            {
                timeout = Math.Max(timeout, remaining);
            }
        }

        return timeout;
    }

    /// <summary>tcp_rack_reo_timeout.</summary>
    private void RackReoTimeout()
    {
        int prior = PacketsInFlight;
        long lost = _lost;
        RackDetectLoss();
        if (prior != PacketsInFlight)
        {
            if (_caState != TcpCaState.Recovery)
            {
                EnterRecovery();
                if (!_ca.ControlsAll) CwndReduction(1, (int)(_lost - lost), AckFlags.None);
            }

            XmitRetransmitQueue();
        }

        if (_retransKind != RetransKind.Retrans) RearmRto();
    }

    /// <summary>tcp_rack_update_reo_wnd: each round trip with a D-SACK widens the window by a quarter of min RTT; sixteen recoveries without take it back.</summary>
    private void RackUpdateReoWnd()
    {
        long prior = _flow?.PriorDelivered ?? 0;
        if (prior == 0 || (Sysctl.tcp_recovery & RackStaticReoWnd) != 0) return;
        if ((int)((uint)prior - _rackLastDelivered) < 0) _rackDsackSeen = false; // what this round trip brought is counted already
        if (_rackDsackSeen)
        {
            if (_rackReoWndSteps < byte.MaxValue) _rackReoWndSteps++;
            _rackReoWndPersist = 16;
            _rackLastDelivered = (uint)_delivered;
            _rackDsackSeen = false;
        }
        else if (_rackReoWndPersist == 0)
        {
            _rackReoWndSteps = 1;
        }
    }
}
