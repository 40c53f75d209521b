// The words that a network device understands. Its data words are packets themselves: a SkBuff (or a chain of them) with PacketType
// OUTGOING asks the device to send it, any other is a frame that arrives from its wire.

using ActorNet.Devices.Capture;
using ActorNet.Devices.Wires;

namespace ActorNet.Devices;

/// <summary>Vocabulary of NicActor, LoopbackActor, TunActor, TapActor and, with a port's IfIndex, SwitchActor.</summary>
/// <remarks>
/// Contract. A device passes frames up to the actor attached for their EtherType: data at the network header, MacHeader, NetworkHeader,
/// Protocol, PacketType, IfIndex and Tstamp set; a run of frames of one EtherType that one poll finds is one message, chained through Next.
/// Settings are answered with a <see cref="SysResult"/> if they were asked with a sender. <see cref="Changed"/> goes to every attached actor,
/// once at attaching and then whenever flags, MTU or address have changed.
/// </remarks>
public static class NetDevice
{
    /// <summary>dev_add_pack: frames of this EtherType go to this actor, in place of an earlier one. It is told <see cref="Changed"/>; no other answer.</summary>
    public sealed record Attach(ushort EtherType, IActorRef Upper);

    /// <summary>A notification to attached actors (NETDEV_UP, DOWN, CHANGE, CHANGEMTU, CHANGEADDR): how the device is now.</summary>
    public sealed record Changed(NetDeviceInfo Info);

    /// <summary>Plugs the sending end of a cable into a device. Made by <see cref="Cable"/>.</summary>
    /// <param name="IfIndex">Of this device, or of the switch's port.</param>
    /// <param name="PeerIfIndex">Of the far end, on its own host.</param>
    public sealed record Connect(int IfIndex, IActorRef Peer, int PeerIfIndex, WireSpec Spec, WireSeed Seed);

    /// <summary>Changes the wire that the device sends on, from now on. EINVAL if the spec is not valid, or its least delay is less than when it was connected.</summary>
    public sealed record ChangeWire(int IfIndex, WireSpec Spec);

    /// <summary>`ip link set DEV up|down`. A device that is down takes the far end's carrier, and loses what it holds.</summary>
    public sealed record SetAdmin(int IfIndex, bool Up);

    /// <summary>The cable is pulled out of this end, or put back. What is on the way to it or queued at it is lost. Tell both ends to cut a cable.</summary>
    public sealed record SetCarrier(int IfIndex, bool Up);

    /// <summary>`ip link set DEV mtu N`; EINVAL outside of the device's limits.</summary>
    public sealed record SetMtu(int IfIndex, int Mtu);

    /// <summary>`ip link set DEV address MAC`; EADDRNOTAVAIL for a group address.</summary>
    public sealed record SetAddress(int IfIndex, MacAddress Address);

    /// <summary>`ethtool -K DEV ...`: the offloads that it has from now on; those that need others they do not have go (netdev_fix_features).</summary>
    public sealed record SetFeatures(int IfIndex, NetIfFeature Features);

    /// <summary>dev_set_promiscuity: +1 asks for frames to other hosts, -1 takes the wish back.</summary>
    public sealed record SetPromiscuity(int IfIndex, int Delta);

    /// <summary>
    /// dev_change_net_namespace: the device goes down, <see cref="Unregistered"/> goes to those above it, and it is another namespace's, with nobody above
    /// it. MAC, MTU, counters and cable stay its own. Not answered.
    /// </summary>
    public sealed record ChangeNetns(int IfIndex, Net Net, int NewIfIndex);

    /// <summary>NETDEV_UNREGISTER, to every attached actor: their namespace has this device no more.</summary>
    public sealed record Unregistered(int IfIndex);

    /// <summary>Records all frames of the device in a file, from now on; null ends it.</summary>
    public sealed record Tap(int IfIndex, PcapngFile? File);

    /// <summary>`ip -s link`: answered with a <see cref="Link"/>.</summary>
    public sealed record GetLink(int IfIndex);

    /// <summary>The answer to <see cref="GetLink"/>: the device as it is now, and a copy of its counters.</summary>
    public sealed record Link(NetDeviceInfo Info, NetDeviceStats Stats, int QdiscPackets, long QdiscBytes);

    /// <summary>The far end was set up or down, at that time: part of the carrier.</summary>
    internal sealed record PeerAdmin(int IfIndex, bool Up, Instant At);

    /// <summary>A device to itself: poll the ring again, at the same instant but after what else waits.</summary>
    internal sealed class PollAgain
    {
        public static readonly PollAgain Instance = new();
    }

    /// <summary>The interrupt that was held back for moderation.</summary>
    internal sealed class Interrupt
    {
        public static readonly Interrupt Instance = new();
    }
}
