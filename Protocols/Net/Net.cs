// struct net (include/net/net_namespace.h): what all of one host's protocols share. It is handed over at creation.

namespace ActorNet.Protocols;

/// <summary>A host's network namespace: counters, settings, packets and random streams. Owned by the host's loop.</summary>
public sealed class Net(string hostName, ulong seed, SkBuffPool pool)
{
    public string HostName { get; } = hostName;

    public SkBuffPool Pool { get; } = pool;

    public NetnsMib Mib { get; } = new();

    public NetSysctl Sysctl { get; } = new();

    /// <summary>What happened on this host, as one number.</summary>
    public TraceHash Trace { get; } = new();

    /// <summary>A stream of its own for a purpose ("isn", "ports", "ip-id").</summary>
    public RandomStream Random(string purpose) => new(seed, HostName, purpose);
}
