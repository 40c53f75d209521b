// Sending again: tcp_retransmit_skb, tcp_xmit_retransmit_queue, tail loss probes (net/ipv4/tcp_output.c). RFC 6675, RFC 8985 section 7.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_retransmit_skb: sends again, and counts it as a retransmission under way. False when the window or the device forbids it.</summary>
    /// <param name="skb">What went; small ones behind it may have joined it, in another buffer.</param>
    private bool RetransmitSkb(ref SkBuff skb, bool forcePush = false)
    {
        AgainResult r = TransmitAgain(ref skb, forcePush);
        if (r == AgainResult.Sent)
        {
            // One whose earlier copy still counts as under way (after an undo) counts twice, as in Linux.
            skb.Tcp.Sacked |= Tcpcb.SackedRetrans;
            _retransOut++;
        }

        // Of the first that was attempted, if it did not go as well.
        if (_retransStamp == Instant.Never) _retransStamp = skb.Tcp.SentAt;
        if (_undoRetrans < 0) _undoRetrans = 0;
        _undoRetrans++;
        return r == AgainResult.Sent;
    }

    private enum AgainResult { Sent, Failed, Forbidden }

    /// <summary>__tcp_retransmit_skb: what a loss probe does, which is no retransmission in the accounts.</summary>
    private AgainResult TransmitAgain(ref SkBuff skb, bool forcePush)
    {
        if ((SeqNum)skb.Tcp.Seq < _snd.SndUna)
        {
            if ((SeqNum)skb.Tcp.EndSeq <= _snd.SndUna) return AgainResult.Forbidden;
            TrimAcked(skb);
        }

        // The peer shrank its window: only the first byte may go, as a probe.
        if ((SeqNum)skb.Tcp.Seq >= _snd.WndEnd && skb.Tcp.Seq != _snd.SndUna.Value) return AgainResult.Forbidden;
        int mss = CurrentMss();
        if (skb.Tcp.Seq != _snd.WndEnd.Value && _snd.WndEnd - skb.Tcp.Seq > 0) mss = Math.Min(mss, Math.Max(1, _snd.WndEnd - skb.Tcp.Seq));
        if (skb.Length > mss) FragmentSent(skb, mss);
        else if (skb.Length < mss) CollapseSent(ref skb, mss);

        Inc(Snmp.TcpRetransSegs);
        if ((skb.Tcp.Flags & (byte)TcpFlags.SYN) != 0)
        {
            Inc(Snmp.TcpExtTCPSynRetrans);
            EcnClearSyn(skb);
        }

        _totalRetrans++;
        if (skb.Length > 0) Flow.BytesRetrans += skb.Length;
        Flow.RetransmittedAt = _mstamp;
        bool sent = TransmitData(skb, forcePush);
        skb.Tcp.Sacked &= unchecked((byte)~Tcpcb.Judged);
        skb.Tcp.Sacked |= Tcpcb.EverRetrans; // no round trip is measured by it, whether it went or not
        if (!sent)
        {
            Inc(Snmp.TcpExtTCPRetransFail);
            return AgainResult.Failed;
        }

        skb.Tcp.Retransmits++;
        return AgainResult.Sent;
    }

    // Data that has been acknowledged in the middle of a segment is not sent again (tcp_trim_head).
    private void TrimAcked(SkBuff skb)
    {
        int n = Math.Min(_snd.SndUna - skb.Tcp.Seq, skb.Length);
        if (n <= 0) return;
        skb.Pull(n);
        WmemUncharge(n);
        skb.Tcp.Seq = _snd.SndUna.Value;
    }

    /// <summary>Splits a sent segment in two, marks and counts included (tcp_fragment).</summary>
    /// <param name="continues">They stay one packet of the kernel's.</param>
    private void FragmentSent(SkBuff skb, int length, bool continues = false)
    {
        SkBuff part = Net.Pool.Alloc(skb.Length - length);
        part.Put(skb.Data[length..]);
        part.Tcp = skb.Tcp;
        part.Tcp.Seq = skb.Tcp.Seq + (uint)length;
        skb.Tcp.EndSeq = part.Tcp.Seq;
        skb.Tcp.Flags &= unchecked((byte)~(TcpFlags.FIN | TcpFlags.PSH));
        skb.Trim(length);
        if (continues) part.Tcp.Continues = true;
        _rtxQueue.InsertAfter(skb, part);
        if (!part.Tcp.Continues)
        {
            MemForce(SegmentCharge);
            WmemCharge(SegmentCharge);
        }

        _packetsOut++;
        byte sacked = skb.Tcp.Sacked;
        if ((sacked & Tcpcb.SackedAcked) != 0) _sackedOut++;
        if ((sacked & Tcpcb.SackedRetrans) != 0) _retransOut++;
        if ((sacked & Tcpcb.Lost) != 0) _lostOut++;
    }

    /// <summary>tcp_xmit_retransmit_queue: segments marked lost, in order, as far as cwnd goes.</summary>
    private void XmitRetransmitQueue()
    {
        if (_packetsOut == 0) return;
        bool rearm = false;
        SkBuff? skb = _rtxQueue.Head;
        while (skb is not null && _retransOut < _lostOut)
        {
            if (!IsRetransmittable(skb))
            {
                skb = skb.Next;
                continue;
            }

            TrimAcked(skb);
            if (skb.Length > CurrentMss()) RecutSent(ref skb, CurrentMss());
            if (MustPace()) break;
            int room = SndCwnd - PacketsInFlight;
            if (room <= 0) break;
            // What went out as one packet goes again as one, as far as it is lost as a whole.
            int run = 1;
            room = Math.Min(room, Burst(_mssCache));
            for (SkBuff s = skb; run < room && s.Next is { Tcp.Continues: true } n && IsRetransmittable(n); s = n) run++;
            bool head = skb == _rtxQueue.Head, sent = true;
            int bytes = 0;
            Instant before = PacingStamp;
            if (run > 1 && _urgent is not null) _urgent.RunStart = skb.Tcp.Seq;
            for (int i = 0; i < run && sent; i++)
            {
                Inc(_caState == TcpCaState.Loss ? Snmp.TcpExtTCPSlowStartRetrans : Snmp.TcpExtTCPFastRetrans);
                SkBuff at = skb!;
                sent = RetransmitSkb(ref at, run > 1 && i == run - 1);
                if (sent) bytes += at.Length;
                skb = at.Next;
                if (sent && InCwndReduction) _prrOut++;
            }

            if (_urgent is not null) _urgent.RunStart = null;
            if (skb is not null) BeginRun(skb); // what did not go with it is a packet of its own from now on (tcp_fragment)
            PaceAfter(before, bytes);
            if (!sent) break;
            if (head && _retransKind != RetransKind.ReoTimeout) rearm = true;
        }

        if (rearm) ArmRetrans(RetransKind.Retrans, _rto + PacingDelay);
    }

    private static bool IsRetransmittable(SkBuff skb) =>
        (skb.Tcp.Sacked & (Tcpcb.Lost | Tcpcb.SackedAcked | Tcpcb.SackedRetrans)) == Tcpcb.Lost;

    /// <summary>tcp_schedule_loss_probe: RFC 8985 7.2's PTO, when a probe may help.</summary>
    /// <param name="advancingRto">The RTO is being set again from now.</param>
    private bool ScheduleLossProbe(bool advancingRto)
    {
        if (Sysctl.tcp_early_retrans is not (3 or 4) || _packetsOut == 0 || !IsSack || _caState is not (TcpCaState.Open or TcpCaState.CWR) || _state is TcpState.SYN_SENT or TcpState.SYN_RECV || FastOpenRequest is not null) return false;
        Duration timeout;
        if (_rtt.HasSample)
        {
            timeout = Duration.FromMicroseconds(_rtt.Srtt8 >> 2);
            timeout += _packetsOut == 1 ? Duration.FromMicroseconds(RtoMinUs) : TcpConst.TimeoutMin;
        }
        else
        {
            timeout = TcpConst.TimeoutInit;
        }

        Duration untilRto = advancingRto ? _rto : RtoDelta();
        if (untilRto > Duration.Zero) timeout = Duration.Min(untilRto, timeout);
        ArmRetrans(RetransKind.LossProbe, timeout + PacingDelay);
        return true;
    }

    /// <summary>tcp_send_loss_probe: new data if there is some, else the last segment again (RFC 8985 7.3).</summary>
    private void SendLossProbe()
    {
        if (_tlpHighSeq != default)
        {
            RearmRto(); // at most one outstanding
            return;
        }

        Set(TcpSockFlags.TlpRetrans, false);
        int mss = CurrentMss();
        if (_writeQueue.Head is { } next && _snd.Allows(next.Tcp.EndSeq))
        {
            int before = _packetsOut;
            WriteXmit(mss, NaglePush, PushProbe);
            if (_packetsOut > before) FinishProbe();
            else RearmRto();
            return;
        }

        SkBuff? tail = _rtxQueue.Tail;
        if (tail is null || _packetsOut == 0)
        {
            _retransKind = RetransKind.None;
            _retransAt = Instant.Never;
            return;
        }

        Instant stamp = PacingStamp;
        BeginRun(tail);
        if (TransmitAgain(ref tail, forcePush: false) == AgainResult.Sent)
        {
            PaceAfter(stamp, tail.Length);
            Set(TcpSockFlags.TlpRetrans);
            FinishProbe();
        }
        else
        {
            RearmRto();
        }
    }

    private void FinishProbe()
    {
        _tlpHighSeq = _snd.SndNxt;
        if (_tlpHighSeq == default) _tlpHighSeq = 1;
        Inc(Snmp.TcpExtTCPLossProbes);
        _retransKind = RetransKind.None; // a whole RTO from now
        RearmRto();
    }

    /// <summary>tcp_process_tlp_ack: did the probe repair a loss unseen? Then congestion control must hear of it (RFC 8985 7.4).</summary>
    private void ProcessTlpAck(SeqNum ack, AckFlags flag)
    {
        if (ack < _tlpHighSeq) return;
        if (!Has(TcpSockFlags.TlpRetrans))
        {
            _tlpHighSeq = default; // a probe of new data: nothing to repair
        }
        else if ((flag & AckFlags.DsackTlp) != 0)
        {
            _tlpHighSeq = default;
            Set(TcpSockFlags.TlpRetrans, false);
        }
        else if (ack > _tlpHighSeq)
        {
            // Acknowledged without a D-SACK: the original was lost.
            InitCwndReduction();
            SetCaState(TcpCaState.CWR);
            EndCwndReduction();
            TryKeepOpen();
            Inc(Snmp.TcpExtTCPLossProbeRecovery);
            _tlpHighSeq = default;
            Set(TcpSockFlags.TlpRetrans, false);
        }
        else if ((flag & (AckFlags.SndUnaAdvanced | AckFlags.NotDup | AckFlags.DataSacked)) == 0)
        {
            // A pure duplicate at the probe's end: the original arrived too.
            _tlpHighSeq = default;
            Set(TcpSockFlags.TlpRetrans, false);
        }
    }
}
