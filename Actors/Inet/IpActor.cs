// /ip: IPv4 of one host: input, forwarding, output (the machine is Protocols.Ipv4), and the link headers in front of what leaves (ip_finish_output2,
// neigh_hh_output): a next hop whose address is known costs no mailbox more.

using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>IPv4. A packet from above (OUTGOING) is routed and sent; one from a device is delivered, forwarded or dropped.</summary>
/// <remarks>Also handles <see cref="NeighbourUpdate"/>, <see cref="LinkFailure"/>, <see cref="NetDevice.Changed"/>, <see cref="NetDevice.Unregistered"/>, its reassembly timer and <see cref="RunEnded"/>.</remarks>
internal sealed class IpActor : UntypedActor
{
    private static readonly Duration s_confirmEvery = Duration.FromSeconds(1);
    private DeviceChanges? _changes;
    private readonly IActorContext _context;
    private readonly IActorRef _self;
    private readonly NetStack _stack;
    private readonly Ipv4 _ip;
    private ActorTimer? _timer;
    private Link[] _links = [];

    // Keyed by interface and next hop; never enumerated.
    private Dictionary<ulong, NextHop>? _neighbours;
    private NextHop? _last;

    // The run of packets that travel to one receiver as one message.
    private IActorRef? _taker;
    private SkBuff? _head, _tail;

    public IpActor(Netns ns)
    {
        _context = Context;
        _self = Self;
        _stack = ns.Stack;
        _ip = new Ipv4(ns.Net, ns.Fib, _stack.IcmpMachine);
        _stack.IpMachine = _ip;
        foreach (DevicePlan d in ns.Devices) Register(d.State.Info, d.Actor);
    }

    protected override void OnReceive(object message)
    {
        var now = new Instant(_context.NowNanos());
        switch (message)
        {
            case SkBuff { PacketType: PacketType.OUTGOING } chain: Xmit(chain, now); break;
            case SkBuff chain: Rcv(chain, now); break;
            case NeighbourUpdate m: Learn(m); return;
            case LinkFailure m: _ip.LinkFailure(m.Packet, now); break;
            case ReassemblyTimer: _ip.OnTimer(now); break;
            case NetDevice.Changed m:
                OnChanged(m.Info, Sender);
                _stack.Igmp.Tell(m, _self);
                return;
            case DeviceChange m: (_changes ??= new DeviceChanges()).Begin(m, _self); return;
            case SysResult settled: _changes?.Settled(Sender, settled, _self); return;
            case NetDevice.Unregistered m:
                Unregister(m.IfIndex);
                _stack.Igmp.Tell(m, _self);
                return;
            case RunEnded:
                _timer?.Disarm();
                _ip.Destroy();
                return;
            default: Unhandled(message); return;
        }

        Pump(now);
    }

    private void Rcv(SkBuff chain, Instant now)
    {
        for (SkBuff? skb = chain; skb is not null;)
        {
            SkBuff? next = skb.Next;
            skb.Next = null;
            if (_ip.Rcv(skb, now, out SkBuff? local) == IpVerdict.LOCAL) Up(local!);
            skb = next;
        }
    }

    private void Xmit(SkBuff chain, Instant now)
    {
        for (SkBuff? skb = chain; skb is not null;)
        {
            SkBuff? next = skb.Next;
            skb.Next = null;
            _ip.Xmit(skb, now);
            skb = next;
        }
    }

    // What the machine made: copies for this host first, then frames.
    private void Pump(Instant now)
    {
        while (_ip.TryDeliver(out SkBuff? local)) Up(local);
        while (_ip.TryXmit(out SkBuff? skb)) Down(skb, now);
        Flush();
        LazyTimer.Arm(ref _timer, _context, ReassemblyTimer.Instance, _ip.NextTimer);
    }

    private void Up(SkBuff skb) => Pass(
        (IpProtocol)skb.Ip.Protocol switch { IpProtocol.TCP => _stack.Tcp, IpProtocol.UDP => _stack.Udp, IpProtocol.IGMP => _stack.Igmp, _ => _stack.Icmp }, skb);

    private void Down(SkBuff skb, Instant now)
    {
        Link link = _links[skb.IfIndex];
        if (link.Device is null)
        {
            _stack.Net.Mib.Drop(skb, DropReason.DEV_READY); // the device left while the packet waited for its next hop
            return;
        }

        if (_stack.Net.EgressDrops is not null && _stack.Fib.Device(skb.IfIndex) is { QueueLimit: 0 })
        {
            _stack.Net.Mib.Drop(skb, DropReason.QDISC_DROP);
            return;
        }

        if ((skb.GsoSize != 0 || skb.IpSummed == SkbChecksum.PARTIAL) && !Passes(ref skb, link.Device.Features, now)) return;
        if (link.NeedsArp && !IsGroup(skb.Ip.NextHop))
        {
            NextHop? n = Find(skb.IfIndex, skb.Ip.NextHop);
            if (n is null)
            {
                Pass(_stack.Arp, skb); // who resolves the next hop, and sends the packet then
                return;
            }

            if (skb.Ip.ConfirmNeighbour && now - n.Confirmed >= s_confirmEvery)
            {
                n.Confirmed = now;
                _stack.Arp.Tell(new ConfirmNeighbour(skb.IfIndex, skb.Ip.NextHop), _self);
            }

            Frame(skb, n.Hardware, link.Device.Address);
        }
        else if (link.HasHeader)
        {
            Frame(skb, GroupAddress(skb, link), link.Device.Address);
        }

        Pass(link.Actor, skb);
    }

