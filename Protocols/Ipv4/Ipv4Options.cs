// IPv4 options (RFC 791 3.1, RFC 2113) as __ip_options_compile of net/ipv4/ip_options.c validates them: a fault names the byte that is wrong,
// which a parameter problem then points at.

namespace ActorNet.Protocols;

/// <summary>Where a header's options are. Offsets count from the header's start, as icmp's pointer does; 0 for what is not there.</summary>
public readonly partial record struct Ipv4Options(byte SourceRoute, bool IsStrictRoute, byte RecordRoute, byte Timestamp, bool RouterAlert)
{
    public const byte EOL = 0, NOP = 1, RR = 7, TS = 68, LSRR = 131, SSRR = 137, RA = 148;

    /// <summary>Bytes.</summary>
    public const int MaxLength = 40;

    /// <summary>The flag of a type that says: copy me into every fragment.</summary>
    public const byte COPY = 0x80;

    public bool HasSourceRoute => SourceRoute != 0;

    /// <summary>Whether a forwarder or receiver writes into the header.</summary>
    public bool NeedsWriting => RecordRoute != 0 || Timestamp != 0;

    /// <summary>Reads and checks the options of a header.</summary>
    /// <param name="options">What lies behind the first 20 bytes.</param>
    /// <param name="value">Where they are.</param>
    /// <param name="pointer">Of a fault: the header's byte that is wrong.</param>
    public static bool TryParse(ReadOnlySpan<byte> options, out Ipv4Options value, out int pointer)
    {
        value = default;
        pointer = 0;
        int srr = 0, rr = 0, ts = 0;
        bool strict = false, alert = false;
        for (int i = 0; i < options.Length;)
        {
            int at = Ipv4Header.MinLength + i;
            byte type = options[i];
            if (type == EOL) break;
            if (type == NOP)
            {
                i++;
                continue;
            }

            pointer = at;
            if (options.Length - i < 2) return false;
            int len = options[i + 1];
            if (len < 2 || len > options.Length - i) return false;
            ReadOnlySpan<byte> o = options.Slice(i, len);
            switch (type)
            {
                case SSRR or LSRR:
                    if (len < 3) return Fault(at + 1, out pointer);
                    if (o[2] < 4) return Fault(at + 2, out pointer);
                    if (srr != 0) return false; // both a loose and a strict route, or two of one kind
                    srr = at;
                    strict = type == SSRR;
                    break;
                case RR:
                    if (rr != 0) return false;
                    if (len < 3) return Fault(at + 1, out pointer);
                    if (o[2] < 4) return Fault(at + 2, out pointer);
                    if (o[2] <= len && o[2] + 3 > len) return Fault(at + 2, out pointer);
                    rr = at;
                    break;
                case TS:
                    if (ts != 0) return false;
                    if (len < 4) return Fault(at + 1, out pointer);
                    if (o[2] < 5) return Fault(at + 2, out pointer);
                    if (!TimestampFits(o, at, out pointer)) return false;
                    ts = at;
                    break;
                case RA:
                    if (len < 4) return Fault(at + 1, out pointer);
                    alert = o[2] == 0 && o[3] == 0;
                    break;
                default:
                    // Unknown options, and CIPSO and the security option without their modules, are passed over.
                    break;
            }

            i += len;
        }

        pointer = 0;
        value = new Ipv4Options((byte)srr, strict, (byte)rr, (byte)ts, alert);
        return true;
    }

    // The timestamp's pointer must leave room for its flags' kind of entry; a full list must not overflow its 4-bit counter.
    private static bool TimestampFits(ReadOnlySpan<byte> o, int at, out int pointer)
    {
        pointer = 0;
        int len = o.Length, ptr = o[2], flags = o[3] & 0xF;
        if (ptr > len) return (flags != 3 && o[3] >> 4 == 15) ? Fault(at + 3, out pointer) : true;
        if (ptr + 3 > len) return Fault(at + 2, out pointer);
        return flags switch
        {
            1 or 3 => ptr + 7 <= len || Fault(at + 2, out pointer), // with addresses
            _ => true,
        };
    }

    private static bool Fault(int at, out int pointer)
    {
        pointer = at;
        return false;
    }
}
