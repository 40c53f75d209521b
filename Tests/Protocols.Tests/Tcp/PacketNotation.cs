// The packet notation of packetdrill, as much of it as these tests use: "P. 1:1001(1000) ack 1 win 320 <nop,nop,TS val 1 ecr 2>".

using System.Globalization;
using System.Text;

namespace ActorNet.Protocols.Tests.Tcp;

/// <summary>A segment as a script writes it. Null fields were not written.</summary>
internal sealed record PacketNotation(TcpFlags Flags, uint Seq, uint End, int Length, uint? Ack, int? Window, int? Urgent, string? Options)
{
    private const string Letters = "FSRP.UEWA";

    public static PacketNotation Parse(string text)
    {
        string? options = null;
        int open = text.IndexOf('<', StringComparison.Ordinal);
        if (open >= 0)
        {
            options = text[(open + 1)..text.LastIndexOf('>')].Trim();
            text = text[..open];
        }

        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        TcpFlags flags = TcpFlags.None;
        foreach (char c in words[0])
            if (c != '-') flags |= (TcpFlags)(1 << Letters.IndexOf(c, StringComparison.Ordinal));
        string[] range = words[1].Split(':', '(', ')');
        uint? ack = null;
        int? window = null, urgent = null;
        for (int i = 2; i + 1 < words.Length; i += 2)
        {
            switch (words[i])
            {
                case "ack": ack = Number(words[i + 1]); break;
                case "win": window = (int)Number(words[i + 1]); break;
                case "urg": urgent = (int)Number(words[i + 1]); break;
                default: throw new FormatException($"what is '{words[i]}' in '{text}'?");
            }
        }

        return new PacketNotation(flags, Number(range[0]), Number(range[1]), (int)Number(range[2]), ack, window, urgent, options);
    }

    private static uint Number(string s) => uint.Parse(s, CultureInfo.InvariantCulture);

    /// <summary>The options' bytes, exactly as written, padded with zeroes to a word. SACK blocks are in the peer's numbers, moved by an offset.</summary>
    public byte[] OptionBytes(uint sackOffset)
    {
        var b = new List<byte>();
        foreach (string raw in (Options ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] w = raw.Split(' ');
            switch (w[0])
            {
                case "nop": b.Add(1); break;
                case "eol": b.Add(0); break;
                case "mss": b.AddRange([2, 4, (byte)(Number(w[1]) >> 8), (byte)Number(w[1])]); break;
                case "wscale": b.AddRange([3, 3, (byte)Number(w[1])]); break;
                case "sackOK": b.AddRange([4, 2]); break;
                case "TS":
                    b.AddRange([8, 10]);
                    Put(b, Number(w[2]));
                    Put(b, Number(w[4]));
                    break;
                case "sack":
                    b.AddRange([5, (byte)(2 + 8 * (w.Length - 1))]);
                    foreach (string block in w[1..])
                    {
                        Put(b, Number(block.Split(':')[0]) + sackOffset);
                        Put(b, Number(block.Split(':')[1]) + sackOffset);
                    }

                    break;
                default: throw new FormatException($"what is the option '{raw}'?");
            }
        }

        while (b.Count % 4 != 0) b.Add(0);
        return [.. b];
    }

    private static void Put(List<byte> b, uint v) => b.AddRange([(byte)(v >> 24), (byte)(v >> 16), (byte)(v >> 8), (byte)v]);

    /// <summary>Writes a header's options as a script would.</summary>
    public static string Describe(ReadOnlySpan<byte> o, uint sackOffset)
    {
        var parts = new List<string>();
        for (int i = 0; i < o.Length;)
        {
            int kind = o[i], length = kind < 2 ? 1 : o[i + 1];
            ReadOnlySpan<byte> v = kind < 2 ? default : o[(i + 2)..(i + length)];
            parts.Add(kind switch
            {
                0 => "eol",
                1 => "nop",
                2 => $"mss {BinaryPrimitives.ReadUInt16BigEndian(v)}",
                3 => $"wscale {v[0]}",
                4 => "sackOK",
                5 => Blocks(v, sackOffset),
                8 => $"TS val {BinaryPrimitives.ReadUInt32BigEndian(v)} ecr {BinaryPrimitives.ReadUInt32BigEndian(v[4..])}",
                _ => $"kind {kind}",
            });
            i += length;
        }

        return string.Join(',', parts);
    }

    private static string Blocks(ReadOnlySpan<byte> v, uint offset)
    {
        var text = new StringBuilder("sack");
        for (int i = 0; i + 8 <= v.Length; i += 8)
            text.Append(CultureInfo.InvariantCulture, $" {BinaryPrimitives.ReadUInt32BigEndian(v[i..]) - offset}:{BinaryPrimitives.ReadUInt32BigEndian(v[(i + 4)..]) - offset}");
        return text.ToString();
    }

    public static string Describe(TcpFlags flags)
    {
        var text = new StringBuilder();
        foreach (char c in "SFRP.UEW")
            if ((flags & (TcpFlags)(1 << Letters.IndexOf(c, StringComparison.Ordinal))) != 0) text.Append(c);
        return text.Length == 0 ? "-" : text.ToString();
    }
}
