// One segment on its way: __tcp_transmit_skb, tcp_event_ack_sent, tcp_event_data_sent (net/ipv4/tcp_output.c). RFC 9293 3.1, RFC 7323 section 3.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>Sends a copy of a queued segment (__tcp_transmit_skb with clone_it).</summary>
    /// <param name="forcePush">The last of a packet of several segments: the kernel sets PSH there, for the receiver's sake.</param>
    /// <returns>False: the device's queue dropped it (NET_XMIT_DROP); it is as if it had not been sent.</returns>
    private bool TransmitData(SkBuff seg, bool forcePush = false)
    {
        NoteSent(seg, _packetsOut == 0);
        bool sent = Transmit(seg.Tcp.Seq, (TcpFlags)seg.Tcp.Flags | (forcePush ? TcpFlags.PSH : TcpFlags.None), seg.Data);
        if (_user is { Stamps.Count: > 0 }) StampsOnSending(seg);
        return sent;
    }

    private void NoteSent(SkBuff seg, bool nothingInFlight)
    {
        seg.Tcp.SentAt = _mstamp;
        // Linux reads the clock anew before new data (tcp_write_xmit), so what is sent again by the same acknowledgement is older by a little: RACK can tell.
        if (_flow is { } f && (seg.Tcp.Sacked & Tcpcb.EverRetrans) == 0 && f.RetransmittedAt == _mstamp && seg.Tcp.Seq == _snd.SndNxt.Value)
            seg.Tcp.SentAt = _mstamp + Duration.FromMicroseconds(1);
        if (_state is not (TcpState.SYN_SENT or TcpState.SYN_RECV)) Flow.Sent(seg, _mstamp, _delivered, nothingInFlight);
    }

    /// <summary>__tcp_transmit_skb: builds a segment around the payload and queues it for the driver.</summary>
    /// <param name="run">In the payload's place: the first of so many segments of so many bytes together, to go as one packet.</param>
    /// <returns>False: the device's queue drops it, and the window is cut for that.</returns>
    private bool Transmit(SeqNum seq, TcpFlags flags, ReadOnlySpan<byte> payload, SkBuff? run = null, int segs = 1, int bytes = 0)
    {
        if (run is null) bytes = payload.Length;
        Span<SackBlock> blocks = stackalloc SackBlock[4];
        scoped TcpOptionsWriter options;
        if ((flags & TcpFlags.SYN) != 0)
        {
            options = SynOptions((flags & TcpFlags.ACK) != 0);
            if (options.Length > TcpOptionsWriter.MaxLength) options.FastOpen = default; // beside a signature
            if ((_ecn & EcnFlags.Accurate) != 0) flags = AccEcnSyn(flags);
        }
        else
        {
            if (HasEcn) flags = EcnSend(flags, newData: bytes > 0 && seq >= _snd.SndNxt);
            int sacks = 0;
            options = new TcpOptionsWriter { WindowScale = -1, Timestamps = Timestamps, Md5 = Md5Key };
            if (Timestamps)
            {
                options.TsVal = TsNow;
                options.TsEcr = _tsRecent;
            }

            if (_ofo is not null && IsSack && _ofo.HasSomethingToReport && SackRoom is > 0 and var room)
            {
                sacks = _ofo.Report(blocks, room);
            }

            if (IsAccEcn)
            {
                flags = AccEcnSend(flags, isPure: bytes == 0 && sacks == 0);
                AccEcnOptions(ref options, ref sacks);
            }

            options.Sacks = blocks[..sacks];
        }

        CheckRoute();
        int header = TcpHeader.MinLength + options.Length;
        int length = header + bytes;
        SkBuff pkt = Net.Pool.Alloc(TcpConst.Headroom, length);
        Span<byte> b = pkt.Put(length);
        int window = (flags & TcpFlags.SYN) != 0 ? Math.Min(_rcv.RcvWnd, TcpConst.MaxWindowUnscaled) : SelectWindow();
        ushort urgent = 0;
        if (UrgentMode && _urgent!.SndUp > seq && (flags & (TcpFlags.SYN | TcpFlags.RST)) == 0)
        {
            SeqNum from = _urgent.RunStart ?? seq;
            int up = _urgent.SndUp - from;
            if (up <= 0xFFFF || from + 0xFFFF > _snd.SndNxt)
            {
                flags |= TcpFlags.URG;
                urgent = (ushort)Math.Min(up, 0xFFFF);
            }
        }

        TcpHeader.Emit(b, Local.Port, Peer.Port, seq, (flags & TcpFlags.ACK) != 0 ? _rcv.RcvNxt : default, header, flags, (ushort)window, urgent);
        options.Emit(b[TcpHeader.MinLength..]);
        if (options.Md5 is { } key) TcpMd5.Sign(key, Local.Address, Peer.Address, b[..header], payload);
        if (bytes > 0 && (run is not null || (RouteFeatures & NetIfFeature.HW_CSUM) != 0))
        {
            FillForDevice(pkt, b, header, payload, run, segs);
        }
        else
        {
            uint sum = InternetChecksum.Sum(b[..header], InternetChecksum.PseudoHeader(Local.Address, Peer.Address, (byte)IpProtocol.TCP, length));
            if (bytes > 0) sum = InternetChecksum.CopyAndSum(payload, b[header..], sum);
            BinaryPrimitives.WriteUInt16BigEndian(b[16..], InternetChecksum.Finish(sum));
            pkt.IsSumRight = true;
        }

        FillRoute(pkt, segs);
        if ((flags & TcpFlags.ACK) != 0) EventAckSent();
        if (bytes > 0)
        {
            EventDataSent();
            Flow.DataSegsOut += segs;
            _flow!.BytesSent += bytes;
        }

        // What is sent again counts as TcpRetransSegs alone.
        SeqNum end = seq + bytes + ((flags & (TcpFlags.SYN | TcpFlags.FIN)) != 0 ? 1 : 0);
        if (end > _snd.SndNxt || end == seq) Net.Mib.Add(Snmp.TcpOutSegs, segs);
        _segsOut += segs;
        if (_flow is { } flow) flow.LastXmit = Instant.Max(flow.LastXmit, _mstamp);
        QueueXmit(pkt);
        if (Net.EgressDrops is not { } drops || !drops(Peer.Address)) return true;
        EnterCwr();
        return false;
    }

    private void FillRoute(SkBuff pkt, int segs)
    {
        pkt.TransportHeader = pkt.DataOffset;
        FillIp(pkt, Local.Address, Peer.Address, connected: true, segs);
        if (!_confirmNeighbour) return;
        pkt.Ip.ConfirmNeighbour = true;
        _confirmNeighbour = false;
    }

    private bool _confirmNeighbour;

    /// <summary>tcp_event_ack_sent: the debt is paid, and one of the quick ACKs is used up.</summary>
    private void EventAckSent()
    {
        if (_quick > 0 && (_ackPending & AckPending.Sched) != 0 && --_quick == 0) _ato = TcpConst.AtoMin; // one that was owed
        _ackPending = AckPending.None;
        _delackAt = Instant.Never;
        _compAckAt = Instant.Never;
        if (_compressedAcks > 0) Net.Mib.Add(Snmp.TcpExtTCPAckCompressed, _compressedAcks);
        _compressedAcks = 0;
        _ofo?.ClearDsack();
    }

    /// <summary>tcp_event_data_sent: restarts the window after idleness, and notices a conversation (data in reply to data).</summary>
    private void EventDataSent()
    {
        if (_packetsOut == 0) _ca.CwndEvent(this, TcpCaEvent.TxStart);
        _lsndtime = _mstamp;
        if (_mstamp - _lrcvtime < _ato && _pingpong < byte.MaxValue) _pingpong++;
    }

    /// <summary>When data was last sent.</summary>
    internal Instant LastSent => _lsndtime;
}
