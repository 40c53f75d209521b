// What an acknowledgement takes off the retransmit queue, and what it tells of the round trip: tcp_clean_rtx_queue, tcp_ack_update_rtt (net/ipv4/tcp_input.c). RFC 6298.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_clean_rtx_queue: lets go of what is acknowledged and measures.</summary>
    private AckFlags CleanRtxQueue(in TcpOptionsReceived o, SeqNum priorFack, SeqNum priorUna)
    {
        var flag = AckFlags.None;
        Instant firstAcked = Instant.Never, lastAcked = Instant.Never;
        SeqNum reord = _snd.SndNxt;
        int acked = 0, priorSacked = _sackedOut, freed = 0;
        bool retransAcked = false;
        while (_rtxQueue.Head is { } skb)
        {
            if ((SeqNum)skb.Tcp.EndSeq > _snd.SndUna) break;
            SkBuff.Prefetch(skb.Next);
            byte sacked = skb.Tcp.Sacked;
            if ((sacked & Tcpcb.Retrans) != 0)
            {
                if ((sacked & Tcpcb.SackedRetrans) != 0) _retransOut--;
                retransAcked = true;
            }
            else if ((sacked & Tcpcb.SackedAcked) == 0)
            {
                lastAcked = skb.Tcp.SentAt;
                if (firstAcked == Instant.Never) firstAcked = lastAcked;
                if ((SeqNum)skb.Tcp.Seq < reord) reord = skb.Tcp.Seq;
                if ((SeqNum)skb.Tcp.EndSeq <= _highSeq) flag |= AckFlags.OrigSackAcked;
            }

            if ((sacked & Tcpcb.SackedAcked) != 0)
            {
                _sackedOut--;
            }
            else if (IsSack)
            {
                Delivered(1);
                if (!IsSpuriousRetrans(skb, o)) RackAdvance(sacked, skb.Tcp.EndSeq, skb.Tcp.SentAt);
            }

            if ((sacked & Tcpcb.Lost) != 0) _lostOut--;
            _packetsOut--;
            acked++;
            if ((skb.Tcp.Flags & (byte)TcpFlags.SYN) != 0)
            {
                flag |= AckFlags.SynAcked;
                _retransStamp = Instant.Never;
            }
            else
            {
                flag |= AckFlags.DataAcked;
            }

            freed += Charge(skb);
            if ((sacked & Tcpcb.SackedAcked) == 0 && AccEcnState is { } acc) acc.AckedBytes += skb.Length;
            _flow?.Delivered(skb);
            if (skb == _sackHint) _sackHint = null;
            // What is left of the kernel's packet keeps its head.
            if (!skb.Tcp.Continues && skb.Next is { Tcp.Continues: true } rest)
            {
                rest.Tcp.Continues = false;
                freed -= SegmentCharge;
            }

            if (_user is { Stamps: { Count: > 0 } stamps }) StampsOnAck(stamps, skb);
            _rtxQueue.Remove(skb);
            skb.Free();
        }

        SkBuff? partly = _rtxQueue.Head;
        if (partly is not null && TrimPacket() is > 0 and var less)
        {
            // Fewer segments are left of it: as many count as acknowledged.
            partly = _rtxQueue.Head!;
            acked += less;
            flag |= AckFlags.DataAcked;
            if ((partly.Tcp.Sacked & Tcpcb.Retrans) != 0)
            {
                retransAcked = true;
            }
            else if ((partly.Tcp.Sacked & Tcpcb.SackedAcked) == 0)
            {
                lastAcked = partly.Tcp.SentAt;
                if (firstAcked == Instant.Never) firstAcked = lastAcked;
                if ((SeqNum)partly.Tcp.Seq < reord) reord = partly.Tcp.Seq;
                if ((SeqNum)partly.Tcp.EndSeq <= _highSeq) flag |= AckFlags.OrigSackAcked;
            }

            if (IsSack && (partly.Tcp.Sacked & Tcpcb.SackedAcked) == 0)
            {
                Delivered(less);
                if (!IsSpuriousRetrans(partly, o)) RackAdvance(partly.Tcp.Sacked, partly.Tcp.EndSeq, partly.Tcp.SentAt);
            }

            _flow?.Delivered(partly);
        }

        WmemUncharge(freed);
        if (acked > 0 && _user is { Zerocopy: { } zerocopy }) CompleteZerocopy(zerocopy, all: false);

        if (_rtxQueue.IsEmpty) _flow?.ChronoStop(TcpChrono.Busy, IsSendIdle, _mstamp);
        if (retransAcked) flag |= AckFlags.RetransDataAcked;
        if (_rtxQueue.Head is { } head && (head.Tcp.Sacked & Tcpcb.SackedAcked) != 0) flag |= AckFlags.SackReneging;

        long seqRtt = NoTime, caRtt = NoTime;
        if (firstAcked != Instant.Never && !retransAcked)
        {
            seqRtt = (_mstamp - firstAcked).Microseconds;
            caRtt = (_mstamp - lastAcked).Microseconds;
        }

        long sackRtt = NoTime;
        if (_firstSackAt != Instant.Never && _firstSackAt.Nanoseconds != 0)
        {
            sackRtt = (_mstamp - _firstSackAt).Microseconds;
            caRtt = (_mstamp - _lastSackAt).Microseconds;
            _firstSackAt = default;
        }

        if (_flow is { } f && _ca.ControlsAll)
        {
            // One runt that ends its packet, alone: its acknowledgement was probably delayed (FLAG_ACK_MAYBE_DELAYED).
            if (seqRtt >= 0 && acked == 1 && priorSacked == 0 && _snd.SndUna - priorUna < _mssCache && f.PriorDelivered + 1 == _delivered && _caState == TcpCaState.Open) f.IsAckDelayed = true;
        }

        bool sampled = UpdateRtt(flag, o, seqRtt, sackRtt, ref caRtt);
        if ((flag & AckFlags.Acked) != 0)
        {
            flag |= AckFlags.SetXmitTimer;
            if (MtuProbeState is { ProbeSize: > 0 } p && p.End <= _snd.SndUna) MtuProbed(p);
            if (!IsSack)
            {
                RemoveRenoSacks(acked);
                // Without SACK an ACK that covers a retransmission says nothing of originals.
                if (retransAcked) flag &= ~AckFlags.OrigSackAcked;
            }
            else if (reord < priorFack)
            {
                CheckSackReordering(reord, false);
            }
        }
        else if (sampled && sackRtt >= 0 && _rtxQueue.Head is { } h && sackRtt > (_mstamp - h.Tcp.SentAt).Microseconds)
        {
            // The retransmission of the head is older than this sample: its timer may start afresh.
            flag |= AckFlags.SetXmitTimer;
        }

        Ca.PktsAcked(this, acked, caRtt);
        return flag;
    }

    /// <summary>tcp_ack_update_rtt: Karn's rule, or timestamps where a retransmission is among the acknowledged (RFC 7323 4.1).</summary>
    private bool UpdateRtt(AckFlags flag, in TcpOptionsReceived o, long seqRtt, long sackRtt, ref long caRtt)
    {
        if (seqRtt < 0) seqRtt = sackRtt;
        if (seqRtt < 0 && o.SawTimestamp && o.TsEcr != 0 && (flag & AckFlags.Acked) != 0)
        {
            int delta = (int)(TsNow - o.TsEcr);
            if (delta is >= 0 and < int.MaxValue / 1000) seqRtt = caRtt = Math.Max(delta, 1) * 1000L;
        }

        if (_flow is { } flow) flow.RttUs = caRtt;
        if (seqRtt < 0) return false;
        if (caRtt >= 0) _minRtt.Sample((uint)Sysctl.tcp_min_rtt_wlen * 1000, (uint)_mstamp.Milliseconds, (uint)Math.Clamp(caRtt, 1, int.MaxValue));
        _rtt.Sample(seqRtt, RtoMinUs, _snd.SndUna, _snd.SndNxt);
        SetRto();
        _backoff = 0;
        return true;
    }

    /// <summary>tcp_set_rto.</summary>
    private void SetRto() => _rto = Duration.Min(_rtt.Rto, RtoMax);
}
