// A host's processors: whose work takes whose time. Receive livelock (Mogul and Ramakrishnan 1997), and how NAPI's budget cures it.

using ActorNet.Devices;
using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests.Locks;

[Trait("Engine", "Embedded")]
public class CpuTests
{
    private static Duration Us(long us) => Duration.FromMicroseconds(us);

    /// <summary>Two programs on b make one call each at 100 ms, on sockets of their own. Gives when each had its answer.</summary>
    private static List<Instant> TwoCalls(int cores)
    {
        using Lab lab = Lab.Pair(LockLab.Wire);
        var done = new List<Instant>();
        lab.B.SetCpu(new CpuModel { Syscall = Duration.FromMilliseconds(10), Cores = cores });
        for (int i = 0; i < 2; i++)
        {
            lab.B.Run($"p{i}", async os =>
            {
                int u = await os.Udp();
                await LockLab.Until(os, Instant.FromMilliseconds(100));
                await os.SetSockOpt(u, SockLevel.SOCKET, (int)SockOpt.SO_BROADCAST, 1);
                done.Add(os.Now);
            });
        }

        lab.Finish(10);
        Assert.Equal(Duration.FromMilliseconds(40), lab.B.Cpu!.UserTime); // two calls and two closes
        return done;
    }

    [Fact]
    public void Calls_take_turns_on_one_processor_and_run_side_by_side_on_two()
    {
        Assert.Equal([Instant.FromMilliseconds(110), Instant.FromMilliseconds(120)], TwoCalls(1));
        Assert.Equal([Instant.FromMilliseconds(110), Instant.FromMilliseconds(110)], TwoCalls(2));
    }

    [Fact]
    public void A_packet_costs_at_every_layer_on_its_way_in()
    {
        using Lab lab = Lab.Pair(LockLab.Wire);
        Duration free = default, costly = default;
        var model = new CpuModel { Interrupt = Us(100), Device = Us(20), Ip = Us(3), Transport = Us(4) };
        lab.B.SetCpu(model);
        lab.B.Run("server", async os =>
        {
            int u = await os.Udp();
            await os.Bind(u, "0.0.0.0:9");
            await os.Recv(u, new byte[10]);
            await os.Recv(u, new byte[10]);
            costly = os.Now - LockLab.Settled;
        });
        lab.A.Run("client", async os =>
        {
            int u = await os.Udp();
            await os.SendTo(u, new byte[3], "10.0.0.2:9"); // resolves the neighbour
            await LockLab.Until(os, LockLab.Settled);
            await os.SendTo(u, new byte[3], "10.0.0.2:9");
        });
        lab.Finish(10);
        free = LockLab.Wire.Delay;
        Assert.Equal(free + Us(100 + 20 + 3 + 4), costly);
    }

    [Fact]
    public void Interrupts_take_their_time_from_the_call_that_runs()
    {
        using Lab lab = Lab.Pair(LockLab.Wire);
        Instant done = default;
        lab.B.SetCpu(new CpuModel { Syscall = Duration.FromMilliseconds(10), Interrupt = Us(100), Device = Us(400) });
        lab.B.Run("server", async os =>
        {
            int u = await os.Udp();
            await os.Bind(u, "0.0.0.0:9");
            await LockLab.Until(os, LockLab.Settled);
            await os.SetSockOpt(u, SockLevel.SOCKET, (int)SockOpt.SO_BROADCAST, 1);
            done = os.Now;
        });
        lab.A.Run("client", async os =>
        {
            int u = await os.Udp();
            await os.SendTo(u, new byte[3], "10.0.0.2:9");
            await LockLab.Until(os, LockLab.Settled);
            for (int i = 0; i < 4; i++)
            {
                await os.SendTo(u, new byte[3], "10.0.0.2:9");
                await os.Delay(Duration.FromMilliseconds(1));
            }
        });
        lab.Finish(10);
        Assert.Equal(LockLab.Settled + Duration.FromMilliseconds(10) + Us(4 * 500), done);
    }

