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
        else if (!MayBind(request, port, self: -1))
        {
            return Errno.EADDRINUSE;
        }

        int row = NewRow(owner, request);
        ref Row e = ref _rows[row];
        e.Port = granted;
        e.Set(Is.AddressLocked, !request.Address.IsAny && !autobind);
        e.Set(Is.PortLocked, port != 0 && !autobind);
        Link(row, active: rules != PortRules.TCP);
        Note(_rows[row].Node, request);
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
        if (!MayBind(request, e.Port, row)) return Errno.EADDRINUSE;
        Unlink(row);
        Link(row, active: true);
        Note(_rows[row].Node, request);
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

    private bool MayBind(in PortRequest a, ushort port, int self)
    {
        int bucket = FindBucket(port);
        if (bucket < 0) return true;
        return rules switch
        {
            PortRules.TCP => SharesFast(_buckets[bucket], a) || !Conflicts(a, bucket, self, Strictness.Named),
            PortRules.UDP => !UdpInUse(a, bucket),
            _ => !PingInUse(a, bucket),
        };
    }

    // sk_reuseport_match: one of the same group has passed this examination already.
    private static bool SharesFast(in Bucket b, in PortRequest a) =>
        b.Share == SharedStrictly && a.ReusePort && b.ShareUid == a.Uid && (b.ShareAddress == a.Address || Overlap(a, b.ShareAddress) && !a.Address.IsAny);

    // inet_csk_update_fastreuse, with a bucket that is never empty when it is called.
    private void Note(int node, in PortRequest a)
    {
        if (rules != PortRules.TCP) return;
        ref Node n = ref _nodes[node];
        ref Bucket b = ref _buckets[n.Bucket];
        if (n.ConnectOnly)
        {
            n.ConnectOnly = false;
            b.BoundNodes++;
        }

        if (!a.ReusePort)
        {
            b.Share = NotShared;
        }
        else if (!SharesFast(b, a))
        {
            b.Share = SharedStrictly;
            b.ShareUid = a.Uid;
            b.ShareAddress = a.Address;
        }
    }

    // What inet_csk_bind_conflict is asked: about a port that was named; about one that the kernel chooses (relax=false, reuseport_ok=false);
    // about one that it chooses although all are taken, under ip_autobind_reuse (relax=true, reuseport_ok=false).
    private enum Strictness { Named, Chosen, ChosenRelaxed }

    private bool Conflicts(in PortRequest a, int bucket, int self, Strictness strictness)
    {
        if (a.Address.IsAny)
        {
            for (int n = _buckets[bucket].Nodes; n >= 0; n = _nodes[n].Next)
            {
                if (Overlap(a, _nodes[n].Address) && ConflictsAt(n, a, self, strictness)) return true;
            }

            return false;
        }

        // A specific address meets its own kind and the wildcards only.
        ushort port = _buckets[bucket].Port;
        ReadOnlySpan<IpAddress> met = [a.Address, IpAddress.Any4, default];
        foreach (IpAddress address in met)
        {
            int n = Find(address, port);
            if (n >= 0 && Overlap(a, address) && ConflictsAt(n, a, self, strictness)) return true;
        }

        return false;
    }

    private bool ConflictsAt(int node, in PortRequest a, int self, Strictness strictness)
    {
        ref Node n = ref _nodes[node];
        for (int i = n.Active; i >= 0; i = _rows[i].Next)
        {
            if (i != self && Conflict(a, _rows[i], strictness)) return true;
        }

        for (int i = n.Passive; i >= 0; i = _rows[i].Next)
        {
            if (i != self && Conflict(a, _rows[i], strictness)) return true;
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

    private static bool SameLink(in PortRequest a, in Row b) => a.BoundIfIndex == 0 || b.BoundIf == 0 || a.BoundIfIndex == b.BoundIf;

    // inet_bind_conflict.
    private static bool Conflict(in PortRequest a, in Row b, Strictness strictness)
    {
        if (b.Has(Is.V6Only) && a.Address.IsV4 || !SameLink(a, b)) return false;
        bool sameUser = b.Has(Is.Timewait) || b.Uid == a.Uid;
        bool reusePort = a.ReusePort && b.Has(Is.ReusePort);
        if (a.Reuse && b.Has(Is.Reuse) && !b.Has(Is.Active))
        {
            return strictness switch
            {
                Strictness.Named => false,
                Strictness.Chosen => true,
                _ => reusePort && sameUser,
            };
        }

        return strictness != Strictness.Named || !reusePort || !sameUser;
    }
}
