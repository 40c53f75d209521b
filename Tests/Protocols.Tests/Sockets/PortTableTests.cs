// Port tables: Linux's matrix of who may bind where (man 7 socket, man 7 ip; the table every SO_REUSEADDR text has), ephemeral choice,
// look-up by score, and agreement with a naive list under random traffic.

using ActorNet.Protocols;

namespace ActorNet.Protocols.Tests.Sockets;

public class PortTableTests
{
    private static readonly IpAddress Any = IpAddress.Any4, A = IpAddress.Parse("10.0.0.1"), B = IpAddress.Parse("10.0.0.2"), P = IpAddress.Parse("10.9.9.9");

    private static PortTable<string> Table(PortRules rules, NetSysctl? sysctl = null) => new(rules, sysctl ?? new NetSysctl(), new RandomStream(1, "h", "ports"));

    private static PortRequest Req(IpAddress a, bool reuse = false, bool reusePort = false, uint uid = 0, int dev = 0) => new(a, dev, reuse, reusePort, uid);

    [Theory]
    // TCP, neither listens: address against address, then the options.
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "", "", false)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.2", "", "", true)]
    [InlineData(PortRules.TCP, "0.0.0.0", "10.0.0.1", "", "", false)]
    [InlineData(PortRules.TCP, "10.0.0.1", "0.0.0.0", "", "", false)]
    [InlineData(PortRules.TCP, "0.0.0.0", "0.0.0.0", "", "", false)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "R", "R", true)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "R", "", false)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "", "R", false)]
    [InlineData(PortRules.TCP, "0.0.0.0", "10.0.0.1", "R", "R", true)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "P", "P", true)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "P", "Pu", false)]
    [InlineData(PortRules.TCP, "0.0.0.0", "10.0.0.1", "P", "P", true)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "R", "P", false)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "d", "e", true)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "d", "", false)]
    // TCP, the first listens: SO_REUSEADDR does not help any more.
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "RL", "R", false)]
    [InlineData(PortRules.TCP, "0.0.0.0", "10.0.0.1", "RL", "R", false)]
    [InlineData(PortRules.TCP, "10.0.0.2", "10.0.0.1", "L", "", true)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "PL", "P", true)]
    [InlineData(PortRules.TCP, "10.0.0.1", "10.0.0.1", "PL", "Pu", false)]
    // UDP: SO_REUSEADDR shares without conditions.
    [InlineData(PortRules.UDP, "10.0.0.1", "10.0.0.1", "", "", false)]
    [InlineData(PortRules.UDP, "10.0.0.1", "10.0.0.1", "R", "R", true)]
    [InlineData(PortRules.UDP, "10.0.0.1", "10.0.0.1", "R", "", false)]
    [InlineData(PortRules.UDP, "0.0.0.0", "10.0.0.1", "", "", false)]
    [InlineData(PortRules.UDP, "10.0.0.1", "10.0.0.2", "", "", true)]
    [InlineData(PortRules.UDP, "10.0.0.1", "10.0.0.1", "P", "P", true)]
    [InlineData(PortRules.UDP, "10.0.0.1", "10.0.0.1", "P", "Pu", false)]
    [InlineData(PortRules.UDP, "10.0.0.1", "10.0.0.1", "d", "e", true)]
    // Identifications of ping sockets belong to the host, whatever the address.
    [InlineData(PortRules.PING, "10.0.0.1", "10.0.0.2", "", "", false)]
    [InlineData(PortRules.PING, "10.0.0.1", "10.0.0.1", "R", "R", true)]
    public void Binds_conflict_as_in_linux(PortRules rules, string first, string second, string firstHas, string secondHas, bool ok)
    {
        PortTable<string> t = Table(rules);
        Assert.Equal(Errno.OK, t.Bind("1", Request(first, firstHas), 80, out PortHandle h, out _));
        if (firstHas.Contains('L')) Assert.Equal(Errno.OK, t.Listen(h));
        Assert.Equal(ok ? Errno.OK : Errno.EADDRINUSE, t.Bind("2", Request(second, secondHas), 80, out PortHandle h2, out _));
        Assert.Equal(ok ? 2 : 1, t.Count);
        t.Release(h);
        if (ok) t.Release(h2);
        Assert.Equal(0, t.Count);
        Assert.Equal(Errno.OK, t.Bind("3", Req(Any), 80, out _, out _));

        static PortRequest Request(string a, string has) => new(IpAddress.Parse(a), has.Contains('d') ? 2 : has.Contains('e') ? 3 : 0, has.Contains('R'), has.Contains('P'), has.Contains('u') ? 7u : 0);
    }

    [Fact]
    public void Of_two_bound_with_reuseaddr_only_one_may_listen()
    {
        PortTable<string> t = Table(PortRules.TCP);
        t.Bind("1", Req(A, reuse: true), 80, out PortHandle h1, out _);
        t.Bind("2", Req(A, reuse: true), 80, out PortHandle h2, out _);
        Assert.Equal(Errno.OK, t.Listen(h1));
        Assert.Equal(Errno.OK, t.Listen(h1));
        Assert.Equal(Errno.EADDRINUSE, t.Listen(h2));
        t.Release(h1);
        Assert.Equal(Errno.OK, t.Listen(h2));
        t.Unlisten(h2);
        Assert.False(t.TryGetListener(P, 1, A, 80, 1, out _, out _));
    }

    [Fact]
    public void A_server_may_restart_over_its_old_connections_with_reuseaddr_only()
    {
        foreach (bool reuse in new[] { false, true })
        {
            PortTable<string> t = Table(PortRules.TCP);
            t.Bind("listener", Req(Any, reuse), 80, out PortHandle l, out _);
            t.Listen(l);
            Assert.Equal(Errno.OK, t.Accept(l, "child", A, SockAddr.In(P, 5000), out PortHandle child));
            Assert.Equal(Errno.EADDRNOTAVAIL, t.Accept(l, "again", A, SockAddr.In(P, 5000), out _));
            t.Release(l);
            t.SetOwner(child, "timewait", isTimewait: true);
            Assert.Equal(reuse ? Errno.OK : Errno.EADDRINUSE, t.Bind("next", Req(Any, reuse), 80, out PortHandle next, out _));
            if (!reuse) continue;
            Assert.Equal(Errno.OK, t.Listen(next));
            Assert.True(t.TryLookup(P, 5000, A, 80, 1, out string? who, out _));
            Assert.Equal("timewait", who);
            Assert.True(t.TryLookup(P, 5001, A, 80, 1, out who, out _));
            Assert.Equal("next", who);
        }
    }

    [Fact]
    public void Bind_takes_odd_distances_first_and_connect_even_ones_and_both_exhaust_the_range()
    {
        var sysctl = new NetSysctl { ip_local_port_range_min = 40_000, ip_local_port_range_max = 40_099 };
        PortTable<string> t = Table(PortRules.TCP, sysctl);
        HashSet<ushort> bound = [], connected = [];
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(Errno.OK, t.Bind("b", Req(Any), 0, out _, out ushort port));
            Assert.True(port % 2 == 1 && bound.Add(port));
        }

        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(Errno.OK, t.Connect("c", Req(A), SockAddr.In(P, 80), out _, out ushort port));
            Assert.True(port % 2 == 0 && connected.Add(port));
        }

        Assert.Equal(Errno.EADDRNOTAVAIL, t.Connect("c", Req(A), SockAddr.In(P, 80), out _, out _));
        // Ports that connects hold may be shared for another peer; those that were bound may not.
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(Errno.OK, t.Connect("c", Req(A), SockAddr.In(P, 81), out _, out ushort port));
            Assert.Contains(port, connected);
        }

        Assert.Equal(Errno.EADDRINUSE, t.Bind("b", Req(Any), 0, out _, out _));
        Assert.Equal(Errno.EADDRINUSE, t.Bind("b", Req(A, reuse: true), 0, out _, out _)); // reuse does not share what the kernel chooses
        Assert.Equal(Errno.OK, t.Bind("b", Req(B), 0, out _, out _)); // but another address is free where connects bound A only
    }

    [Fact]
    public void A_reuseaddr_bind_prefers_the_lower_half_of_the_range()
    {
        var sysctl = new NetSysctl { ip_local_port_range_min = 40_000, ip_local_port_range_max = 40_099 };
        PortTable<string> t = Table(PortRules.TCP, sysctl);
        for (int i = 0; i < 50; i++)
        {
            t.Bind("b", Req(Any, reuse: true), 0, out _, out ushort port);
            Assert.InRange(port, 40_000, 40_049);
        }

        t.Bind("b", Req(Any, reuse: true), 0, out _, out ushort upper);
        Assert.InRange(upper, 40_050, 40_099);
    }

    [Fact]
    public void A_timewait_tuple_is_reused_only_with_leave()
    {
        var sysctl = new NetSysctl { ip_local_port_range_min = 40_000, ip_local_port_range_max = 40_003 };
        PortTable<string> t = Table(PortRules.TCP, sysctl);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(Errno.OK, t.Connect("c", Req(A), SockAddr.In(P, 80), out PortHandle h, out _));
            t.SetOwner(h, $"tw{i}", isTimewait: true);
        }

        Assert.Equal(Errno.EADDRNOTAVAIL, t.Connect("c", Req(A), SockAddr.In(P, 80), out _, out _));
        Assert.Equal(Errno.EADDRNOTAVAIL, t.Connect("c", Req(A), SockAddr.In(P, 80), out _, out _, _ => false));
        Assert.Equal(Errno.OK, t.Connect("new", Req(A), SockAddr.In(P, 80), out _, out _, who => who == "tw2"));
        Assert.Equal(4, t.Count);
    }

    [Fact]
    public void A_connect_of_a_bound_socket_moves_it_to_its_source_address_and_a_disconnect_back()
    {
        PortTable<string> t = Table(PortRules.UDP);
        t.Bind("u", Req(Any), 53, out PortHandle h, out _);
        Assert.Equal(Errno.OK, t.SetConnected(h, A, SockAddr.In(P, 9)));
        Assert.True(t.TryLookup(P, 9, A, 53, 1, out _, out _));
        Assert.False(t.TryLookup(P, 10, A, 53, 1, out _, out _));
        Assert.False(t.TryLookup(P, 9, B, 53, 1, out _, out _));
        Assert.True(t.Disconnect(h));
        Assert.True(t.TryLookup(P, 10, B, 53, 1, out _, out _));

        Assert.Equal(Errno.OK, t.Connect("auto", Req(A), SockAddr.In(P, 9), out PortHandle auto, out ushort port));
        Assert.InRange(port, 32_768, 60_999);
        Assert.False(t.Disconnect(auto)); // nothing of it was asked for: the port goes
        Assert.Equal(1, t.Count);
    }

    [Fact]
    public void The_best_match_wins_connected_before_device_before_address_before_wildcard_and_the_newest_of_equals()
    {
        PortTable<string> t = Table(PortRules.UDP);
        t.Bind("wild", Req(Any, reuse: true), 53, out _, out _);
        t.Bind("wild-dev", Req(Any, reuse: true, dev: 2), 53, out _, out _);
        t.Bind("addr", Req(A, reuse: true), 53, out _, out _);
        Assert.Equal("addr", Who(A, 9, 2));
        Assert.Equal("wild-dev", Who(B, 9, 2));
        Assert.Equal("wild", Who(B, 9, 3));
        t.Bind("addr2", Req(A, reuse: true), 53, out _, out _);
        Assert.Equal("addr2", Who(A, 9, 2));
        t.Bind("conn", Req(A, reuse: true), 53, out PortHandle c, out _);
        t.SetConnected(c, A, SockAddr.In(P, 9));
        Assert.Equal("conn", Who(A, 9, 2));
        Assert.Equal("addr2", Who(A, 10, 2));
        List<string> all = [];
        t.CollectMatches(P, 9, A, 53, 2, all);
        Assert.Equal(["addr2", "addr", "wild-dev", "wild", "conn"], all); // newest first, but the newest gets the datagram itself, at the end

        string Who(IpAddress daddr, ushort sport, int iif) => t.TryLookup(P, sport, daddr, 53, iif, out string? who, out _) ? who : "nobody";
    }

    [Theory]
    [InlineData(PortRules.TCP)]
    [InlineData(PortRules.UDP)]
    public void A_reuseport_group_shares_by_hash_each_flow_staying_with_one(PortRules rules)
    {
        PortTable<string> t = Table(rules);
        var handles = new PortHandle[4];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(Errno.OK, t.Bind($"{i}", Req(Any, reusePort: true), 80, out handles[i], out _));
            if (rules == PortRules.TCP) Assert.Equal(Errno.OK, t.Listen(handles[i]));
        }

        int[] hits = new int[4];
        for (ushort port = 1; port <= 4000; port++)
        {
            Assert.True(t.TryLookup(P, port, A, 80, 1, out string? who, out _));
            Assert.True(t.TryLookup(P, port, A, 80, 1, out string? again, out _));
            Assert.Same(who, again);
            hits[who[0] - '0']++;
        }

        Assert.All(hits, h => Assert.InRange(h, 800, 1200));
        t.Release(handles[1]);
        for (ushort port = 1; port <= 1000; port++)
        {
            t.TryLookup(P, port, A, 80, 1, out string? who, out _);
            Assert.NotEqual("1", who);
        }
    }

    [Fact]
    public void Ping_identifications_go_round_in_turn()
    {
        PortTable<string> t = Table(PortRules.PING);
        for (ushort i = 1; i <= 5; i++)
        {
            t.Bind("p", Req(Any), 0, out PortHandle h, out ushort id);
            Assert.Equal(i, id);
            if (i == 3) t.Release(h);
        }
    }

    [Fact]
    public void Random_traffic_agrees_with_a_list()
    {
        var random = new RandomStream(7, "test", "table");
        PortTable<string> t = Table(PortRules.TCP);
        List<(PortHandle H, string Name, IpAddress L, ushort Lp, IpAddress R, ushort Rp, bool Listens)> model = [];
        int names = 0;
        for (int step = 0; step < 30_000; step++)
        {
            IpAddress local = random.Below(2) == 0 ? A : B, peer = IpAddress.FromV4(0x0A090000 + random.Below(4));
            ushort lport = (ushort)(80 + random.Below(4)), rport = (ushort)(1000 + random.Below(40));
            string name = $"s{names++}";
            switch (random.Below(5))
            {
                case 0:
                    IpAddress address = random.Below(3) == 0 ? Any : local;
                    bool clash = model.Exists(m => m.Lp == lport && (m.L == address || m.L == Any || address == Any));
                    Assert.Equal(clash ? Errno.EADDRINUSE : Errno.OK, t.Bind(name, Req(address), lport, out PortHandle h, out _));
                    if (clash) break;
                    Assert.Equal(Errno.OK, t.Listen(h));
                    model.Add((h, name, address, lport, default, 0, true));
                    break;
                case 1:
                case 2:
                    int li = model.FindIndex(m => m.Listens && m.Lp == lport && (m.L == local || m.L == Any));
                    if (li < 0) break;
                    bool taken = model.Exists(m => !m.Listens && m.L == local && m.Lp == lport && m.R == peer && m.Rp == rport);
                    Assert.Equal(taken ? Errno.EADDRNOTAVAIL : Errno.OK, t.Accept(model[li].H, name, local, SockAddr.In(peer, rport), out PortHandle ch));
                    if (!taken) model.Add((ch, name, local, lport, peer, rport, false));
                    break;
                case 3:
                    if (model.Count < 60 && random.Below(4) != 0 || model.Count == 0) break;
                    int gone = (int)random.Below((uint)model.Count);
                    t.Release(model[gone].H);
                    model.RemoveAt(gone);
                    break;
                default:
                    int found = model.FindIndex(m => !m.Listens && m.L == local && m.Lp == lport && m.R == peer && m.Rp == rport);
                    if (found < 0) found = model.FindIndex(m => m.Listens && m.Lp == lport && m.L == local);
                    if (found < 0) found = model.FindIndex(m => m.Listens && m.Lp == lport && m.L == Any);
                    Assert.Equal(found >= 0, t.TryLookup(peer, rport, local, lport, 1, out string? who, out PortHandle wh));
                    if (found >= 0) Assert.Equal((model[found].Name, model[found].H), (who, wh));
                    break;
            }

            Assert.Equal(model.Count, t.Count);
        }

        foreach (var m in model) t.Release(m.H);
        Assert.Equal(0, t.Count);
    }

    [Theory]
    // As epoll_wait lists four sockets on Linux 6.18, bound in this order, when each has got its copy.
    [InlineData("0.0.0.0 127.255.255.255 0.0.0.0 127.255.255.255", 0, "2103")]
    [InlineData("0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0", 0, "2103")]
    [InlineData("0.0.0.0 127.255.255.255 0.0.0.0 127.255.255.255", 12, "1203")]
    [InlineData("127.255.255.255 0.0.0.0 127.255.255.255 0.0.0.0", 12, "0312")]
    public void A_broadcast_comes_to_the_newest_last_and_by_address_where_a_port_has_more_than_ten_sockets(string bound, int others, string order)
    {
        PortTable<string> t = Table(PortRules.UDP);
        string[] addresses = bound.Split(' ');
        for (int i = 0; i < addresses.Length; i++) t.Bind($"{i}", Req(IpAddress.Parse(addresses[i]), reuse: true), 5000, out _, out _);
        for (int i = 0; i < others; i++) t.Bind("other", Req(IpAddress.FromV4(127, 0, 0, (byte)(10 + i)), reuse: true), 5000, out _, out _);
        List<string> takers = [];
        t.CollectMatches(IpAddress.Loopback4, 9, IpAddress.Parse("127.255.255.255"), 5000, 1, takers);
        Assert.Equal(order, string.Concat(takers));
    }

    [Theory]
    [InlineData(PortRules.TCP, 100)]
    [InlineData(PortRules.TCP, 100_000)]
    [InlineData(PortRules.UDP, 100)]
    [InlineData(PortRules.UDP, 100_000)]
    public void A_look_up_reads_as_many_slots_of_the_index_at_any_size(PortRules rules, int sockets)
    {
        foreach (bool onePort in new[] { false, true })
        {
            PortTable<string> t = Table(rules);
            for (int i = 0; i < sockets; i++)
            {
                uint host = 0x0A00_0000u + (uint)(onePort ? i : i / 50_000);
                Assert.Equal(Errno.OK, t.Bind("s", Req(IpAddress.FromV4(host)), (ushort)(onePort ? 80 : 1024 + i % 50_000), out PortHandle h, out _));
                if (rules == PortRules.TCP) Assert.Equal(Errno.OK, t.Listen(h));
            }

            // Linear probing, three quarters full at most: (1 + 1 / (1 - 0.75)) / 2.
            Assert.InRange(t.Shape.SlotsPerLookup, 1, 2.5);
        }
    }

    [Fact]
    public void A_hundred_thousand_sockets_bind_listen_connect_and_are_found_without_growing_slower()
    {
        PortTable<string> t = Table(PortRules.TCP);
        for (int i = 0; i < 100_000; i++)
        {
            Assert.Equal(Errno.OK, t.Bind("l", Req(IpAddress.FromV4(0x7F000001 + (uint)i)), 80, out PortHandle h, out _));
            Assert.Equal(Errno.OK, t.Listen(h));
        }

        for (int i = 0; i < 100_000; i++)
        {
            Assert.Equal(Errno.OK, t.Connect("c", Req(A), SockAddr.In(IpAddress.FromV4(0x0B000000 + (uint)i % 10), (ushort)(i % 7)), out _, out _));
            Assert.True(t.TryLookup(P, 1, IpAddress.FromV4(0x7F000001 + (uint)i), 80, 1, out _, out _));
        }

        Assert.Equal(200_000, t.Count);
        Assert.InRange(t.Bytes / t.Count, 1, 260);
    }
}
