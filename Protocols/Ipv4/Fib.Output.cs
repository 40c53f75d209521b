// Where a packet of this host goes: ip_route_output_key_hash_rcu and __mkroute_output of net/ipv4/route.c.

namespace ActorNet.Protocols;

/// <summary>A route for a packet that this host sends (struct rtable); addresses in host order.</summary>
public struct RouteOut
{
    /// <summary>EINVAL: an address that cannot be; ENODEV, ENETUNREACH; EHOSTUNREACH and EACCES of unreachable and prohibit routes.</summary>
    public Errno Errno;

    /// <summary>LOCAL leaves over the loopback device.</summary>
    public RouteType Type;

    public uint Saddr;

    /// <summary>As asked, or the address that 0 stands for.</summary>
    public uint Daddr;

    /// <summary>Whom the frame goes to: the gateway, or the destination itself.</summary>
    public uint NextHop;

    public InDevice Device;

    /// <summary>dst_mtu, bytes: the path's, at most 65,535.</summary>
    public int Mtu;

    /// <summary>DF must not be set: the path's MTU is locked or below what discovery may go.</summary>
    public bool MtuLocked;

    /// <summary>The route's RTAX_ADVMSS and RTAX_INITCWND; 0 for none.</summary>
    public int AdvMss, InitCwnd;

    /// <summary>A copy is for this host itself: broadcasts, and multicast to a group it is in.</summary>
    public bool LoopsBack;
}

public sealed partial class Fib
{
    /// <summary>IP_MAX_MTU, bytes.</summary>
    public const int MaxMtu = 0xFFFF;

    /// <summary>Routes a packet from this host.</summary>
    /// <param name="daddr">0 stands for the host itself.</param>
    /// <param name="saddr">0: choose one.</param>
    /// <param name="oif">The interface it must leave by, 0 for any.</param>
    /// <param name="anySource">The source need not be this host's (FLOWI_FLAG_ANYSRC: replies, forwarded errors, IP_TRANSPARENT).</param>
    public RouteOut Output(uint daddr, uint saddr, int oif, Instant now, bool anySource = false)
    {
        RouteOut r = default;
        r.Saddr = saddr;
        r.Daddr = daddr;
        r.Type = RouteType.UNICAST;
        InDevice? device = null;
        FibRoute? route = null;
        bool group = daddr >> 28 == 0xE, broadcast = daddr == 0xFFFF_FFFF;
        if (saddr != 0)
        {
            if (saddr >> 28 == 0xE || saddr == 0xFFFF_FFFF || saddr >> 24 == 0) return Fail(Errno.EINVAL);
            if (oif == 0 && (group || broadcast))
            {
                device = OwnerOf(saddr);
                if (device is null) return Fail(Errno.ENETUNREACH);
            }
            else if (!anySource && AddressType(saddr) != RouteType.LOCAL && !IsOwnAddress(saddr))
            {
                return Fail(Errno.ENETUNREACH);
            }
        }

        if (device is null)
        {
            InDevice? bound = null;
            if (oif != 0)
            {
                bound = Device(oif);
                if (bound is null) return Fail(Errno.ENODEV);
                if (!bound.IsUp) return Fail(Errno.ENETUNREACH);
                if (daddr >> 8 == 0xE00000 || broadcast)
                {
                    if (r.Saddr == 0) r.Saddr = bound.SelectAddress(0, RouteScope.LINK);
                    device = bound;
                }
                else if (r.Saddr == 0)
                {
                    if (group) r.Saddr = bound.SelectAddress(0, RouteScope.UNIVERSE);
                    else if (daddr == 0) r.Saddr = bound.SelectAddress(0, RouteScope.HOST);
                }
            }

            if (device is null)
            {
                if (r.Daddr == 0)
                {
                    if (r.Saddr == 0) r.Saddr = 0x7F00_0001;
                    r.Daddr = r.Saddr;
                    if (Loopback is null) return Fail(Errno.ENETUNREACH);
                    r.Type = RouteType.LOCAL;
                    device = Loopback;
                }
                else if ((route = Lookup(r.Daddr, oif)) is null)
                {
                    if (bound is null) return Fail(Errno.ENETUNREACH);
                    // Bound to a device and without a route: the destination is taken to be on its link.
                    if (r.Saddr == 0) r.Saddr = bound.SelectAddress(0, RouteScope.LINK);
                    device = bound;
                }
                else if (route.Error != Errno.OK)
                {
                    return Fail(route.Error);
                }
                else if (route.Type == RouteType.LOCAL)
                {
                    if (r.Saddr == 0) r.Saddr = route.PrefSrc != 0 ? route.PrefSrc : r.Daddr;
                    r.Type = RouteType.LOCAL;
                    device = Loopback ?? route.Device!;
                }
                else
                {
                    r.Type = route.Type;
                    device = route.Device!;
                    if (r.Saddr == 0) r.Saddr = PreferredSource(route, r.Daddr);
                }
            }
        }

        // A loopback source may not leave the host (route_localnet=0).
        if (r.Saddr >> 24 == 127 && !device.IsLoopback) return Fail(Errno.EINVAL);
        if (broadcast) r.Type = RouteType.BROADCAST;
        else if (group) r.Type = RouteType.MULTICAST;
        else if (r.Daddr >> 24 == 0) return Fail(Errno.EINVAL);

        r.Device = device;
        r.NextHop = r.Type == RouteType.UNICAST && route is { Gateway: not 0 } ? route.Gateway : r.Daddr;
        r.LoopsBack = !device.IsLoopback && (r.Type == RouteType.BROADCAST || r.Type == RouteType.MULTICAST && device.IsMember(r.Daddr, r.Saddr));
        SetMtu(ref r, route, now);
        return r;

        static RouteOut Fail(Errno errno) => new() { Errno = errno };
    }

