// One route: struct fib_alias with its fib_info and its one next hop (net/ipv4/fib_lookup.h, include/net/ip_fib.h).

namespace ActorNet.Protocols;

/// <summary>RTN_*: what a route does with a packet.</summary>
public enum RouteType : byte
{
    UNSPEC = 0, UNICAST = 1, LOCAL = 2, BROADCAST = 3, ANYCAST = 4, MULTICAST = 5, BLACKHOLE = 6, UNREACHABLE = 7, PROHIBIT = 8,
}

/// <summary>RT_SCOPE_*: how far away a destination is; a larger number is nearer.</summary>
public enum RouteScope : byte { UNIVERSE = 0, SITE = 200, LINK = 253, HOST = 254, NOWHERE = 255 }

/// <summary>RTPROT_*: who made a route.</summary>
public enum RouteProtocol : byte { UNSPEC = 0, REDIRECT = 1, KERNEL = 2, BOOT = 3, STATIC = 4 }

/// <summary>A route of one prefix; addresses in host order. Immutable but for its place in the list of its prefix.</summary>
public sealed class FibRoute
{
    public required uint Prefix { get; init; }

    public required int PrefixLength { get; init; }

    public RouteType Type { get; init; } = RouteType.UNICAST;

    public RouteScope Scope { get; init; }

    public RouteProtocol Protocol { get; init; } = RouteProtocol.BOOT;

    /// <summary>The smaller one wins.</summary>
    public uint Metric { get; init; }

    /// <summary>0: the destination is on the link.</summary>
    public uint Gateway { get; init; }

    /// <summary>Null for blackhole, unreachable and prohibit.</summary>
    public InDevice? Device { get; init; }

    /// <summary>Preferred source address, 0 for none.</summary>
    public uint PrefSrc { get; init; }

    /// <summary>RTAX_MTU, bytes; 0: the device's.</summary>
    public int Mtu { get; init; }

    /// <summary>"mtu lock": no path MTU discovery here.</summary>
    public bool MtuLocked { get; init; }

    /// <summary>RTAX_ADVMSS, bytes, and RTAX_INITCWND, segments; 0: as ever.</summary>
    public int AdvMss { get; init; }

    /// <inheritdoc cref="AdvMss"/>
    public int InitCwnd { get; init; }

    internal FibRoute? Next;

    /// <summary>fib_props: what a packet to here fails with; OK where it may go on.</summary>
    public Errno Error => Type switch
    {
        RouteType.BLACKHOLE => Errno.EINVAL,
        RouteType.UNREACHABLE => Errno.EHOSTUNREACH,
        RouteType.PROHIBIT => Errno.EACCES,
        _ => Errno.OK,
    };

    internal bool IsUsable(int oif) =>
        Device is null ? oif == 0 || Error != Errno.OK : Device.IsUp && (oif == 0 || Device.IfIndex == oif);

    /// <summary>As `ip route` prints it.</summary>
    public override string ToString()
    {
        string type = Type == RouteType.UNICAST ? "" : Type.ToString().ToLowerInvariant() + " ";
        string to = PrefixLength == 0 ? "default" : PrefixLength == 32 ? $"{IpAddress.FromV4(Prefix)}" : $"{IpAddress.FromV4(Prefix)}/{PrefixLength}";
        return type + to + (Gateway != 0 ? $" via {IpAddress.FromV4(Gateway)}" : "") + (Device is not null ? $" dev {Device.Name}" : "")
            + (PrefSrc != 0 ? $" src {IpAddress.FromV4(PrefSrc)}" : "") + (Metric != 0 ? $" metric {Metric}" : "");
    }
}
