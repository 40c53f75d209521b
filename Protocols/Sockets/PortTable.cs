// The ports of one protocol on one host: who is bound where, who listens, who is connected to whom. Mirrors inet_hashtables.c (ehash, bhash, bhash2,
// lhash2) and udp_table (hash, hash2). Rows are structs in one array and lists are row numbers: a million sockets cost a million rows and no objects.

namespace ActorNet.Protocols;

/// <summary>Whose rules of conflict and choice a table follows.</summary>
public enum PortRules { TCP, UDP, PING }

/// <summary>A socket's row in a <see cref="PortTable{TOwner}"/>; the default is none.</summary>
public readonly record struct PortHandle(int Id)
{
    public bool IsNone => Id == 0;
}

/// <summary>What a socket brings to a bind.</summary>
/// <param name="Address">Any for the wildcard.</param>
/// <param name="BoundIfIndex">SO_BINDTODEVICE, 0 for any.</param>
/// <param name="Uid">Of the process: SO_REUSEPORT is shared within one uid.</param>
/// <param name="V6Only">An IPv6 wildcard that leaves IPv4 alone.</param>
/// <param name="IncomingCpu">SO_INCOMING_CPU; -1 for none.</param>
/// <param name="LocalRange">IP_LOCAL_PORT_RANGE: the lower bound, and the upper one shifted by 16; 0 for the host's.</param>
public readonly record struct PortRequest(
    IpAddress Address, int BoundIfIndex = 0, bool Reuse = false, bool ReusePort = false, uint Uid = 0, bool V6Only = false, int IncomingCpu = -1, uint LocalRange = 0);

