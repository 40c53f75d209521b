// TCP options to and from bytes (RFC 9293 3.2, 7323, 2018, 7413, 2385, 9768).

using System.Buffers.Binary;

namespace ActorNet.Packetdrill;

/// <summary>The options of a segment.</summary>
internal static class OptionBytes
{
    private const byte Eol = 0, Nop = 1, Mss = 2, WScale = 3, SackOk = 4, Sack = 5, Stamp = 8, Md5 = 19, FastOpen = 34, Experiment = 254;

    // RFC 7413 appendix: the experiment's magic number.
    private static readonly byte[] s_magic = [0xF9, 0x89];

    /// <summary>As bytes, padded to words.</summary>
    /// <param name="toWire">Sequence numbers of the other side's SACK blocks.</param>
    /// <param name="echo">The timestamp that is echoed.</param>
    public static byte[] Write(IReadOnlyList<OptionSpec> options, Func<uint, uint> toWire, Func<uint, uint> echo)
    {
        List<byte> b = [];
        foreach (OptionSpec o in options)
        {
            switch (o.Name)
            {
                case "nop": b.Add(Nop); break;
                case "eol": b.Add(Eol); break;
                case "mss": b.AddRange([Mss, 4, (byte)(o.A >> 8), (byte)o.A]); break;
                case "wscale": b.AddRange([WScale, 3, (byte)o.A]); break;
                case "sackOK": b.AddRange([SackOk, 2]); break;
                case "sack":
                    b.AddRange([Sack, (byte)(2 + o.Blocks.Count * 8)]);
                    foreach ((uint left, uint right) in o.Blocks) b.AddRange([.. Word(toWire(left)), .. Word(toWire(right))]);
                    break;
                case "TS": b.AddRange([Stamp, 10, .. Word(o.A), .. Word(echo(o.B))]); break;
                case "FO": b.AddRange([FastOpen, (byte)(2 + o.Bytes.Length), .. o.Bytes]); break;
                case "FOEXP": b.AddRange([Experiment, (byte)(4 + o.Bytes.Length), .. s_magic, .. o.Bytes]); break;
                case "ECN":
                    b.AddRange([(byte)o.A, (byte)(2 + o.Counters.Count * 3)]);
                    foreach (uint c in o.Counters) b.AddRange([(byte)(c >> 16), (byte)(c >> 8), (byte)c]);
                    break;
                case "md5": b.AddRange([Md5, 18, .. o.Bytes.Length == 16 ? o.Bytes : new byte[16]]); break;
            }
        }

        while (b.Count % 4 != 0) b.Add(Eol);
        return [.. b];
    }

    /// <summary>From bytes, in the numbers of the wire.</summary>
    public static IReadOnlyList<OptionSpec> Read(ReadOnlySpan<byte> b)
    {
        List<OptionSpec> options = [];
        for (int at = 0; at < b.Length;)
        {
            byte kind = b[at];
            if (kind is Eol or Nop)
            {
                options.Add(new OptionSpec(kind == Nop ? "nop" : "eol"));
                at++;
                continue;
            }

            int length = at + 1 < b.Length ? b[at + 1] : 0;
            if (length < 2 || at + length > b.Length) return [.. options, new OptionSpec("bad") { Bytes = b[at..].ToArray() }];
            options.Add(One(kind, b.Slice(at + 2, length - 2)));
            at += length;
        }

        return options;
    }

    private static OptionSpec One(byte kind, ReadOnlySpan<byte> body) => (kind, body.Length) switch
    {
        (Mss, 2) => new OptionSpec("mss", BinaryPrimitives.ReadUInt16BigEndian(body)),
        (WScale, 1) => new OptionSpec("wscale", body[0]),
        (SackOk, 0) => new OptionSpec("sackOK"),
        (Stamp, 8) => new OptionSpec("TS", BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..])),
        (Sack, > 0) when body.Length % 8 == 0 => new OptionSpec("sack") { Blocks = Pairs(body) },
        ((byte)OptionSpec.AccEcn0 or (byte)OptionSpec.AccEcn1, 0 or 3 or 6 or 9) => new OptionSpec("ECN", kind) { Counters = Counters(body) },
        (Md5, 16) => new OptionSpec("md5") { Bytes = body.ToArray() },
        (FastOpen, _) => new OptionSpec("FO") { Bytes = body.ToArray() },
        (Experiment, >= 2) when body.StartsWith(s_magic) => new OptionSpec("FOEXP") { Bytes = body[2..].ToArray() },
        _ => new OptionSpec(kind.ToString(CultureInfo.InvariantCulture)) { Bytes = body.ToArray() },
    };

    private static List<uint> Counters(ReadOnlySpan<byte> body)
    {
        List<uint> counters = [];
        for (int i = 0; i < body.Length; i += 3) counters.Add((uint)(body[i] << 16 | body[i + 1] << 8 | body[i + 2]));
        return counters;
    }

    private static List<(uint Left, uint Right)> Pairs(ReadOnlySpan<byte> body)
    {
        List<(uint Left, uint Right)> pairs = [];
        for (int i = 0; i < body.Length; i += 8) pairs.Add((BinaryPrimitives.ReadUInt32BigEndian(body[i..]), BinaryPrimitives.ReadUInt32BigEndian(body[(i + 4)..])));
        return pairs;
    }

    private static byte[] Word(uint v) => [(byte)(v >> 24), (byte)(v >> 16), (byte)(v >> 8), (byte)v];
}
