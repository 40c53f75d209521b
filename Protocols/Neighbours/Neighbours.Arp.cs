// ARP (RFC 826): arp_rcv, arp_process and arp_solicit of net/ipv4/arp.c, with arp_ignore, arp_announce, arp_accept and proxy_arp at 0.

namespace ActorNet.Protocols;

public sealed partial class Neighbours
{
    // The window in which the first of several answers wins (locktime, one second).
    private static readonly Duration Locktime = Duration.FromSeconds(1);

    /// <summary>Takes an ARP packet: data at the ARP header, PacketType as the device set it. It is freed.</summary>
    public DropReason Rcv(SkBuff skb, Instant now)
    {
        bool forHost = skb.PacketType == PacketType.HOST;
        if (_device.NoArp || _device.IsLoopback || skb.PacketType is PacketType.OTHERHOST or PacketType.LOOPBACK)
        {
            skb.Free();
            return DropReason.CONSUMED;
        }

        if (!ArpPacket.TryParse(skb.Data, out ArpPacket p, out DropReason reason)) return _net.Mib.Drop(skb, reason);
        skb.Free();
        Process(p, forHost, now);
        return DropReason.CONSUMED;
    }

    /// <summary>Tells the link that an address is here (a gratuitous request, as arping -U and arp_notify send it).</summary>
    public void Announce(uint address) => Emit(new ArpPacket(ArpOperation.REQUEST, _device.Address, address, MacAddress.Zero, address), MacAddress.Broadcast);

    private void Process(in ArpPacket p, bool forHost, Instant now)
    {
        uint sip = p.SenderAddress, tip = p.TargetAddress;
        if (tip >> 28 == 0xE || tip >> 24 == 127) return;
        bool request = p.Operation == ArpOperation.REQUEST;
        if (sip == 0)
        {
            // Duplicate address detection (RFC 5227): the owner defends its address, and learns nothing.
            if (request && _fib.AddressType(tip) == RouteType.LOCAL) Reply(p);
            return;
        }

        if (request)
        {
            RouteIn route = _fib.Input(tip, sip, _device);
            if (route.Type == RouteType.LOCAL)
            {
                // Who asks for us will be talked to: an entry is made (neigh_event_ns).
                Neighbour? asker = _table.GetValueOrDefault(sip) ?? Create(sip, now);
                if (asker is null) return;
                Update(asker, p.SenderHardware, Nud.STALE, overrides: true, isAdmin: false, now);
                Reply(p);
                return;
            }
        }

        // Of others only those who are known already are listened to (arp_accept=0).
        if (!_table.TryGetValue(sip, out Neighbour? n)) return;
        bool gratuitous = tip == sip && (request || p.TargetHardware == p.SenderHardware) && _fib.AddressType(sip) == RouteType.UNICAST;
        bool overrides = now > n.Updated + Locktime || gratuitous;
        // Broadcast replies, and requests, say nothing of whether we are heard.
        Nud state = !request && forHost ? Nud.REACHABLE : Nud.STALE;
        Update(n, p.SenderHardware, state, overrides, isAdmin: false, now);
    }

    private void Reply(in ArpPacket p) =>
        Emit(new ArpPacket(ArpOperation.REPLY, _device.Address, p.TargetAddress, p.SenderHardware, p.SenderAddress), p.SenderHardware);

    // arp_solicit: who has the address? To the known address while unicast probes are left, else to all.
    private void Probe(Neighbour n)
    {
        uint saddr = 0;
        if (n.QueueTail is { } waiting)
        {
            uint source = new Ipv4View(waiting.Data).Saddr;
            if (_fib.AddressType(source) == RouteType.LOCAL) saddr = source;
        }

        if (saddr == 0) saddr = _device.SelectAddress(n.Address, RouteScope.LINK);
        bool unicast = n.Probes < UcastSolicit && (n.State & Nud.VALID) != 0;
        n.Probes++;
        Emit(new ArpPacket(ArpOperation.REQUEST, _device.Address, saddr, MacAddress.Zero, n.Address), unicast ? n.Hardware : MacAddress.Broadcast);
    }

    private void Emit(in ArpPacket p, MacAddress to)
    {
        SkBuff skb = _net.Pool.Alloc(32, ArpPacket.Length);
        p.Emit(skb.Put(ArpPacket.Length));
        skb.NetworkHeader = skb.DataOffset;
        new EthernetHeader(to, _device.Address, EtherType.ARP).Emit(skb.Push(EtherType.HeaderLength));
        skb.MacHeader = skb.DataOffset;
        skb.Protocol = EtherType.ARP;
        skb.PacketType = PacketType.OUTGOING;
        skb.IfIndex = _device.IfIndex;
        SkBuffChain.Put(ref _outHead, ref _outTail, skb);
    }
}
