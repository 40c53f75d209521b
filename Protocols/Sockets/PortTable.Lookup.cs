// Whose packet this is: __inet_lookup_established, __inet_lookup_listener and compute_score (net/ipv4/inet_hashtables.c), __udp4_lib_lookup
// and __udp4_lib_mcast_deliver (net/ipv4/udp.c), reuseport_select_sock (net/core/sock_reuseport.c).

namespace ActorNet.Protocols;

public sealed partial class PortTable<TOwner>
{
    private const int CurrentCpu = 0;

    /// <summary>The connected socket of a tuple, as the packet has it: from the peer (source) to this host (destination).</summary>
    /// <param name="iif">The interface it came in by.</param>
    public bool TryGetConnected(IpAddress saddr, ushort sport, IpAddress daddr, ushort dport, int iif, [NotNullWhen(true)] out TOwner? owner, out PortHandle handle)
    {
        int row = FindConnected(daddr, dport, saddr, sport, iif);
        bool found = row >= 0;
        owner = found ? _rows[row].Owner : null;
        handle = found ? new PortHandle(row + 1) : default;
        return found;
    }

    /// <summary>Whom a packet is for: its connected socket, else the best of those bound to the address, else of the wildcards.</summary>
    public bool TryLookup(IpAddress saddr, ushort sport, IpAddress daddr, ushort dport, int iif, [NotNullWhen(true)] out TOwner? owner, out PortHandle handle) =>
        TryGetConnected(saddr, sport, daddr, dport, iif, out owner, out handle)
        || TryGetListener(saddr, sport, daddr, dport, iif, out owner, out handle);

    /// <summary>A listener (TCP), or a bound socket that the peer may send to (UDP, ping).</summary>
    public bool TryGetListener(IpAddress saddr, ushort sport, IpAddress daddr, ushort dport, int iif, [NotNullWhen(true)] out TOwner? owner, out PortHandle handle)
    {
        int row = Best(FirstAt(daddr, dport), saddr, sport, daddr, iif);
        if (row < 0) row = Best(FirstAt(daddr.IsV4 ? IpAddress.Any4 : default, dport), saddr, sport, daddr, iif);
        // An IPv6 wildcard takes IPv4 too, unless it is V6ONLY.
        if (row < 0 && daddr.IsV4) row = Best(FirstAt(default, dport), saddr, sport, daddr, iif);
        owner = row < 0 ? null : _rows[row].Owner;
        handle = new PortHandle(row + 1);
        return row >= 0;
    }

    private int Best(int first, IpAddress saddr, ushort sport, IpAddress daddr, int iif)
    {
        if (first < 0 || !_rows[first].Has(Is.Active)) return -1;
        int best = -1, high = -1;
        for (int i = first; i >= 0; i = _rows[i].Next)
        {
            ref Row e = ref _rows[i];
            int score = Score(e, saddr, sport, daddr, iif);
            if (score <= high) continue;
            high = score;
            best = i;
            if (e.Group is not { } g || e.Has(Is.Connected) || !e.Has(Is.ReusePort)) continue;
            // A group's member is chosen by the tuple's hash, and at once, unless the group has connected members, which may match better.
            int member = Select(g, Hash(daddr, e.Port, saddr, sport));
            if (member < 0) continue;
            if (!g.HasConnected) return member;
            best = member;
            high = Score(_rows[member], saddr, sport, daddr, iif);
        }

        return best;
    }

    // compute_score. A packet is handled by CPU 0: hosts have no others yet.
    private int Score(in Row e, IpAddress saddr, ushort sport, IpAddress daddr, int iif)
    {
        if (e.Has(Is.V6Only) && daddr.IsV4) return -1;
        int score = e.Local.IsV4 == daddr.IsV4 ? 2 : 1;
        if (e.Has(Is.Connected))
        {
            // A half of the peer may be open: connect(2) to port 0 (UDP), or of a ping socket.
            if (!e.Peer.IsAny && e.Peer != saddr || e.PeerPort != 0 && e.PeerPort != sport) return -1;
            score += (e.Peer.IsAny ? 0 : 4) + (e.PeerPort == 0 ? 0 : 4);
        }

        if (e.IncomingCpu == CurrentCpu) score++;
        if (e.BoundIf == 0) return score;
        return e.BoundIf == iif ? score + (rules == PortRules.TCP ? 1 : 4) : -1;
    }

    // reuseport_select_sock_by_hash: from the hashed place on, the first that is not connected; one that asked for this CPU before others.
    private int Select(ReuseGroup g, uint hash)
    {
        int n = g.Members.Count, start = (int)((ulong)hash * (uint)n >> 32), first = -1;
        for (int k = 0, i = start; k < n; k++, i = i + 1 == n ? 0 : i + 1)
        {
            int row = g.Members[i];
            if (rules == PortRules.UDP && _rows[row].Has(Is.Connected)) continue;
            if (!g.HasIncomingCpu || _rows[row].IncomingCpu == CurrentCpu) return row;
            if (first < 0) first = row;
        }

        return first;
    }

    private void JoinGroup(int row)
    {
        ref Row e = ref _rows[row];
        ref Node n = ref _nodes[e.Node];
        for (int i = n.Active; i >= 0; i = _rows[i].Next)
        {
            ref Row other = ref _rows[i];
            if (i == row || !other.Has(Is.ReusePort) || other.Uid != e.Uid || other.BoundIf != e.BoundIf || other.Has(Is.V6Only) != e.Has(Is.V6Only)) continue;
            // It may have asked for SO_REUSEPORT after its bind: it gets its group now (reuseport_add_sock).
            if (other.Group is null) Add(other.Group = new ReuseGroup(), i);
            e.Group = other.Group;
            break;
        }

        Add(e.Group ??= new ReuseGroup(), row);

        void Add(ReuseGroup g, int member)
        {
            g.Members.Add(member);
            g.HasConnected |= _rows[member].Has(Is.Connected);
            g.HasIncomingCpu |= _rows[member].IncomingCpu >= 0;
        }
    }

    // The last member takes the place of the one that goes, as in reuseport_detach_sock.
    private void LeaveGroup(int row)
    {
        ref Row e = ref _rows[row];
        if (e.Group is null) return;
        List<int> m = e.Group.Members;
        int at = m.IndexOf(row);
        m[at] = m[^1];
        m.RemoveAt(m.Count - 1);
        e.Group = null;
    }

    private sealed class ReuseGroup
    {
        public readonly List<int> Members = [];

        // A member is connected: the look-up goes on, for it may match better (reuseport_has_conns).
        public bool HasConnected;

        // A member has SO_INCOMING_CPU.
        public bool HasIncomingCpu;
    }
}
