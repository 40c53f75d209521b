// The numbers of IGMP (include/uapi/linux/igmp.h, include/linux/igmp.h; RFC 1112, RFC 2236, RFC 3376).

namespace ActorNet.Protocols;

/// <summary>IGMP_*: message types.</summary>
public enum IgmpType : byte
{
    HOST_MEMBERSHIP_QUERY = 0x11, HOST_MEMBERSHIP_REPORT = 0x12, V2_HOST_MEMBERSHIP_REPORT = 0x16, HOST_LEAVE_MESSAGE = 0x17, V3_HOST_MEMBERSHIP_REPORT = 0x22,
}

/// <summary>IGMPV3_*: kinds of group records.</summary>
public enum IgmpRecordType : byte
{
    MODE_IS_INCLUDE = 1, MODE_IS_EXCLUDE = 2, CHANGE_TO_INCLUDE = 3, CHANGE_TO_EXCLUDE = 4, ALLOW_NEW_SOURCES = 5, BLOCK_OLD_SOURCES = 6,
}

/// <summary>MCAST_EXCLUDE, MCAST_INCLUDE: what a source filter's list says.</summary>
public enum McMode : byte { EXCLUDE = 0, INCLUDE = 1 }

/// <summary>Well-known groups (host order) and times.</summary>
public static class IgmpConstants
{
    /// <summary>IGMP_ALL_HOSTS 224.0.0.1, IGMP_ALL_ROUTER 224.0.0.2, IGMPV3_ALL_MCR 224.0.0.22.</summary>
    public const uint AllHosts = 0xE000_0001, AllRouters = 0xE000_0002, AllMcRouters = 0xE000_0016;

    /// <summary>IGMP_QUERY_INTERVAL and IGMP_QUERY_RESPONSE_INTERVAL.</summary>
    public static readonly Duration QueryInterval = Duration.FromSeconds(125), QueryResponseInterval = Duration.FromSeconds(10);

    /// <summary>A jiffy at HZ=250: timers are set in these, two too late.</summary>
    public static readonly Duration Jiffy = Duration.FromMilliseconds(4);

    /// <summary>ipv4_is_local_multicast: 224.0.0.0/24.</summary>
    public static bool IsLocal(uint group) => group >> 8 == 0xE0_0000;
}
