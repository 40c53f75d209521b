// The kernel's end of a TUN device's wire: what the kernel sends goes onto the wire, what comes off the wire the kernel gets.

using ActorNet.Devices.Wires;

namespace ActorNet.Devices.Tun;

/// <summary>Takes packets (<see cref="SkBuff"/>): OUTGOING ones are the kernel's, others have arrived.</summary>
internal sealed class TunFarEnd : UntypedActor
{
    private readonly NetDeviceState _near, _far;
    private readonly TunDevice _tun;
    private readonly IActorContext _cell;
    private readonly IActorRef _host;
    private readonly Link _link;
    private TunReader? _reader;

    /// <param name="near">The host's device, for its namespace and its limits.</param>
    /// <param name="tun">Closed with the actor.</param>
    /// <param name="host">The host's device's actor.</param>
    public TunFarEnd(NetDeviceState near, TunDevice tun, TunWire wire, IActorRef host)
    {
        _near = near;
        _tun = tun;
        _host = host;
        _cell = Context;
        _far = new NetDeviceState(NetDeviceInfo.Tun(tun.Name, 0, near.Info.MaxMtu), near.Net);
        _link = new Link(wire.ToHost, new WireSeed(wire.Seed, near.Net.HostName, $"{near.Info.Name} kernel"));
    }

    protected override void PreStart() => _reader = new TunReader(_tun, _near.Net.Pool, _near.Info.MaxMtu, Self, PacketType.OUTGOING);

    // A restart keeps the device and only renews the thread.
    protected override void PreRestart(Exception reason, object? message)
    {
        _reader?.Stop();
        _reader = null;
    }

    protected override void PostStop()
    {
        _reader?.Stop();
        _tun.Dispose();
    }

    protected override void OnReceive(object message)
    {
        if (message is not SkBuff chain)
        {
            Unhandled(message);
            return;
        }

        var now = new Instant(_cell.NowNanos());
        int read = 0;
        for (SkBuff? skb = chain; skb is not null;)
        {
            SkBuff? next = skb.Next;
            skb.Next = null;
            if (skb.PacketType == PacketType.OUTGOING)
            {
                read++;
                if (_far.TrySend(_link, skb, now, default, _cell, _host, _near.Info.IfIndex, out Instant arrival)) _cell.TellAt(arrival.Nanoseconds, _host, skb);
            }
            else if (_far.TryWrite(_tun, skb, now))
            {
                skb.Free();
            }

            skb = next;
        }

        _reader!.Handled(read);
    }
}
