// What becomes of a packet that arrived: ip_route_input_rcu and ip_route_input_slow of net/ipv4/route.c, with rp_filter=0,
// accept_local=0 and route_localnet=0. The order of the checks is Linux's: it decides which reason a packet with two faults gets.

namespace ActorNet.Protocols;

/// <summary>The decision for a packet that arrived; addresses in host order.</summary>
public struct RouteIn
{
    /// <summary>LOCAL, BROADCAST or MULTICAST: it is for this host; UNICAST: forward it; UNREACHABLE: answer with <see cref="Error"/>; UNSPEC: drop it.</summary>
    public RouteType Type;

    /// <summary>Of UNSPEC: why.</summary>
    public DropReason Reason;

    /// <summary>Of UNREACHABLE: the errno of the route, as ip_error takes it.</summary>
    public Errno Error;

    /// <summary>Of UNICAST: over which device, to whom, and at most how large (forwarding ignores learnt path MTUs: ip_forward_use_pmtu=0).</summary>
    public InDevice? Device;
    public uint NextHop;
    public int Mtu;
}

public sealed partial class Fib
{
    public RouteIn Input(uint daddr, uint saddr, InDevice device, IpProtocol protocol = IpProtocol.IP)
    {
        if (daddr >> 28 == 0xE) return InputMulticast(daddr, saddr, device, protocol);
        if (saddr >> 28 == 0xE || saddr == 0xFFFF_FFFF) return Martian(DropReason.IP_INVALID_SOURCE);
        if (daddr == 0xFFFF_FFFF || (saddr | daddr) == 0) return InputBroadcast(saddr, device);
        if (saddr >> 24 == 0) return Martian(DropReason.IP_INVALID_SOURCE);
        if (daddr >> 24 == 0) return Martian(DropReason.IP_INVALID_DEST);
        if (!device.IsLoopback && (daddr >> 24 == 127 || saddr >> 24 == 127)) return Martian(DropReason.IP_LOCALNET);

        FibRoute? route = Lookup(daddr);
        if (route is null) return Unreachable(device.Forwards(Net.Sysctl) ? Errno.ENETUNREACH : Errno.EHOSTUNREACH);
        if (route.Error != Errno.OK) return Unreachable(device.Forwards(Net.Sysctl) ? route.Error : Errno.EHOSTUNREACH);
        if (route.Type == RouteType.BROADCAST) return InputBroadcast(saddr, device);
        if (route.Type == RouteType.LOCAL)
        {
            // What comes back over lo was routed on its way out: Linux carries that decision along with the packet.
            return !device.IsLoopback && IsOwnAddress(saddr) ? Martian(DropReason.IP_LOCAL_SOURCE) : new RouteIn { Type = RouteType.LOCAL };
        }

        if (!device.Forwards(Net.Sysctl)) return Unreachable(Errno.EHOSTUNREACH);
        if (route.Type != RouteType.UNICAST) return Martian(DropReason.IP_INVALID_DEST);
        if (IsOwnAddress(saddr)) return Martian(DropReason.IP_LOCAL_SOURCE);
        return new RouteIn
        {
            Type = RouteType.UNICAST,
            Device = route.Device,
            NextHop = route.Gateway != 0 ? route.Gateway : daddr,
            Mtu = Math.Min(route.Mtu > 0 ? route.Mtu : route.Device!.Mtu, MaxMtu),
        };
    }

    private RouteIn InputBroadcast(uint saddr, InDevice device) =>
        saddr >> 24 != 0 && !device.IsLoopback && IsOwnAddress(saddr) ? Martian(DropReason.IP_LOCAL_SOURCE) : new RouteIn { Type = RouteType.BROADCAST };

    // ip_mc_validate_source: no group, broadcast or loopback as source; 0.0.0.0 only to link-local groups.
    private RouteIn InputMulticast(uint daddr, uint saddr, InDevice device, IpProtocol protocol)
    {
        if (!device.IsMember(daddr, saddr, protocol)) return Martian(DropReason.NOT_SPECIFIED);
        if (saddr >> 28 == 0xE || saddr == 0xFFFF_FFFF) return Martian(DropReason.IP_INVALID_SOURCE);
        if (saddr >> 24 == 127 && !device.IsLoopback) return Martian(DropReason.IP_LOCALNET);
        if (saddr >> 24 == 0) return daddr >> 8 == 0xE00000 ? new RouteIn { Type = RouteType.MULTICAST } : Martian(DropReason.IP_INVALID_SOURCE);
        return !device.IsLoopback && IsOwnAddress(saddr) ? Martian(DropReason.IP_LOCAL_SOURCE) : new RouteIn { Type = RouteType.MULTICAST };
    }

    private static RouteIn Martian(DropReason reason) => new() { Type = RouteType.UNSPEC, Reason = reason };

    private static RouteIn Unreachable(Errno error) => new() { Type = RouteType.UNREACHABLE, Error = error };
}
