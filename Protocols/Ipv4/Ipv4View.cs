// An IPv4 header (RFC 791 3.1) as it stands in the bytes, and the patches that a forwarder makes to it in place.

namespace ActorNet.Protocols;

/// <summary>Reads an IPv4 header's fields in place, after <see cref="Fits"/>; options only after <see cref="OptionsFit"/>.</summary>
public readonly ref struct Ipv4View(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _b = bytes;

    public bool Fits => _b.Length >= Ipv4Header.MinLength;

    public bool OptionsFit => HeaderLength >= Ipv4Header.MinLength && _b.Length >= HeaderLength;

    public int Version => _b[0] >> 4;

    /// <summary>Bytes: 4 × ihl.</summary>
    public int HeaderLength => (_b[0] & 0xF) * 4;

    public byte Tos => _b[1];

    public int TotalLength => BinaryPrimitives.ReadUInt16BigEndian(_b[2..]);

    public ushort Id => BinaryPrimitives.ReadUInt16BigEndian(_b[4..]);

    /// <summary>Flags and fragment offset.</summary>
    public ushort FragOff => BinaryPrimitives.ReadUInt16BigEndian(_b[6..]);

    public bool DontFragment => (FragOff & Ipv4Header.IP_DF) != 0;

    public bool MoreFragments => (FragOff & Ipv4Header.IP_MF) != 0;

    /// <summary>Bytes: 8 × the field.</summary>
    public int FragmentOffset => (FragOff & Ipv4Header.IP_OFFSET) * 8;

    /// <summary>ip_is_fragment.</summary>
    public bool IsFragment => (FragOff & (Ipv4Header.IP_MF | Ipv4Header.IP_OFFSET)) != 0;

    public byte Ttl => _b[8];

    public byte Protocol => _b[9];

    public ushort Check => BinaryPrimitives.ReadUInt16BigEndian(_b[10..]);

    public uint Saddr => BinaryPrimitives.ReadUInt32BigEndian(_b[12..]);

    public uint Daddr => BinaryPrimitives.ReadUInt32BigEndian(_b[16..]);

    public ReadOnlySpan<byte> Options => _b[Ipv4Header.MinLength..HeaderLength];

    /// <summary>ip_fast_csum over the header.</summary>
    public bool ChecksumIsValid => InternetChecksum.IsValid(_b[..HeaderLength]);

    /// <summary>ip_decrease_ttl: one hop less, the checksum patched by RFC 1624; says the new TTL.</summary>
    public static int DecreaseTtl(Span<byte> header)
    {
        ushort word = BinaryPrimitives.ReadUInt16BigEndian(header[8..]);
        SetWord(header, 8, (ushort)(word - 0x100));
        return header[8];
    }

    /// <summary>Changes TOS in place (ECN marks, ipv4_change_dsfield).</summary>
    public static void SetTos(Span<byte> header, byte tos) => SetWord(header, 0, (ushort)(header[0] << 8 | tos));

    /// <summary>Changes the source address in place (NAT); the transport's checksum is the caller's.</summary>
    public static void SetSaddr(Span<byte> header, uint saddr) => SetAddress(header, 12, saddr);

    /// <summary>Changes the destination address in place (NAT, source routes); the transport's checksum is the caller's.</summary>
    public static void SetDaddr(Span<byte> header, uint daddr) => SetAddress(header, 16, daddr);

    /// <summary>ip_send_check: writes the header's checksum anew.</summary>
    public static void SendCheck(Span<byte> header)
    {
        header[10] = header[11] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Compute(header));
    }

    private static void SetWord(Span<byte> header, int at, ushort to)
    {
        ushort from = BinaryPrimitives.ReadUInt16BigEndian(header[at..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[at..], to);
        Patch(header, InternetChecksum.Update16(BinaryPrimitives.ReadUInt16BigEndian(header[10..]), from, to));
    }

    private static void SetAddress(Span<byte> header, int at, uint to)
    {
        uint from = BinaryPrimitives.ReadUInt32BigEndian(header[at..]);
        BinaryPrimitives.WriteUInt32BigEndian(header[at..], to);
        Patch(header, InternetChecksum.Update32(BinaryPrimitives.ReadUInt16BigEndian(header[10..]), from, to));
    }

    private static void Patch(Span<byte> header, ushort check) => BinaryPrimitives.WriteUInt16BigEndian(header[10..], check);
}
