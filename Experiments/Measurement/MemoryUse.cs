// What a run's memory went to: how many there are of each kind of thing, times what one takes. What one takes is measured (`./bench --only memory`,
// docs/performance.md, "Memory"); a test holds the figures here against the heap. Looking changes nothing of the run.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>One kind of thing: how many, and what they take together, bytes.</summary>
public sealed record MemoryKind(string Name, long Count, long Bytes);

/// <summary>The largest managed heap that was seen in a run, and what the most of what is known went to.</summary>
internal sealed class MemoryUse
{
    /// <summary>What one takes, bytes: a host without sockets; a socket of TCP that was used, with its actor, descriptor and rows; any other; a pair in TIME_WAIT.</summary>
    public const int Host = 11_500, TcpSocket = 1_750, OtherSocket = 850, Timewait = 320;

    private long _most = -1;

    /// <summary>Managed heap, bytes: garbage that has not been collected is in it, so that when it was largest says little.</summary>
    public long Managed { get; private set; }

    /// <summary>When <see cref="Kinds"/> were, virtual time.</summary>
    public Instant At { get; private set; }

    /// <summary>What there was when what there is a name for took most; the rest of the heap of that moment is the last.</summary>
    public IReadOnlyList<MemoryKind> Kinds { get; private set; } = [];

    /// <summary>Looks, and keeps what it sees if it is the most so far.</summary>
    public void Look(Network network)
    {
        long managed = GC.GetTotalMemory(forceFullCollection: false);
        Managed = Math.Max(Managed, managed);
        MemoryKind[] kinds = Of(network);
        long sum = kinds.Sum(k => k.Bytes);
        if (sum <= _most) return;
        (_most, At) = (sum, network.Now);
        Kinds = [.. kinds, new MemoryKind("rest", 1, Math.Max(0, managed - sum))];
    }

    private static MemoryKind[] Of(Network network)
    {
        long sockets = 0, tcp = 0, timewaits = 0;
        foreach (SimHost host in network.Hosts)
        {
            sockets += host.Sockets;
            for (int i = 0; i < host.Namespaces.Count; i++)
            {
                (int open, int waiting) = host.Namespaces[i].Net.TcpCounts;
                tcp += open;
                timewaits += waiting;
            }
        }

        long hosts = network.Hosts.Count, others = Math.Max(0, sockets - tcp), packets = network.Pool.Outstanding, pool = network.Pool.Bytes;
        return
        [
            new("hosts", hosts, hosts * Host), new("tcpSockets", tcp, tcp * TcpSocket), new("otherSockets", others, others * OtherSocket),
            new("timeWait", timewaits, timewaits * Timewait), new("packets", packets, pool),
        ];
    }
}
