// What an attacker, a bad wire or a mad middlebox makes of segments: half of the connection's real traffic, near the edges of its windows, half anything at all.

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

/// <summary>Makes and changes segments; what it knows it has seen go by.</summary>
internal static class SegmentMangler
{
    private const uint Half = 0x8000_0000;

    private static readonly TcpFlags[] s_flags =
    [
        TcpFlags.SYN, TcpFlags.SYN | TcpFlags.ACK, TcpFlags.ACK, TcpFlags.ACK | TcpFlags.PSH, TcpFlags.ACK | TcpFlags.FIN, TcpFlags.RST, TcpFlags.RST | TcpFlags.ACK,
        TcpFlags.FIN, TcpFlags.None, TcpFlags.ACK | TcpFlags.URG, TcpFlags.SYN | TcpFlags.FIN, TcpFlags.ACK | TcpFlags.ECE, TcpFlags.SYN | TcpFlags.ECE | TcpFlags.CWR,
    ];

    private static readonly int[] s_mtus = [0, 1, 67, 68, 69, 88, 100, 256, 552, 576, 1000, 1280, 1499, 1500, 1501, 9000, 65_535];

    /// <summary>Changes a segment in one to four ways.</summary>
    public static void Mutate(SkBuff skb, RandomStream random)
    {
        for (uint n = 1 + random.Below(3); n > 0; n--)
        {
            if (!TcpHeader.Fits(skb.Data)) return;
            Span<byte> b = skb.Data;
            switch (random.Below(13))
            {
                case 12: b[12] ^= (byte)(random.Below(2) == 0 ? 1u : random.Below(16)); break; // AE, and the bits that nobody owns
                case 0 or 1: Near(b[4..], skb, random); break;
                case 2 or 3: Near(b[8..], skb, random); break;
                case 4: b[13] = (byte)(random.Below(2) == 0 ? (uint)s_flags[random.Below((uint)s_flags.Length)] : random.NextUInt32()); break;
                case 5: b[13] ^= (byte)(1 << (int)random.Below(8)); break;
                case 6: BinaryPrimitives.WriteUInt16BigEndian(b[14..], Window(random)); break;
                case 7: BinaryPrimitives.WriteUInt16BigEndian(b[18..], (ushort)(random.Below(3) == 0 ? random.NextUInt32() : random.Below(40))); b[13] |= (byte)TcpFlags.URG; break;
                case 8: ReplaceOptions(skb, random); break;
                case 9: b[(int)random.Below((uint)b.Length)] = (byte)random.NextUInt32(); break;
                case 10: skb.Trim((int)random.Below((uint)skb.Length + 1)); break;
                case 11: Payload(skb, random); break;
            }
        }

        skb.Ip.Tos = random.Below(4) == 0 ? (byte)random.NextUInt32() : skb.Ip.Tos;
    }

    /// <summary>A segment that has nothing to do with any connection but its ports.</summary>
    public static SkBuff Garbage(SkBuffPool pool, RandomStream random)
    {
        int n = (int)random.Below(random.Below(4) == 0 ? 1500u : 90u);
        SkBuff skb = pool.Alloc(128, 2000);
        foreach (ref byte x in skb.Put(n)) x = (byte)random.NextUInt32();
        if (n <= 13) return skb;
        if (random.Below(4) != 0) skb.Data[12] = (byte)(Math.Min(15, Math.Max(5, n / 4)) << 4);
        if (random.Below(2) == 0) skb.Data[13] = (byte)s_flags[random.Below((uint)s_flags.Length)];
        return skb;
    }

