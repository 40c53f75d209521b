// struct tcp_timewait_sock: what is left of a connection that closed first. RFC 9293 3.6.1, RFC 6191 (reuse by timestamps), RFC 1337 (assassination),
// as tcp_timewait_state_process (net/ipv4/tcp_minisocks.c) decides. It also stands for FIN_WAIT2 when no process is left.

namespace ActorNet.Protocols.Tcp;

/// <summary>What a TIME_WAIT pair makes of a segment.</summary>
public enum TimewaitVerdict : byte
{
    /// <summary>The packet is consumed; nothing else happens (enum tcp_tw_status: TCP_TW_SUCCESS).</summary>
    Drop,

    /// <summary>Consumed; send the reply.</summary>
    Ack,

    /// <summary>Consumed; send the reply, a RST.</summary>
    Reset,

    /// <summary>
    /// Not consumed: a new SYN that may take the pair over. With a listener for it: <see cref="TcpTimewait.GiveWay"/>, remove this, and give it the packet;
    /// without: <see cref="TcpTimewait.Refuse"/>.
    /// </summary>
    Syn,

    /// <summary>Consumed; the pair is free: remove this.</summary>
    Dead,
}

/// <summary>A pair in TIME_WAIT (or an orphan's FIN_WAIT2). The demultiplexer keeps it until <see cref="Expires"/>.</summary>
public sealed partial class TcpTimewait
{
    private readonly Net _net;
    private Instant _lastOowAck = Instant.Never;
    private bool _gone;
    private readonly PackedAddr _local, _peer;

    internal TcpTimewait(Net net, SockAddr local, SockAddr peer, TcpState substate, Instant expires)
    {
        _net = net;
        (_local, _peer) = (new PackedAddr(local), new PackedAddr(peer));
        Substate = substate;
        Expires = expires;
        net.Tcp.TimewaitCount++;
    }

    public SockAddr Local => _local.Value;

    public SockAddr Peer => _peer.Value;

    /// <summary>TIME_WAIT, or FIN_WAIT2 while the peer's FIN is outstanding.</summary>
    public TcpState Substate { get; private set; }

    /// <summary>When to call <see cref="Expire"/>; it moves later when the peer retransmits.</summary>
    public Instant Expires { get; private set; }

    public SeqNum RcvNxt { get; internal set; }

    public SeqNum SndNxt { get; internal init; }

    internal int RcvWnd { get; init; }

    internal byte RcvWscale { get; init; }

    internal bool HasTimestamps { get; init; }

    internal uint TsRecent { get; set; }

    internal Instant TsRecentStamp { get; set; }

    internal uint TsOffset { get; init; }

    internal TcpMd5Key? Md5Key { get; init; }

    internal byte Tos { get; init; }

    /// <summary>Where a new incarnation's sequence numbers start: beyond everything that the old one may still have in the network.</summary>
    public SeqNum NextIsn
    {
        get
        {
            uint isn = SndNxt.Value + 65_535 + 2;
            return isn == 0 ? 1 : isn;
        }
    }

    /// <summary>Takes a segment for this pair.</summary>
    /// <param name="reply">With Ack and Reset: what to send.</param>
    /// <returns>Unless it is Syn, the packet has been freed.</returns>
    public TimewaitVerdict Rcv(SkBuff skb, Instant now, out SkBuff? reply)
    {
        reply = null;
        DropReason bad = TcpInput.Check(skb, _net);
        if (bad != DropReason.NOT_DROPPED_YET) return Drop(skb, bad);
        var th = new TcpHeader(skb.Data);
        var flags = (TcpFlags)skb.Tcp.Flags;
        bool syn = (flags & TcpFlags.SYN) != 0, rst = (flags & TcpFlags.RST) != 0, ack = (flags & TcpFlags.ACK) != 0;
        TcpOptionsReceived.Parse(th.Options, syn, out TcpOptionsReceived o);
        bool saw = o.SawTimestamp && HasTimestamps;
        bool paws = saw && TsRecent != 0 && (int)(TsRecent - o.TsVal) > 0 && now - TsRecentStamp < TcpConst.PawsWrap;
        SeqNum seq = skb.Tcp.Seq, end = skb.Tcp.EndSeq;
        return Substate == TcpState.FIN_WAIT2
            ? FinWait2(skb, now, flags, o, saw, paws, out reply)
            : TimeWait(skb, now, o, saw, paws, (syn, rst, ack), seq, end, out reply);
    }

    private TimewaitVerdict FinWait2(SkBuff skb, Instant now, TcpFlags flags, in TcpOptionsReceived o, bool saw, bool paws, out SkBuff? reply)
    {
        reply = null;
        SeqNum seq = skb.Tcp.Seq, end = skb.Tcp.EndSeq;
        if (paws || !(seq == RcvNxt || (end > RcvNxt && seq < RcvNxt + RcvWnd) || (seq == RcvNxt + RcvWnd && seq == end)))
            return AckOutOfWindow(skb, now, Snmp.TcpExtTCPACKSkippedFinWait2, out reply);
        if ((flags & TcpFlags.RST) != 0) return Kill(skb);
        if ((flags & TcpFlags.SYN) != 0 && seq >= RcvNxt) return Reset(skb, now, out reply);
        if ((flags & TcpFlags.ACK) == 0 || end <= RcvNxt || end == seq) return Drop(skb, DropReason.TCP_OLD_ACK);
        // Data for nobody, or more than the FIN: the peer must know.
        if ((flags & TcpFlags.FIN) == 0 || end != RcvNxt + 1) return Reset(skb, now, out reply);
        Substate = TcpState.TIME_WAIT;
        RcvNxt = end;
        if (saw) Note(o, now);
        Expires = now + TcpConst.TimewaitLen;
        return AckNow(skb, now, out reply);
    }

