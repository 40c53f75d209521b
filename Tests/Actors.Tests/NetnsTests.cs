// Network namespaces of one host: what each has of its own, devices between them, and processes in them. Expectations from Linux 6.18 (`ip netns`, setns(2)).

using ActorNet.Devices;
using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class NetnsTests
{
    [Fact]
    public void Namespaces_have_ports_loopback_and_counters_of_their_own()
    {
        using var lab = new Lab();
        lab.A.AddNamespace("blue");
        var said = new List<string>();
        foreach (string? netns in new[] { null, "blue" })
        {
            lab.A.Run("server", async os =>
            {
                int l = await os.Listening("0.0.0.0:80"); // the same port in both
                (int c, SockAddr _) = await os.Accept(l);
                await os.Send(c, System.Text.Encoding.ASCII.GetBytes(netns ?? "first"));
                await os.Close(c);
            }, netns: netns);
            lab.A.Run("client", async os =>
            {
                await os.Delay(Duration.FromMilliseconds(1));
                int s = await os.Tcp();
                await os.Connect(s, "127.0.0.1:80");
                byte[] buffer = new byte[10];
                said.Add(System.Text.Encoding.ASCII.GetString(buffer, 0, await os.Recv(s, buffer)));
            }, netns: netns);
        }

        lab.Finish();
        Assert.Equal(["blue", "first"], said.Order());
        Assert.Equal(1, lab.A.Net.Mib[Snmp.TcpActiveOpens]);
        Assert.Equal(1, lab.A.Namespace("blue").Net.Mib[Snmp.TcpActiveOpens]);
    }

    [Fact]
    public void Two_namespaces_talk_over_a_veth_pair_and_not_otherwise()
    {
        using var lab = new Lab();
        SimNetns blue = lab.A.AddNamespace("blue");
        lab.A.AddVeth("veth0", "veth1", netnsB: blue);
        lab.A.AddAddress("veth0", "10.1.0.1/24");
        blue.AddAddress("veth1", "10.1.0.2/24");
        lab.A.Run("server", async os =>
        {
            int s = await os.Udp();
            await os.Bind(s, "10.1.0.2:9");
            byte[] buffer = new byte[10];
            (int n, SockAddr from, _) = await os.RecvFrom(s, buffer);
            Assert.Equal("10.1.0.1", from.Address.ToString());
            await os.SendTo(s, buffer.AsMemory(0, n), from);
        }, netns: "blue");
        lab.A.Run("client", async os =>
        {
            await os.Delay(Duration.FromMilliseconds(1));
            int s = await os.Udp();
            Assert.Equal(Errno.EADDRNOTAVAIL, (await os.TryBind(s, "10.1.0.2:9")).Errno); // the address is the other namespace's
            await os.SendTo(s, new byte[] { 1, 2, 3 }, "10.1.0.2:9");
            Assert.Equal(3, await os.Recv(s, new byte[10]));
        });
        lab.Finish();
        Assert.EndsWith("/user/a/netns/blue/udp", blue.Plan.Stack.Udp.Path.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("/user/a/netns/blue/dev/veth1", blue.DeviceActor("veth1").Path.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, blue.Net.Mib[Snmp.UdpInDatagrams]);
        Assert.Equal(1, lab.A.Net.Mib[Snmp.UdpInDatagrams]);
    }

    [Fact]
    public void A_device_that_moves_keeps_its_address_of_the_link_and_loses_those_of_IP()
    {
        using Lab lab = Lab.Pair();
        SimNetns blue = lab.A.AddNamespace("blue");
        lab.A.AddRoute("default", "10.0.0.2");
        MacAddress mac = lab.A.Device("eth0").Info.Address;
        Assert.Equal(Errno.EINVAL, lab.A.MoveDevice("lo", "blue"));
        Assert.Equal(Errno.ENODEV, lab.A.MoveDevice("eth7", "blue"));
        Assert.Equal(Errno.OK, lab.A.MoveDevice("eth0", "blue"));
        Assert.Equal(["lo"], lab.A.Devices);
        Assert.Equal(["lo", "eth0"], blue.Devices);
        Assert.Equal(mac, blue.Device("eth0").Info.Address);
        Assert.DoesNotContain(blue.Plan.Fib.Routes(), r => r.Device!.Name == "eth0");
        Assert.DoesNotContain(lab.A.Plan.Fib.Routes(), r => r.Device!.Name == "eth0");
        blue.AddAddress("eth0", "10.0.0.1/24");
        lab.A.Run("first", async os => Assert.Equal(Errno.ENETUNREACH, (await os.TryConnect(await os.Tcp(), "10.0.0.2:7")).Errno));
        lab.A.Run("blue", async os => Assert.Equal(Errno.ECONNREFUSED, (await os.TryConnect(await os.Tcp(), "10.0.0.2:7")).Errno), netns: "blue");
        lab.Finish();
    }

    [Fact]
    public void A_device_that_moves_while_it_runs_goes_down_and_its_sockets_stay_behind()
    {
        using Lab lab = Lab.Pair();
        SimNetns blue = lab.A.AddNamespace("blue");
        var seen = new List<Errno>();
        lab.A.Run("p", async os =>
        {
            int s = await os.Udp();
            await os.SendTo(s, new byte[1], "10.0.0.2:9"); // resolves the neighbour too
            await os.Delay(Duration.FromSeconds(2));
            seen.Add((await os.TrySendTo(s, new byte[1], "10.0.0.2:9")).Errno);
            await os.Delay(Duration.FromSeconds(2));
            seen.Add((await os.TrySendTo(s, new byte[1], "10.0.0.2:9")).Errno);
        });
        lab.Network.RunUntil(Instant.FromSeconds(1));
        Assert.Equal(Errno.OK, lab.A.MoveDevice("eth0", "blue"));
        lab.Network.RunUntil(Instant.FromSeconds(3));
        Assert.Equal(["lo"], lab.A.Devices);
        NetDeviceInfo info = blue.Device("eth0").Info;
        Assert.False(info.IsUp);
        Assert.Equal(2, info.IfIndex); // it was free there
        Assert.Empty(blue.Plan.Fib.Device(2)!.Addresses.ToArray());
        Assert.Null(lab.A.Plan.Fib.Device(2));
        Assert.Equal(Errno.OK, lab.A.MoveDevice("eth0", lab.A.First, blue)); // and back
        lab.Network.RunUntil(Instant.FromSeconds(3.5));
        Assert.Equal(["lo", "eth0"], lab.A.Devices);
        lab.Finish();
        Assert.Equal([Errno.ENETUNREACH, Errno.ENETUNREACH], seen);
    }

    [Fact]
    public void A_moved_device_that_is_set_up_carries_frames_for_its_new_namespace()
    {
        using Lab lab = Lab.Pair();
        SimNetns blue = lab.A.AddNamespace("blue");
        lab.Network.RunUntil(Instant.FromSeconds(1));
        Assert.Equal(Errno.OK, lab.A.MoveDevice("eth0", "blue"));
        lab.Network.RunUntil(Instant.FromSeconds(2));
        blue.SetUp("eth0");
        lab.Network.RunUntil(Instant.FromSeconds(3));
        lab.B.Run("ask", async os =>
        {
            await os.SendTo(await os.Udp(), new byte[1], "10.0.0.1:9"); // mcast_solicit ARP requests, which nobody answers
            await os.Delay(Duration.FromSeconds(5));
        });
        lab.Finish();
        Assert.Equal(3, blue.Device("eth0").Stats.rx_packets);
        Assert.Equal(0, lab.A.Net.Mib[Snmp.IpInReceives]);
    }

    [Fact]
    public void Runs_with_namespaces_have_one_hash_each_time()
    {
        ulong Hash(ulong seed)
        {
            using var lab = new Lab(seed);
            SimNetns blue = lab.A.AddNamespace("blue");
            lab.A.AddVeth("veth0", "veth1", netnsB: blue, wire: new WireSpec { Delay = Duration.FromMilliseconds(1), Loss = 0.1 });
            lab.A.AddAddress("veth0", "10.1.0.1/24");
            blue.AddAddress("veth1", "10.1.0.2/24");
            lab.A.Run("server", async os =>
            {
                (int c, SockAddr _) = await os.Accept(await os.Listening("0.0.0.0:80"));
                await os.ReadToEnd(c);
            }, netns: "blue");
            lab.A.Run("client", async os =>
            {
                int s = await os.Tcp();
                await os.Connect(s, "10.1.0.2:80");
                await os.Send(s, new byte[100_000]);
                await os.Close(s);
            });
            return lab.Finish();
        }

        Assert.Equal(Hash(1), Hash(1));
        Assert.NotEqual(Hash(1), Hash(2));
    }
}
