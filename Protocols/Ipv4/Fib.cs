// A host's IPv4 addresses and routes: fib_frontend.c (connected routes follow addresses), fib_semantics.c (what a route must satisfy) and
// the two tables `local` and `main` that the default rules look through in this order. Routing decisions are in Fib.Output.cs and Fib.Input.cs.

namespace ActorNet.Protocols;

/// <summary>The forwarding information base of one host. One owner writes; any actor of the host may look up.</summary>
public sealed partial class Fib(Net net)
{
    private readonly FibTrie _local = new(), _main = new();
    private readonly FibExceptions _exceptions = new();
    private InDevice[] _devices = [];
    private InDevice?[] _byIndex = [];

    public Net Net { get; } = net;

    /// <summary>rt_genid: moves with every change, so that what was looked up can be cached.</summary>
    public int GenId { get; private set; }

    public ReadOnlySpan<InDevice> Devices => _devices;

    /// <summary>The loopback device, where packets to this host's own addresses leave.</summary>
    public InDevice? Loopback { get; private set; }

    /// <summary>The netmask of a prefix length, 0 to 32.</summary>
    public static uint Mask(int prefixLength) => prefixLength == 0 ? 0 : uint.MaxValue << 32 - prefixLength;

    public void AddDevice(InDevice device)
    {
        _devices = [.. _devices, device];
        if (device.IfIndex >= _byIndex.Length) Array.Resize(ref _byIndex, Math.Max(4, device.IfIndex * 2));
        _byIndex[device.IfIndex] = device;
        if (device.IsLoopback) Loopback ??= device;
        GenId++;
    }

    /// <summary>The device of an interface index, or null.</summary>
    public InDevice? Device(int ifIndex) => (uint)ifIndex < (uint)_byIndex.Length ? _byIndex[ifIndex] : null;

    /// <summary>inet_insert_ifa and fib_add_ifaddr: gives a device an address, with its local, broadcast and connected routes.</summary>
    /// <returns>EEXIST: the device has it already; EINVAL: no host's address.</returns>
    public Errno AddAddress(InDevice device, uint local, int prefixLength, RouteScope? scope = null, uint broadcast = 0)
    {
        if (prefixLength is < 0 or > 32 || local == 0 || local >> 28 >= 0xE) return Errno.EINVAL;
        bool secondary = false;
        foreach (InIfAddr a in device.Addresses)
        {
            if (a.PrefixLength != prefixLength || ((a.Local ^ local) & a.Mask) != 0) continue;
            if (a.Local == local) return Errno.EEXIST;
            secondary = true;
        }

        var address = new InIfAddr(local, prefixLength, broadcast, scope ?? (local >> 24 == 127 ? RouteScope.HOST : RouteScope.UNIVERSE), secondary);
        device.Add(address);
        AddRoutesOf(device, address);
        GenId++;
        return Errno.OK;
    }

    /// <summary>inet_del_ifa: takes an address away, and with it the routes that were made for it or prefer it.</summary>
    /// <returns>EADDRNOTAVAIL: the device does not have it.</returns>
    public Errno RemoveAddress(InDevice device, uint local)
    {
        InIfAddr? gone = null;
        foreach (InIfAddr a in device.Addresses)
        {
            if (a.Local == local) gone = a;
        }

        if (gone is null) return Errno.EADDRNOTAVAIL;
        // promote_secondaries=0: the subnet's other addresses go with its first.
        if (!gone.IsSecondary)
        {
            foreach (InIfAddr a in device.Addresses.ToArray())
            {
                if (a.IsSecondary && a.PrefixLength == gone.PrefixLength && ((a.Local ^ local) & a.Mask) == 0) RemoveAddress(device, a.Local);
            }
        }

        device.Remove(gone);
        foreach (FibRoute r in Routes())
        {
            if (r.PrefSrc == local && (r.Device == device || r.Protocol != RouteProtocol.KERNEL)) (InLocal(r) ? _local : _main).Remove(r);
        }

        GenId++;
        return Errno.OK;
    }

    /// <summary>fib_table_insert with NLM_F_EXCL, after fib_check_nh.</summary>
    /// <returns>EINVAL: bits beyond the mask, no next hop, or a gateway that is this host; ENETUNREACH: the gateway is not on a link;
    /// ENETDOWN: the device is down; EEXIST: the prefix has a route of this metric.</returns>
    public Errno AddRoute(FibRoute route)
    {
        if (route.PrefixLength is < 0 or > 32 || (route.Prefix & ~Mask(route.PrefixLength)) != 0) return Errno.EINVAL;
        if (route.Error == Errno.OK)
        {
            if (route.Gateway != 0)
            {
                if (AddressType(route.Gateway) != RouteType.UNICAST) return Errno.EINVAL;
                FibRoute? link = _main.Lookup(route.Gateway, route.Device?.IfIndex ?? 0, RouteScope.LINK);
                if (link?.Device is null || link.Gateway != 0) return Errno.ENETUNREACH;
                if (route.Device is null) route = WithDevice(route, link.Device);
            }
            else if (route.Device is null)
            {
                return Errno.EINVAL;
            }
            else if (route.Scope == RouteScope.UNIVERSE && route.Type == RouteType.UNICAST)
            {
                route = WithDevice(route, route.Device); // a route without a gateway has the scope of the link
            }

            if (!route.Device!.IsUp) return Errno.ENETDOWN;
        }

        FibTrie table = InLocal(route) ? _local : _main;
        for (FibRoute? r = table.Exact(route.Prefix, route.PrefixLength); r is not null; r = r.Next)
        {
            if (r.Metric == route.Metric) return Errno.EEXIST;
        }

        table.Insert(route);
        GenId++;
        return Errno.OK;
    }

