// Hosts behind routers and switches: forwarding, TTL, what ICMP tells the sockets, broadcasts, path MTU.

using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class RoutingTests
{
    private static readonly WireSpec s_wire = new() { Rate = 100_000_000, Delay = Duration.FromMilliseconds(2) };

    // a (10.0.1.1) - r1 - r2 - b (10.0.3.1)
    private static Lab Chain(int middleMtu = 1500)
    {
        var lab = new Lab();
        Network n = lab.Network;
        SimHost r1 = n.AddHost("r1"), r2 = n.AddHost("r2");
        n.Link(lab.A, "eth0", r1, "eth0", s_wire);
        n.Link(r1, "eth1", r2, "eth0", s_wire, mtu: middleMtu);
        n.Link(r2, "eth1", lab.B, "eth0", s_wire);
        lab.A.AddAddress("eth0", "10.0.1.1/24").AddRoute("default", "10.0.1.254");
        r1.AddAddress("eth0", "10.0.1.254/24").AddAddress("eth1", "10.0.2.1/24").AddRoute("10.0.3.0/24", "10.0.2.2").Sysctl("net.ipv4.ip_forward", "1");
        r2.AddAddress("eth0", "10.0.2.2/24").AddAddress("eth1", "10.0.3.254/24").AddRoute("10.0.1.0/24", "10.0.2.1").Sysctl("net.ipv4.ip_forward", "1");
        lab.B.AddAddress("eth0", "10.0.3.1/24").AddRoute("default", "10.0.3.254");
        return lab;
    }

    [Fact]
    public void A_connection_crosses_two_routers()
    {
        using Lab lab = Chain();
        byte[] data = Talk.Noise(500_000), got = [];
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, SockAddr peer) = await os.Accept(l);
            Assert.Equal("10.0.1.1", peer.Address.ToString());
            got = await os.ReadToEnd(c);
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.3.1:80");
            await os.SendAll(s, data);
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(data, got);
        Assert.True(lab.Network.Host("r1")!.Net.Mib[Snmp.IpForwDatagrams] > 300);
    }

    [Fact]
    public void A_traceroute_finds_every_hop()
    {
        using Lab lab = Chain();
        var hops = new List<Errno>();
        lab.A.Run("traceroute", async os =>
        {
            int s = await os.Udp();
            await os.SetSockOpt(s, SockLevel.IP, (int)IpOpt.IP_RECVERR, 1);
            await os.Connect(s, "10.0.3.1:33434");
            for (int ttl = 1; ttl <= 3; ttl++)
            {
                await os.SetSockOpt(s, SockLevel.IP, (int)IpOpt.IP_TTL, ttl);
                await os.Send(s, new byte[12]);
                hops.Add((await os.TryRecv(s, new byte[1])).Errno);
            }
        });
        lab.Finish();
        Assert.Equal([Errno.EHOSTUNREACH, Errno.EHOSTUNREACH, Errno.ECONNREFUSED], hops); // time exceeded twice, then the port
        Assert.Equal(1, lab.Network.Host("r1")!.Net.Mib[Snmp.IcmpOutTimeExcds]);
        Assert.Equal(1, lab.Network.Host("r2")!.Net.Mib[Snmp.IcmpOutTimeExcds]);
        Assert.Equal(1, lab.B.Net.Mib[Snmp.IcmpOutDestUnreachs]);
    }

    [Fact]
    public void A_router_without_a_route_or_a_neighbour_says_so()
    {
        using Lab lab = Chain();
        var errors = new List<Errno>();
        lab.A.Run("client", async os =>
        {
            int s = await os.Tcp();
            errors.Add((await os.TryConnect(s, "172.16.0.1:80")).Errno); // r1 has no route
            errors.Add((await os.TryConnect(s, "10.0.3.77:80")).Errno); // r2 finds no such neighbour
        });
        lab.Finish();
        Assert.Equal([Errno.ENETUNREACH, Errno.EHOSTUNREACH], errors);
    }

    [Fact]
    public void A_narrow_link_on_the_path_is_discovered_and_the_stream_fits_it()
    {
        using Lab lab = Chain(middleMtu: 1000);
        byte[] data = Talk.Noise(300_000), got = [];
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            got = await os.ReadToEnd(c);
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.3.1:80");
            await os.SendAll(s, data);
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(data, got);
        Assert.True(lab.Network.Host("r1")!.Net.Mib[Snmp.IpFragFails] > 0, "r1 refused what was too long");
        Assert.Equal(0, lab.Network.Host("r1")!.Net.Mib[Snmp.IpFragCreates]);
    }

    [Fact]
    public void A_broadcast_reaches_every_socket_of_every_host_on_the_link()
    {
        using var lab = new Lab();
        SimSwitch sw = lab.Network.AddSwitch("sw");
        var heard = new List<string>();
        for (int i = 1; i <= 3; i++)
        {
            SimHost h = lab.Network.AddHost("h" + i);
            lab.Network.Link(h, "eth0", sw, null, s_wire);
            h.AddAddress("eth0", $"10.0.0.{i}/24");
            for (int k = 0; k < 2; k++)
            {
                h.Run("listener" + k, async os =>
                {
                    int s = await os.Udp();
                    await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
                    await os.Bind(s, "0.0.0.0:67");
                    await os.Recv(s, new byte[10]);
                    heard.Add(os.HostName);
                });
            }
        }

        lab.Network.Host("h1")!.Run("caller", async os =>
        {
            int s = await os.Udp();
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_BROADCAST, 1);
            await os.SendTo(s, new byte[3], "10.0.0.255:67");
        }, Instant.FromMilliseconds(1));
        lab.Finish();
        Assert.Equal(["h1", "h1", "h2", "h2", "h3", "h3"], heard.Order());
    }

    [Fact]
    public void A_capture_of_a_run_holds_its_frames()
    {
        string file = Path.Combine(Path.GetTempPath(), $"actornet-{Environment.ProcessId}.pcapng");
        try
        {
            using Lab lab = Lab.Pair();
            lab.Network.Capture(lab.A, "eth0", file);
            lab.A.Run("ping", async os =>
            {
                int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM, IpProtocol.ICMP);
                var request = new byte[64];
                request[0] = 8;
                await os.SendTo(s, request, "10.0.0.2:0");
                await os.Recv(s, new byte[100]);
            });
            lab.Finish();
            Assert.True(new FileInfo(file).Length > 300);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Routes_and_queues_change_while_the_network_runs()
    {
        using Lab lab = Lab.Pair();
        List<Errno> seen = [];
        lab.A.Run("sender", async os =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            async Task Try() => seen.Add((await os.TrySendTo(s, new byte[10], "10.9.0.1:9")).Errno);
            await Try(); // 1 s: there is no such route yet
            await os.Delay(Duration.FromSeconds(2));
            await Try();
        }, Instant.FromSeconds(1));
        lab.Network.RunUntil(Instant.FromSeconds(2));
        SimNetns a = lab.A.First;
        var route = new FibRoute { Prefix = IpAddress.Parse("10.9.0.0").V4, PrefixLength = 16, Device = a.RouteDevice("eth0"), Scope = RouteScope.LINK };
        Assert.Equal(Errno.ENOENT, a.Route("change", route));
        Assert.Equal(Errno.OK, a.Route("add", route));
        Assert.Equal(Errno.EEXIST, a.Route("add", route));
        long sent = lab.A.Device("eth0").Stats.tx_packets;
        a.SetQueueLimit("eth0", 0);
        lab.Finish();
        Assert.Equal([Errno.ENETUNREACH, Errno.OK], seen);
        Assert.Equal(sent, lab.A.Device("eth0").Stats.tx_packets); // a queue of nothing: not even the question who has the address leaves
    }
}
