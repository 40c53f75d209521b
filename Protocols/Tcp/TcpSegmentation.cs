// A packet that stands for several TCP segments becomes them, and a checksum that was left to the device is written: tcp_gso_segment (net/ipv4/tcp_offload.c),
// skb_segment, skb_checksum_help (net/core).

using ActorNet.Protocols.Tcp;

namespace ActorNet.Protocols;

/// <summary>What a device, or the stack in front of one that cannot, does to large packets and partial checksums.</summary>
public static class TcpSegmentation
{
    /// <summary>
    /// Cuts a packet of several segments into as many, chained in order: lengths and identifications counted on, FIN and PSH on the last, CWR on the first.
    /// The packet is freed.
    /// </summary>
    /// <param name="skb">Data at the frame's start; its <see cref="SkBuff.GsoSize"/> is not 0.</param>
    /// <param name="mac">Bytes of the link header.</param>
    /// <param name="partial">Their checksums are left to the device; else they are written.</param>
    public static SkBuff Segment(SkBuff skb, int mac, bool partial)
    {
        ReadOnlySpan<byte> data = skb.Data;
        int ip = (data[mac] & 0xF) * 4, transport = mac + ip, header = transport + (data[transport + 12] >> 4) * 4;
        ushort id = BinaryPrimitives.ReadUInt16BigEndian(data[(mac + 4)..]);
        uint seq = BinaryPrimitives.ReadUInt32BigEndian(data[(transport + 4)..]);
        SkBuff? head = null, tail = null;
        for (int at = header; at < data.Length; at += skb.GsoSize)
        {
            int n = Math.Min(skb.GsoSize, data.Length - at);
            SkBuff s = skb.Pool.Alloc(skb.DataOffset, header + n);
            Span<byte> b = s.Put(header + n);
            data[..header].CopyTo(b);
            BinaryPrimitives.WriteUInt16BigEndian(b[(mac + 2)..], (ushort)(header - mac + n));
            BinaryPrimitives.WriteUInt16BigEndian(b[(mac + 4)..], id++);
            Ipv4View.SendCheck(b[mac..transport]);
            Span<byte> th = b[transport..header];
            BinaryPrimitives.WriteUInt32BigEndian(th[4..], seq + (uint)(at - header));
            if (at + n < data.Length) th[13] &= unchecked((byte)~(TcpFlags.FIN | TcpFlags.PSH));
            if (at > header) th[13] &= unchecked((byte)~TcpFlags.CWR);
            th[16] = th[17] = 0;
            uint sum = PseudoHeader(b[mac..], header - transport + n);
            if (partial)
            {
                data.Slice(at, n).CopyTo(b[header..]);
                BinaryPrimitives.WriteUInt16BigEndian(th[16..], (ushort)sum);
            }
            else
            {
                sum = InternetChecksum.CopyAndSum(data.Slice(at, n), b[header..], InternetChecksum.Sum(th, sum));
                BinaryPrimitives.WriteUInt16BigEndian(th[16..], InternetChecksum.Finish(sum));
            }

            s.IpSummed = partial ? SkbChecksum.PARTIAL : SkbChecksum.NONE;
            s.IsSumRight = !partial;
            s.PacketType = skb.PacketType;
            s.Protocol = skb.Protocol;
            s.IfIndex = skb.IfIndex;
            s.Mark = skb.Mark;
            s.Priority = skb.Priority;
            s.Tstamp = skb.Tstamp;
            s.Ip = skb.Ip;
            s.MacHeader = s.DataOffset;
            s.NetworkHeader = s.DataOffset + mac;
            s.TransportHeader = s.DataOffset + transport;
            SkBuffChain.Put(ref head, ref tail, s);
        }

        skb.Free();
        return head!;
    }

    /// <summary>skb_checksum_help: writes the transport's checksum that was left to the device.</summary>
    /// <param name="skb">Data at the frame's start; of IPv4, TCP or UDP, and one segment.</param>
    /// <param name="mac">Bytes of the link header.</param>
    public static void FillChecksum(SkBuff skb, int mac)
    {
        Span<byte> ip = skb.Data[mac..];
        Span<byte> b = ip[((ip[0] & 0xF) * 4)..BinaryPrimitives.ReadUInt16BigEndian(ip[2..])];
        int field = ip[9] == (byte)IpProtocol.TCP ? 16 : 6;
        b[field] = b[field + 1] = 0;
        ushort check = InternetChecksum.Finish(InternetChecksum.Sum(b, PseudoHeader(ip, b.Length)));
        if (check == 0 && field == 6) check = 0xFFFF; // no checksum is another thing (RFC 768)
        BinaryPrimitives.WriteUInt16BigEndian(b[field..], check);
        skb.IpSummed = SkbChecksum.NONE;
        skb.IsSumRight = true;
    }

    /// <summary>Bytes of the largest frame that this packet stands for (skb_gso_mac_seglen), and how many they have together on a wire.</summary>
    /// <param name="skb">Data at the frame's start, a 14-byte link header before IPv4 and TCP.</param>
    public static (int Largest, long Together) WireLengths(SkBuff skb)
    {
        if (skb.GsoSize == 0) return (skb.Length, skb.Length);
        ReadOnlySpan<byte> data = skb.Data;
        int transport = EtherType.HeaderLength + (data[EtherType.HeaderLength] & 0xF) * 4, header = transport + (data[transport + 12] >> 4) * 4;
        return (header + skb.GsoSize, data.Length + (long)header * (skb.GsoSegs - 1));
    }

    private static uint PseudoHeader(ReadOnlySpan<byte> ip, int length)
    {
        var v = new Ipv4View(ip);
        return InternetChecksum.PseudoHeader4(v.Saddr, v.Daddr, v.Protocol, length);
    }
}
