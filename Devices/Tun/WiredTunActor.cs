// A TUN device with a wire between it and the kernel. The wire's far end is an actor of its own, as a cable's is: each end owns the direction it sends.

using ActorNet.Devices.Wires;

namespace ActorNet.Devices.Tun;

/// <summary>A host's device; the kernel is at the end of a wire. Speaks <see cref="NetDevice"/>; frames are bare IP packets.</summary>
public sealed class WiredTunActor : BareIpActor
{
    private const string FarEnd = "kernel";

    private readonly NetDeviceState _dev;
    private readonly TunDevice _tun;
    private readonly TunWire _wire;
    private readonly Link _link;
    private IActorRef _peer = ActorRefs.Nobody;

    /// <param name="tun">Opened by who builds the host; closed with the actor.</param>
    /// <exception cref="ArgumentException">The wire is not valid; the message says why.</exception>
    public WiredTunActor(NetDeviceState dev, TunDevice tun, TunWire wire)
        : base(dev)
    {
        _dev = dev;
        _tun = tun;
        _wire = wire;
        _link = new Link(wire.ToKernel, new WireSeed(wire.Seed, dev.Net.HostName, dev.Info.Name));
    }

    protected override void PreStart()
    {
        _peer = Cell.Child(FarEnd);
        if (_peer.IsNobody()) _peer = Cell.ActorOf(Props.Create(() => new TunFarEnd(_dev, _tun, _wire, Me)), FarEnd);
    }

    // A restart keeps the far end, and with it the kernel's device.
    protected override void PreRestart(Exception reason, object? message)
    {
    }

    protected override bool OnControl(object message)
    {
        if (message is not NetDevice.ChangeWire m) return base.OnControl(message);
        Answer(_link.Change(m.Spec));
        return true;
    }

    protected override void Write(SkBuff skb, Instant now)
    {
        if (_dev.TrySend(_link, skb, now, default, Cell, _peer, 0, out Instant arrival)) Cell.TellAt(arrival.Nanoseconds, _peer, skb);
    }

    protected override NetDevice.Link Describe(Instant now) => new(_dev.Info, _dev.Stats.Clone(), _link.Backlog(now), _link.BacklogBytes(now));
}
