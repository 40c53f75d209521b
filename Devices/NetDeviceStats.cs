// struct rtnl_link_stats64 (include/uapi/linux/if_link.h) and what `tc -s qdisc` and `ethtool -S` add.

namespace ActorNet.Devices;

/// <summary>A device's counters under the kernel's names. Written by the device only; bytes count from the link header on (on lo from what is behind it).</summary>
public sealed class NetDeviceStats
{
    // rtnl_link_stats64
    public long rx_packets, tx_packets, rx_bytes, tx_bytes, rx_dropped, tx_dropped, multicast;

    /// <summary>Interrupts taken, and polls run.</summary>
    public long interrupts, polls;

    /// <summary>carrier_changes of /sys/class/net.</summary>
    public long carrier_changes;

    // Made with the first error: most devices never have one.
    private Rare? _rare;

    public long rx_errors
    {
        get => _rare?.rx_errors ?? 0;
        set => Seldom.rx_errors = value;
    }

    public long tx_errors
    {
        get => _rare?.tx_errors ?? 0;
        set => Seldom.tx_errors = value;
    }

    public long rx_length_errors
    {
        get => _rare?.rx_length_errors ?? 0;
        set => Seldom.rx_length_errors = value;
    }

    public long rx_missed_errors
    {
        get => _rare?.rx_missed_errors ?? 0;
        set => Seldom.rx_missed_errors = value;
    }

    public long tx_aborted_errors
    {
        get => _rare?.tx_aborted_errors ?? 0;
        set => Seldom.tx_aborted_errors = value;
    }

    public long tx_carrier_errors
    {
        get => _rare?.tx_carrier_errors ?? 0;
        set => Seldom.tx_carrier_errors = value;
    }

    public long tx_fifo_errors
    {
        get => _rare?.tx_fifo_errors ?? 0;
        set => Seldom.tx_fifo_errors = value;
    }

    public long rx_nohandler
    {
        get => _rare?.rx_nohandler ?? 0;
        set => Seldom.rx_nohandler = value;
    }

    public long rx_otherhost_dropped
    {
        get => _rare?.rx_otherhost_dropped ?? 0;
        set => Seldom.rx_otherhost_dropped = value;
    }

    /// <summary>The qdisc: frames it refused because it was full.</summary>
    public long qdisc_drops
    {
        get => _rare?.qdisc_drops ?? 0;
        set => Seldom.qdisc_drops = value;
    }

    /// <summary>Frames lost on the wire that this device sends on.</summary>
    public long wire_lost
    {
        get => _rare?.wire_lost ?? 0;
        set => Seldom.wire_lost = value;
    }

    /// <summary>Frames doubled there.</summary>
    public long wire_duplicated
    {
        get => _rare?.wire_duplicated ?? 0;
        set => Seldom.wire_duplicated = value;
    }

    /// <summary>Frames corrupted there.</summary>
    public long wire_corrupted
    {
        get => _rare?.wire_corrupted ?? 0;
        set => Seldom.wire_corrupted = value;
    }

    /// <summary>Frames that overtook an earlier one there.</summary>
    public long wire_reordered
    {
        get => _rare?.wire_reordered ?? 0;
        set => Seldom.wire_reordered = value;
    }

    /// <summary>Frames that were marked there (ECN).</summary>
    public long wire_marked
    {
        get => _rare?.wire_marked ?? 0;
        set => Seldom.wire_marked = value;
    }

    /// <summary>Polls that ended with frames left (softnet's time_squeeze).</summary>
    public long time_squeeze
    {
        get => _rare?.time_squeeze ?? 0;
        set => Seldom.time_squeeze = value;
    }

    private Rare Seldom => _rare ??= new Rare();

    public NetDeviceStats Clone()
    {
        var clone = (NetDeviceStats)MemberwiseClone();
        clone._rare = _rare?.Clone();
        return clone;
    }

    private sealed class Rare
    {
        public long rx_errors, tx_errors, rx_length_errors, rx_missed_errors, tx_aborted_errors, tx_carrier_errors, tx_fifo_errors, rx_nohandler, rx_otherhost_dropped;
        public long qdisc_drops, wire_lost, wire_duplicated, wire_corrupted, wire_reordered, wire_marked, time_squeeze;

        public Rare Clone() => (Rare)MemberwiseClone();
    }
}
