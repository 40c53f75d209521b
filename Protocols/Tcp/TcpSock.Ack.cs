// Taking an acknowledgement: tcp_ack and what it calls (net/ipv4/tcp_input.c). RFC 9293 3.10.7.4 (ACK field), RFC 5961 section 5, RFC 7323 section 4.

namespace ActorNet.Protocols.Tcp;

/// <summary>What an ACK brought (FLAG_* of tcp_input.c).</summary>
[Flags]
internal enum AckFlags
{
    None = 0,
    Data = 0x01, WinUpdate = 0x02, DataAcked = 0x04, RetransDataAcked = 0x08, SynAcked = 0x10, DataSacked = 0x20, Ece = 0x40, LostRetrans = 0x80,
    SlowPath = 0x100, OrigSackAcked = 0x200, SndUnaAdvanced = 0x400, DsackingAck = 0x800, SetXmitTimer = 0x1000, SackReneging = 0x2000,
    UpdateTsRecent = 0x4000, NoChallengeAck = 0x8000, DsackTlp = 0x20000,

    Acked = DataAcked | SynAcked,
    NotDup = Data | WinUpdate | Acked,
    ForwardProgress = Acked | DataSacked,
}

public sealed partial class TcpSock
{
    private const long NoTime = -1;

    private enum Rexmit : byte { None, Lost, New }

    /// <summary>tcp_ack.</summary>
    /// <returns>NOT_DROPPED_YET when it was fine (also when old); otherwise why the segment must go.</returns>
    private DropReason Ack(SkBuff skb, in TcpOptionsReceived o, AckFlags flag)
    {
        SeqNum priorUna = _snd.SndUna, ack = skb.Tcp.AckSeq, seq = skb.Tcp.Seq;
        int priorPackets = _packetsOut, priorInFlight = PacketsInFlight;
        long deliveredBefore = _delivered, lostBefore = _lost;
        var rexmit = Rexmit.None;
        _sackDelivered = 0;
        _flow?.BeginAck(priorInFlight);
        bool isData = skb.Tcp.EndSeq != skb.Tcp.Seq;

        if (ack < priorUna)
        {
            // RFC 5961 5.2: [SND.UNA - MAX.SND.WND, SND.NXT] is acceptable; older is an attack or a ghost.
            uint most = (uint)Math.Min(_snd.MaxWindow, Math.Max(0, _bytesAcked));
            if (priorUna - ack > (int)Math.Min(most, int.MaxValue))
            {
                if ((flag & AckFlags.NoChallengeAck) == 0) SendChallengeAck(skb);
                return DropReason.TCP_TOO_OLD_ACK;
            }

            return OldAck(skb, o, flag, priorUna, ref rexmit, deliveredBefore, lostBefore);
        }

        if (ack > _snd.SndNxt)
        {
            // RFC 9293 3.10.7.4: of something not yet sent: answered, and dropped.
            if ((flag & AckFlags.NoChallengeAck) == 0) SendChallengeAck(skb);
            return DropReason.TCP_ACK_UNSENT_DATA;
        }

        if (ack > priorUna)
        {
            flag |= AckFlags.SndUnaAdvanced;
            _retransmits = 0;
        }

        SeqNum priorFack = HighestSackSeq();
        bool isNewer = o.SawTimestamp && (int)(o.TsVal - _tsRecent) > 0;
        if (AccEcnState is { } acc) acc.AckedBytes = 0;
        if ((flag & AckFlags.UpdateTsRecent) != 0) ReplaceTsRecent(o, seq);

        if ((flag & (AckFlags.SlowPath | AckFlags.SndUnaAdvanced)) == AckFlags.SndUnaAdvanced)
        {
            _snd.SndWl1 = seq;
            AdvanceUna(ack);
            flag |= AckFlags.WinUpdate;
            Inc(Snmp.TcpExtTCPHPAcks);
        }
        else
        {
            if (isData) flag |= AckFlags.Data;
            else Inc(Snmp.TcpExtTCPPureAcks);
            flag |= UpdateWindow(skb, ack, seq);
            if (o.SackCount > 0) flag |= SacktagWriteQueue(skb, o, priorUna);
            if (_sackDelivered > 0) Delivered(_sackDelivered);
            if (HasEcn && ((TcpFlags)skb.Tcp.Flags & (TcpFlags.ECE | TcpFlags.SYN)) == TcpFlags.ECE) flag |= AckFlags.Ece;
        }

        _errSoft = Errno.OK;
        _probesOut = 0;
        _rcvTstamp = _mstamp;
        if (priorPackets == 0)
        {
            if (IsAccEcn) flag |= AccEcnProcess(skb, o, flag, (int)(_delivered - deliveredBefore), isNewer);
            if ((flag & AckFlags.DsackingAck) != 0)
            {
                FastretransAlert(priorUna, 0, ref flag, ref rexmit);
                NewlyDelivered(deliveredBefore, flag);
            }

            AckProbe();
            if (_tlpHighSeq != default) ProcessTlpAck(ack, flag);
            return DropReason.NOT_DROPPED_YET;
        }

        flag |= CleanRtxQueue(o, priorFack, priorUna);
        RackUpdateReoWnd();
        if (_tlpHighSeq != default) ProcessTlpAck(ack, flag);
        if (IsAccEcn) flag |= AccEcnProcess(skb, o, flag, (int)(_delivered - deliveredBefore), isNewer);
        if (_ca.NeedsEcn) _ca.InAck(this);
        if (IsDubious(flag))
        {
            int dupacks = (flag & (AckFlags.SndUnaAdvanced | AckFlags.NotDup | AckFlags.DsackingAck)) == 0 ? 1 : 0;
            FastretransAlert(priorUna, dupacks, ref flag, ref rexmit);
        }

        if ((flag & AckFlags.SetXmitTimer) != 0 && !ScheduleLossProbe(true)) RearmRto();
        NewlyDelivered(deliveredBefore, flag);
        if ((flag & AckFlags.ForwardProgress) != 0 || (flag & AckFlags.NotDup) == 0) _confirmNeighbour = true;
        _flow?.Generate(_delivered, _delivered != deliveredBefore, (flag & AckFlags.SackReneging) != 0, MinRttUs, _mstamp);
        CongControl(ack, (int)(_delivered - deliveredBefore), (int)(_lost - lostBefore), flag);
        XmitRecovery(rexmit);
        return DropReason.NOT_DROPPED_YET;
    }

