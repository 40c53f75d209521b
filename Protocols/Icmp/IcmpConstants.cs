// ICMP's types and codes (RFC 792, RFC 1122 3.2.2, RFC 1812 5.2.7; include/uapi/linux/icmp.h).

namespace ActorNet.Protocols;

/// <summary>ICMP_*: types.</summary>
public enum IcmpType : byte
{
    ECHOREPLY = 0, DEST_UNREACH = 3, SOURCE_QUENCH = 4, REDIRECT = 5, ECHO = 8, TIME_EXCEEDED = 11, PARAMETERPROB = 12,
    TIMESTAMP = 13, TIMESTAMPREPLY = 14, INFO_REQUEST = 15, INFO_REPLY = 16, ADDRESS = 17, ADDRESSREPLY = 18,
}

/// <summary>Codes, named as icmp.h names them.</summary>
public static class IcmpCode
{
    public const byte NET_UNREACH = 0, HOST_UNREACH = 1, PROT_UNREACH = 2, PORT_UNREACH = 3, FRAG_NEEDED = 4, SR_FAILED = 5, NET_UNKNOWN = 6,
        HOST_UNKNOWN = 7, HOST_ISOLATED = 8, NET_ANO = 9, HOST_ANO = 10, NET_UNR_TOS = 11, HOST_UNR_TOS = 12, PKT_FILTERED = 13,
        PREC_VIOLATION = 14, PREC_CUTOFF = 15;

    /// <summary>Of TIME_EXCEEDED: in transit, and in reassembly.</summary>
    public const byte EXC_TTL = 0, EXC_FRAGTIME = 1;

    /// <summary>Of REDIRECT.</summary>
    public const byte REDIR_NET = 0, REDIR_HOST = 1;

    /// <summary>NR_ICMP_UNREACH: the highest code of DEST_UNREACH that is known.</summary>
    public const byte MAX_UNREACH = 15;
}
