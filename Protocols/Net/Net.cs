// struct net (include/net/net_namespace.h): what all of one host's protocols share. It is handed over at creation.

namespace ActorNet.Protocols;

/// <summary>A network namespace of a host: counters, settings, packets and random streams. Owned by the host's loop.</summary>
/// <param name="netns">The namespace's name; empty for the host's first (init_net).</param>
public sealed class Net(string hostName, ulong seed, SkBuffPool pool, string netns = "")
{
    public string HostName { get; } = hostName;

    /// <summary>Empty for the host's first namespace.</summary>
    public string Netns { get; } = netns;

    /// <summary>net_cookie: this namespace's number on its host, from 1; what SO_NETNS_COOKIE reads.</summary>
    public ulong Cookie { get; init; } = 1;

    /// <summary>Whose call is being handled. Set by the driver before each; a capability is asked of it.</summary>
    public ITask Current { get; set; } = KernelTask.Instance;

    /// <summary>The programs of the host's cgroup; null when there are none.</summary>
    public ICgroupSock? Cgroup { get; set; }

    public SkBuffPool Pool { get; } = pool;

    /// <summary>The host's processors, which all its namespaces share; null when nothing takes time.</summary>
    public Cpu? Cpu { get; set; }

    /// <summary>Whether a packet to this address goes further up than IP; for the costs of a <see cref="Cpu"/>.</summary>
    public Func<uint, bool>? IsLocal { get; set; }

    /// <summary>Whether what is sent to an address is dropped by its device's queue, which has no room for any packet; null where no device has such a queue.</summary>
    public Func<IpAddress, bool>? EgressDrops { get; set; }

    /// <summary>The namespace's routes, for sockets that look theirs up again when routes change; null where there are none.</summary>
    public Fib? Fib { get; set; }

    public NetnsMib Mib { get; } = new();

    public NetSysctl Sysctl { get; } = new();

    /// <summary>What this host's TCP sockets share; made when first asked for.</summary>
    public Tcp.TcpNetns Tcp => _tcp ??= new Tcp.TcpNetns(this);

    private Tcp.TcpNetns? _tcp;

    /// <summary>tcp_memory_allocated and tcp_mem.</summary>
    public ProtoMemory TcpMemory => _tcpMemory ??= Protocols.Tcp.TcpNetns.MemoryOf(this);

    private ProtoMemory? _tcpMemory;

    /// <summary>TCP sockets, and pairs in TIME_WAIT. Asking makes nothing.</summary>
    public (int Sockets, int Timewaits) TcpCounts => (_tcpMemory?.Sockets ?? 0, _tcp?.TimewaitCount ?? 0);

    /// <summary>udp_memory_allocated and udp_mem; UDP knows no pressure.</summary>
    public ProtoMemory UdpMemory => field ??= new ProtoMemory(() => (Sysctl.udp_mem_low, Sysctl.udp_mem_pressure, Sysctl.udp_mem_high), pressures: false);

    /// <summary>sk_write_space: there may be room for who waits to send by this socket. Its driver looks again in a turn of its own.</summary>
    public Action<Sock>? OnWriteSpace { get; set; }

    /// <summary>gen_cookie_next: the next SO_COOKIE.</summary>
    public ulong NextCookie() => ++_cookies;

    private ulong _cookies;

    /// <summary>What happened on this host, as one number.</summary>
    public TraceHash Trace { get; } = new();

    /// <summary>A stream of its own for a purpose ("isn", "ports", "ip-id").</summary>
    public RandomStream Random(string purpose) => new(seed, HostName, Netns.Length == 0 ? purpose : $"{Netns}/{purpose}");
}
