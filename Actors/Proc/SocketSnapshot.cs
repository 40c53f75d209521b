// All sockets of a namespace at one moment: what inet_diag dumps, and who has them open (what `ss -p` finds below /proc/<pid>/fd).
// Read in one turn of the host's loop, without a message: as the kernel's own walkers read other sockets' fields without their lock.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

/// <summary>A descriptor that names a socket.</summary>
public readonly record struct SocketOwner(string Program, int Pid, int Fd);

/// <summary>/proc/net/sockstat of a namespace.</summary>
public sealed record SockStat
{
    /// <summary>struct sockets: those that a descriptor names.</summary>
    public int Used { get; init; }

    /// <summary>TCP: in the hash tables, without a descriptor, in TIME_WAIT, alive, and the pages that they hold.</summary>
    public int TcpInuse { get; init; }

    /// <inheritdoc cref="TcpInuse"/>
    public int TcpOrphan { get; init; }

    /// <inheritdoc cref="TcpInuse"/>
    public int TcpTw { get; init; }

    /// <inheritdoc cref="TcpInuse"/>
    public int TcpAlloc { get; init; }

    /// <inheritdoc cref="TcpInuse"/>
    public long TcpMem { get; init; }

    /// <summary>ESTABLISHED and CLOSE_WAIT (Tcp: CurrEstab).</summary>
    public long TcpEstab { get; init; }

    public int UdpInuse { get; init; }

    public long UdpMem { get; init; }

    public int RawInuse { get; init; }

    public int FragInuse { get; init; }

    public long FragMemory { get; init; }
}

/// <summary>Reads sockets from outside.</summary>
internal static class SocketSnapshot
{
    /// <summary>What /proc/net and `ss` show: listeners, then their half-open connections and all others, then TIME_WAIT; oldest first.</summary>
    public static List<InetDiag> Of(NetStack stack, Instant now)
    {
        List<InetDiag> listeners = [], others = [];
        foreach ((Sock sk, ulong number) in stack.List.All)
        {
            if (!sk.IsShown) continue;
            (sk.IsListening ? listeners : others).Add(sk.Diag(now, number));
            if (sk is TcpSock tcp) tcp.CollectRequests(others, now);
        }

        listeners.AddRange(others);
        listeners.AddRange(stack.Timewaits().Select(tw => tw.Diag(now)).OrderBy(d => d.Expires.Nanoseconds).ThenBy(d => d.Cookie));
        return listeners;
    }

    public static SockStat Stat(NetStack stack, IReadOnlyCollection<InetDiag> shown)
    {
        int used = 0, tcp = 0;
        foreach ((Sock sk, _) in stack.List.All)
        {
            if (sk.Inode != 0 && !sk.IsOrphan) used++;
            if (sk is TcpSock) tcp++;
        }

        (int queues, long bytes) = stack.Fragments();
        return new SockStat
        {
            Used = used,
            TcpInuse = shown.Count(d => d.Protocol == IpProtocol.TCP && d.IsFull),
            TcpOrphan = stack.Net.Tcp.Orphans,
            TcpTw = stack.Net.Tcp.TimewaitCount,
            TcpAlloc = tcp,
            TcpMem = stack.Net.TcpMemory.Allocated,
            TcpEstab = stack.Net.Mib[Snmp.TcpCurrEstab],
            UdpInuse = shown.Count(d => d.Protocol == IpProtocol.UDP),
            UdpMem = stack.Net.UdpMemory.Allocated,
            RawInuse = shown.Count(d => d.Type == SocketType.RAW),
            FragInuse = queues,
            FragMemory = bytes,
        };
    }

    /// <summary>Who has which socket open, by its inode, in the order of pid and descriptor.</summary>
    public static Dictionary<long, List<SocketOwner>> Owners(HostBooks books)
    {
        Dictionary<long, List<SocketOwner>> owners = [];
        foreach (ProcessStatus p in books.Processes)
        {
            if (p.Files is not { } files) continue;
            for (int fd = 0; fd < files.End; fd++)
            {
                if (files[fd] is not Socket file) continue;
                if (!owners.TryGetValue(file.Inode, out List<SocketOwner>? list)) owners.Add(file.Inode, list = []);
                list.Add(new SocketOwner(p.Name, p.Pid, fd));
            }
        }

        return owners;
    }
}
