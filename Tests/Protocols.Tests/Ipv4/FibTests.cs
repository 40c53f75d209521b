// The FIB against a linear list, and the decisions of ip_route_output and ip_route_input.

using ActorNet.Protocols;

namespace ActorNet.Protocols.Tests.Ipv4Machine;

public class FibTests
{
    private static uint A(string a) => IpBench.A(a);

    [Fact]
    public void Lookups_agree_with_a_linear_search_through_inserts_and_removals()
    {
        var random = new RandomStream(3, "test", "fib");
        for (int round = 0; round < 30; round++)
        {
            var net = new Net("h", 1, new SkBuffPool());
            var fib = new Fib(net);
            InDevice[] devices = [.. Enumerable.Range(1, 3).Select(i => new InDevice($"d{i}", i, MacAddress.Zero, 1500))];
            foreach (InDevice d in devices) fib.AddDevice(d);
            List<FibRoute> model = [];
            for (int step = 0; step < 400; step++)
            {
                if (random.Below(4) != 0 || model.Count == 0)
                {
                    // Few distinct bits, so that prefixes nest.
                    int length = (int)random.Below(33);
                    uint prefix = (random.NextUInt32() & 0x8181_0707) & Fib.Mask(length);
                    var route = new FibRoute
                    {
                        Prefix = prefix, PrefixLength = length, Device = devices[random.Below(3)], Metric = random.Below(3), Scope = RouteScope.LINK,
                        Type = RouteType.UNICAST,
                    };
                    bool exists = model.Exists(r => r.Prefix == prefix && r.PrefixLength == length && r.Metric == route.Metric);
                    Assert.Equal(exists ? Errno.EEXIST : Errno.OK, fib.AddRoute(route));
                    if (!exists) model.Add(fib.Routes().Find(r => r.Prefix == prefix && r.PrefixLength == length && r.Metric == route.Metric)!);
                }
                else
                {
                    FibRoute gone = model[(int)random.Below((uint)model.Count)];
                    Assert.Equal(Errno.OK, fib.RemoveRoute(gone.Prefix, gone.PrefixLength, gone.Metric));
                    model.Remove(gone);
                }

                devices[1].IsUp = random.Below(3) != 0;
                for (int i = 0; i < 10; i++)
                {
                    uint daddr = random.NextUInt32() & 0x8181_0F07;
                    int oif = (int)random.Below(4);
                    FibRoute? expected = model
                        .Where(r => (daddr & Fib.Mask(r.PrefixLength)) == r.Prefix && r.Device!.IsUp && (oif == 0 || r.Device.IfIndex == oif))
                        .OrderByDescending(r => r.PrefixLength).ThenBy(r => r.Metric).FirstOrDefault();
                    Assert.Same(expected, fib.Lookup(daddr, oif));
                }

                devices[1].IsUp = true;
            }

            foreach (FibRoute r in model) Assert.Equal(Errno.OK, fib.RemoveRoute(r.Prefix, r.PrefixLength, r.Metric));
            Assert.Empty(fib.Routes());
            Assert.Equal(Errno.ESRCH, fib.RemoveRoute(0, 0));
        }
    }

