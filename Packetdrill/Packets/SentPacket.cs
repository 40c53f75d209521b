// What the host sent, read off its bytes; and in the script's words.

using System.Buffers.Binary;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill;

/// <summary>A packet that left the host.</summary>
/// <param name="At">When, since the script's beginning.</param>
internal sealed class SentPacket(byte[] bytes, Duration at)
{
    private const int IpLength = 20, WindowField = 14;

    public Duration At { get; } = at;

    public IpProtocol Protocol => (IpProtocol)bytes[9];

    public byte Tos => bytes[1];

    public uint Daddr => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(16));

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(Transport);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(Transport[2..]);

    private int HeaderLength => (bytes[0] & 0xF) * 4;

    private ReadOnlySpan<byte> Transport => bytes.AsSpan(HeaderLength);

    public bool IsTcp => Protocol == IpProtocol.TCP && TcpHeader.Fits(Transport);

    public TcpFlags Flags => (TcpFlags)bytes[HeaderLength + 13];

    public uint Seq => new TcpHeader(Transport).Seq.Value;

    /// <summary>What is wrong with it, whatever the script says: lengths, checksums, and its signature. Null for a sound packet.</summary>
    /// <param name="md5Key">Null where the script has given none.</param>
    public string? Fault(byte[]? md5Key)
    {
        if (bytes.Length < IpLength || bytes[0] >> 4 != 4 || HeaderLength < IpLength || bytes.Length < HeaderLength) return "it is no IPv4 packet";
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2)) != bytes.Length) return "its IP length is not its length";
        if (PacketBuilder.Sum(bytes.AsSpan(0, HeaderLength), 0) != 0xFFFF) return "its IP checksum is wrong";
        if (Protocol == IpProtocol.ICMP) return PacketBuilder.Sum(Transport, 0) == 0xFFFF ? null : "its ICMP checksum is wrong";
        if (Protocol is not (IpProtocol.TCP or IpProtocol.UDP)) return null;
        if (Protocol == IpProtocol.TCP && !IsTcp) return "its TCP header does not fit";
        uint pseudo = (uint)Protocol + (uint)Transport.Length;
        for (int i = 12; i < 20; i += 2) pseudo += BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i));
        if (PacketBuilder.Sum(Transport, pseudo) != 0xFFFF) return $"its {Protocol} checksum is wrong";
        if (md5Key is null || !IsTcp || Md5Signature.Find(Transport) is not (> 0 and var at)) return null;
        uint from = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(12));
        return Transport[at..].StartsWith(Md5Signature.Of(Transport, from, Daddr, md5Key)) ? null : "its MD5 signature is wrong";
    }

    /// <summary>In the script's words; numbers of the wire where a flow has no offsets yet.</summary>
    public PacketSpec ToSpec(Flow? flow)
    {
        EcnSpec ecn = (EcnSpec)(Tos & 3);
        if (IsTcp) return Tcp(flow) with { Ecn = ecn, Tos = Tos };
        if (Protocol == IpProtocol.UDP) return new UdpSpec(Transport.Length - UdpHeader.Length) { Ecn = ecn, Tos = Tos };
        return new IcmpSpec(Transport[0], Transport[1], null, 0, 0, false, $"icmp type {Transport[0]} code {Transport[1]}") { Ecn = ecn, Tos = Tos };
    }

    private TcpSpec Tcp(Flow? flow)
    {
        var th = new TcpHeader(Transport);
        uint local = flow?.LocalOffset(th.Syn) ?? 0, remote = flow?.RemoteOffset(th.Syn) ?? 0;
        IReadOnlyList<OptionSpec> options = [.. OptionBytes.Read(th.Options).Select(o => o.Name switch
        {
            "sack" => o with { Blocks = [.. o.Blocks.Select(b => (b.Left - remote, b.Right - remote))] },
            "TS" => o with { A = o.A - (flow?.StampOffset ?? 0) },
            _ => o,
        })];
        return new TcpSpec(
            th.Flags, (Transport[12] & 1) != 0, th.Seq.Value - local, Transport.Length - th.Length, th.Ack ? th.AckSeq.Value - remote : null,
            BinaryPrimitives.ReadUInt16BigEndian(Transport[WindowField..]), th.UrgentPointer != 0 ? th.UrgentPointer : null, options);
    }

    /// <summary>The timestamp on the wire; null without the option.</summary>
    public uint? Stamp() => OptionBytes.Read(new TcpHeader(Transport).Options).FirstOrDefault(o => o.Name == "TS")?.A;
}
