// From the script's words to bytes: IPv4 with a TCP segment, a UDP datagram, or an ICMP error about something that the host sent.

using System.Buffers.Binary;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill;

/// <summary>Builds what a script sends to the host.</summary>
internal sealed class PacketBuilder(uint local, uint remote)
{
    private const int IpLength = 20, QuotedPayload = 8;

    /// <summary>What the script's segments are signed with where it writes `md5` without a digest; null for nothing.</summary>
    public byte[]? Md5Key { get; set; }

    public byte[] Build(PacketSpec packet, Flow flow) => packet switch
    {
        TcpSpec t => Ip(IpProtocol.TCP, TrafficClass(packet), Tcp(t, flow)),
        UdpSpec u => Ip(IpProtocol.UDP, TrafficClass(packet), Udp(u, flow)),
        IcmpSpec i => Ip(IpProtocol.ICMP, 0, Icmp(i, flow)),
        _ => throw new ArgumentException("no such packet", nameof(packet)),
    };

    private static byte TrafficClass(PacketSpec p) => (byte)(p.Tos ?? (p.Ecn is { } e ? (int)e & 3 : 0));

    private byte[] Tcp(TcpSpec t, Flow flow)
    {
        bool syn = (t.Flags & TcpFlags.SYN) != 0;
        if (syn) flow.BeginRemote(t.Seq);
        byte[] options = OptionBytes.Write(t.Options ?? [], value => value + flow.LocalOffset(syn), flow.ToWireEcho);
        byte[] b = new byte[TcpHeader.MinLength + options.Length + t.Length];
        uint ack = t.Ack is { } a ? a + flow.LocalOffset(syn) : 0;
        TcpHeader.Emit(
            b, flow.RemotePort, flow.LocalPort, t.Seq + flow.RemoteOffset(syn), ack, TcpHeader.MinLength + options.Length, t.Flags, (ushort)(t.Window ?? 0), (ushort)(t.Urgent ?? 0));
        if (t.AccurateEcn) b[12] |= 1;
        options.CopyTo(b, TcpHeader.MinLength);
        Fill(b.AsSpan(TcpHeader.MinLength + options.Length), t.Seq);
        if (Md5Key is { } key && t.Options is { } all && all.Any(o => o.Name == "md5" && o.Bytes.Length == 0)) Md5Signature.Of(b, remote, local, key).CopyTo(b, Md5Signature.Find(b));
        WriteChecksum(b, 16, remote, local, IpProtocol.TCP);
        return b;
    }

    private byte[] Udp(UdpSpec u, Flow flow)
    {
        byte[] b = new byte[UdpHeader.Length + u.Length];
        BinaryPrimitives.WriteUInt16BigEndian(b, flow.RemotePort);
        BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(2), flow.LocalPort);
        BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(4), (ushort)b.Length);
        Fill(b.AsSpan(UdpHeader.Length), 0);
        WriteChecksum(b, 6, remote, local, IpProtocol.UDP);
        return b;
    }

    // RFC 792: the header of what was sent, and the first eight bytes of what it carried.
    private byte[] Icmp(IcmpSpec i, Flow flow)
    {
        byte[] quoted = new byte[QuotedPayload];
        BinaryPrimitives.WriteUInt16BigEndian(quoted, flow.LocalPort);
        BinaryPrimitives.WriteUInt16BigEndian(quoted.AsSpan(2), flow.RemotePort);
        if (i.QuotesUdp) BinaryPrimitives.WriteUInt16BigEndian(quoted.AsSpan(4), (ushort)(UdpHeader.Length + i.QuotedLength));
        else BinaryPrimitives.WriteUInt32BigEndian(quoted.AsSpan(4), i.QuotedSeq + flow.LocalOffset(syn: false));
        int whole = IpLength + (i.QuotesUdp ? UdpHeader.Length : TcpHeader.MinLength) + i.QuotedLength;
        byte[] original = Header(i.QuotesUdp ? IpProtocol.UDP : IpProtocol.TCP, 0, whole, from: local, to: remote);
        byte[] b = [i.Type, i.Code, 0, 0, 0, 0, 0, 0, .. original, .. quoted];
        if (i.Mtu is { } mtu) BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(6), (ushort)mtu);
        BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(2), (ushort)~Sum(b, 0));
        return b;
    }

    private byte[] Ip(IpProtocol protocol, byte tos, byte[] payload) => [.. Header(protocol, tos, IpLength + payload.Length, remote, local), .. payload];

    private static byte[] Header(IpProtocol protocol, byte tos, int total, uint from, uint to)
    {
        byte[] h = new byte[IpLength];
        h[0] = 0x45;
        h[1] = tos;
        BinaryPrimitives.WriteUInt16BigEndian(h.AsSpan(2), (ushort)total);
        h[6] = 0x40; // DF, as TCP's packets have it
        h[8] = 64;
        h[9] = (byte)protocol;
        BinaryPrimitives.WriteUInt32BigEndian(h.AsSpan(12), from);
        BinaryPrimitives.WriteUInt32BigEndian(h.AsSpan(16), to);
        BinaryPrimitives.WriteUInt16BigEndian(h.AsSpan(10), (ushort)~Sum(h, 0));
        return h;
    }

    // The stream's bytes follow from their place, so that what a program reads can be checked.
    private static void Fill(Span<byte> data, uint seq)
    {
        for (int i = 0; i < data.Length; i++) data[i] = (byte)(seq + (uint)i);
    }

    private static void WriteChecksum(byte[] b, int at, uint from, uint to, IpProtocol protocol)
    {
        uint sum = (from >> 16) + (from & 0xFFFF) + (to >> 16) + (to & 0xFFFF) + (uint)protocol + (uint)b.Length;
        ushort check = (ushort)~Sum(b, sum);
        BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(at), check == 0 && protocol == IpProtocol.UDP ? (ushort)0xFFFF : check);
    }

    internal static uint Sum(ReadOnlySpan<byte> b, uint sum)
    {
        for (int i = 0; i < b.Length; i += 2) sum += (uint)b[i] << 8 | (i + 1 < b.Length ? b[i + 1] : 0u);
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }
}