    /// <summary>Turns a segment round: as if the other end had sent it, with the numbers that belong there.</summary>
    public static void TurnRound(SkBuff skb)
    {
        Span<byte> b = skb.Data;
        if (!TcpHeader.Fits(b)) return;
        var th = new TcpHeader(b);
        uint seq = th.Seq.Value, ack = th.AckSeq.Value;
        int space = b.Length - th.Length + (th.Syn ? 1 : 0) + (th.Fin ? 1 : 0);
        BinaryPrimitives.WriteUInt32BigEndian(b[4..], ack);
        BinaryPrimitives.WriteUInt32BigEndian(b[8..], seq + (uint)space);
        (skb.Ip.Saddr, skb.Ip.Daddr) = (skb.Ip.Daddr, skb.Ip.Saddr);
        ushort from = th.SourcePort;
        BinaryPrimitives.WriteUInt16BigEndian(b, th.DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(b[2..], from);
        b[13] = (byte)TcpFlags.ACK;
        // Timestamps change places too.
        for (int at = TcpHeader.MinLength; at + 10 <= th.Length;)
        {
            if (b[at] == (byte)TcpOptionKind.EOL) break;
            if (b[at] == (byte)TcpOptionKind.NOP)
            {
                at++;
                continue;
            }

            if (b[at] == (byte)TcpOptionKind.Timestamp)
            {
                uint val = BinaryPrimitives.ReadUInt32BigEndian(b[(at + 2)..]);
                BinaryPrimitives.WriteUInt32BigEndian(b[(at + 2)..], BinaryPrimitives.ReadUInt32BigEndian(b[(at + 6)..]));
                BinaryPrimitives.WriteUInt32BigEndian(b[(at + 6)..], val);
                break;
            }

            at += Math.Max(2, (int)b[at + 1]);
        }
    }

    /// <summary>An ICMP error of any code about a segment that was seen, its number right or nearly so.</summary>
    public static IcmpErrorInfo Icmp(SkBuff about, RandomStream random)
    {
        uint seq = TcpHeader.Fits(about.Data) ? new TcpHeader(about.Data).Seq.Value : random.NextUInt32();
        if (random.Below(4) == 0) seq += Offset(about, random);
        byte type = (byte)(random.Below(4) switch { 0 => 11, 1 => 12, _ => 3 }), code = (byte)random.Below(17);
        if (random.Below(3) == 0) (type, code) = (3, 4);
        int mtu = type == 3 && code == 4 ? s_mtus[random.Below((uint)s_mtus.Length)] : 0;
        (Errno errno, bool fatal) = IcmpQuote.Convert((IcmpType)type, code);
        return new IcmpErrorInfo(type, code, errno, fatal, mtu, seq, about.Ip.Daddr) { Destination = about.Ip.Daddr };
    }

    /// <summary>Cuts a data segment in two, as some middlebox does; both halves are right. Null when there is nothing to cut.</summary>
    public static SkBuff? Split(SkBuff skb, RandomStream random)
    {
        if (!TcpHeader.Fits(skb.Data)) return null;
        var th = new TcpHeader(skb.Data);
        int length = skb.Length - th.Length;
        if (length < 2 || (th.Flags & (TcpFlags.SYN | TcpFlags.URG | TcpFlags.RST)) != 0) return null;
        int at = 1 + (int)random.Below((uint)length - 1), header = th.Length;
        SkBuff rest = skb.Copy();
        BinaryPrimitives.WriteUInt32BigEndian(rest.Data[4..], th.Seq.Value + (uint)at);
        byte[] head = skb.Data[..header].ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), th.Seq.Value + (uint)at);
        rest.Pull(at);
        head.CopyTo(rest.Data);
        skb.Trim(header + at);
        skb.Data[13] &= unchecked((byte)~(TcpFlags.FIN | TcpFlags.PSH));
        return rest;
    }

    private static ushort Window(RandomStream random) => random.Below(5) switch { 0 or 1 => 0, 2 => 1, 3 => 65_535, _ => (ushort)random.NextUInt32() };

    private static void Near(Span<byte> b, SkBuff skb, RandomStream random) =>
        BinaryPrimitives.WriteUInt32BigEndian(b, random.Below(16) == 0 ? random.NextUInt32() : BinaryPrimitives.ReadUInt32BigEndian(b) + Offset(skb, random));

    // How far off: by one, by the segment, by a window, by what makes comparisons go round.
    private static uint Offset(SkBuff skb, RandomStream random)
    {
        uint by = random.Below(9) switch
        {
            0 => 0,
            1 or 2 => 1,
            3 => (uint)Math.Max(0, skb.Length - 20),
            4 => TcpHeader.Fits(skb.Data) ? (uint)new TcpHeader(skb.Data).Window << (int)random.Below(15) : 0,
            5 => Half - random.Below(3) + 1,
            6 => random.Below(70_000),
            _ => random.Below(4000),
        };
        return random.Below(2) == 0 ? by : 0 - by;
    }

    private static void Payload(SkBuff skb, RandomStream random)
    {
        int room = Math.Min(skb.Tailroom, 3000);
        int n = (int)random.Below((uint)Math.Min(room, random.Below(3) == 0 ? 3000 : 20) + 1);
        foreach (ref byte x in skb.Put(n)) x = (byte)random.NextUInt32();
    }

    private static void ReplaceOptions(SkBuff skb, RandomStream random)
    {
        var th = new TcpHeader(skb.Data);
        Span<byte> options = stackalloc byte[40];
        int n = 0;
        for (uint pieces = random.Below(5); pieces > 0; pieces--) n += Option(options[n..], th, random);
        int length = random.Below(12) == 0 ? n & ~3 : n + 3 & ~3; // cut in the middle of one
        int payload = skb.Length - th.Length;
        byte[] all = new byte[TcpHeader.MinLength + length + payload];
        skb.Data[..TcpHeader.MinLength].CopyTo(all);
        options[..length].CopyTo(all.AsSpan(TcpHeader.MinLength));
        skb.Data[th.Length..].CopyTo(all.AsSpan(TcpHeader.MinLength + length));
        all[12] = (byte)((TcpHeader.MinLength + length) / 4 << 4 | all[12] & 0xF);
        if (all.Length > skb.Length + skb.Tailroom) return;
        if (all.Length > skb.Length) skb.Put(all.Length - skb.Length);
        else skb.Trim(all.Length);
        all.CopyTo(skb.Data);
    }

    // One option, well formed or not; what finds no room is cut.
    private static int Option(Span<byte> into, TcpHeader th, RandomStream random)
    {
        Span<byte> o = stackalloc byte[40];
        o.Clear();
        int n;
        switch (random.Below(13))
        {
            case 11 or 12: (o[0], n) = ((byte)(random.Below(2) == 0 ? 172 : 174), 2 + (int)random.Below(12)); Fill(o[2..n], random); break; // AccECN
            case 0: (o[0], n) = (2, 4); BinaryPrimitives.WriteUInt16BigEndian(o[2..], Pick(random, 0, 1, 48, 88, 536, 1460, 65_535)); break;
            case 1: (o[0], n) = (3, 3); o[2] = (byte)Pick(random, 0, 7, 14, 15, 255); break;
            case 2: (o[0], n) = (4, 2); break;
            case 3 or 4: (o[0], n) = (5, 2 + 8 * (1 + (int)random.Below(4))); Blocks(o[2..n], th, random); break;
            case 5 or 6:
                (o[0], n) = (8, 10);
                BinaryPrimitives.WriteUInt32BigEndian(o[2..], Stamp(th, 2, random));
                BinaryPrimitives.WriteUInt32BigEndian(o[6..], Stamp(th, 6, random));
                break;
            case 7: (o[0], n) = (34, 2 + (int)random.Below(19)); Fill(o[2..n], random); break;
            case 8: (o[0], n) = (19, 18); Fill(o[2..n], random); break;
            case 9: (o[0], n) = (254, 4 + (int)random.Below(17)); BinaryPrimitives.WriteUInt16BigEndian(o[2..], 0xF989); Fill(o[4..n], random); break;
            default: (o[0], n) = ((byte)random.Below(3) == 0 ? (byte)random.NextUInt32() : (byte)random.Below(2), 1); break;
        }

        if (n > 1) o[1] = random.Below(8) == 0 ? (byte)Pick(random, 0, 1, 2, (ushort)(n + 1), 40, 255) : (byte)n;
        n = Math.Min(n, into.Length);
        o[..n].CopyTo(into);
        return n;
    }

    private static uint Stamp(TcpHeader th, int at, RandomStream random)
    {
        uint now = 0;
        ReadOnlySpan<byte> o = th.Options;
        int found = o.IndexOf((byte)8);
        if (found >= 0 && found + 10 <= o.Length) now = BinaryPrimitives.ReadUInt32BigEndian(o[(found + at)..]);
        return random.Below(7) switch { 0 => 0, 1 => now + Half, 2 => now + Half - 1, 3 => now - random.Below(2000), 4 => random.NextUInt32(), _ => now + random.Below(100) };
    }

    // SACK blocks about what is acknowledged: in front, behind (D-SACK), inverted, empty, overlapping, far off.
    private static void Blocks(Span<byte> o, TcpHeader th, RandomStream random)
    {
        for (int at = 0; at + 8 <= o.Length; at += 8)
        {
            uint start = th.AckSeq.Value + random.Below(12_000) - random.Below(4) * 3000;
            if (random.Below(3) == 0) start = th.AckSeq.Value + 1460 * random.Below(8);
            uint end = start + (random.Below(3) == 0 ? 1460 * random.Below(6) : random.Below(4000));
            if (random.Below(10) == 0) (start, end) = (end, start);
            if (random.Below(12) == 0) end += Half;
            BinaryPrimitives.WriteUInt32BigEndian(o[at..], start);
            BinaryPrimitives.WriteUInt32BigEndian(o[(at + 4)..], end);
        }
    }

    private static void Fill(Span<byte> b, RandomStream random)
    {
        foreach (ref byte x in b) x = (byte)random.NextUInt32();
    }

    private static ushort Pick(RandomStream random, params ReadOnlySpan<ushort> of) => of[(int)random.Below((uint)of.Length)];
}
