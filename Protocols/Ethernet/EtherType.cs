// EtherTypes (ETH_P_* of include/uapi/linux/if_ether.h) and Ethernet's sizes.

namespace ActorNet.Protocols;

/// <summary>What a frame carries (ETH_P_*); the numbers of <see cref="SkBuff.Protocol"/>.</summary>
public static class EtherType
{
    public const ushort IP = 0x0800, ARP = 0x0806, VLAN = 0x8100, QINQ = 0x88A8, IPV6 = 0x86DD;

    /// <summary>Below this the field is an 802.3 length.</summary>
    public const ushort MIN = 0x0600;

    /// <summary>ETH_HLEN, bytes.</summary>
    public const int HeaderLength = 14;

    /// <summary>ETH_ZLEN: the shortest frame without its check sequence, bytes.</summary>
    public const int MinFrame = 60;

    /// <summary>VLAN_HLEN, bytes.</summary>
    public const int TagLength = 4;
}