    /// <summary>Takes a route of the main table away.</summary>
    /// <param name="device">Null: over any.</param>
    /// <returns>ESRCH: there is none.</returns>
    public Errno RemoveRoute(uint prefix, int prefixLength, uint? metric = null, uint gateway = 0, InDevice? device = null)
    {
        for (FibRoute? r = _main.Exact(prefix, prefixLength); r is not null; r = r.Next)
        {
            if (metric is not null && r.Metric != metric || gateway != 0 && r.Gateway != gateway || device is not null && r.Device != device) continue;
            _main.Remove(r);
            GenId++;
            return Errno.OK;
        }

        return Errno.ESRCH;
    }

    /// <summary>All routes, those of the table `local` first.</summary>
    public List<FibRoute> Routes()
    {
        List<FibRoute> all = [];
        _local.CollectInto(all);
        _main.CollectInto(all);
        return all;
    }

    /// <summary>The table `main`.</summary>
    public List<FibRoute> MainRoutes()
    {
        List<FibRoute> all = [];
        _main.CollectInto(all);
        return all;
    }

    /// <summary>fib_lookup by the default rules: the table `local`, then `main`. Null where nothing matches.</summary>
    public FibRoute? Lookup(uint daddr, int oif = 0) => _local.Lookup(daddr, oif) ?? _main.Lookup(daddr, oif);

    /// <summary>inet_addr_type: what an address is to this host (UNICAST: another's).</summary>
    public RouteType AddressType(uint address) =>
        address >> 28 == 0xE ? RouteType.MULTICAST
        : address >> 24 == 0 || address == 0xFFFF_FFFF ? RouteType.BROADCAST
        : _local.Lookup(address)?.Type ?? RouteType.UNICAST;

    /// <summary>inet_lookup_ifaddr: whether an address is one of this host's own, on a device that is up or not.</summary>
    public bool IsOwnAddress(uint address)
    {
        foreach (InDevice d in _devices)
        {
            foreach (InIfAddr a in d.Addresses)
            {
                if (a.Local == address) return true;
            }
        }

        return false;
    }

    private void AddRoutesOf(InDevice device, InIfAddr a)
    {
        uint prefix = a.Local & a.Mask;
        Magic(RouteType.LOCAL, a.Local, 32, RouteScope.HOST);
        if (a.Broadcast != 0 && a.Broadcast != 0xFFFF_FFFF) Magic(RouteType.BROADCAST, a.Broadcast, 32, RouteScope.LINK);
        if (prefix >> 24 == 0 || a.IsSecondary || (prefix == a.Local && a.PrefixLength == 32)) return;
        Magic(device.IsLoopback ? RouteType.LOCAL : RouteType.UNICAST, prefix, a.PrefixLength, device.IsLoopback ? RouteScope.HOST : RouteScope.LINK);
        // The all-zeros form of RFC 919 is no broadcast any more (since Linux 5.14).
        if (a.PrefixLength < 31) Magic(RouteType.BROADCAST, prefix | ~a.Mask, 32, RouteScope.LINK);

        void Magic(RouteType type, uint p, int length, RouteScope scope)
        {
            var route = new FibRoute
            {
                Prefix = p, PrefixLength = length, Type = type, Scope = scope, Protocol = RouteProtocol.KERNEL, Device = device, PrefSrc = a.Local,
            };
            FibTrie table = InLocal(route) ? _local : _main;
            for (FibRoute? r = table.Exact(p, length); r is not null; r = r.Next)
            {
                if (r.Device == device && r.Type == type && r.PrefSrc == a.Local) return;
            }

            table.Insert(route);
        }
    }

    private static bool InLocal(FibRoute r) => r.Type is RouteType.LOCAL or RouteType.BROADCAST or RouteType.ANYCAST;

    private static FibRoute WithDevice(FibRoute r, InDevice device) => new()
    {
        Prefix = r.Prefix, PrefixLength = r.PrefixLength, Type = r.Type, Scope = r.Gateway == 0 ? RouteScope.LINK : r.Scope, Protocol = r.Protocol,
        Metric = r.Metric, Gateway = r.Gateway, Device = device, PrefSrc = r.PrefSrc, Mtu = r.Mtu, MtuLocked = r.MtuLocked, AdvMss = r.AdvMss, InitCwnd = r.InitCwnd,
    };
}
