// A switch between hosts: learning, flooding, filtering, forgetting.

namespace ActorNet.Devices.Tests;

public sealed class SwitchTests
{
    private const long Us = 1_000, Ms = 1_000_000;

    private static readonly WireSpec Wire = new() { Rate = 1_000_000_000, Delay = Duration.FromMicroseconds(1) };

    private sealed class Star : IDisposable
    {
        public readonly Rig Rig = new();
        public readonly List<RigHost> Hosts = [];
        public readonly List<EtherPort> Ports = [];
        public readonly Switch.Counters Counters = new();
        public readonly Net Net;
        public readonly IActorRef Actor;

        public Star(int hosts, Switch.Options? options = null)
        {
            Net = new Net("sw", 1, Rig.Pool);
            Switch.Options o = options ?? Switch.Options.Default;
            Actor = Rig.System.ActorOf(Props.Create(() => new SwitchActor(Net, Ports, o, Counters)).AsHost(), "sw");
            for (int i = 1; i <= hosts; i++)
            {
                RigHost host = Rig.AddHost($"h{i}");
                Hosts.Add(host);
                Ports.Add(new EtherPort(NetDeviceInfo.Ethernet($"p{i}", i, new MacAddress(0x0200_0000_1000 + (ulong)i)), Net));
                Cable.Connect(Rig.System, host.End, new CableEnd(Actor, "sw", $"p{i}", i), Wire, Wire, 1);
            }

            Rig.Run(0);
        }

        public void Dispose() => Rig.Dispose();
    }

    [Fact]
    public void A_frame_is_flooded_until_its_address_is_known_and_then_goes_one_way()
    {
        using var star = new Star(4);
        RigHost a = star.Hosts[0], b = star.Hosts[1], c = star.Hosts[2];
        a.SendAt(0, b.Mac, length: 125); // unknown: to b, and filtered by the NICs of c and d
        b.SendAt(100 * Us, a.Mac, length: 125); // a is known
        a.SendAt(200 * Us, b.Mac, length: 125); // and now b is
        c.SendAt(300 * Us, MacAddress.Broadcast, length: 125);
        star.Rig.Run(Ms);

        // store and forward: 1 µs to send, 1 µs of wire, and the same again
        Assert.Equal([4 * Us, 204 * Us, 304 * Us], b.Seen.Select(s => s.At));
        Assert.Equal([104 * Us, 304 * Us], a.Seen.Select(s => s.At));
        Assert.Single(star.Hosts[3].Seen);
        Assert.Equal((2, 2, 4, 3), (star.Counters.Forwarded, star.Counters.Flooded, star.Counters.Copies, star.Counters.Learned));
        Assert.Equal((1, 0), (c.Stats.rx_otherhost_dropped, a.Stats.rx_otherhost_dropped));
    }

    [Fact]
    public void An_address_is_forgotten_with_age_and_with_its_ports_carrier()
    {
        using var star = new Star(3, new Switch.Options { Ageing = Duration.FromMilliseconds(10) });
        RigHost a = star.Hosts[0], b = star.Hosts[1], c = star.Hosts[2];
        b.SendAt(0, a.Mac, length: 60);
        a.SendAt(9 * Ms, b.Mac, length: 60); // still known
        a.SendAt(11 * Ms, b.Mac, length: 60); // flooded: 11 ms since b was seen
        b.SendAt(12 * Ms, a.Mac, length: 60);
        b.At(13 * Ms, () => b.Nic.Tell(new NetDevice.SetAdmin(2, false), b.Actor));
        b.At(14 * Ms, () => b.Nic.Tell(new NetDevice.SetAdmin(2, true), b.Actor));
        a.SendAt(15 * Ms, b.Mac, length: 60); // flooded: the port was down in between
        star.Rig.Run(20 * Ms);
        Assert.Equal(3, b.Seen.Count);
        Assert.Equal(1 + 2, c.Stats.rx_otherhost_dropped);
    }

    [Fact]
    public void A_frame_for_its_own_port_is_filtered_and_link_local_groups_stay_on_the_link()
    {
        using var star = new Star(2);
        RigHost a = star.Hosts[0], b = star.Hosts[1];
        a.SendAt(0, b.Mac, length: 60);
        a.SendAt(100 * Us, a.Mac, length: 60); // its own address, as behind a hub
        a.SendAt(200 * Us, new MacAddress(0x0180_C200_000E), length: 60); // LLDP
        star.Rig.Run(Ms);
        Assert.Single(b.Seen);
        Assert.Equal(1, star.Counters.Filtered);
        Assert.Equal(1, star.Net.Mib.Drops(DropReason.UNHANDLED_PROTO));
        Assert.Equal(3, star.Ports[0].Stats.rx_packets);
    }

    [Fact]
    public void A_busy_port_queues_and_drops_at_the_switch()
    {
        using var star = new Star(3);
        RigHost a = star.Hosts[0], b = star.Hosts[1], c = star.Hosts[2];
        c.SendAt(0, MacAddress.Broadcast, length: 60);
        for (int i = 0; i < 10; i++)
        {
            a.SendAt((100 + i * 5000) * Us, c.Mac, count: 150, length: 1514);
            b.SendAt((100 + i * 5000) * Us, c.Mac, count: 150, length: 1514);
        }

        star.Ports[2].Link!.Change(Wire with { QueuePackets = 100 });
        star.Rig.Run(100 * Ms);
        Assert.Equal(3000, c.Seen.Count + star.Ports[2].Stats.qdisc_drops);
        // Two gigabits into one: half of each burst must wait, and a hundred may.
        Assert.InRange(star.Ports[2].Stats.qdisc_drops, 10 * 45, 10 * 51);
    }

    [Fact]
    public void Control_of_a_port_that_is_not_there_is_ENODEV()
    {
        using var star = new Star(1);
        RigHost a = star.Hosts[0];
        a.At(0, () => star.Actor.Tell(new NetDevice.SetCarrier(7, false), a.Actor));
        a.At(0, () => star.Actor.Tell(new Switch.AddPort(new EtherPort(NetDeviceInfo.Ethernet("p9", 9, MacAddress.Zero), star.Net)), a.Actor));
        star.Rig.Run(Ms);
        Assert.Equal([Errno.ENODEV, Errno.EINVAL], a.Answers.OfType<SysResult>().Select(r => r.Errno));
    }
}
