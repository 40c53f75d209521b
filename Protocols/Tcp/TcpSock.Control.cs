// Segments without data: ACK, RST, FIN (tcp_send_ack, tcp_send_active_reset, tcp_send_fin; net/ipv4/tcp_output.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>tcp_send_ack.</summary>
    private void SendAck()
    {
        if (_state == TcpState.CLOSE) return;
        Transmit(_snd.SndNxt <= _snd.WndEnd ? _snd.SndNxt : AcceptableSeq(), TcpFlags.ACK, default);
    }

    /// <summary>tcp_acceptable_seq: SND.NXT, or the window's edge when the peer shrank it (beyond one scaled unit).</summary>
    private SeqNum AcceptableSeq()
    {
        SeqNum end = _snd.WndEnd;
        return end >= _snd.SndNxt || (Has(TcpSockFlags.WscaleOk) && _snd.SndNxt - end < 1 << _rcv.Wscale) ? _snd.SndNxt : end;
    }

    /// <summary>tcp_send_active_reset: we give up (close with unread data, abortive linger, orphans).</summary>
    private void SendActiveReset()
    {
        Inc(Snmp.TcpOutRsts);
        Transmit(AcceptableSeq(), TcpFlags.RST | TcpFlags.ACK, default);
    }

    /// <summary>tcp_send_fin: on the last unsent segment, or on one of its own.</summary>
    private void SendFin()
    {
        if (_writeQueue.Tail is { } tail)
        {
            tail.Tcp.Flags |= (byte)TcpFlags.FIN;
            tail.Tcp.EndSeq++;
            _snd.WriteSeq += 1;
        }
        else
        {
            QueueControl(TcpFlags.ACK | TcpFlags.FIN);
        }

        PushPending(CurrentMss(), NagleOff);
    }

    /// <summary>A segment that carries only a SYN or FIN, behind everything written.</summary>
    private SkBuff QueueControl(TcpFlags flags)
    {
        SkBuff skb = Net.Pool.Alloc(0);
        skb.Tcp.Seq = _snd.WriteSeq.Value;
        skb.Tcp.EndSeq = _snd.WriteSeq.Value + 1;
        skb.Tcp.Flags = (byte)flags;
        _snd.WriteSeq += 1;
        MemForce(Charge(skb));
        WmemCharge(Charge(skb));
        if (_writeQueue.IsEmpty && (flags & TcpFlags.SYN) == 0) Flow.ChronoStart(TcpChrono.Busy, _mstamp);
        _writeQueue.Append(skb);
        return skb;
    }
}