    // validate_xmit_skb: what the device does not do for its host is done here. False: it went on as several.
    private bool Passes(ref SkBuff skb, NetIfFeature features, Instant now)
    {
        bool partial = (features & NetIfFeature.HW_CSUM) != 0;
        if (skb.GsoSize != 0 && (features & NetIfFeature.TSO) == 0)
        {
            for (SkBuff? s = TcpSegmentation.Segment(skb, 0, partial), next; s is not null; s = next)
            {
                next = s.Next;
                s.Next = null;
                Down(s, now);
            }

            return false;
        }

        if (skb.GsoSize == 0 && !partial) TcpSegmentation.FillChecksum(skb, 0);
        return true;
    }

    private static bool IsGroup(uint nextHop) => nextHop >> 28 == 0xE || nextHop == 0xFFFF_FFFF;

    // A multicast group's frames go to 01:00:5e and the group's low 23 bits (RFC 1112 6.4), broadcasts to all, those for lo to nobody in particular.
    private static MacAddress GroupAddress(SkBuff skb, in Link link) =>
        link.Device.IsLoopback ? MacAddress.Zero
        : skb.Ip.NextHop >> 28 == 0xE ? new MacAddress(0x0100_5E00_0000UL | skb.Ip.NextHop & 0x7F_FFFF)
        : MacAddress.Broadcast;

    private static void Frame(SkBuff skb, MacAddress to, MacAddress from)
    {
        Span<byte> header = skb.Push(EtherType.HeaderLength);
        to.Write(header);
        from.Write(header[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[12..], EtherType.IP);
        skb.MacHeader = skb.DataOffset;
    }

    private NextHop? Find(int ifIndex, uint nextHop)
    {
        ulong key = (ulong)(uint)ifIndex << 32 | nextHop;
        if (_last is { } last && last.Key == key) return last;
        if (_neighbours is null || !_neighbours.TryGetValue(key, out NextHop? n)) return null;
        return _last = n;
    }

    private void Learn(NeighbourUpdate m)
    {
        ulong key = (ulong)(uint)m.IfIndex << 32 | m.NextHop;
        if (_last?.Key == key) _last = null;
        if (m.Address is { } address) (_neighbours ??= [])[key] = new NextHop(key, address);
        else _neighbours?.Remove(key);
    }

    private void Pass(IActorRef taker, SkBuff skb)
    {
        if (_taker == taker)
        {
            _tail!.Next = skb;
            _tail = skb;
            return;
        }

        Flush();
        _taker = taker;
        _head = _tail = skb;
    }

    private void Flush()
    {
        if (_head is null) return;
        _taker!.Tell(_head, _self);
        _taker = null;
        _head = _tail = null;
    }

    private void Register(NetDeviceInfo info, IActorRef device)
    {
        if (info.IfIndex >= _links.Length) Array.Resize(ref _links, info.IfIndex + 1);
        _links[info.IfIndex] = new Link(device, _stack.Known(info), info.HardHeaderLen > 0, info.NeedsArp);
    }

    private void Unregister(int ifIndex)
    {
        _stack.Fib.RemoveDevice(_links[ifIndex].Device);
        _links[ifIndex] = default;
    }

    private void OnChanged(NetDeviceInfo info, IActorRef sender)
    {
        if (info.IfIndex >= _links.Length || _links[info.IfIndex].Device is null) Register(info, sender);
        InDevice device = _links[info.IfIndex].Device;
        // inetdev_event: lo has its address as soon as somebody sets it up.
        if (device.IsLoopback && info.IsUp && device.Addresses.IsEmpty) _stack.Fib.AddAddress(device, IpAddress.Loopback4.V4, 8);
        bool isUp = info.IsUp && info.HasCarrier;
        if (device.IsUp != isUp || device.Mtu != info.Mtu || device.Features != info.Features) _stack.Fib.ForgetRoutes();
        device.IsUp = isUp;
        device.WasUp |= device.IsUp;
        device.Mtu = info.Mtu;
        device.Features = info.Features;
        device.Address = info.Address;
    }

    private readonly record struct Link(IActorRef Actor, InDevice Device, bool HasHeader, bool NeedsArp);

    private sealed class NextHop(ulong key, MacAddress hardware)
    {
        public readonly ulong Key = key;
        public readonly MacAddress Hardware = hardware;
        public Instant Confirmed;
    }

    private sealed class ReassemblyTimer
    {
        public static readonly ReassemblyTimer Instance = new();
    }
}

/// <summary>From ARP to IP: a next hop can be reached without asking (NUD_CONNECTED), at this address; null: packets for it go by way of ARP.</summary>
internal sealed record NeighbourUpdate(int IfIndex, uint NextHop, MacAddress? Address);

/// <summary>From IP to ARP: a transport has heard from beyond this next hop (neigh_confirm).</summary>
internal sealed record ConfirmNeighbour(int IfIndex, uint NextHop);

/// <summary>From ARP to IP: the packet's next hop does not answer.</summary>
internal sealed record LinkFailure(SkBuff Packet);
