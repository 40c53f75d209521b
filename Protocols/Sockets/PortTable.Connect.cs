// Connected sockets: __inet_hash_connect and __inet_check_established (net/ipv4/inet_hashtables.c), secure_ipv4_port_ephemeral,
// __inet_inherit_port, __udp_disconnect. Each tuple of TCP is unique; UDP's may repeat.

namespace ActorNet.Protocols;

public sealed partial class PortTable<TOwner>
{
    // Linux has 65,536 of these; what counts is that destinations advance independently of each other.
    private readonly uint[] _perturb = new uint[64];
    private ulong _secret;

    /// <summary>Connects a socket that has no port yet: finds one that is free, or used by connects to other peers only.</summary>
    /// <param name="request">Its address is the route's source, never any.</param>
    /// <param name="mayReuseTimewait">Asked of the owner of a time-wait row with the very same tuple (tcp_twsk_unique); when it says yes the row is released.</param>
    /// <returns>EADDRNOTAVAIL: every port of the range is taken for this peer; UDP: EAGAIN, as its autobind says.</returns>
    public Errno Connect(TOwner owner, in PortRequest request, SockAddr peer, out PortHandle handle, out ushort port, Func<TOwner, bool>? mayReuseTimewait = null)
    {
        handle = default;
        port = 0;
        if (rules != PortRules.TCP)
        {
            if (Bind(owner, request with { Address = IpAddress.Any4 }, 0, out handle, out port, autobind: true) != Errno.OK) return Errno.EAGAIN;
            return SetConnected(handle, request.Address, peer);
        }

        int low = sysctl.ip_local_port_range_min, high = sysctl.ip_local_port_range_max + 1, remaining = high - low;
        if (remaining > 1) remaining &= ~1;
        if (_secret == 0) _secret = random.NextUInt64() | 1;
        uint spot = Mix(_secret ^ Hash(request.Address, peer.Port) ^ (ulong)Hash(peer.Address, peer.Port) << 32);
        ref uint perturb = ref _perturb[spot & 63];
        // The first pass takes ports at even distances from the range's start; bind(0) does the opposite.
        int offset = (int)((perturb + (spot >> 6)) % (uint)remaining) & ~1;
        for (int parity = 0; parity < 2; parity++, offset++)
        {
            int candidate = low + offset;
            for (int i = 0; i < remaining; i += 2, candidate += 2)
            {
                if (candidate >= high) candidate -= remaining;
                if (!MayConnectFrom((ushort)candidate, request.Address, peer, mayReuseTimewait)) continue;
                perturb += (uint)Math.Max(i, (int)random.Below(8) * 2) + 2;
                port = (ushort)candidate;
                int row = NewRow(owner, request);
                _rows[row].Port = port;
                Link(row, active: false);
                AddConnected(row, peer);
                handle = new PortHandle(row + 1);
                return Errno.OK;
            }
        }

        return Errno.EADDRNOTAVAIL;
    }

    /// <summary>Connects a bound socket; a wildcard address becomes the route's source.</summary>
    /// <returns>EADDRNOTAVAIL: TCP, and the tuple is in use.</returns>
    public Errno SetConnected(PortHandle handle, IpAddress local, SockAddr peer, Func<TOwner, bool>? mayReuseTimewait = null)
    {
        int row = handle.Id - 1;
        if (rules == PortRules.TCP && !IsTupleFree(local, _rows[row].Port, peer, mayReuseTimewait)) return Errno.EADDRNOTAVAIL;
        RemoveConnected(row);
        Move(row, local);
        AddConnected(row, peer);
        return Errno.OK;
    }

    /// <summary>A child of a listener: it shares the listener's port and has a tuple of its own.</summary>
    /// <returns>EADDRNOTAVAIL: the tuple is in use.</returns>
    public Errno Accept(PortHandle listener, TOwner child, IpAddress local, SockAddr peer, out PortHandle handle)
    {
        handle = default;
        Row l = _rows[listener.Id - 1];
        if (!IsTupleFree(local, l.Port, peer, null)) return Errno.EADDRNOTAVAIL;
        int row = NewRow(child, new PortRequest(local, l.BoundIf, l.Has(Is.Reuse), l.Has(Is.ReusePort), l.Uid));
        _rows[row].Port = l.Port;
        Link(row, active: false);
        AddConnected(row, peer);
        handle = new PortHandle(row + 1);
        return Errno.OK;
    }

    /// <summary>connect(AF_UNSPEC): forgets the peer; an address or port that was not asked for goes too.</summary>
    /// <returns>False when the port went, and the handle with it.</returns>
    public bool Disconnect(PortHandle handle)
    {
        int row = handle.Id - 1;
        RemoveConnected(row);
        if (!_rows[row].Has(Is.PortLocked))
        {
            Release(handle);
            return false;
        }

        if (!_rows[row].Has(Is.AddressLocked)) Move(row, IpAddress.Any4);
        return true;
    }

    private bool MayConnectFrom(ushort port, IpAddress local, SockAddr peer, Func<TOwner, bool>? mayReuseTimewait)
    {
        int bucket = FindBucket(port);
        return bucket < 0 || _buckets[bucket].ConnectOnly && IsTupleFree(local, port, peer, mayReuseTimewait);
    }

    private bool IsTupleFree(IpAddress local, ushort port, SockAddr peer, Func<TOwner, bool>? mayReuseTimewait)
    {
        int row = FindConnected(local, port, peer.Address, peer.Port);
        if (row < 0) return true;
        if (!_rows[row].Has(Is.Timewait) || mayReuseTimewait is null || !mayReuseTimewait(_rows[row].Owner!)) return false;
        Release(new PortHandle(row + 1));
        return true;
    }

    private void Move(int row, IpAddress local)
    {
        if (_rows[row].Local == local) return;
        bool active = _rows[row].Has(Is.Active);
        // The port may have no other holder, and then its bucket is made anew: its history is kept.
        bool connectOnly = _buckets[_nodes[_rows[row].Node].Bucket].ConnectOnly;
        Unlink(row);
        _rows[row].Local = local;
        Link(row, active);
        if (!connectOnly) _buckets[_nodes[_rows[row].Node].Bucket].ConnectOnly = false;
    }

    private void AddConnected(int row, SockAddr peer)
    {
        ref Row e = ref _rows[row];
        e.Peer = peer.Address;
        e.PeerPort = peer.Port;
        e.Set(Is.Connected, true);
        if (e.Group is not null) e.Group.HasConnected = true;
        _connected.Add(Hash(e.Local, e.Port, e.Peer, e.PeerPort), row);
    }

    private void RemoveConnected(int row)
    {
        ref Row e = ref _rows[row];
        if (!e.Has(Is.Connected)) return;
        _connected.Remove(Hash(e.Local, e.Port, e.Peer, e.PeerPort), row);
        e.Set(Is.Connected, false);
        e.Peer = default;
        e.PeerPort = 0;
    }

    private int FindConnected(IpAddress local, ushort port, IpAddress peer, ushort peerPort)
    {
        uint hash = Hash(local, port, peer, peerPort);
        for (int i = _connected.First(hash, out int c); i >= 0; i = _connected.Next(hash, ref c))
        {
            ref Row e = ref _rows[i];
            if (e.PeerPort == peerPort && e.Port == port && e.Peer == peer && e.Local == local) return i;
        }

        return -1;
    }
}
