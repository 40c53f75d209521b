// Two ends, two directions, one promise to the engine of how long a frame takes at least.

namespace ActorNet.Devices.Wires;

/// <summary>One end of a cable: a NIC, or a port of a switch.</summary>
/// <param name="Actor">The NIC's or the switch's.</param>
/// <param name="IfIndex">Of the device on its host, or of the port.</param>
public readonly record struct CableEnd(IActorRef Actor, string Host, string Device, int IfIndex);

/// <summary>Connects devices: of different hosts, or of one (a veth pair).</summary>
public static class Cable
{
    /// <summary>Plugs a cable in: what <paramref name="a"/> sends travels by <paramref name="ab"/>, what <paramref name="b"/> sends by <paramref name="ba"/>.</summary>
    /// <exception cref="ArgumentException">A spec is not valid; the message says which and why.</exception>
    public static void Connect(ActorSystem system, CableEnd a, CableEnd b, WireSpec ab, WireSpec ba, ulong seed)
    {
        if (ab.Validate() is { } wrong) throw new ArgumentException($"{a.Host} {a.Device}: {wrong}", nameof(ab));
        if (ba.Validate() is { } wrongToo) throw new ArgumentException($"{b.Host} {b.Device}: {wrongToo}", nameof(ba));
        // A veth pair is one loop's own affair: it bounds no window.
        if (a.Host != b.Host) system.DeclareLink(a.Actor, b.Actor, Math.Min(ab.MinDelay.Nanoseconds, ba.MinDelay.Nanoseconds));
        a.Actor.Tell(new NetDevice.Connect(a.IfIndex, b.Actor, b.IfIndex, ab, new WireSeed(seed, a.Host, a.Device)), ActorRefs.NoSender);
        b.Actor.Tell(new NetDevice.Connect(b.IfIndex, a.Actor, a.IfIndex, ba, new WireSeed(seed, b.Host, b.Device)), ActorRefs.NoSender);
    }
}
