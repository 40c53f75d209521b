// NETIF_F_* (include/linux/netdev_features.h): what a device does for its host, as `ethtool -k` lists it.

namespace ActorNet.Protocols;

/// <summary>A device's offloads. Without any, it sends and gives up what it was given, one frame each, with every checksum written.</summary>
[Flags]
public enum NetIfFeature : byte
{
    None = 0,

    /// <summary>tx-checksum-ip-generic (NETIF_F_HW_CSUM): packets may come with <see cref="SkbChecksum.PARTIAL"/>.</summary>
    HW_CSUM = 1,

    /// <summary>tx-tcp-segmentation (NETIF_F_TSO): a packet may stand for several segments. Needs <see cref="HW_CSUM"/>.</summary>
    TSO = 2,

    /// <summary>generic-segmentation-offload (NETIF_F_GSO): such a packet is cut behind IP, in front of the device.</summary>
    GSO = 4,

    /// <summary>rx-checksum (NETIF_F_RXCSUM): the device sums what arrives, and takes what comes without its sum from one that offloads it.</summary>
    RXCSUM = 8,

    /// <summary>generic-receive-offload (NETIF_F_GRO): segments of a stream that one poll finds go up as one packet. Needs <see cref="RXCSUM"/>.</summary>
    GRO = 16,

    /// <summary>What a veth has when it is made.</summary>
    ALL = HW_CSUM | TSO | GSO | RXCSUM | GRO,
}
