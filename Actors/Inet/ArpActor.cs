// /arp: the neighbours of a host's Ethernet devices (net/core/neighbour.c, net/ipv4/arp.c; the machine is Protocols.Neighbours). What IP cannot send at
// once comes here, waits for the next hop's address, and goes on from here; IP is told of addresses that it may use without asking.

using ActorNet.Devices;

namespace ActorNet.Actors;

/// <summary>Address resolution. A packet from IP (OUTGOING) is for a next hop in doubt; any other is an ARP packet that arrived.</summary>
/// <remarks>Also handles <see cref="ConfirmNeighbour"/>, <see cref="NetDevice.Changed"/>, <see cref="NetDevice.Unregistered"/>, its timer and <see cref="RunEnded"/>.</remarks>
internal sealed class ArpActor : UntypedActor
{
    private readonly IActorContext _context;
    private readonly IActorRef _self;
    private readonly NetStack _stack;
    private Table?[] _tables = [];
    private ActorTimer? _timer;

    public ArpActor(Netns ns)
    {
        _context = Context;
        _self = Self;
        _stack = ns.Stack;
        _stack.ArpTables = this;
        foreach (DevicePlan d in ns.Devices)
        {
            if (d.State.Info.NeedsArp) Register(d.State.Info, d.Actor);
        }
    }

    /// <summary>A device's neighbours; null where there have been none.</summary>
    public Neighbours? Find(int ifIndex) => (uint)ifIndex < (uint)_tables.Length ? _tables[ifIndex]?.Made : null;

    protected override void OnReceive(object message)
    {
        var now = new Instant(_context.NowNanos());
        switch (message)
        {
            case SkBuff chain:
                for (SkBuff? skb = chain, next; skb is not null; skb = next)
                {
                    next = skb.Next;
                    skb.Next = null;
                    Take(skb, now);
                }

                break;
            case ConfirmNeighbour m: _tables[m.IfIndex]?.Made?.Confirm(m.NextHop, now); return;
            case NeighbourTimer: OnTimer(now); break;
            case NetDevice.Changed m: OnChanged(m.Info, Sender); break;
            case NetDevice.Unregistered m: Unregister(m.IfIndex); break;
            case RunEnded:
                _timer?.Disarm();
                foreach (Table? t in _tables) t?.Made?.Destroy();
                return;
            default: Unhandled(message); return;
        }

        Arm();
    }

    private void Take(SkBuff skb, Instant now)
    {
        if (skb.IfIndex >= _tables.Length || _tables[skb.IfIndex] is not { } table)
        {
            _stack.Net.Mib.Drop(skb, DropReason.UNHANDLED_PROTO);
            return;
        }

        if (skb.PacketType != PacketType.OUTGOING) table.Neighbours.Rcv(skb, now);
        else if (table.Neighbours.Output(skb, skb.Ip.NextHop, now) == NeighVerdict.READY) table.Device.Tell(skb, _self);
        Pump(table);
    }

    private void OnTimer(Instant now)
    {
        foreach (Table? t in _tables)
        {
            if (t?.Made is not { } made || made.NextTimer > now) continue;
            made.OnTimer(now);
            Pump(t);
        }
    }

    // Changes first: packets that IP sends from now on must not come before those that waited here, and do not: they are on their way to the device.
    private void Pump(Table table)
    {
        if (table.Made is not { } n) return;
        SkBuff? head = null, tail = null;
        while (n.TryXmit(out SkBuff? frame))
        {
            if (head is null) head = frame;
            else tail!.Next = frame;
            tail = frame;
        }

        if (head is not null) table.Device.Tell(head, _self);
        while (n.TryTakeChange(out NeighbourChange c))
            _stack.Ip.Tell(new NeighbourUpdate(n.Device.IfIndex, c.Address, c.IsConnected ? c.Hardware : null), _self);
        while (n.TryTakeFailed(out SkBuff? failed)) _stack.Ip.Tell(new LinkFailure(failed), _self);
    }

    private Table Register(NetDeviceInfo info, IActorRef device)
    {
        if (info.IfIndex >= _tables.Length) Array.Resize(ref _tables, info.IfIndex + 1);
        return _tables[info.IfIndex] = new Table(_stack, _stack.Known(info), device);
    }

    private void Unregister(int ifIndex)
    {
        if (_tables[ifIndex] is not { } table) return;
        table.Made?.Flush(keepPermanent: false);
        Pump(table);
        table.Made?.Destroy();
        _tables[ifIndex] = null;
    }

    private void OnChanged(NetDeviceInfo info, IActorRef sender)
    {
        Table table = (info.IfIndex < _tables.Length ? _tables[info.IfIndex] : null) ?? Register(info, sender);
        // What it hears of a device that has not been up yet is old by now: IP may have sent packets here already.
        bool was = table.IsUp;
        table.IsUp = info.IsUp && info.HasCarrier;
        if (table.IsUp || !was) return;
        table.Made?.Flush(keepPermanent: info.IsUp);
        Pump(table);
    }

    private void Arm()
    {
        Instant at = Instant.Never;
        foreach (Table? t in _tables)
        {
            if (t?.Made is { } made) at = Instant.Min(at, made.NextTimer);
        }

        LazyTimer.Arm(ref _timer, _context, NeighbourTimer.Instance, at);
    }

    private sealed class Table(NetStack stack, InDevice of, IActorRef device)
    {
        public readonly IActorRef Device = device;
        public bool IsUp;

        // Made with the first packet that wants a next hop, or comes from one.
        public Neighbours Neighbours => Made ??= new Neighbours(stack.Net, stack.Fib, of) { ReportsChanges = true };

        public Neighbours? Made { get; private set; }
    }

    private sealed class NeighbourTimer
    {
        public static readonly NeighbourTimer Instance = new();
    }
}
