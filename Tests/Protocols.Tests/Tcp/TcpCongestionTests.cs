// Congestion controls and pacing over a bottleneck: what theory bounds is bounded (RFC 8257; draft-cardwell-iccrg-bbr-congestion-control-00).

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpCongestionTests
{
    private const int Mss = 1448;

    /// <summary>A bulk transfer for some time; what came, and how much of the queue stood when each packet was sent.</summary>
    private sealed class Bulk
    {
        public required VirtualWire Wire { get; init; }

        public required TcpSock Client { get; init; }

        public required TcpSock Server { get; init; }

        public long Received { get; private set; }

        public void Run(Duration time)
        {
            byte[] data = new byte[65_536], buffer = new byte[65_536];
            Wire.Run(
                () =>
                {
                    while (Client.Send(data, null, MsgFlags.DONTWAIT, Wire.Now) is { IsOk: true })
                    {
                    }

                    while (Server.Recv(buffer, MsgFlags.DONTWAIT, Wire.Now, out _, out _) is { IsOk: true, Value: > 0 } n) Received += n.Value;
                    Wire.Pump();
                    Wire.Carry();
                    return false;
                },
                time);
        }

        /// <summary>Bits of data per second over that time.</summary>
        public double Goodput(Duration time)
        {
            long before = Received;
            Run(time);
            return (Received - before) * 8.0 / (time.Nanoseconds / 1e9);
        }

        /// <summary>The field of TCP_INFO at an offset: 68 the round trip, µs; 80 the window.</summary>
        public int Info(int offset)
        {
            byte[] b = new byte[TcpSock.TcpInfoLength];
            Assert.Equal(Errno.OK, Client.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_INFO, b, out _, Wire.Now));
            return BitConverter.ToInt32(b, offset);
        }

        public Dictionary<string, long> CcInfo()
        {
            byte[] b = new byte[32];
            Assert.Equal(Errno.OK, Client.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CC_INFO, b, out int n, Wire.Now));
            return n == 20
                ? new() { ["bw"] = BitConverter.ToInt64(b), ["min_rtt"] = BitConverter.ToUInt32(b, 8), ["pacing_gain"] = BitConverter.ToUInt32(b, 12), ["cwnd_gain"] = BitConverter.ToUInt32(b, 16) }
                : new() { ["length"] = n, ["enabled"] = BitConverter.ToUInt16(b), ["alpha"] = BitConverter.ToUInt32(b, 4) };
        }
    }

    private static Bulk Open(VirtualWire wire, string control, ulong maxPacingRate = 0)
    {
        foreach (TcpHost h in (TcpHost[])[wire.A, wire.B])
        {
            h.Net.Sysctl.tcp_congestion_control = control;
            h.Net.Sysctl.tcp_wmem_default = h.Net.Sysctl.tcp_rmem_default = 2_000_000;
        }

        TcpSock listener = wire.B.Listen(80, wire.Now);
        TcpSock client = wire.A.Connect(SockAddr.In(wire.B.Address, 80), 40_000, wire.Now);
        if (maxPacingRate > 0) Assert.Equal(Errno.OK, client.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_MAX_PACING_RATE, BitConverter.GetBytes(maxPacingRate), wire.Now));
        TcpSock? server = null;
        Assert.True(wire.Run(() => server is not null || listener.TryAccept(out server), Duration.FromSeconds(10)), "the handshake ends");
        return new Bulk { Wire = wire, Client = client, Server = server! };
    }

    private static VirtualWire Link(long rate, int delayMs, double loss = 0, int queue = 1000, ulong seed = 3) =>
        new(seed) { Rate = rate, Delay = Duration.FromMilliseconds(delayMs), Loss = loss, QueueLimit = queue };

    [Theory]
    [InlineData(125_000)]
    [InlineData(1_000_000)]
    public void So_max_pacing_rate_bounds_what_is_sent_and_comes_near_it(int bytesPerSecond)
    {
        Bulk bulk = Open(Link(1_000_000_000, 10), "cubic", (ulong)bytesPerSecond);
        bulk.Run(Duration.FromSeconds(2));
        double goodput = bulk.Goodput(Duration.FromSeconds(10)) / 8;
        Assert.InRange(goodput, bytesPerSecond * 0.97, bytesPerSecond * 1.01);
        Assert.Equal(0, bulk.Wire.A.Net.Mib[Snmp.TcpRetransSegs]);
    }

    [Fact]
    public void A_paced_sender_sends_bursts_of_two_segments_at_even_distances()
    {
        var wire = Link(1_000_000_000, 10);
        var times = new List<Instant>();
        Bulk bulk = Open(wire, "cubic", 289_600); // 200 segments per second: a burst of the least size, two, each 10 ms
        bulk.Run(Duration.FromSeconds(1));
        wire.Filter = (from, skb) =>
        {
            if (from == wire.A && skb.Length > Mss) times.Add(wire.Now);
            return true;
        };
        bulk.Run(Duration.FromSeconds(1));
        Assert.InRange(times.Count, 196, 204);
        for (int i = 2; i < times.Count; i++) Assert.Equal(10_000, (times[i] - times[i - 2]).Microseconds);
    }

    [Fact]
    public void Without_a_reason_nothing_is_paced()
    {
        var wire = Link(1_000_000_000, 10);
        Bulk bulk = Open(wire, "cubic");
        var times = new HashSet<Instant>();
        int sent = 0;
        wire.Filter = (from, skb) =>
        {
            if (from == wire.A && skb.Length > Mss)
            {
                sent++;
                times.Add(wire.Now);
            }

            return true;
        };
        bulk.Run(Duration.FromMilliseconds(15));
        Assert.Equal(10, sent); // the initial window, at one instant
        Assert.Single(times);
    }

    [Theory]
    [InlineData(10_000_000, 10)]
    [InlineData(10_000_000, 50)]
    [InlineData(100_000_000, 5)]
    public void Bbr_fills_the_pipe_and_keeps_the_queue_short(int rate, int delayMs)
    {
        var wire = Link(rate, delayMs);
        Bulk bulk = Open(wire, "bbr");
        bulk.Run(Duration.FromSeconds(4));
        double goodput = bulk.Goodput(Duration.FromSeconds(20));
        // Headers take 7.3 %, and PROBE_RTT 2 % of the time.
        Assert.InRange(goodput, rate * 0.85, rate * (double)Mss / (Mss + 52 + 58) * 1.005);
        Assert.Equal(0, wire.A.Net.Mib[Snmp.TcpRetransSegs]);
        Dictionary<string, long> info = bulk.CcInfo();
        Assert.InRange(info["min_rtt"], 2000 * delayMs, 2000 * delayMs + 4_000);
        Assert.InRange(info["bw"] * 8, rate * 0.88, rate * 1.0);
        Assert.Equal(512, info["cwnd_gain"]);
        // The window is twice what the path holds and some bursts; in PROBE_BW the queue is about a quarter of it at most for most of the time.
        Assert.InRange(bulk.Info(68), 2000 * delayMs, (2000 * delayMs * 3 / 2) + 5_000);
    }

    [Fact]
    public void Bbr_sustains_loss_that_stops_cubic()
    {
        Bulk bbr = Open(Link(20_000_000, 25, loss: 0.01), "bbr"), cubic = Open(Link(20_000_000, 25, loss: 0.01), "cubic");
        bbr.Run(Duration.FromSeconds(4));
        cubic.Run(Duration.FromSeconds(4));
        double b = bbr.Goodput(Duration.FromSeconds(15)), c = cubic.Goodput(Duration.FromSeconds(15));
        Assert.True(b > 14_000_000, $"BBR {b}");
        Assert.True(c < b / 2, $"CUBIC {c}");
    }

    [Fact]
    public void Bbr_looks_for_the_least_round_trip_each_ten_seconds_with_four_segments_in_flight()
    {
        var wire = Link(10_000_000, 20);
        Bulk bulk = Open(wire, "bbr");
        int low = 0;
        for (int i = 0; i < 120; i++)
        {
            bulk.Run(Duration.FromMilliseconds(100));
            if (bulk.Info(80) == 4) low++;
        }

        Assert.InRange(low, 2, 4); // 200 ms and a round, once in twelve seconds
        bulk.Run(Duration.FromSeconds(1));
        Assert.True(bulk.Info(80) > 30, $"{bulk.Info(80)}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_of_bbr()
    {
        long Sent(ulong seed)
        {
            var wire = Link(10_000_000, 20, loss: 0.02, seed: seed);
            Bulk bulk = Open(wire, "bbr");
            bulk.Run(Duration.FromSeconds(5));
            return bulk.Received * 1000 + wire.Sent % 1000;
        }

        Assert.Equal(Sent(4), Sent(4));
    }

    /// <summary>A queue that marks above a threshold, as RFC 8257 3.1 asks of switches.</summary>
    private static (Func<TcpHost, SkBuff, bool> Filter, Func<int> Deepest) Marking(VirtualWire wire, int threshold)
    {
        Instant free = default;
        int deepest = 0;
        return ((from, skb) =>
        {
            if (from != wire.A) return true;
            long each = (skb.Length + 58L) * 8 * 1_000_000_000 / wire.Rate;
            free = Instant.Max(free, wire.Now) + new Duration(each);
            int queued = (int)((free - wire.Now).Nanoseconds / Math.Max(1, (1500 + 58L) * 8 * 1_000_000_000 / wire.Rate));
            deepest = Math.Max(deepest, queued);
            if (queued > threshold && (skb.Ip.Tos & 3) != 0) skb.Ip.Tos |= 3;
            return true;
        }, () => deepest);
    }

    [Fact]
    public void Dctcp_keeps_the_queue_about_the_threshold_and_the_link_full()
    {
        var wire = Link(100_000_000, 1);
        Bulk bulk = Open(wire, "dctcp");
        (wire.Filter, _) = Marking(wire, 20);
        bulk.Run(Duration.FromSeconds(2));
        (wire.Filter, Func<int> deepest) = Marking(wire, 20);
        double goodput = bulk.Goodput(Duration.FromSeconds(5));
        Assert.InRange(goodput, 88_000_000, 100_000_000.0 * Mss / (Mss + 52 + 38) * 1.001);
        Assert.InRange(deepest(), 15, 45); // K and what comes until the mark has come back
        Assert.Equal(0, wire.A.Net.Mib[Snmp.TcpRetransSegs]);
        Dictionary<string, long> info = bulk.CcInfo();
        Assert.Equal(16, info["length"]);
        Assert.Equal(1, info["enabled"]);
        Assert.InRange(info["alpha"], 1, 700);
    }

    [Fact]
    public void Dctcp_without_ecn_at_the_peer_is_reno_by_another_name()
    {
        var wire = Link(10_000_000, 10);
        wire.A.Net.Sysctl.tcp_congestion_control = "dctcp";
        wire.B.Net.Sysctl.tcp_ecn = 0;
        TcpSock listener = wire.B.Listen(80, wire.Now);
        TcpSock client = wire.A.Connect(SockAddr.In(wire.B.Address, 80), 40_000, wire.Now);
        TcpSock? server = null;
        Assert.True(wire.Run(() => server is not null || listener.TryAccept(out server), Duration.FromSeconds(10)));
        byte[] b = new byte[16];
        Assert.Equal(Errno.OK, client.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CONGESTION, b, out _, wire.Now));
        Assert.StartsWith("dctcp-reno\0", System.Text.Encoding.ASCII.GetString(b), StringComparison.Ordinal);
        Assert.Equal(0, client.Tos & 3);
    }

    [Fact]
    public void Cc_info_is_as_long_as_the_control_has_something_to_tell()
    {
        TcpSock sk = new VirtualWire(1).A.Socket();
        byte[] b = new byte[32];
        foreach ((string name, int length) in (ReadOnlySpan<(string, int)>)[("reno", 0), ("bbr", 20), ("dctcp", 16), ("cubic", 0)])
        {
            Assert.Equal(Errno.OK, sk.Setsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CONGESTION, System.Text.Encoding.ASCII.GetBytes(name), default));
            Assert.Equal(Errno.OK, sk.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CC_INFO, b, out int n, default));
            Assert.Equal(length, n);
        }

        Assert.Equal(Errno.OK, sk.Setsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CONGESTION, "bbr"u8, default));
        Assert.Equal(Errno.OK, sk.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CC_INFO, b.AsSpan(0, 4), out int four, default));
        Assert.Equal(4, four);
        Assert.Equal(0, BitConverter.ToInt32(b));
    }

    [Fact]
    public void A_bound_of_the_pacing_rate_holds_until_the_rate_is_reckoned_anew()
    {
        TcpSock sk = new VirtualWire(1).A.Socket();
        byte[] b = new byte[TcpSock.TcpInfoLength];
        ulong Rate()
        {
            Assert.Equal(Errno.OK, sk.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_INFO, b, out _, default));
            return BitConverter.ToUInt64(b, 104);
        }

        Assert.Equal(ulong.MaxValue, Rate());
        Assert.Equal(Errno.OK, sk.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_MAX_PACING_RATE, BitConverter.GetBytes(100_000), default));
        Assert.Equal(100_000ul, Rate());
        Assert.Equal(Errno.OK, sk.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_MAX_PACING_RATE, BitConverter.GetBytes(-1), default));
        Assert.Equal(100_000ul, Rate());
        Assert.Equal(ulong.MaxValue, BitConverter.ToUInt64(b, 112));
    }
}