    [Fact]
    public void An_address_brings_its_local_connected_and_broadcast_routes_and_takes_them_away()
    {
        var b = new IpBench();
        Assert.Equal(RouteType.LOCAL, b.Fib.AddressType(A("10.0.0.1")));
        Assert.Equal(RouteType.BROADCAST, b.Fib.AddressType(A("10.0.0.255")));
        Assert.Equal(RouteType.UNICAST, b.Fib.AddressType(A("10.0.0.0"))); // no broadcast any more since 5.14
        Assert.Equal(RouteType.UNICAST, b.Fib.AddressType(A("10.0.0.77")));
        Assert.Equal(RouteType.LOCAL, b.Fib.AddressType(A("127.9.9.9")));
        Assert.Equal(RouteType.MULTICAST, b.Fib.AddressType(A("224.0.0.9")));
        Assert.Equal(RouteType.BROADCAST, b.Fib.AddressType(0xFFFF_FFFF));
        Assert.Equal(Errno.EEXIST, b.Fib.AddAddress(b.Eth0, A("10.0.0.1"), 24));
        Assert.Equal(Errno.EINVAL, b.Fib.AddAddress(b.Eth0, A("239.0.0.1"), 24));

        Assert.Equal(Errno.OK, b.Fib.AddAddress(b.Eth0, A("10.0.0.5"), 24));
        Assert.Equal(Errno.OK, b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = A("10.0.0.254") }));
        Assert.Equal(A("10.0.0.1"), b.Fib.Output(A("8.8.8.8"), 0, 0, b.Now).Saddr);
        Assert.Equal(Errno.OK, b.Fib.RemoveAddress(b.Eth0, A("10.0.0.1")));
        Assert.Equal(RouteType.UNICAST, b.Fib.AddressType(A("10.0.0.5"))); // a secondary goes with its primary
        Assert.Equal(Errno.EADDRNOTAVAIL, b.Fib.RemoveAddress(b.Eth0, A("10.0.0.1")));
    }

    [Fact]
    public void Routes_are_refused_as_linux_refuses_them()
    {
        var b = new IpBench();
        Assert.Equal(Errno.EINVAL, b.Fib.AddRoute(new FibRoute { Prefix = A("10.5.0.1"), PrefixLength = 24, Device = b.Eth0 }));
        Assert.Equal(Errno.ENETUNREACH, b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = A("10.9.9.9") }));
        Assert.Equal(Errno.EINVAL, b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = A("10.0.0.1") }));
        Assert.Equal(Errno.EINVAL, b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0 }));
        Assert.Equal(Errno.OK, b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = A("10.0.0.254") }));
        Assert.Equal(Errno.EEXIST, b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = A("10.0.1.254") }));
        Assert.Equal(Errno.OK, b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = A("10.0.1.254"), Metric = 100 }));
        b.Eth1.IsUp = false;
        Assert.Equal(Errno.ENETDOWN, b.Fib.AddRoute(new FibRoute { Prefix = A("10.7.0.0"), PrefixLength = 16, Device = b.Eth1 }));
    }

    [Fact]
    public void Output_chooses_device_gateway_and_source()
    {
        var b = new IpBench();
        RouteOut r = b.Fib.Output(A("10.0.1.7"), 0, 0, b.Now);
        Assert.Equal((Errno.OK, b.Eth1, A("10.0.1.7"), A("10.0.1.1"), 1500), (r.Errno, r.Device, r.NextHop, r.Saddr, r.Mtu));
        Assert.Equal(Errno.ENETUNREACH, b.Fib.Output(A("8.8.8.8"), 0, 0, b.Now).Errno);
        Assert.Equal(Errno.ENETUNREACH, b.Fib.Output(0xFFFF_FFFF, 0, 0, b.Now).Errno); // no default route: as Linux

        b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = A("10.0.0.254") });
        r = b.Fib.Output(A("8.8.8.8"), 0, 0, b.Now);
        Assert.Equal((b.Eth0, A("10.0.0.254"), A("10.0.0.1")), (r.Device, r.NextHop, r.Saddr));
        r = b.Fib.Output(0xFFFF_FFFF, 0, 0, b.Now);
        Assert.Equal((RouteType.BROADCAST, b.Eth0, 0xFFFF_FFFFu, true), (r.Type, r.Device, r.NextHop, r.LoopsBack));
        r = b.Fib.Output(A("10.0.1.255"), 0, 0, b.Now);
        Assert.Equal((RouteType.BROADCAST, b.Eth1, A("10.0.1.1")), (r.Type, r.Device, r.Saddr));
        r = b.Fib.Output(A("10.0.1.1"), 0, 0, b.Now);
        Assert.Equal((RouteType.LOCAL, b.Lo, A("10.0.1.1")), (r.Type, r.Device, r.Saddr));
        r = b.Fib.Output(0, 0, 0, b.Now);
        Assert.Equal((RouteType.LOCAL, b.Lo, A("127.0.0.1"), A("127.0.0.1")), (r.Type, r.Device, r.Saddr, r.Daddr));
        r = b.Fib.Output(A("9.9.9.9"), 0, b.Eth1.IfIndex, b.Now); // bound, no route over it: taken to be on the link
        Assert.Equal((Errno.OK, b.Eth1, A("9.9.9.9"), A("10.0.1.1")), (r.Errno, r.Device, r.NextHop, r.Saddr));
        Assert.Equal(Errno.ENODEV, b.Fib.Output(A("9.9.9.9"), 0, 99, b.Now).Errno);
        Assert.Equal(Errno.EINVAL, b.Fib.Output(A("8.8.8.8"), A("127.0.0.1"), 0, b.Now).Errno);
        Assert.Equal(Errno.ENETUNREACH, b.Fib.Output(A("8.8.8.8"), A("10.0.0.99"), 0, b.Now).Errno);
        Assert.Equal(Errno.EINVAL, b.Fib.Output(A("0.0.0.9"), 0, 0, b.Now).Errno);

        foreach ((RouteType type, Errno errno) in new[] { (RouteType.BLACKHOLE, Errno.EINVAL), (RouteType.UNREACHABLE, Errno.EHOSTUNREACH), (RouteType.PROHIBIT, Errno.EACCES) })
        {
            var route = new FibRoute { Prefix = A("9.9.0.0"), PrefixLength = 16, Type = type };
            Assert.Equal(Errno.OK, b.Fib.AddRoute(route));
            Assert.Equal(errno, b.Fib.Output(A("9.9.1.1"), 0, 0, b.Now).Errno);
            Assert.Equal(Errno.OK, b.Fib.RemoveRoute(A("9.9.0.0"), 16));
        }
    }

    [Fact]
    public void A_learnt_path_mtu_holds_for_ten_minutes_and_never_goes_below_552()
    {
        var b = new IpBench();
        b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = A("10.0.0.254") });
        b.Fib.UpdatePmtu(A("8.8.8.8"), 1400, b.Now);
        Assert.Equal(1400, b.Fib.Output(A("8.8.8.8"), 0, 0, b.Now).Mtu);
        Assert.Equal(1500, b.Fib.Output(A("8.8.8.9"), 0, 0, b.Now).Mtu);
        b.Fib.UpdatePmtu(A("8.8.8.8"), 1450, b.Now);
        Assert.Equal(1400, b.Fib.Output(A("8.8.8.8"), 0, 0, b.Now).Mtu); // may only sink
        b.Fib.UpdatePmtu(A("8.8.8.8"), 100, b.Now);
        RouteOut r = b.Fib.Output(A("8.8.8.8"), 0, 0, b.Now);
        Assert.Equal((552, true), (r.Mtu, r.MtuLocked));
        Assert.Equal(1500, b.Fib.Output(A("8.8.8.8"), 0, 0, b.Now + Duration.FromSeconds(600)).Mtu);
        for (uint i = 0; i < 50_000; i++) b.Fib.UpdatePmtu(A("20.0.0.0") + i, 1300, b.Now); // bounded
        Assert.Equal(1300, b.Fib.Output(A("20.0.0.0") + 49_999, 0, 0, b.Now).Mtu);
    }
}
