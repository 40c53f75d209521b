// A device leaves its namespace (fib_inetaddr_event, fib_netdev_event on NETDEV_UNREGISTER, net/ipv4/fib_frontend.c): its addresses and all routes over it go.

namespace ActorNet.Protocols;

public sealed partial class Fib
{
    /// <summary>rt_cache_flush, when a device went up or down or has another MTU: routes that somebody remembers are looked up again.</summary>
    public void ForgetRoutes() => GenId++;

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
