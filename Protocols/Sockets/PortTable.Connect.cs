// Connected sockets: __inet_hash_connect and __inet_check_established (net/ipv4/inet_hashtables.c), secure_ipv4_port_ephemeral,
// __inet_inherit_port, __udp_disconnect. Each tuple of TCP is unique; UDP's may repeat.

namespace ActorNet.Protocols;

public sealed partial class PortTable<TOwner>
{
    // INET_TABLE_PERTURB_SIZE. Each entry begins at random and moves on with each connect that falls to it; only those that moved are kept.
    private const uint PerturbSlots = 65_536;
    private Dictionary<uint, uint>? _perturb;
    private ulong _secret;

    /// <summary>Connects a socket that has no port yet: finds one that is free, or used by connects to other peers only.</summary>
    /// <param name="request">Its address is the route's source, never any.</param>
    /// <param name="mayReuseTimewait">Asked of the owner of a time-wait row with the very same tuple (tcp_twsk_unique); when it says yes the row is released.</param>
    /// <param name="addressLocked">bind(2) named the address, without a port (IP_BIND_ADDRESS_NO_PORT): a disconnect leaves it.</param>
    /// <returns>EADDRNOTAVAIL: every port of the range is taken for this peer; UDP: EAGAIN, as its autobind says.</returns>
    public Errno Connect(TOwner owner, in PortRequest request, SockAddr peer, out PortHandle handle, out ushort port, Func<TOwner, bool>? mayReuseTimewait = null, bool addressLocked = false)
    {
        handle = default;
        port = 0;
        if (rules != PortRules.TCP)
        {
            PortRequest bound = addressLocked ? request : request with { Address = IpAddress.Any4 };
            if (Bind(owner, bound, 0, out handle, out port, autobind: true) != Errno.OK) return Errno.EAGAIN;
            _rows[handle.Id - 1].Set(Is.AddressLocked, addressLocked);
            return SetConnected(handle, request.Address, peer);
        }

        int step = LocalRange(request, out int low, out int high) ? 1 : 2;
        high++;
        int remaining = high - low;
        if (step == 2 && remaining > 1) remaining &= ~1;
        if (_secret == 0) _secret = random.NextUInt64() | 1;
        _perturb ??= [];
        uint spot = Mix(_secret ^ Hash(request.Address, peer.Port) ^ (ulong)Hash(peer.Address, peer.Port) << 32), slot = spot % PerturbSlots;
        if (!_perturb.TryGetValue(slot, out uint perturb)) perturb = Mix(_secret + slot);
        int offset = (int)((perturb + (ulong)Mix(_secret ^ spot)) % (uint)remaining);
        // The first pass takes ports at even distances from the range's start; bind(0) does the opposite.
        if (step == 2) offset &= ~1;
        for (int parity = 0; parity < step; parity++, offset++)
        {
            if (parity == 1 && remaining <= 1) break;
            int candidate = low + offset;
            for (int i = 0; i < remaining; i += step, candidate += step)
            {
                if (candidate >= high) candidate -= remaining;
                if (sysctl.IsLocalReserved((ushort)candidate) || !MayConnectFrom((ushort)candidate, request.Address, peer, request.BoundIfIndex, mayReuseTimewait)) continue;
                _perturb[slot] = perturb + (uint)(Math.Max(i, (int)random.Below(8) * step) + step);
                port = (ushort)candidate;
                int row = NewRow(owner, request);
                _rows[row].Port = port;
                _rows[row].Set(Is.ConnectBound, true);
                _rows[row].Set(Is.AddressLocked, addressLocked);
                Link(row, active: false, isConnect: true);
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
        if (rules == PortRules.TCP && !IsTupleFree(local, _rows[row].Port, peer, _rows[row].BoundIf, mayReuseTimewait)) return Errno.EADDRNOTAVAIL;
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
        if (!IsTupleFree(local, l.Port, peer, l.BoundIf, null)) return Errno.EADDRNOTAVAIL;
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

    private bool MayConnectFrom(ushort port, IpAddress local, SockAddr peer, int dif, Func<TOwner, bool>? mayReuseTimewait)
    {
        int bucket = FindBucket(port);
        return bucket < 0 || _buckets[bucket].Share == ConnectOnly && IsTupleFree(local, port, peer, dif, mayReuseTimewait);
    }

    // A connection of a socket that is bound to a device stands in the way only of those that are bound to it too (INET_MATCH).
    private bool IsTupleFree(IpAddress local, ushort port, SockAddr peer, int dif, Func<TOwner, bool>? mayReuseTimewait)
    {
        int row = FindConnected(local, port, peer.Address, peer.Port, dif);
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
        ref Node n = ref _nodes[_rows[row].Node];
        bool connectOnly = n.ConnectOnly;
        Bucket was = _buckets[n.Bucket];
        Unlink(row, moves: true);
        _rows[row].Local = local;
        Link(row, active, joins: false, connectOnly); // udp_lib_rehash: out of its group
        ref Bucket b = ref _buckets[_nodes[_rows[row].Node].Bucket];
        (b.Share, b.ShareUid, b.ShareAddress) = (was.Share, was.ShareUid, was.ShareAddress);
    }

    private void AddConnected(int row, SockAddr peer)
    {
        ref Row e = ref _rows[row];
        e.Peer = peer.Address;
        e.PeerPort = peer.Port;
        e.Set(Is.Connected, true);
        e.ConnectAge = ++_age;
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

    // Of UDP's several with one tuple the one that connected last (udp4_lib_lookup4).
    private int FindConnected(IpAddress local, ushort port, IpAddress peer, ushort peerPort, int iif)
    {
        uint hash = Hash(local, port, peer, peerPort);
        int best = -1;
        for (int i = _connected.First(hash, out int c); i >= 0; i = _connected.Next(hash, ref c))
        {
            ref Row e = ref _rows[i];
            if (e.PeerPort != peerPort || e.Port != port || e.Peer != peer || e.Local != local || e.BoundIf != 0 && e.BoundIf != iif) continue;
            if (rules == PortRules.TCP) return i;
            if (best < 0 || e.ConnectAge > _rows[best].ConnectAge) best = i;
        }

        return best;
    }
}
