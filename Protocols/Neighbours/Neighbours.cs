// The neighbours of one device: net/core/neighbour.c as net/ipv4/arp.c uses it. Packets for a next hop that is not resolved wait here.
// Timers are in Neighbours.Timer.cs, updates in Neighbours.Update.cs, ARP's packets in Neighbours.Arp.cs.

namespace ActorNet.Protocols;

/// <summary>What became of a packet on its way to a next hop.</summary>
public enum NeighVerdict
{
    /// <summary>Its link header is pushed: it is for the device.</summary>
    READY,

    /// <summary>It waits for the next hop's address.</summary>
    QUEUED,

    /// <summary>Freed and counted: the table is full.</summary>
    DROPPED,
}

/// <summary>A next hop became usable without a doubt, changed its address, or ceased to be so.</summary>
public readonly record struct NeighbourChange(uint Address, MacAddress Hardware, bool IsConnected);

/// <summary>The neighbour table of one device.</summary>
/// <remarks>After any call: take from <see cref="TryXmit"/> and <see cref="TryTakeFailed"/> until both are empty, and arm a timer at <see cref="NextTimer"/>.</remarks>
public sealed partial class Neighbours
{
    private readonly Net _net;
    private readonly Fib _fib;
    private readonly InDevice _device;
    private readonly RandomStream _random;
    private readonly Dictionary<uint, Neighbour> _table = [];
    private readonly Queue<NeighbourChange> _changes = new();
    private Neighbour? _oldest, _newest, _last;
    private SkBuff? _outHead, _outTail, _failedHead, _failedTail;
    private Instant _lastFlush;

    public Neighbours(Net net, Fib fib, InDevice device)
    {
        _net = net;
        _fib = fib;
        _device = device;
        _random = net.Random("neigh-" + device.Name);
        DrawReachableTime(Instant.Zero);
    }

    /// <summary>Set when someone takes <see cref="TryTakeChange"/>; else changes are not kept.</summary>
    public bool ReportsChanges { get; set; }

    public int Count => _table.Count;

    public InDevice Device => _device;

    /// <summary>The entry of an address, or null.</summary>
    public Neighbour? Find(uint address) => _table.GetValueOrDefault(address);

    /// <summary>Sends an IP packet to a next hop on this link (neigh_resolve_output): data at the IP header, head room for the link header.</summary>
    public NeighVerdict Output(SkBuff skb, uint nextHop, Instant now)
    {
        if (_device.NoArp || _device.IsLoopback) return Ready(skb, _device.Address);
        if (nextHop >> 28 == 0xE) return Ready(skb, MulticastMac(nextHop));
        if (nextHop == 0xFFFF_FFFF) return Ready(skb, MacAddress.Broadcast);
        Neighbour? n = _last;
        if (n is null || n.Address != nextHop)
        {
            n = _table.GetValueOrDefault(nextHop) ?? Create(nextHop, now);
            if (n is null)
            {
                _net.Mib.Drop(skb, DropReason.NEIGH_CREATEFAIL);
                return NeighVerdict.DROPPED;
            }

            _last = n;
        }

        n.Used = now;
        if (skb.Ip.ConfirmNeighbour) n.Confirmed = now;
        if ((n.State & (Nud.CONNECTED | Nud.DELAY | Nud.PROBE)) != 0) return Ready(skb, n.Hardware);
        return Send(n, skb, now);
    }

    /// <summary>dst_confirm_neigh: a transport heard from behind this next hop just now.</summary>
    public void Confirm(uint nextHop, Instant now)
    {
        if (_table.TryGetValue(nextHop, out Neighbour? n)) n.Confirmed = now;
    }

    /// <summary>The next frame for the device: requests, replies, and packets whose waiting is over. The caller owns it.</summary>
    public bool TryXmit([NotNullWhen(true)] out SkBuff? frame) => SkBuffChain.Take(ref _outHead, ref _outTail, out frame);

    /// <summary>The next packet whose next hop did not answer: data at the IP header, for <see cref="Ipv4.LinkFailure"/>. The caller owns it.</summary>
    public bool TryTakeFailed([NotNullWhen(true)] out SkBuff? skb) => SkBuffChain.Take(ref _failedHead, ref _failedTail, out skb);

    public bool TryTakeChange(out NeighbourChange change) => _changes.TryDequeue(out change);

    /// <summary>`ip neigh replace … nud permanent`.</summary>
    public void SetPermanent(uint address, MacAddress hardware, Instant now)
    {
        Neighbour? n = _table.GetValueOrDefault(address) ?? Create(address, now, force: true);
        Update(n!, hardware, Nud.PERMANENT, overrides: true, isAdmin: true, now);
    }

    /// <summary>`ip neigh del`: what waits for it fails.</summary>
    public bool Delete(uint address)
    {
        if (!_table.TryGetValue(address, out Neighbour? n)) return false;
        Remove(n);
        return true;
    }

    /// <summary>neigh_ifdown and neigh_carrier_down: the link went; only permanent entries outlive the loss of a carrier.</summary>
    public void Flush(bool keepPermanent)
    {
        for (Neighbour? n = _oldest; n is not null;)
        {
            Neighbour? next = n.Newer;
            if (!keepPermanent || (n.State & Nud.PERMANENT) == 0) Remove(n);
            n = next;
        }
    }

