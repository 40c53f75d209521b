// Who may have which port: inet_csk_get_port, inet_csk_find_open_port and inet_bind_conflict (net/ipv4/inet_connection_sock.c),
// udp_lib_get_port (net/ipv4/udp.c), ping_get_port (net/ipv4/ping.c).

namespace ActorNet.Protocols;

public sealed partial class PortTable<TOwner>
{
    private ushort _pingRover;

    /// <summary>Binds a socket to an address and port.</summary>
    /// <param name="port">0: choose one of ip_local_port_range.</param>
    /// <param name="autobind">The socket did not ask for an address or port: a disconnect lets go of both.</param>
    /// <returns>EADDRINUSE: a conflict, or none left. Whether the address is this host's and the port open to this user is the caller's to check.</returns>
    public Errno Bind(TOwner owner, in PortRequest request, ushort port, out PortHandle handle, out ushort granted, bool autobind = false)
    {
        handle = default;
        granted = port;
        if (port == 0)
        {
            granted = rules switch
            {
                PortRules.TCP => FindOpenPort(request),
                PortRules.UDP => FindUdpPort(request),
                _ => FindPingPort(),
            };
            if (granted == 0) return Errno.EADDRINUSE;
        }
        else if (Conflicts(request, port, self: -1, strict: false))
        {
            return Errno.EADDRINUSE;
        }

        int row = NewRow(owner, request);
        ref Row e = ref _rows[row];
        e.Port = granted;
        e.Set(Is.AddressLocked, !request.Address.IsAny && !autobind);
        e.Set(Is.PortLocked, port != 0 && !autobind);
        Link(row, active: rules != PortRules.TCP);
        _buckets[_nodes[_rows[row].Node].Bucket].ConnectOnly = false;
        handle = new PortHandle(row + 1);
        return Errno.OK;
    }

    /// <summary>inet_csk_listen_start's second look: a bound socket becomes a listener, unless another listens there by now.</summary>
    public Errno Listen(PortHandle handle)
    {
        int row = handle.Id - 1;
        Row e = _rows[row];
        if (e.Has(Is.Active)) return Errno.OK;
        var request = new PortRequest(e.Local, e.BoundIf, e.Has(Is.Reuse), e.Has(Is.ReusePort), e.Uid, e.Has(Is.V6Only));
        if (Conflicts(request, e.Port, row, strict: false)) return Errno.EADDRINUSE;
        Unlink(row);
        Link(row, active: true);
        _buckets[_nodes[_rows[row].Node].Bucket].ConnectOnly = false;
        return Errno.OK;
    }

    /// <summary>A listener stops and keeps its port (shutdown of a listening socket).</summary>
    public void Unlisten(PortHandle handle)
    {
        int row = handle.Id - 1;
        if (!_rows[row].Has(Is.Active)) return;
        Unlink(row);
        Link(row, active: false);
    }

    // strict: chosen by the kernel (relax=false, reuseport_ok=false): a port on which nothing overlaps at all.
    private bool Conflicts(in PortRequest a, ushort port, int self, bool strict)
    {
        int bucket = FindBucket(port);
        if (bucket < 0) return false;
        if (a.Address.IsAny || rules == PortRules.PING)
        {
            for (int n = _buckets[bucket].Nodes; n >= 0; n = _nodes[n].Next)
            {
                if (ConflictsAt(n, a, self, strict, out bool sure)) return true;
                if (sure) return false;
            }

            return false;
        }

        // A specific address meets its own kind and the wildcards only.
        ReadOnlySpan<IpAddress> met = [a.Address, IpAddress.Any4, default];
        foreach (IpAddress address in met)
        {
            int n = Find(address, port);
            if (n < 0) continue;
            if (ConflictsAt(n, a, self, strict, out bool sure)) return true;
            if (sure) return false;
        }

        return false;
    }

