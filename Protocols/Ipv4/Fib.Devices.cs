// A device leaves its namespace (fib_inetaddr_event, fib_netdev_event on NETDEV_UNREGISTER, net/ipv4/fib_frontend.c): its addresses and all routes over it go.

namespace ActorNet.Protocols;

public sealed partial class Fib
{
    /// <summary>rt_cache_flush, when a device went up or down or has another MTU: routes that somebody remembers are looked up again.</summary>
    public void ForgetRoutes() => GenId++;

    /// <summary>0 for a name that no device has.</summary>
    public int IfIndexOf(string name)
    {
        foreach (InDevice d in Devices)
        {
            if (d.Name == name) return d.IfIndex;
        }

        return 0;
    }

    /// <summary>`ip route add|change|replace|delete`: the errno that ip(8) would tell of; EOPNOTSUPP: another verb.</summary>
    public Errno ChangeRoute(string verb, FibRoute route)
    {
        switch (verb)
        {
            case "add": return AddRoute(route);
            case "delete" or "del": return RemoveRoute(route.Prefix, route.PrefixLength, gateway: route.Gateway, device: route.Device);
            case "change" or "replace":
                Errno removed = RemoveRoute(route.Prefix, route.PrefixLength, route.Metric);
                return removed != Errno.OK && verb == "change" ? Errno.ENOENT : AddRoute(route);
            default: return Errno.EOPNOTSUPP;
        }
    }

    /// <summary>`tc qdisc replace dev DEV root pfifo limit N`: a limit of 0 drops all that the host sends by the device, and says so to its sockets.</summary>
    public void SetQueueLimit(InDevice device, int packets, Net net)
    {
        device.QueueLimit = packets;
        bool any = false;
        foreach (InDevice d in Devices) any |= d.QueueLimit == 0;
        net.EgressDrops = any ? to => Output(to.V4, 0, 0, Instant.Zero) is { Errno: Errno.OK, Device.QueueLimit: 0 } : null;
    }

    /// <summary>inetdev_destroy and fib_disable_ip: forgets a device, its addresses, the routes over it and those that prefer its addresses.</summary>
    public void RemoveDevice(InDevice device)
    {
        foreach (InIfAddr a in device.Addresses.ToArray()) RemoveAddress(device, a.Local);
        foreach (FibRoute r in Routes())
        {
            if (r.Device == device) (InLocal(r) ? _local : _main).Remove(r);
        }

        _devices = Array.FindAll(_devices, d => d != device);
        _byIndex[device.IfIndex] = null;
        if (Loopback == device) Loopback = null;
        GenId++;
    }
}
