// TCP options as they leave, in the order and with the padding that Linux gives them (tcp_options_write, net/ipv4/tcp_output.c):
// SYN: MSS, then SACK-permitted and timestamps in one twelve-byte block, then NOP and window scale, then Fast Open; afterwards NOP NOP timestamps, NOP NOP SACK.
// AccECN stands behind the timestamps, and takes the place of the NOPs of what follows.

namespace ActorNet.Protocols.Tcp;

/// <summary>The options of one outgoing segment (struct tcp_out_options).</summary>
public ref struct TcpOptionsWriter
{
    /// <summary>MAX_TCP_OPTION_SPACE, bytes.</summary>
    internal const int MaxLength = 40;

    /// <summary>0: no MSS option.</summary>
    public ushort Mss;

    /// <summary>Below zero: no window scale option.</summary>
    public int WindowScale;

    public bool SackPermitted, Timestamps;
    public uint TsVal, TsEcr;

    /// <summary>The segment is to be signed with this key; null for none.</summary>
    internal TcpMd5Key? Md5;

    /// <summary>The signature comes behind the timestamps, as in the ACKs of a request and of TIME_WAIT (tcp_v4_send_ack); else before all.</summary>
    internal bool Md5Last;

    /// <summary>Fast Open, on a SYN or SYN-ACK.</summary>
    internal FastOpenCookie FastOpen;

    /// <summary>AccECN's counters.</summary>
    public AccEcnFields AccEcn;

    /// <summary>SACK blocks in the order in which they are reported; a D-SACK comes first (RFC 2883).</summary>
    public ReadOnlySpan<SackBlock> Sacks;

    /// <summary>Bytes that <see cref="Emit"/> writes: a multiple of four, at most 40.</summary>
    public readonly int Length =>
        (Mss != 0 ? 4 : 0) + (Timestamps ? 12 : SackPermitted ? 4 : 0) + (WindowScale >= 0 ? 4 : 0) + (Sacks.IsEmpty ? 0 : 4 + 8 * Sacks.Length) + FastOpen.OptionLength + (Md5 is null ? 0 : TcpMd5.OptionLength)
        + AccEcn.Space(AccEcnLead);

    /// <summary>How many NOPs what follows AccECN begins with.</summary>
    internal readonly int AccEcnLead => SackPermitted && !Timestamps ? 2 : WindowScale >= 0 ? 1 : Sacks.IsEmpty ? 0 : 2;

    public readonly void Emit(Span<byte> b)
    {
        int n = 0;
        if (Md5 is not null)
        {
            TcpMd5.Emit(Md5Last ? b[(Length - TcpMd5.OptionLength)..] : b);
            if (!Md5Last) n = TcpMd5.OptionLength;
        }

        if (Mss != 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(b[n..], 0x0204_0000u | Mss);
            n += 4;
        }

        if (Timestamps)
        {
            // SACK-permitted takes the place of the two NOPs.
            BinaryPrimitives.WriteUInt32BigEndian(b[n..], SackPermitted ? 0x0402_080Au : 0x0101_080Au);
            BinaryPrimitives.WriteUInt32BigEndian(b[(n + 4)..], TsVal);
            BinaryPrimitives.WriteUInt32BigEndian(b[(n + 8)..], TsEcr);
            n += 12;
        }

        int accEcn = n;
        n += AccEcn.Space(AccEcnLead);
        b[accEcn..n].Fill((byte)TcpOptionKind.NOP);
        if (SackPermitted && !Timestamps)
        {
            BinaryPrimitives.WriteUInt32BigEndian(b[n..], 0x0101_0402u);
            n += 4;
        }

        if (WindowScale >= 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(b[n..], 0x0103_0300u | (uint)WindowScale);
            n += 4;
        }

        if (FastOpen.Length >= 0) FastOpen.Emit(b[n..]);
        if (!Sacks.IsEmpty) EmitSacks(b[n..]);
        if (AccEcn.IsPresent) AccEcn.Emit(b[accEcn..]); // last: it may reach into the NOPs of what follows it
    }

    private readonly void EmitSacks(Span<byte> b)
    {
        BinaryPrimitives.WriteUInt32BigEndian(b, 0x0101_0500u | (uint)(2 + 8 * Sacks.Length));
        int n = 4;
        foreach (SackBlock block in Sacks)
        {
            BinaryPrimitives.WriteUInt32BigEndian(b[n..], block.Start.Value);
            BinaryPrimitives.WriteUInt32BigEndian(b[(n + 4)..], block.End.Value);
            n += 8;
        }
    }
}