    // An ACK below SND.UNA: its SACK blocks may still be news.
    private DropReason OldAck(SkBuff skb, in TcpOptionsReceived o, AckFlags flag, SeqNum priorUna, ref Rexmit rexmit, long delivered, long lost)
    {
        if (o.SackCount > 0 && _packetsOut > 0)
        {
            flag |= SacktagWriteQueue(skb, o, priorUna);
            FastretransAlert(priorUna, 0, ref flag, ref rexmit);
            XmitRecovery(rexmit);
        }

        return DropReason.NOT_DROPPED_YET;
    }

    private void AdvanceUna(SeqNum ack)
    {
        _bytesAcked += ack - _snd.SndUna;
        _snd.SndUna = ack;
        if (_urgent is { SndMode: true } && ack >= _urgent.SndUp) _urgent.SndMode = false;
    }

    /// <summary>tcp_ack_update_window.</summary>
    private AckFlags UpdateWindow(SkBuff skb, SeqNum ack, SeqNum seq)
    {
        uint window = new TcpHeader(HeaderOf(skb)).Window;
        if ((skb.Tcp.Flags & (byte)TcpFlags.SYN) == 0) window <<= _sndWscale;
        AckFlags flag = AckFlags.None;
        if (_snd.MayUpdate(ack, seq, window))
        {
            flag = AckFlags.WinUpdate;
            _snd.SndWl1 = seq;
            if (_snd.SndWnd != window)
            {
                _snd.SndWnd = window;
                Set(TcpSockFlags.FastPath, false);
                FastPathCheck();
                if (!_writeQueue.IsEmpty) SlowStartAfterIdleCheck();
                if (window > _snd.MaxWindow)
                {
                    _snd.MaxWindow = window;
                    SyncMss(_mtu);
                }
            }
        }

        AdvanceUna(ack);
        return flag;
    }

    /// <summary>tcp_count_delivered.</summary>
    private void Delivered(int segments)
    {
        _delivered += segments;
        Net.Mib.Add(Snmp.TcpExtTCPDelivered, segments);
    }

    // tcp_newly_delivered: what came under a mark.
    private void NewlyDelivered(long before, AckFlags flag)
    {
        if ((flag & AckFlags.Ece) == 0 || !HasEcn || _delivered == before) return;
        Flow.DeliveredCe += _delivered - before;
        Net.Mib.Add(Snmp.TcpExtTCPDeliveredCE, _delivered - before);
    }

    /// <summary>tcp_ack_probe: an ACK while only unsent data waits; the window opened, or the probing goes on.</summary>
    private void AckProbe()
    {
        if (_writeQueue.Head is not { } head) return;
        while (head.Next is { Tcp.Continues: true } next) head = next; // all of the kernel's packet must fit
        if ((SeqNum)head.Tcp.EndSeq <= _snd.WndEnd)
        {
            _backoff = 0;
            _probesTstamp = Instant.Never;
            if (_retransKind == RetransKind.Probe0) ClearRetrans();
        }
        else
        {
            ArmRetrans(RetransKind.Probe0, ClampProbe0(Probe0When()));
        }
    }

    private bool IsDubious(AckFlags flag) =>
        (flag & AckFlags.NotDup) == 0 || (flag & (AckFlags.DataSacked | AckFlags.DsackingAck | AckFlags.SackReneging | AckFlags.Ece)) != 0 || _caState != TcpCaState.Open;

    /// <summary>tcp_replace_ts_recent: RFC 7323 4.3 (2): only from segments at the left edge of what was acknowledged.</summary>
    private void ReplaceTsRecent(in TcpOptionsReceived o, SeqNum seq)
    {
        if (!o.SawTimestamp || seq > _rcv.RcvWup || !Timestamps) return;
        if ((int)(_tsRecent - o.TsVal) <= 0 || _tsRecentStamp == Instant.Never || _mstamp - _tsRecentStamp >= TcpConst.PawsWrap)
            StoreTsRecent(o);
    }

    private void StoreTsRecent(in TcpOptionsReceived o)
    {
        _tsRecent = o.TsVal;
        _tsRecentStamp = _mstamp;
    }

    /// <summary>The header of a segment whose header may have been pulled already.</summary>
    private static ReadOnlySpan<byte> HeaderOf(SkBuff skb) => skb.Head.AsSpan(skb.TransportHeader, skb.Tcp.HeaderLength);
}