    /// <summary>All entries, oldest first (`ip neigh`, /proc/net/arp).</summary>
    public void CollectInto(List<Neighbour> into)
    {
        for (Neighbour? n = _oldest; n is not null; n = n.Newer) into.Add(n);
    }

    /// <summary>Frees all packets that are kept: the host crashed, or the run is over.</summary>
    public void Destroy()
    {
        while (TryXmit(out SkBuff? skb)) _net.Mib.Drop(skb, DropReason.RUN_ENDED);
        while (TryTakeFailed(out SkBuff? skb)) _net.Mib.Drop(skb, DropReason.RUN_ENDED);
        for (Neighbour? n = _oldest; n is not null; n = n.Newer) Purge(n, DropReason.RUN_ENDED);
        _table.Clear();
        _timers.Clear();
        _oldest = _newest = _last = null;
    }

    // __neigh_event_send for an entry whose address is not known, or doubtful.
    private NeighVerdict Send(Neighbour n, SkBuff skb, Instant now)
    {
        if (n.State == Nud.STALE)
        {
            // The packet goes by what is known; whether it still holds is asked if nobody confirms it soon.
            SetState(n, Nud.DELAY, now);
            Arm(n, now + Duration.FromSeconds(DelayFirstProbeTime));
            return Ready(skb, n.Hardware);
        }

        bool first = n.State != Nud.INCOMPLETE;
        if (first)
        {
            n.Probes = UcastSolicit; // there is no address to ask directly: only broadcasts count
            SetState(n, Nud.INCOMPLETE, now);
            Arm(n, now + RetransTime);
        }

        while (n.QueueHead is not null && n.QueueBytes + skb.Truesize > UnresQlenBytes)
        {
            SkBuffChain.Take(ref n.QueueHead, ref n.QueueTail, out SkBuff? oldest);
            n.QueueBytes -= oldest!.Truesize;
            _net.Mib.Drop(oldest, DropReason.NEIGH_QUEUEFULL);
        }

        n.QueueBytes += skb.Truesize;
        SkBuffChain.Put(ref n.QueueHead, ref n.QueueTail, skb);
        if (first) Probe(n);
        return NeighVerdict.QUEUED;
    }

    private NeighVerdict Ready(SkBuff skb, MacAddress to)
    {
        if (!_device.HasLinkHeader) return NeighVerdict.READY;
        Span<byte> header = skb.Push(EtherType.HeaderLength);
        new EthernetHeader(to, _device.Address, EtherType.IP).Emit(header);
        skb.MacHeader = skb.DataOffset;
        return NeighVerdict.READY;
    }

    // neigh_alloc and arp_constructor. Full: first the doubtful of more than five seconds go, oldest first (neigh_forced_gc).
    private Neighbour? Create(uint address, Instant now, bool force = false)
    {
        NetSysctl s = _net.Sysctl;
        if (!force && (_table.Count >= s.neigh_gc_thresh3 || _table.Count >= s.neigh_gc_thresh2 && now > _lastFlush + Duration.FromSeconds(5)))
        {
            ForcedGc(now);
            if (_table.Count >= s.neigh_gc_thresh3) return null;
        }

        var n = new Neighbour(address) { Updated = now, Used = now, Confirmed = now - _reachableTime * 2 };
        if (_device.IsPointToPoint || _fib.AddressType(address) is RouteType.BROADCAST)
        {
            n.State = Nud.NOARP;
            n.Hardware = MacAddress.Broadcast;
        }

        _table.Add(address, n);
        n.Older = _newest;
        if (_newest is null) _oldest = n;
        else _newest.Newer = n;
        _newest = n;
        if (_table.Count >= s.neigh_gc_thresh1 && _nextGc == Instant.Never) _nextGc = now + Duration.FromSeconds(BaseReachableTime) / 2;
        return n;
    }

    private void Remove(Neighbour n)
    {
        Purge(n, DropReason.NEIGH_DEAD);
        n.Deadline = Instant.Never;
        _table.Remove(n.Address);
        if (n.Older is null) _oldest = n.Newer;
        else n.Older.Newer = n.Newer;
        if (n.Newer is null) _newest = n.Older;
        else n.Newer.Older = n.Older;
        if (_last == n) _last = null;
        if ((n.State & Nud.CONNECTED) != 0) Report(n, false);
    }

    private void Purge(Neighbour n, DropReason reason)
    {
        while (SkBuffChain.Take(ref n.QueueHead, ref n.QueueTail, out SkBuff? skb)) _net.Mib.Drop(skb, reason);
        n.QueueBytes = 0;
    }

    private void Report(Neighbour n, bool connected)
    {
        if (ReportsChanges) _changes.Enqueue(new NeighbourChange(n.Address, n.Hardware, connected));
    }

    // RFC 1112 6.4: the low 23 bits behind 01:00:5e.
    private static MacAddress MulticastMac(uint group) => new(0x0100_5E00_0000UL | group & 0x7F_FFFF);
}
