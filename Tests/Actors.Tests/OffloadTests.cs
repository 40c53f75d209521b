// Offloads change what a run costs, and what it comes to only where they do on real NICs: a wire with a rate, with impairments or with a capture sees the frames
// that it would see without them, at the same nanoseconds (Documentation/networking/segmentation-offloads.rst: segments are those the stack would have sent).

using ActorNet.Devices;
using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class OffloadTests
{
    private const int Bytes = 1_500_000, Chunk = 100_000;
    private const NetIfFeature Off = NetIfFeature.None, On = NetIfFeature.ALL;

    private static readonly WireSpec s_rated = new() { Rate = 100_000_000, Delay = Duration.FromMilliseconds(2) };
    private static readonly WireSpec s_veth = new() { Delay = Duration.FromMicroseconds(50) };

    /// <summary>What a transfer came to: when how much had arrived, what the devices counted, the trace.</summary>
    private sealed record Outcome(List<(long At, long Bytes)> Deliveries, NetDeviceStats A, NetDeviceStats B, long Acks, ulong Trace, NetnsMib MibB);

    private static Outcome Transfer(WireSpec wire, NetIfFeature a, NetIfFeature b, bool captured = false)
    {
        using var lab = new Lab();
        lab.A.AddDevice("eth0", options: new NicOptions { Features = a });
        lab.B.AddDevice("eth0", options: new NicOptions { Features = b });
        lab.Network.Link(lab.A, "eth0", lab.B, "eth0", wire, wire with { Corrupt = 0, Loss = 0 });
        lab.A.AddAddress("eth0", "10.0.0.1/24");
        lab.B.AddAddress("eth0", "10.0.0.2/24");
        string folder = Directory.CreateTempSubdirectory("actornet-offloads").FullName;
        if (captured)
        {
            lab.Network.Capture(lab.A, "eth0", Path.Combine(folder, "a.pcapng"));
            lab.Network.Capture(lab.B, "eth0", Path.Combine(folder, "b.pcapng"));
        }

        List<(long, long)> deliveries = Talk(lab, "10.0.0.2:80");
        ulong trace = lab.Finish();
        NetDeviceStats sent = lab.A.Device("eth0").Stats, got = lab.B.Device("eth0").Stats;
        Directory.Delete(folder, recursive: true);
        return new Outcome(deliveries, sent, got, got.tx_packets, trace, lab.B.Net.Mib);
    }

    // The reader checks every byte.
    private static List<(long At, long Bytes)> Talk(Lab lab, string to)
    {
        List<(long, long)> deliveries = [];
        lab.B.Run("sink", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Bind(s, "0.0.0.0:80");
            await os.Listen(s, 1);
            (int c, _) = await os.Accept(s);
            var buffer = new byte[Chunk];
            long at = 0;
            for (int n; (n = await os.Recv(c, buffer)) > 0;)
            {
                for (int i = 0; i < n; i++) Assert.Equal((byte)((at + i) * 7), buffer[i]);
                at += n;
                deliveries.Add((os.Now.Nanoseconds, at));
            }

            Assert.Equal(Bytes, at);
        });
        lab.A.Run("source", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Connect(s, to);
            var buffer = new byte[Chunk];
            for (int at = 0; at < Bytes; at += Chunk)
            {
                for (int i = 0; i < Chunk; i++) buffer[i] = (byte)((at + i) * 7);
                await os.Send(s, buffer);
            }
        }, Instant.FromMilliseconds(1));
        return deliveries;
    }

    private static void Same(Outcome off, Outcome on)
    {
        Assert.Equal(off.Deliveries, on.Deliveries);
        Assert.Equal(off.Acks, on.Acks);
        Assert.Equal((off.A.tx_packets, off.A.tx_bytes, off.A.wire_lost), (on.A.tx_packets, on.A.tx_bytes, on.A.wire_lost));
        Assert.Equal((off.B.rx_packets, off.B.rx_bytes), (on.B.rx_packets, on.B.rx_bytes));
    }

    [Fact]
    public void On_a_wire_with_a_rate_offloads_change_nothing()
    {
        Outcome off = Transfer(s_rated, Off, Off);
        Assert.True(off.Deliveries.Count > 100);
        Same(off, Transfer(s_rated, On, On));
        Same(off, Transfer(s_rated, On, Off));
        Same(off, Transfer(s_rated, NetIfFeature.HW_CSUM | NetIfFeature.GSO, NetIfFeature.RXCSUM));
    }

    [Fact]
    public void A_captured_wire_carries_the_same_bytes_at_the_same_time()
    {
        ulong off = Transfer(s_rated, Off, Off, captured: true).Trace;
        Assert.Equal(off, Transfer(s_rated, On, On, captured: true).Trace);
        Assert.Equal(Transfer(s_veth, Off, Off, captured: true).Trace, Transfer(s_veth, On, On, captured: true).Trace);
    }

    [Fact]
    public void Loss_strikes_the_same_frames()
    {
        WireSpec lossy = s_rated with { Loss = 0.01 };
        Outcome off = Transfer(lossy, Off, Off);
        Assert.True(off.A.wire_lost > 3);
        Same(off, Transfer(lossy, On, On));
    }

    [Fact]
    public void A_wire_that_corrupts_finds_checksums_to_be_wrong()
    {
        WireSpec corrupts = s_rated with { Corrupt = 0.02 };
        Outcome off = Transfer(corrupts, Off, Off), on = Transfer(corrupts, On, On);
        Assert.True(off.MibB[Snmp.TcpInCsumErrors] > 3);
        Assert.Equal(off.MibB[Snmp.TcpInCsumErrors], on.MibB[Snmp.TcpInCsumErrors]);
        Assert.Equal(off.Trace, on.Trace);
    }

    [Fact]
    public void Between_two_devices_that_both_know_them_large_packets_pass_whole_and_are_acknowledged_as_such()
    {
        Outcome off = Transfer(s_veth, Off, Off), on = Transfer(s_veth, On, On);
        Assert.InRange(on.A.tx_packets, off.A.tx_packets - 5, off.A.tx_packets + 5); // segments are counted, as a NIC counts them
        Assert.Equal((on.A.tx_packets, on.A.tx_bytes), (on.B.rx_packets, on.B.rx_bytes));
        Assert.InRange(on.MibB[Snmp.IpInReceives], 1, on.B.rx_packets / 8);
        Assert.True(on.Acks <= off.Acks);
    }

    [Fact]
    public void What_one_poll_finds_of_a_stream_goes_up_as_one_packet()
    {
        Outcome off = Transfer(s_veth, Off, Off), on = Transfer(s_veth, Off, On);
        Assert.Equal(off.A.tx_bytes, off.B.rx_bytes);
        Assert.Equal(on.A.tx_bytes, on.B.rx_bytes);
        Assert.InRange(on.MibB[Snmp.IpInReceives], 1, on.B.rx_packets / 8);
        Assert.InRange(off.MibB[Snmp.IpInReceives], off.B.rx_packets - 2, off.B.rx_packets); // ARP goes another way
        Assert.Equal(0, on.MibB[Snmp.TcpInCsumErrors]);
    }

    [Fact]
    public void A_receiver_that_does_not_merge_gets_the_frames_of_a_sender_that_does_not_segment()
    {
        Outcome off = Transfer(s_veth, Off, Off);
        Same(off, Transfer(s_veth, On, Off));
        Same(off, Transfer(s_veth, On, NetIfFeature.RXCSUM));
    }

    [Theory]
    [InlineData(On, On, 1500)]
    [InlineData(On, Off, 1500)]
    [InlineData(On, On, 1300)]
    [InlineData(Off, On, 1300)]
    public void A_router_passes_on_what_it_got_or_cuts_it_for_its_next_device(NetIfFeature near, NetIfFeature far, int mtu)
    {
        using var lab = new Lab();
        SimHost r = lab.Network.AddHost("r");
        foreach ((SimHost host, string device) in new[] { (lab.A, "eth0"), (r, "eth0") }) host.AddDevice(device, options: new NicOptions { Features = near });
        foreach ((SimHost host, string device) in new[] { (lab.B, "eth0"), (r, "eth1") }) host.AddDevice(device, mtu, new NicOptions { Features = far });
        lab.Network.Link(lab.A, "eth0", r, "eth0", s_veth);
        lab.Network.Link(r, "eth1", lab.B, "eth0", s_veth);
        lab.A.AddAddress("eth0", "10.0.1.1/24").AddRoute("0.0.0.0/0", "10.0.1.254");
        lab.B.AddAddress("eth0", "10.0.2.1/24").AddRoute("0.0.0.0/0", "10.0.2.254");
        r.AddAddress("eth0", "10.0.1.254/24").AddAddress("eth1", "10.0.2.254/24").Sysctl("net.ipv4.ip_forward", "1");
        List<(long At, long Bytes)> deliveries = Talk(lab, "10.0.2.1:80");
        lab.Finish();
        Assert.Equal(Bytes, deliveries[^1].Bytes);
        if (near == On && far == On && mtu == 1500) Assert.InRange(r.Net.Mib[Snmp.IpForwDatagrams], 1, r.Device("eth1").Stats.tx_packets / 4);
    }

    [Fact]
    public void Switched_off_in_mid_run_they_are_done_without()
    {
        using var lab = new Lab();
        foreach (SimHost host in (SimHost[])[lab.A, lab.B]) host.AddDevice("eth0", options: new NicOptions { Features = On });
        lab.Network.Link(lab.A, "eth0", lab.B, "eth0", s_veth);
        lab.A.AddAddress("eth0", "10.0.0.1/24");
        lab.B.AddAddress("eth0", "10.0.0.2/24");
        List<(long At, long Bytes)> deliveries = Talk(lab, "10.0.0.2:80");
        lab.Network.Boot();
        lab.Network.RunFor(Duration.FromMicroseconds(1_400));
        Assert.InRange(deliveries.Count, 1, 1000);
        lab.A.DeviceActor("eth0").Tell(new NetDevice.SetFeatures(2, NetIfFeature.TSO), ActorRefs.NoSender);
        long packets = lab.A.Net.Mib[Snmp.IpOutRequests], frames = lab.A.Device("eth0").Stats.tx_packets;
        lab.Network.RunFor(Duration.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(NetIfFeature.None, lab.A.Device("eth0").Info.Features); // TSO alone is nothing: it needs the checksum
        Assert.Equal(Bytes, deliveries[^1].Bytes);
        Assert.InRange(packets, 1, frames / 4);
        Assert.InRange(lab.A.Net.Mib[Snmp.IpOutRequests] - packets, (lab.A.Device("eth0").Stats.tx_packets - frames) * 9 / 10, long.MaxValue);
    }
}