    /// <summary>__ip_rt_update_pmtu: a router says that packets to a destination must not be larger (RFC 1191).</summary>
    public void UpdatePmtu(uint daddr, int mtu, Instant now)
    {
        RouteOut r = Output(daddr, 0, 0, now);
        if (r.Errno != Errno.OK || r.MtuLocked && r.Mtu > FibExceptions.MinPmtu || r.Mtu < mtu) return;
        bool locked = mtu < FibExceptions.MinPmtu;
        _exceptions.Set(daddr, locked ? Math.Min(r.Mtu, FibExceptions.MinPmtu) : mtu, locked, now);
        GenId++;
    }

    /// <summary>`ip route flush cache`: forgets what was learnt of single destinations.</summary>
    public void FlushExceptions()
    {
        _exceptions.Clear();
        GenId++;
    }

    /// <summary>Something was learnt of single destinations.</summary>
    internal bool HasExceptions => !_exceptions.IsEmpty;

    private void SetMtu(ref RouteOut r, FibRoute? route, Instant now)
    {
        int learnt = _exceptions.Find(r.Daddr, now, out bool locked);
        int mtu = learnt != 0 ? learnt : route is { Mtu: > 0 } ? route.Mtu : r.Device.Mtu;
        r.Mtu = Math.Min(mtu, MaxMtu);
        if (route is not null) (r.AdvMss, r.InitCwnd) = (route.AdvMss, route.InitCwnd);
        r.MtuLocked = locked || route is { MtuLocked: true };
    }

    // fib_result_prefsrc: the route's own, or the address of its device that suits the next hop.
    // A device without an address (unnumbered) borrows one of another device (inet_select_addr).
    private uint PreferredSource(FibRoute route, uint daddr)
    {
        if (route.PrefSrc != 0) return route.PrefSrc;
        uint found = route.Device!.SelectAddress(route.Gateway != 0 ? route.Gateway : daddr, route.Scope);
        for (int i = 0; found == 0 && i < _devices.Length; i++)
        {
            foreach (InIfAddr a in _devices[i].Addresses)
            {
                if (a.Scope != RouteScope.LINK && a.Scope <= route.Scope && !a.IsSecondary) return a.Local;
            }
        }

        return found;
    }

    /// <summary>__ip_dev_find: the device that has an address; null for none.</summary>
    public InDevice? OwnerOf(uint address)
    {
        foreach (InDevice d in _devices)
        {
            foreach (InIfAddr a in d.Addresses)
            {
                if (a.Local == address) return d;
            }
        }

        return null;
    }
}