    private TimewaitVerdict TimeWait(
        SkBuff skb, Instant now, in TcpOptionsReceived o, bool saw, bool paws, (bool Syn, bool Rst, bool Ack) f, SeqNum seq, SeqNum end, out SkBuff? reply)
    {
        reply = null;
        if (!paws && seq == RcvNxt && (seq == end || f.Rst))
        {
            // In order and empty: the ACK of our ACK, or a RST that RFC 1337 would have us ignore.
            if (f.Rst && !_net.Sysctl.tcp_rfc1337) return Kill(skb);
            Expires = now + TcpConst.TimewaitLen;
            if (saw) Note(o, now);
            return Drop(skb, DropReason.CONSUMED);
        }

        // A new connection from the same port: sequence numbers beyond ours, or a newer timestamp (RFC 6191).
        if (f.Syn && !f.Rst && !f.Ack && !paws && (seq > RcvNxt || (saw && (int)(TsRecent - o.TsVal) < 0)))
        {
            skb.Tcp.TwIsn = NextIsn.Value;
            return TimewaitVerdict.Syn;
        }

        if (paws) _net.Mib.Inc(Snmp.TcpExtPAWSTimewait);
        if (f.Rst) return Drop(skb, DropReason.TCP_RESET);
        if (paws || f.Ack) Expires = now + TcpConst.TimewaitLen;
        return AckOutOfWindow(skb, now, Snmp.TcpExtTCPACKSkippedTimeWait, out reply);
    }

    /// <summary>Its time is over (or the host ends): forget it. More than once does nothing.</summary>
    public void Expire()
    {
        if (_gone) return;
        Remove();
    }

    /// <summary>
    /// tcp_twsk_unique: may a connect(2) take this pair over? By timestamps, a second after the last one (tcp_tw_reuse: 1 always, 2 on loopback only).
    /// When true this is gone; give it to <see cref="TcpSock.Connect"/>.
    /// </summary>
    public bool TryReuse(Instant now)
    {
        int reuse = _net.Sysctl.tcp_tw_reuse;
        if (reuse == 2 && !(Local.Address.IsLoopback && Peer.Address.IsLoopback)) reuse = 0;
        if (reuse == 0 || !HasTimestamps || Substate != TcpState.TIME_WAIT || now - TsRecentStamp < Duration.FromSeconds(1)) return false;
        _net.Mib.Inc(Snmp.TcpExtTWRecycled);
        Remove();
        return true;
    }

    /// <summary>A listener takes the SYN: a new connection has this one's place.</summary>
    public void GiveWay() => Remove();

    /// <summary>Nobody listens for the SYN: it is answered like any stray segment, with this pair's ACK, and the pair stays (tcp_v4_rcv: TCP_TW_SYN falls through).</summary>
    public SkBuff Refuse(SkBuff skb, Instant now)
    {
        AckNow(skb, now, out SkBuff? reply);
        return reply!;
    }

    private void Remove()
    {
        if (_gone) return;
        _gone = true;
        _net.Tcp.TimewaitCount--;
    }

    private void Note(in TcpOptionsReceived o, Instant now)
    {
        TsRecent = o.TsVal;
        TsRecentStamp = now;
    }

    private TimewaitVerdict Drop(SkBuff skb, DropReason reason)
    {
        _net.Mib.Drop(skb, reason);
        return TimewaitVerdict.Drop;
    }

    private TimewaitVerdict Kill(SkBuff skb)
    {
        _net.Mib.Drop(skb, DropReason.TCP_RESET);
        Remove();
        return TimewaitVerdict.Dead;
    }

    private TimewaitVerdict Reset(SkBuff skb, Instant now, out SkBuff? reply)
    {
        if (!TcpReset.TryReply(skb, _net, now, Md5Key, out reply)) return Drop(skb, DropReason.TCP_RESET);
        _net.Mib.Drop(skb, DropReason.TCP_ABORT_ON_DATA);
        Remove();
        return TimewaitVerdict.Reset;
    }

    private TimewaitVerdict AckOutOfWindow(SkBuff skb, Instant now, Snmp mib, out SkBuff? reply)
    {
        reply = null;
        bool limited = skb.Tcp.Seq == skb.Tcp.EndSeq || (skb.Tcp.Flags & (byte)TcpFlags.SYN) != 0;
        if (limited && _lastOowAck != Instant.Never && now - _lastOowAck < Duration.FromMilliseconds(_net.Sysctl.tcp_invalid_ratelimit))
        {
            _net.Mib.Inc(mib);
            return Drop(skb, DropReason.TCP_OLD_SEQUENCE);
        }

        if (limited) _lastOowAck = now;
        return AckNow(skb, now, out reply, outOfWindow: true);
    }

    // tcp_v4_timewait_ack. With the mark of the connection's last segment, but for an answer to what is out of the window (TCP_TW_ACK_OOW).
    private TimewaitVerdict AckNow(SkBuff skb, Instant now, out SkBuff? reply, bool outOfWindow = false)
    {
        const int ecnMask = 3;
        var options = new TcpOptionsWriter
        {
            WindowScale = -1, Md5 = Md5Key, Md5Last = true, Timestamps = HasTimestamps, TsVal = (uint)now.Milliseconds + TsOffset, TsEcr = TsRecent,
        };
        reply = TcpSegmentBuilder.Build(_net, Local, Peer, SndNxt, RcvNxt, TcpFlags.ACK, RcvWnd >> RcvWscale, options, outOfWindow ? (byte)(Tos & ~ecnMask) : Tos);
        _net.Mib.Drop(skb, DropReason.CONSUMED);
        return TimewaitVerdict.Ack;
    }
}
