// The TCP header on the wire: RFC 9293 section 3.1, with the ECN bits of RFC 3168 and AE of AccECN. Mirrors struct tcphdr (include/uapi/linux/tcp.h).

namespace ActorNet.Protocols.Tcp;

/// <summary>The control bits (TCPHDR_* of include/net/tcp.h).</summary>
[Flags]
public enum TcpFlags : ushort
{
    None = 0, FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10, URG = 0x20, ECE = 0x40, CWR = 0x80,

    /// <summary>Accurate ECN (RFC 9768), bit 0 of byte 12; never in <see cref="TcpHeader.Flags"/>.</summary>
    AE = 0x100,
}

/// <summary>A view of a TCP header; it shows what is there, sane or not. Ask <see cref="Fits"/> first.</summary>
public readonly ref struct TcpHeader(ReadOnlySpan<byte> bytes)
{
    /// <summary>A header without options, in bytes.</summary>
    public const int MinLength = 20;

    /// <summary>The longest header: a data offset of 15 words.</summary>
    public const int MaxLength = 60;

    private readonly ReadOnlySpan<byte> _b = bytes;

    /// <summary>Whether a whole header, options included, is in these bytes (tcp_v4_rcv's length checks).</summary>
    public static bool Fits(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= MinLength && bytes[12] >> 4 >= 5 && (bytes[12] >> 4) * 4 <= bytes.Length;

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_b);

    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_b[2..]);

    public SeqNum Seq => BinaryPrimitives.ReadUInt32BigEndian(_b[4..]);

    public SeqNum AckSeq => BinaryPrimitives.ReadUInt32BigEndian(_b[8..]);

    /// <summary>Header length in bytes, 0 to 60, as the data offset says.</summary>
    public int Length => (_b[12] >> 4) * 4;

    /// <summary>The three reserved bits and AE (bits 3..0 of byte 12).</summary>
    public int Reserved => _b[12] & 0x0F;

    /// <summary>Byte 13.</summary>
    public TcpFlags Flags => (TcpFlags)_b[13];

    /// <summary>AE, CWR and ECE as a number, 0 to 7: the ACE field of RFC 9768 3.2.2.</summary>
    public int Ace => (_b[12] & 1) << 2 | _b[13] >> 6;

    /// <summary>The window field, unscaled.</summary>
    public ushort Window => BinaryPrimitives.ReadUInt16BigEndian(_b[14..]);

    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_b[16..]);

    public ushort UrgentPointer => BinaryPrimitives.ReadUInt16BigEndian(_b[18..]);

    public ReadOnlySpan<byte> Options => _b[MinLength..Length];

    public bool Ack => (_b[13] & (byte)TcpFlags.ACK) != 0;

    public bool Syn => (_b[13] & (byte)TcpFlags.SYN) != 0;

    public bool Fin => (_b[13] & (byte)TcpFlags.FIN) != 0;

    public bool Rst => (_b[13] & (byte)TcpFlags.RST) != 0;

    /// <summary>Writes the twenty fixed bytes with a zero checksum; options and checksum are the caller's.</summary>
    /// <param name="headerLength">Bytes, options included; a multiple of four, 20 to 60.</param>
    public static void Emit(Span<byte> b, ushort source, ushort destination, SeqNum seq, SeqNum ack, int headerLength, TcpFlags flags, ushort window, ushort urgent)
    {
        BinaryPrimitives.WriteUInt16BigEndian(b[18..], urgent);
        BinaryPrimitives.WriteUInt16BigEndian(b, source);
        BinaryPrimitives.WriteUInt16BigEndian(b[2..], destination);
        BinaryPrimitives.WriteUInt32BigEndian(b[4..], seq.Value);
        BinaryPrimitives.WriteUInt32BigEndian(b[8..], ack.Value);
        b[12] = (byte)(headerLength / 4 << 4 | ((flags & TcpFlags.AE) != 0 ? 1 : 0));
        b[13] = (byte)((int)flags & 0xFF);
        BinaryPrimitives.WriteUInt16BigEndian(b[14..], window);
        BinaryPrimitives.WriteUInt16BigEndian(b[16..], 0);
    }
}
