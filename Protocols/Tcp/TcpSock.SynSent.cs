// A segment in SYN_SENT (tcp_rcv_synsent_state_process). RFC 9293 3.10.7.3, and 3.5's simultaneous open.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
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

            if (o.SawTimestamp && o.TsEcr != 0 && (int)(o.TsEcr - (_synSentMs + _tsOffset)) < 0 | (int)(TsNow - o.TsEcr) < 0)
            {
                Inc(Snmp.TcpExtPAWSActive);
                return ReplyReset(skb, DropReason.TCP_RFC7323_PAWS);
            }

            if (rst) return Reset(skb);
            if (!syn) return DropReceived(skb, DropReason.TCP_FLAGS);
            NoteEcho(o);
            // tcp_try_undo_spurious_syn: it answers the first SYN, so that one was late and not lost.
            if (o.SawTimestamp && o.TsEcr == _synSentMs + _tsOffset) _undoMarker = default;
            if (HasAnyEcn) EcnRcvSynAck(skb, th, o.AccEcn);
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
            bool sentAgain = FastOpen is { SynFastopen: true } or { SynData: true } && RcvFastOpenSynAck(FastOpen!, th, o.Mss);
            bool taken = !sentAgain && FastOpen is { } f && (f.SynFastopen || f.SynData) && TakeSynData(f, skb);
            Wake(taken ? StateChange | DataReady : StateChange);
            if (!taken) skb.Free();
            bool writePending = Has(TcpSockFlags.WritePending);
            Set(TcpSockFlags.WritePending, false);
            DropReason reason = taken ? DropReason.NOT_DROPPED_YET : DropReason.CONSUMED;
            if (sentAgain)
            {
                PushPending();
                return reason;
            }

            if (writePending || (InPingpong && !Has(TcpSockFlags.Dead)) || _user is { DeferAccept: > 0 })
            {
                // Data is about to follow: let it carry the ACK.
                _ackPending |= AckPending.Sched;
                EnterQuickAck(TcpConst.MaxQuickAcks);
                _ackPending |= AckPending.Timer;
                _delackAt = _mstamp + TcpConst.DelackMax;
            }
            else
            {
                SendSynAckAck();
            }

            PushPending();
            return reason;
        }

        // Second, a RST without ACK: ignore it. Fourth, a SYN without ACK: a simultaneous open.
        if (rst) return DropReceived(skb, DropReason.TCP_RESET);
        if (!syn) return DropReceived(skb, DropReason.TCP_FLAGS);
        SetState(TcpState.SYN_RECV);
        _rcv.RcvNxt = skb.Tcp.Seq + 1;
        _rcv.RcvWup = _rcv.CopiedSeq = _rcv.RcvNxt;
        (byte wscale, int clamp) = (_rcv.Wscale, _rcv.WindowClamp);
        AgreeOptions(o);
        (_rcv.Wscale, _rcv.WindowClamp) = (wscale, clamp); // Linux goes on scaling as its own SYN said, whatever the crossing one offers
        if (HasAnyEcn) EcnRcvCrossingSyn(skb, th);
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
        syn.Tcp.Flags = (byte)(TcpFlags.SYN | TcpFlags.ACK | (HasEcn ? TcpFlags.ECE : TcpFlags.None));
        // Of a Fast Open's data behind it nothing is said.
        if ((syn.Tcp.Sacked & Tcpcb.Lost) != 0) _lostOut--;
        if ((syn.Tcp.Sacked & Tcpcb.SackedRetrans) != 0) _retransOut--;
        syn.Tcp.Sacked = (byte)(syn.Tcp.Sacked & Tcpcb.EverRetrans);
        TransmitData(syn);
    }
}
