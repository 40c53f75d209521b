// The sockets of one network namespace at one moment, as a run's record keeps them and `ss` prints them.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>A namespace's sockets at a moment of the run.</summary>
public sealed class SocketTable(string host, string netns)
{
    public string Host { get; } = host;

    /// <summary>Empty for the host's first.</summary>
    public string Netns { get; } = netns;

    public Instant At { get; set; }

    /// <summary>/proc/net/sockstat.</summary>
    public SockStat Stat { get; set; } = new();

    /// <summary>In the order in which the kernel would give them.</summary>
    public List<SocketEntry> Sockets { get; init; } = [];

    /// <summary>"server", or "server/blue" for a namespace with a name.</summary>
    public string Name => Netns.Length == 0 ? Host : Host + "/" + Netns;

    /// <summary>All hosts of a network as they are now. Between turns of the run; it changes nothing.</summary>
    public static IReadOnlyList<SocketTable> Of(Network network)
    {
        List<SocketTable> tables = [];
        foreach (SimHost host in network.Hosts)
        {
            foreach (NetnsSockets ns in host.ReadSockets(network.Now))
            {
                tables.Add(new SocketTable(ns.Host, ns.Netns)
                {
                    At = network.Now, Stat = ns.Stat, Sockets = [.. ns.Sockets.Select(d => SocketEntry.Of(d, ns, network.Now)).OfType<SocketEntry>()],
                });
            }
        }

        return tables;
    }
}
