// struct in_device (include/linux/inetdevice.h) with what IPv4 needs of its net_device: an interface as IP sees it.

namespace ActorNet.Protocols;

/// <summary>An address of an interface (struct in_ifaddr); addresses in host order.</summary>
/// <param name="Broadcast">The subnet's broadcast address, 0 for none.</param>
/// <param name="IsSecondary">Another address of the same subnet came first (IFA_F_SECONDARY).</param>
public sealed record InIfAddr(uint Local, int PrefixLength, uint Broadcast, RouteScope Scope, bool IsSecondary)
{
    public uint Mask => Fib.Mask(PrefixLength);
}

/// <summary>An interface as IP sees it. Written by the IP layer's owner only.</summary>
public sealed class InDevice(string name, int ifIndex, MacAddress address, int mtu)
{
    private InIfAddr[] _addresses = [];

    public string Name { get; } = name;

    public int IfIndex { get; } = ifIndex;

    public MacAddress Address { get; set; } = address;

    /// <summary>The largest IP packet, bytes.</summary>
    public int Mtu { get; set; } = mtu;

    /// <summary>dev->features: what it does for this host.</summary>
    public NetIfFeature Features { get; set; }

    /// <summary>`tc qdisc ... pfifo limit N`, packets; 0: all that is sent is dropped. Other limits are the device's own affair.</summary>
    public int QueueLimit { get; set; } = int.MaxValue;

    /// <summary>IFF_UP and a carrier: routes over a device that is not are passed over.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>It has been up since its host booted.</summary>
    public bool WasUp { get; set; }

    /// <summary>IFF_LOOPBACK.</summary>
    public bool IsLoopback { get; init; }

    /// <summary>IFF_NOARP: no neighbours to resolve (TUN, loopback).</summary>
    public bool NoArp { get; init; }

    /// <summary>IFF_POINTOPOINT.</summary>
    public bool IsPointToPoint { get; init; }

    /// <summary>A link header is pushed before transmission (ARPHRD_ETHER and loopback); not on a TUN device.</summary>
    public bool HasLinkHeader { get; init; } = true;

    /// <summary>Its own settings (net.ipv4.neigh.DEV, net.ipv4.conf.DEV); null while it follows `default` in all.</summary>
    public DeviceSysctl? Sysctl { get; private set; }

    /// <summary>Its own settings, to be set.</summary>
    internal DeviceSysctl OwnSysctl => Sysctl ??= new DeviceSysctl();

    /// <summary>IN_DEV_FORWARD: whether what arrives here may be passed on.</summary>
    public bool Forwards(NetSysctl settings) => Sysctl?.forwarding ?? settings.conf_default_forwarding ?? settings.ip_forward;

    public ReadOnlySpan<InIfAddr> Addresses => _addresses;

    /// <summary>mc_list, written whole by <see cref="Igmp"/>.</summary>
    internal IpMcGroup[] Groups { get; set; } = [];

    /// <summary>ip_check_mc_rcu: whether a group's datagrams from a source are taken here. IGMP's own are wherever the group is known.</summary>
    /// <param name="source">0: not known yet.</param>
    public bool IsMember(uint group, uint source = 0, IpProtocol protocol = IpProtocol.IP)
    {
        foreach (IpMcGroup g in Groups)
        {
            if (g.Address == group) return protocol == IpProtocol.IGMP || g.LetsIn(source);
        }

        return false;
    }

    internal void Add(InIfAddr address) => _addresses = [.. _addresses, address];

    internal void Remove(InIfAddr address) => _addresses = Array.FindAll(_addresses, a => a != address);

    /// <summary>inet_select_addr on this device: an address of a scope no narrower than asked, from the destination's subnet if there is one.</summary>
    internal uint SelectAddress(uint daddr, RouteScope scope)
    {
        uint first = 0;
        foreach (InIfAddr a in _addresses)
        {
            if (a.IsSecondary || a.Scope > scope) continue;
            if (daddr == 0 || ((a.Local ^ daddr) & a.Mask) == 0) return a.Local;
            if (first == 0) first = a.Local;
        }

        return first;
    }

    public override string ToString() => Name;
}
