// The packet that an ICMP error quotes (RFC 792), as icmp_unreach and the protocols' err_handlers read it, and what the error means to its
// sender (icmp_err_convert of net/ipv4/icmp.c; tcp_v4_err, udp_err).

namespace ActorNet.Protocols;

/// <summary>Whose packet an error is about, as this host sent it: <paramref name="Saddr"/> and <paramref name="Sport"/> are its own.</summary>
/// <param name="Sport">Of an echo request: its identification.</param>
public readonly record struct IcmpQuote(IpProtocol Protocol, IpAddress Saddr, ushort Sport, IpAddress Daddr, ushort Dport, uint Seq, int TotalLength)
{
    /// <summary>Reads the quoted header and the eight bytes behind it. False: not an IPv4 header, or fewer bytes than that.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out IcmpQuote value)
    {
        value = default;
        var v = new Ipv4View(bytes);
        if (!v.Fits || v.HeaderLength < Ipv4Header.MinLength || bytes.Length < v.HeaderLength + 8) return false;
        ReadOnlySpan<byte> t = bytes[v.HeaderLength..];
        ushort sport = BinaryPrimitives.ReadUInt16BigEndian(t), dport = BinaryPrimitives.ReadUInt16BigEndian(t[2..]);
        uint seq = BinaryPrimitives.ReadUInt32BigEndian(t[4..]);
        if (v.Protocol == (byte)IpProtocol.ICMP) (sport, dport) = ((ushort)(seq >> 16), 0);
        value = new IcmpQuote((IpProtocol)v.Protocol, IpAddress.FromV4(v.Saddr), sport, IpAddress.FromV4(v.Daddr), dport, seq, v.TotalLength);
        return true;
    }

    /// <summary>What an error of this type and code is to the sender: an errno, and whether it ends a connection.</summary>
    public static (Errno Errno, bool Fatal) Convert(IcmpType type, byte code) => type switch
    {
        IcmpType.DEST_UNREACH => code switch
        {
            IcmpCode.NET_UNREACH => (Errno.ENETUNREACH, false),
            IcmpCode.HOST_UNREACH => (Errno.EHOSTUNREACH, false),
            IcmpCode.PROT_UNREACH => (Errno.ENOPROTOOPT, true),
            IcmpCode.PORT_UNREACH => (Errno.ECONNREFUSED, true),
            IcmpCode.FRAG_NEEDED => (Errno.EMSGSIZE, false),
            IcmpCode.SR_FAILED => (Errno.EOPNOTSUPP, false),
            IcmpCode.NET_UNKNOWN => (Errno.ENETUNREACH, true),
            IcmpCode.HOST_UNKNOWN => (Errno.EHOSTDOWN, true),
            IcmpCode.HOST_ISOLATED => (Errno.ENONET, true),
            IcmpCode.NET_ANO => (Errno.ENETUNREACH, true),
            IcmpCode.HOST_ANO => (Errno.EHOSTUNREACH, true),
            IcmpCode.NET_UNR_TOS => (Errno.ENETUNREACH, false),
            IcmpCode.HOST_UNR_TOS => (Errno.EHOSTUNREACH, false),
            IcmpCode.PKT_FILTERED or IcmpCode.PREC_VIOLATION or IcmpCode.PREC_CUTOFF => (Errno.EHOSTUNREACH, true),
            _ => (Errno.OK, false),
        },
        IcmpType.TIME_EXCEEDED => (Errno.EHOSTUNREACH, false),
        IcmpType.PARAMETERPROB => (Errno.EPROTO, true),
        _ => (Errno.OK, false),
    };
}
