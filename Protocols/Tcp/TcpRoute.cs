// What a route tells TCP (struct dst_entry and its metrics): the demux or IP actor looks it up, the machine keeps it.

namespace ActorNet.Protocols.Tcp;

/// <summary>The way to a peer.</summary>
/// <param name="Source">The source address that the route prefers.</param>
/// <param name="Mtu">Of the path, bytes, IP header included.</param>
/// <param name="InitCwnd">RTAX_INITCWND, segments; 0 for ten.</param>
/// <param name="AdvMss">The MSS to advertise (dst_metric_advmss); 0 for MTU less 40 (IPv4) or 60 (IPv6).</param>
public readonly record struct TcpRoute(IpAddress Source, int Mtu, int AdvMss = 0, int InitCwnd = 0)
{
    /// <summary>The MSS that this route advertises: never below 256 (ip_rt_min_advmss) nor above what the option carries.</summary>
    public int EffectiveAdvMss(bool v4) => AdvMss > 0 ? AdvMss : Math.Clamp(Mtu - (v4 ? 40 : 60), 256, 65_535 - (v4 ? 40 : 60));
}