    /// <summary>A flood of datagrams at three times what the processor can take up to the socket. How many a reader got in its second, and b's device.</summary>
    private static (int Got, NetDeviceStats Stats, Lab Lab) Flood(int budget, int budgetUsecs, int everyUs = 5)
    {
        using Lab lab = Lab.Pair(new WireSpec { Delay = Duration.FromMilliseconds(1) });
        int got = 0;
        lab.B.SetCpu(new CpuModel { Interrupt = Us(2), Device = Us(5), Ip = Us(5), Transport = Us(5), Syscall = Us(10) });
        lab.B.Sysctl("net.core.netdev_budget", $"{budget}").Sysctl("net.core.netdev_budget_usecs", $"{budgetUsecs}");
        ProcessStatus reader = lab.B.Run("reader", async os =>
        {
            int u = await os.Udp();
            await os.Bind(u, "0.0.0.0:9");
            var buffer = new byte[100];
            await LockLab.Until(os, Instant.FromMilliseconds(300));
            while (os.Now < Instant.FromMilliseconds(1300))
            {
                await os.Recv(u, buffer);
                if (os.Now < Instant.FromMilliseconds(1300)) got++;
            }
        });
        lab.A.Run("flood", async os =>
        {
            int u = await os.Udp();
            await os.SendTo(u, new byte[10], "10.0.0.2:9");
            await os.Delay(Duration.FromMilliseconds(200));
            while (os.Now < Instant.FromMilliseconds(1500))
            {
                await os.SendTo(u, new byte[10], "10.0.0.2:9");
                await os.Delay(Us(everyUs));
            }
        });
        lab.Finish(10);
        return (got, lab.B.Device("eth0").Stats, lab);
    }

    [Fact]
    public void Without_a_budget_a_flood_starves_the_process_that_should_read_it()
    {
        (int got, NetDeviceStats stats, _) = Flood(1_000_000_000, 1_000_000_000);
        Assert.True(got < 300, $"{got} datagrams read"); // what was in the buffer when the flood began
        Assert.Equal(0, stats.time_squeeze);
        Assert.True(stats.rx_missed_errors > 100_000, $"{stats.rx_missed_errors} frames did not fit the ring");
    }

    [Fact]
    public void With_a_budget_the_poll_shares_the_processor_and_the_reader_reads()
    {
        (int got, NetDeviceStats stats, _) = Flood(300, 2000);
        Assert.True(got > 15_000, $"{got} datagrams read");
        Assert.True(stats.time_squeeze > 100, $"{stats.time_squeeze} squeezes");
        Assert.True(stats.rx_missed_errors > 100_000, "what is too much is dropped by the card, at no cost");
    }

    [Fact]
    public void A_rate_that_the_processor_can_take_needs_no_budget()
    {
        (int got, NetDeviceStats stats, _) = Flood(300, 2000, everyUs: 50);
        Assert.InRange(got, 19_900, 20_400); // and what was in the buffer
        Assert.Equal(0, stats.rx_missed_errors);
        Assert.Equal(0, stats.time_squeeze);
    }

    [Fact]
    public void What_a_budget_in_time_allows_is_no_more_than_one_in_frames()
    {
        (int _, NetDeviceStats byFrames, _) = Flood(20, 1_000_000);
        (int _, NetDeviceStats byTime, _) = Flood(1_000_000, 300); // 20 frames of 15 us
        Assert.InRange(byTime.time_squeeze, byFrames.time_squeeze * 9 / 10, byFrames.time_squeeze * 11 / 10);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1025, 0)]
    [InlineData(1, -1)]
    public void A_model_that_cannot_be_is_refused(int cores, long cost)
    {
        var lab = new Lab();
        ArgumentException e = Assert.Throws<ArgumentException>(() => lab.A.SetCpu(new CpuModel { Cores = cores, Ip = new Duration(cost) }));
        Assert.Contains("host a: cpu:", e.Message, StringComparison.Ordinal);
    }
}
