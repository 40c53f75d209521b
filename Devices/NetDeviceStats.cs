// struct rtnl_link_stats64 (include/uapi/linux/if_link.h) and what `tc -s qdisc` and `ethtool -S` add.

namespace ActorNet.Devices;

/// <summary>A device's counters under the kernel's names. Written by the device only; bytes count from the link header on (on lo from what is behind it).</summary>
public sealed class NetDeviceStats
{
    // rtnl_link_stats64
    public long rx_packets, tx_packets, rx_bytes, tx_bytes, rx_errors, tx_errors, rx_dropped, tx_dropped, multicast;
    public long rx_length_errors, rx_missed_errors, tx_aborted_errors, tx_carrier_errors, tx_fifo_errors, rx_nohandler, rx_otherhost_dropped;

    /// <summary>The qdisc: frames it refused because it was full.</summary>
    public long qdisc_drops;

    /// <summary>Frames lost, doubled, corrupted on the wire that this device sends on.</summary>
    public long wire_lost, wire_duplicated, wire_corrupted;

    /// <summary>Frames that overtook an earlier one on that wire.</summary>
    public long wire_reordered;

    /// <summary>Frames that were marked there (ECN).</summary>
    public long wire_marked;

    /// <summary>Interrupts taken, polls run, and polls that ended with frames left (softnet's time_squeeze).</summary>
    public long interrupts, polls, time_squeeze;

    /// <summary>carrier_changes of /sys/class/net.</summary>
    public long carrier_changes;

    public NetDeviceStats Clone() => (NetDeviceStats)MemberwiseClone();
}
