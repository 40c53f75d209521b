// A host's sockets as an observer of the run sees them, between turns: what `ss` shows.

namespace ActorNet.Actors;

/// <summary>The sockets of one network namespace at one moment.</summary>
/// <param name="Netns">Empty for the host's first.</param>
/// <param name="Owners">Who has which socket open, by its inode.</param>
/// <param name="Devices">Names by interface index.</param>
public sealed record NetnsSockets(
    string Host, string Netns, IReadOnlyList<InetDiag> Sockets, SockStat Stat, IReadOnlyDictionary<long, List<SocketOwner>> Owners, IReadOnlyDictionary<int, string> Devices);

public sealed partial class SimHost
{
    /// <summary>All its sockets, a namespace at a time. Looking changes nothing. Call it between turns of the run.</summary>
    public IReadOnlyList<NetnsSockets> ReadSockets(Instant now)
    {
        Dictionary<long, List<SocketOwner>> owners = SocketSnapshot.Owners(Plan.Books);
        List<NetnsSockets> all = [];
        foreach (Netns ns in Plan.Namespaces)
        {
            List<InetDiag> sockets = SocketSnapshot.Of(ns.Stack, now);
            var devices = ns.Devices.ToDictionary(d => d.State.Info.IfIndex, d => d.State.Info.Name);
            all.Add(new NetnsSockets(Name, ns.Name, sockets, SocketSnapshot.Stat(ns.Stack, sockets), owners, devices));
        }

        return all;
    }
}
