// The first look at a segment, before any socket is known: tcp_v4_rcv's checks and tcp_v4_fill_cb (net/ipv4/tcp_ipv4.c).

namespace ActorNet.Protocols.Tcp;

/// <summary>Header and checksum validation, once per packet.</summary>
public static class TcpInput
{
    /// <summary>
    /// Checks length and checksum and notes Seq, EndSeq, AckSeq, Flags and HeaderLength in <see cref="SkBuff.Tcp"/>; counts it. The packet stays the caller's.
    /// A demultiplexer calls it first; a packet that has been here passes at once.
    /// </summary>
    /// <returns>NOT_DROPPED_YET, or why the caller must drop it.</returns>
    public static DropReason Check(SkBuff skb, Net net)
    {
        if (skb.Tcp.HeaderLength != 0) return DropReason.NOT_DROPPED_YET;
        net.Mib.Inc(Snmp.TcpInSegs);
        ReadOnlySpan<byte> data = skb.Data;
        if (!TcpHeader.Fits(data))
        {
            net.Mib.Inc(Snmp.TcpInErrs);
            return DropReason.PKT_TOO_SMALL;
        }

        if (skb.IpSummed is SkbChecksum.NONE or SkbChecksum.COMPLETE
            && !InternetChecksum.IsValid(data, InternetChecksum.PseudoHeader(skb.Ip.Saddr, skb.Ip.Daddr, (byte)IpProtocol.TCP, data.Length)))
        {
            net.Mib.Inc(Snmp.TcpInCsumErrors);
            net.Mib.Inc(Snmp.TcpInErrs);
            return DropReason.TCP_CSUM;
        }

        skb.IpSummed = SkbChecksum.UNNECESSARY;
        var th = new TcpHeader(data);
        TcpFlags flags = th.Flags;
        ref TcpControl tcb = ref skb.Tcp;
        tcb.Seq = th.Seq.Value;
        int space = data.Length - th.Length + ((flags & TcpFlags.SYN) != 0 ? 1 : 0) + ((flags & TcpFlags.FIN) != 0 ? 1 : 0);
        tcb.EndSeq = tcb.Seq + (uint)space;
        tcb.AckSeq = th.AckSeq.Value;
        tcb.Flags = (byte)flags;
        tcb.HeaderLength = (byte)th.Length;
        return DropReason.NOT_DROPPED_YET;
    }
}