    private bool ConflictsAt(int node, in PortRequest a, int self, bool strict, out bool sure)
    {
        sure = false;
        ref Node n = ref _nodes[node];
        if (rules != PortRules.PING && !Overlap(a, n.Address)) return false;
        for (int i = n.Active; i >= 0; i = _rows[i].Next)
        {
            ref Row b = ref _rows[i];
            if (i == self) continue;
            // One of the same reuseport group has passed this examination already (sk_reuseport_match).
            if (!strict && a.ReusePort && b.Group is not null && b.Uid == a.Uid && b.Local == a.Address && b.BoundIf == a.BoundIfIndex && b.Has(Is.Reuse) == a.Reuse)
            {
                sure = true;
                return false;
            }

            if (Conflict(a, b, strict)) return true;
        }

        for (int i = n.Passive; i >= 0; i = _rows[i].Next)
        {
            if (i != self && Conflict(a, _rows[i], strict)) return true;
        }

        return false;
    }

    // inet_rcv_saddr_equal with match_wildcard: equal, or one of them any; an IPv6-only wildcard leaves IPv4 alone.
    private static bool Overlap(in PortRequest a, IpAddress b)
    {
        if (a.Address == b) return true;
        if (a.Address.IsAny) return !(a.V6Only && b.IsV4) && (!a.Address.IsV4 || b.IsV4 || b.IsAny);
        return b.IsAny && (!b.IsV4 || a.Address.IsV4);
    }

    private bool Conflict(in PortRequest a, in Row b, bool strict)
    {
        if (b.Has(Is.V6Only) && a.Address.IsV4) return false;
        bool reuse = a.Reuse && b.Has(Is.Reuse);
        if (rules == PortRules.PING) return !reuse;
        if (a.BoundIfIndex != 0 && b.BoundIf != 0 && a.BoundIfIndex != b.BoundIf) return false;
        bool sameUid = b.Uid == a.Uid;
        bool reusePort = a.ReusePort && b.Has(Is.ReusePort);
        if (rules == PortRules.UDP) return !reuse && !(reusePort && sameUid);
        if (strict) return true;
        bool bListens = b.Has(Is.Active);
        if (reuse && !bListens) return false;
        return !reusePort || !(b.Has(Is.Timewait) || sameUid);
    }

    // A bind prefers odd distances from the range's start, so that connects, which prefer even ones, find their half free.
    private ushort FindOpenPort(in PortRequest request)
    {
        int half = request.Reuse ? 1 : 0;
        while (true)
        {
            int low = sysctl.ip_local_port_range_min, high = sysctl.ip_local_port_range_max + 1;
            if (high - low < 4) half = 0;
            // SO_REUSEADDR: the lower half of the range first.
            int middle = low + (high - low >> 2 << 1);
            if (half == 1) high = middle;
            else if (half == 2) low = middle;
            int remaining = high - low;
            if (remaining > 1) remaining &= ~1;
            int offset = (int)(random.Below((uint)remaining) | 1);
            for (int parity = 0; parity < 2; parity++, offset--)
            {
                int port = low + offset;
                for (int i = 0; i < remaining; i += 2, port += 2)
                {
                    if (port >= high) port -= remaining;
                    if (!Conflicts(request, (ushort)port, -1, strict: true)) return (ushort)port;
                }
            }

            if (half != 1) return 0;
            half = 2;
        }
    }

    private ushort FindUdpPort(in PortRequest request)
    {
        int low = sysctl.ip_local_port_range_min, remaining = sysctl.ip_local_port_range_max - low + 1;
        int first = (int)random.Below((uint)remaining);
        for (int i = 0; i < remaining; i++)
        {
            int port = low + (first + i) % remaining;
            if (!Conflicts(request, (ushort)port, -1, strict: true)) return (ushort)port;
        }

        return 0;
    }

    // ping_port_rover: identifications in turn.
    private ushort FindPingPort()
    {
        ushort ident = _pingRover;
        for (int i = 0; i < 65_536; i++)
        {
            if (++ident == 0) ident = 1;
            if (FindBucket(ident) < 0) return _pingRover = ident;
        }

        return 0;
    }
}
