// TCP options as they arrive: RFC 9293 3.1/3.7.1 (MSS), RFC 7323 (window scale, timestamps), RFC 2018 (SACK).
// Mirrors tcp_parse_options (net/ipv4/tcp_input.c): unknown kinds are skipped, a malformed length ends the parse, what came before it counts.

using System.Runtime.CompilerServices;

namespace ActorNet.Protocols.Tcp;

/// <summary>A range of received bytes, [Start, End).</summary>
public readonly record struct SackBlock(SeqNum Start, SeqNum End);

/// <summary>Four SACK blocks: as many as options have room for.</summary>
[InlineArray(4)]
public struct SackBlocks
{
    private SackBlock _first;
}

/// <summary>Option kinds.</summary>
public enum TcpOptionKind : byte
{
    EOL = 0, NOP = 1, MSS = 2, WindowScale = 3, SackPermitted = 4, Sack = 5, Timestamp = 8, Md5 = 19, FastOpen = 34, AccEcn0 = 172, AccEcn1 = 174,
}

/// <summary>What a segment's options say (the per-segment part of struct tcp_options_received).</summary>
public struct TcpOptionsReceived
{
    /// <summary>TCPOLEN_TSTAMP_ALIGNED: NOP NOP and the option.</summary>
    public const int TimestampAligned = 12;

    /// <summary>The peer's MSS, 0 when not given.</summary>
    public ushort Mss;

    public bool SawTimestamp, SackPermitted, SawWindowScale;

    /// <summary>0 to 14; larger values count as 14 (RFC 7323 2.3).</summary>
    public byte WindowScale;

    /// <summary>0 to 4 blocks of <see cref="Sacks"/>.</summary>
    public byte SackCount;

    public uint TsVal, TsEcr;
    public SackBlocks Sacks;

    /// <summary>AccECN's byte counters.</summary>
    public AccEcnOption AccEcn;

    /// <summary>The parse that a segment of an established connection needs first: NOP NOP TIMESTAMP and nothing else (tcp_parse_aligned_timestamp).</summary>
    public bool TryAlignedTimestamp(ReadOnlySpan<byte> options)
    {
        if (options.Length != TimestampAligned || BinaryPrimitives.ReadUInt32BigEndian(options) != 0x0101_080A) return false;
        SawTimestamp = true;
        SackCount = 0;
        Mss = 0;
        TsVal = BinaryPrimitives.ReadUInt32BigEndian(options[4..]);
        TsEcr = BinaryPrimitives.ReadUInt32BigEndian(options[8..]);
        return true;
    }

    /// <summary>Parses any bytes; never fails, as Linux never does.</summary>
    /// <param name="options">What lies between the fixed header and the data.</param>
    /// <param name="syn">MSS, window scale and SACK-permitted count only on a SYN.</param>
    public static void Parse(ReadOnlySpan<byte> options, bool syn, out TcpOptionsReceived o)
    {
        o = default;
        while (!options.IsEmpty)
        {
            var kind = (TcpOptionKind)options[0];
            if (kind == TcpOptionKind.EOL) return;
            if (kind == TcpOptionKind.NOP)
            {
                options = options[1..];
                continue;
            }

            if (options.Length < 2) return;
            int length = options[1];
            if (length < 2 || length > options.Length) return; // silly or partial: ignore the rest
            o.Take(kind, options[2..length], syn);
            options = options[length..];
        }
    }

    private void Take(TcpOptionKind kind, ReadOnlySpan<byte> value, bool syn)
    {
        switch (kind)
        {
            case TcpOptionKind.MSS when value.Length == 2 && syn:
                Mss = BinaryPrimitives.ReadUInt16BigEndian(value);
                break;
            case TcpOptionKind.WindowScale when value.Length == 1 && syn:
                SawWindowScale = true;
                WindowScale = Math.Min(value[0], (byte)14);
                break;
            case TcpOptionKind.Timestamp when value.Length == 8:
                SawTimestamp = true;
                TsVal = BinaryPrimitives.ReadUInt32BigEndian(value);
                TsEcr = BinaryPrimitives.ReadUInt32BigEndian(value[4..]);
                break;
            case TcpOptionKind.SackPermitted when value.Length == 0 && syn:
                SackPermitted = true;
                break;
            case TcpOptionKind.AccEcn0 or TcpOptionKind.AccEcn1:
                AccEcn.Take(kind, value);
                break;
            case TcpOptionKind.Sack when value.Length >= 8 && value.Length % 8 == 0:
                SackCount = (byte)Math.Min(value.Length / 8, 4);
                for (int i = 0; i < SackCount; i++)
                    Sacks[i] = new SackBlock(BinaryPrimitives.ReadUInt32BigEndian(value[(8 * i)..]), BinaryPrimitives.ReadUInt32BigEndian(value[(8 * i + 4)..]));
                break;
        }
    }
}
