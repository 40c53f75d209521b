// What others may know of a device: the fields of struct net_device (include/linux/netdevice.h) that `ip link` shows.

namespace ActorNet.Devices;

/// <summary>IFF_* (include/uapi/linux/if.h).</summary>
[Flags]
public enum IFF
{
    None = 0,
    UP = 0x1, BROADCAST = 0x2, LOOPBACK = 0x8, POINTOPOINT = 0x10, RUNNING = 0x40, NOARP = 0x80, PROMISC = 0x100, ALLMULTI = 0x200,
    MULTICAST = 0x1000, LOWER_UP = 0x10000,
}

/// <summary>ARPHRD_* (include/uapi/linux/if_arp.h): what kind of link header a device's frames have.</summary>
public enum ARPHRD : ushort { ETHER = 1, LOOPBACK = 772, NONE = 0xFFFE }

/// <summary>A device as its neighbours in the stack know it: immutable; a change is announced by <see cref="NetDevice.Changed"/>.</summary>
/// <param name="IfIndex">From 1, unique on its host; lo is 1.</param>
/// <param name="Mtu">Bytes of payload behind the link header.</param>
public sealed record NetDeviceInfo(string Name, int IfIndex, MacAddress Address, int Mtu, IFF Flags, ARPHRD Type)
{
    /// <summary>Bytes of the link header that the layer above must put in front (14 or 0).</summary>
    public int HardHeaderLen => Type == ARPHRD.NONE ? 0 : EtherType.HeaderLength;

    /// <summary>Frames that may wait to be sent (txqueuelen).</summary>
    public int TxQueueLen { get; init; } = 1000;

    /// <summary>Its offloads (`ethtool -k`).</summary>
    public NetIfFeature Features { get; init; }

    public int MinMtu { get; init; } = 68;

    public int MaxMtu { get; init; } = 65_535;

    /// <summary>Administratively up (`ip link set up`).</summary>
    public bool IsUp => (Flags & IFF.UP) != 0;

    /// <summary>Has a carrier.</summary>
    public bool HasCarrier => (Flags & IFF.LOWER_UP) != 0;

    /// <summary>Resolves neighbours by ARP.</summary>
    public bool NeedsArp => (Flags & (IFF.NOARP | IFF.LOOPBACK)) == 0;

    /// <summary>An Ethernet device, up, without a cable yet.</summary>
    public static NetDeviceInfo Ethernet(string name, int ifIndex, MacAddress address, int mtu = 1500) =>
        new(name, ifIndex, address, mtu, IFF.UP | IFF.BROADCAST | IFF.MULTICAST, ARPHRD.ETHER) { MaxMtu = 9710 };

    /// <summary>The loopback device, up.</summary>
    public static NetDeviceInfo Loopback(string name = "lo", int ifIndex = 1) =>
        new(name, ifIndex, MacAddress.Zero, 65_536, IFF.UP | IFF.LOOPBACK | IFF.RUNNING | IFF.LOWER_UP, ARPHRD.LOOPBACK) { MaxMtu = 65_536 };

    /// <summary>A point-to-point device without link headers, up.</summary>
    public static NetDeviceInfo Tun(string name, int ifIndex, int mtu = 1500) =>
        new(name, ifIndex, MacAddress.Zero, mtu, IFF.UP | IFF.POINTOPOINT | IFF.NOARP | IFF.MULTICAST | IFF.RUNNING | IFF.LOWER_UP, ARPHRD.NONE)
        { TxQueueLen = 500 };

    /// <summary>These flags in place of those: UP and LOWER_UP as told, RUNNING when both.</summary>
    internal NetDeviceInfo WithState(bool up, bool carrier)
    {
        IFF flags = Flags & ~(IFF.UP | IFF.LOWER_UP | IFF.RUNNING);
        if (up) flags |= IFF.UP;
        if (carrier) flags |= IFF.LOWER_UP;
        if (up && carrier) flags |= IFF.RUNNING;
        return this with { Flags = flags };
    }
}