/// <summary>Bound, listening and connected sockets by port and address. Owned by one demultiplexer.</summary>
public sealed partial class PortTable<TOwner>(PortRules rules, NetSysctl sysctl, RandomStream random)
    where TOwner : class
{
    private Row[] _rows = [];
    private Node[] _nodes = [];
    private Bucket[] _buckets = [];
    private int _rowCount, _nodeCount, _bucketCount;
    private uint _age;
    private int _freeRow = -1, _freeNode = -1, _freeBucket = -1;
    private HashIndex _connected, _byAddress, _byPort;

    /// <summary>Sockets in the table.</summary>
    public int Count { get; private set; }

    /// <summary>What the table holds, bytes.</summary>
    public long Bytes =>
        _rows.Length * (long)System.Runtime.CompilerServices.Unsafe.SizeOf<Row>() + _nodes.Length * (long)System.Runtime.CompilerServices.Unsafe.SizeOf<Node>()
        + _buckets.Length * (long)System.Runtime.CompilerServices.Unsafe.SizeOf<Bucket>() + _connected.Bytes + _byAddress.Bytes + _byPort.Bytes;

    public TOwner Owner(PortHandle handle) => _rows[handle.Id - 1].Owner!;

    public SockAddr Local(PortHandle handle) => SockAddr.In(_rows[handle.Id - 1].Local, _rows[handle.Id - 1].Port);

    public SockAddr Peer(PortHandle handle) => SockAddr.In(_rows[handle.Id - 1].Peer, _rows[handle.Id - 1].PeerPort);

    /// <summary>Options that count in conflicts and look-ups changed after the bind. (SO_REUSEPORT set late does not join a group, as in Linux.)</summary>
    public void SetOptions(PortHandle handle, bool reuse, bool reusePort, int boundIfIndex, int incomingCpu = -1)
    {
        ref Row r = ref _rows[handle.Id - 1];
        r.Set(Is.Reuse, reuse);
        r.Set(Is.ReusePort, reusePort);
        r.BoundIf = boundIfIndex;
        r.IncomingCpu = (short)Math.Clamp(incomingCpu, -1, short.MaxValue);
        if (r.Group is not null && r.IncomingCpu >= 0) r.Group.HasIncomingCpu = true;
    }

    /// <summary>Another takes the row over, port and tuple: a time-wait sock for its socket, an actor for a request.</summary>
    public void SetOwner(PortHandle handle, TOwner owner, bool isTimewait = false)
    {
        ref Row r = ref _rows[handle.Id - 1];
        r.Owner = owner;
        r.Set(Is.Timewait, isTimewait);
    }

    /// <summary>Takes a socket out: its port is free when nobody else holds it.</summary>
    public void Release(PortHandle handle)
    {
        int row = handle.Id - 1;
        RemoveConnected(row);
        Unlink(row);
        _rows[row] = default;
        _rows[row].Next = _freeRow;
        _freeRow = row;
        Count--;
    }

    /// <summary>All sockets, in the order of their rows (for ss and /proc).</summary>
    public void CollectInto(List<(TOwner Owner, PortHandle Handle)> into)
    {
        for (int i = 0; i < _rowCount; i++)
        {
            if (_rows[i].Owner is { } owner) into.Add((owner, new PortHandle(i + 1)));
        }
    }

    private int NewRow(TOwner owner, in PortRequest r)
    {
        int row = _freeRow;
        if (row >= 0)
        {
            _freeRow = _rows[row].Next;
        }
        else
        {
            row = _rowCount++;
            if (row == _rows.Length) Array.Resize(ref _rows, Larger(row));
        }

        ref Row e = ref _rows[row];
        e = default;
        e.Owner = owner;
        e.Local = r.Address;
        e.BoundIf = r.BoundIfIndex;
        e.Uid = r.Uid;
        e.IncomingCpu = (short)Math.Clamp(r.IncomingCpu, -1, short.MaxValue);
        e.Age = ++_age;
        e.Set(Is.Reuse, r.Reuse);
        e.Set(Is.ReusePort, r.ReusePort);
        e.Set(Is.V6Only, r.V6Only);
        Count++;
        return row;
    }

    // Puts a row into the list of its address and port, at the head: of equals the newest is found first, as with hlist_add_head.
    private void Link(int row, bool active, bool joins = true, bool isConnect = false)
    {
        int node = Reach(_rows[row].Local, _rows[row].Port, isConnect);
        ref Row e = ref _rows[row];
        ref Node n = ref _nodes[node];
        e.Node = node;
        e.Set(Is.Active, active);
        int was = n.First;
        ref int head = ref active ? ref n.Active : ref n.Passive;
        e.Prev = -1;
        e.Next = head;
        if (head >= 0) _rows[head].Prev = row;
        head = row;
        Show(n, was);
        _buckets[n.Bucket].Count++;
        if (!e.Has(Is.ConnectBound)) n.Bound++;
        if (joins && active && e.Has(Is.ReusePort)) JoinGroup(row);
    }

    private void Unlink(int row, bool moves = false)
    {
        ref Row e = ref _rows[row];
        LeaveGroup(row);
        ref Node n = ref _nodes[e.Node];
        ref Bucket b = ref _buckets[n.Bucket];
        b.Count--;
        if (!e.Has(Is.ConnectBound)) n.Bound--;
        if (n.Bound == 0 && !n.ConnectOnly)
        {
            n.ConnectOnly = true;
            b.BoundNodes--;
        }

        // When the last that was bound is gone, connects may share the port again (since Linux 6.18).
        if (!moves && b.BoundNodes == 0) b.Share = ConnectOnly;
        int was = n.First;
        if (e.Prev >= 0) _rows[e.Prev].Next = e.Next;
        else if (e.Has(Is.Active)) n.Active = e.Next;
        else n.Passive = e.Next;
        if (e.Next >= 0) _rows[e.Next].Prev = e.Prev;
        Show(n, was);
        if (n.First < 0) FreeNode(e.Node);
    }

    // The index by address shows each node's first row, not the node: a look-up goes from the index to the row that it finds.
    private void Show(in Node n, int was)
    {
        if (n.First == was) return;
        uint hash = Hash(n.Address, n.Port);
        if (was < 0) _byAddress.Add(hash, n.First);
        else if (n.First < 0) _byAddress.Remove(hash, was);
        else _byAddress.Replace(hash, was, n.First);
    }

    // The first row of an address and port: of those that can be found, if there is one. -1: nobody is bound there.
    private int FirstAt(IpAddress address, ushort port)
    {
        uint hash = Hash(address, port);
        for (int i = _byAddress.First(hash, out int c); i >= 0; i = _byAddress.Next(hash, ref c))
        {
            if (_rows[i].Port == port && _rows[i].Local == address) return i;
        }

        return -1;
    }

    private int Find(IpAddress address, ushort port)
    {
        int row = FirstAt(address, port);
        return row < 0 ? -1 : _rows[row].Node;
    }

    private int FindBucket(ushort port)
    {
        uint hash = Hash(port);
        for (int i = _byPort.First(hash, out int c); i >= 0; i = _byPort.Next(hash, ref c))
        {
            if (_buckets[i].Port == port) return i;
        }

        return -1;
    }

    private int Reach(IpAddress address, ushort port, bool isConnect)
    {
        int node = Find(address, port);
        if (node >= 0) return node;
        int bucket = FindBucket(port);
        if (bucket < 0)
        {
            bucket = Take(ref _buckets, ref _bucketCount, ref _freeBucket, _freeBucket >= 0 ? _buckets[_freeBucket].Nodes : -1);
            _buckets[bucket] = new Bucket { Port = port, Nodes = -1, Share = ConnectOnly };
            _byPort.Add(Hash(port), bucket);
        }

        node = Take(ref _nodes, ref _nodeCount, ref _freeNode, _freeNode >= 0 ? _nodes[_freeNode].Next : -1);
        int first = _buckets[bucket].Nodes;
        _nodes[node] = new Node { Address = address, Port = port, Bucket = bucket, Active = -1, Passive = -1, Prev = -1, Next = first, ConnectOnly = isConnect };
        if (!isConnect) _buckets[bucket].BoundNodes++;
        if (first >= 0) _nodes[first].Prev = node;
        _buckets[bucket].Nodes = node;
        return node;
    }

    private void FreeNode(int node)
    {
        ref Node n = ref _nodes[node];
        ref Bucket b = ref _buckets[n.Bucket];
        if (n.Prev >= 0) _nodes[n.Prev].Next = n.Next;
        else b.Nodes = n.Next;
        if (n.Next >= 0) _nodes[n.Next].Prev = n.Prev;
        if (b.Nodes < 0)
        {
            _byPort.Remove(Hash(n.Port), n.Bucket);
            b.Nodes = _freeBucket;
            _freeBucket = n.Bucket;
        }

        n.Next = _freeNode;
        _freeNode = node;
    }

    private static int Take<T>(ref T[] array, ref int count, ref int free, int nextFree)
    {
        int i = free;
        if (i >= 0)
        {
            free = nextFree;
            return i;
        }

        i = count++;
        if (i == array.Length) Array.Resize(ref array, Larger(i));
        return i;
    }

    // Twice as large while it is small; a large table is not to be half empty.
    private static int Larger(int length) => length < 256 ? Math.Max(4, length * 2) : length + length / 4;

    // Fixed mixing (the finaliser of SplitMix64): runs repeat on every machine.
    private static uint Mix(ulong x)
    {
        x = (x ^ x >> 30) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ x >> 27) * 0x94D0_49BB_1331_11EB;
        return (uint)(x >> 32);
    }

    private static uint Hash(ushort port) => port * 0x9E37_79B1u;

    private static uint Hash(IpAddress a, ushort port) => Mix(a.High * 0x9E37_79B9_7F4A_7C15 ^ a.Low ^ (ulong)port << 48);

    private static uint Hash(IpAddress local, ushort port, IpAddress peer, ushort peerPort) =>
        Mix((local.High ^ peer.High * 31) * 0x9E37_79B9_7F4A_7C15 ^ peer.Low * 0xD6E8_FEB8_6659_FD93 ^ local.Low ^ (ulong)port << 48 ^ (ulong)peerPort << 32);
}
