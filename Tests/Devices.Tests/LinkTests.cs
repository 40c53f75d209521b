// A wire against arithmetic: rates to the nanosecond, queues to the frame, impairments to their formulas.

using System.Numerics;

namespace ActorNet.Devices.Tests;

public sealed class LinkTests
{
    private static readonly WireSeed Seed = new(7, "a", "eth0");

    [Theory]
    [InlineData(1_000_000_000L)]
    [InlineData(3_000_000_000L)]
    [InlineData(999_999_937L)]
    [InlineData(56_000L)]
    [InlineData(100_000_000_000L)]
    public void A_million_bits_later_the_last_frame_still_ends_on_the_nanosecond_that_arithmetic_says(long rate)
    {
        var link = new Link(new WireSpec { Rate = rate, Delay = Duration.FromMilliseconds(3), QueuePackets = int.MaxValue }, Seed);
        var random = new RandomStream(1, "test", "lengths");
        BigInteger bits = 0;
        var now = new Instant(12_345);
        for (int i = 0; i < 20_000; i++)
        {
            int length = random.Below(3) switch { 0 => 66, 1 => 1514, _ => 60 + (int)random.Below(1454) };
            BigInteger startsAt = now.Nanoseconds + bits * 1_000_000_000 / rate;
            bits += 8 * length;
            FrameFate fate = link.Send(length, now, 1000);
            BigInteger endsAt = now.Nanoseconds + (bits * 1_000_000_000 + rate - 1) / rate;
            Assert.Equal(startsAt, fate.Start.Nanoseconds);
            Assert.Equal(endsAt + 3_000_000, fate.Arrival.Nanoseconds);
        }
    }

    [Fact]
    public void A_wire_that_was_idle_starts_a_frame_when_it_comes()
    {
        var link = new Link(new WireSpec { Rate = 8_000_000_000, Delay = new Duration(1) }, Seed);
        Assert.Equal(1001, link.Send(1000, Instant.Zero, 10).Arrival.Nanoseconds);
        FrameFate second = link.Send(1000, new Instant(5000), 10);
        Assert.Equal((5000, 6001), (second.Start.Nanoseconds, second.Arrival.Nanoseconds));
    }

    [Fact]
    public void Overhead_and_cells_count_as_tc_counts_them()
    {
        // ATM over ADSL: 48-byte cells with 5 of header; 1500 + 8 + 14 bytes are 31.7 cells, so 32, of 53 bytes.
        var atm = new Link(new WireSpec { Rate = 8_000_000_000, Delay = new Duration(1), PacketOverhead = 8, CellSize = 48, CellOverhead = 5 }, Seed);
        Assert.Equal(32 * 53 + 1, atm.Send(1514, Instant.Zero, 10).Arrival.Nanoseconds);
        var ether = new Link(new WireSpec { Rate = 8_000_000_000, Delay = new Duration(1), PacketOverhead = WireSpec.EthernetOverhead }, Seed);
        Assert.Equal(1514 + 24 + 1, ether.Send(1514, Instant.Zero, 10).Arrival.Nanoseconds);
    }

    [Fact]
    public void An_unlimited_wire_delivers_everything_after_the_delay_alone()
    {
        var link = new Link(new WireSpec { Delay = Duration.FromMicroseconds(50) }, Seed);
        for (int i = 0; i < 5000; i++) Assert.Equal(50_000, link.Send(1514, Instant.Zero, 1).Arrival.Nanoseconds);
        Assert.Equal(0, link.Backlog(Instant.Zero));
    }

    [Fact]
    public void The_queue_takes_its_limit_besides_the_frame_being_sent_and_makes_room_as_frames_leave()
    {
        var link = new Link(new WireSpec { Rate = 8_000_000, Delay = new Duration(1) }, Seed); // 1 byte per µs
        int taken = 0;
        for (int i = 0; i < 20; i++) taken += link.Send(100, Instant.Zero, 5).Dropped == DropReason.NOT_DROPPED_YET ? 1 : 0;
        Assert.Equal(6, taken);
        Assert.Equal(5, link.Backlog(Instant.Zero));
        Assert.Equal(500, link.BacklogBytes(Instant.Zero));
        Assert.Equal(DropReason.QDISC_OVERLIMIT, link.Send(100, new Instant(99_999), 5).Dropped);
        Assert.Equal(600_001, link.Send(100, new Instant(100_000), 5).Arrival.Nanoseconds - 100_000);
        Assert.Equal(DropReason.QDISC_OVERLIMIT, link.Send(100, new Instant(100_000), 5).Dropped);
        Assert.Equal(0, link.Backlog(new Instant(600_000)));
    }

    [Fact]
    public void A_byte_limit_counts_bytes_and_a_packet_limit_of_the_wire_comes_before_the_devices()
    {
        var bytes = new Link(new WireSpec { Rate = 8_000_000, Delay = new Duration(1), QueueBytes = 250 }, Seed);
        Assert.Equal([true, true, true, false, true], new[] { 100, 100, 100, 100, 50 }.Select(n => bytes.Send(n, Instant.Zero, 1000).Dropped == 0));
        var none = new Link(new WireSpec { Rate = 8_000_000, Delay = new Duration(1), QueuePackets = 0 }, Seed);
        Assert.Equal([true, false], new[] { 1, 2 }.Select(_ => none.Send(100, Instant.Zero, 1000).Dropped == 0));
    }

    [Fact]
    public void Frames_leave_a_plain_wire_in_the_order_in_which_they_came()
    {
        var link = new Link(new WireSpec { Rate = 1_234_567, Delay = Duration.FromMilliseconds(1), QueuePackets = 1_000_000 }, Seed);
        var random = new RandomStream(2, "t", "t");
        long now = 0, last = 0;
        for (int i = 0; i < 10_000; i++)
        {
            now += random.Below(20_000_000);
            FrameFate fate = link.Send(60 + (int)random.Below(1400), new Instant(now), 0);
            Assert.True(fate.Arrival.Nanoseconds > last);
            last = fate.Arrival.Nanoseconds;
        }
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.01)]
    [InlineData(0.3)]
    public void Loss_is_binomial(double p)
    {
        const int N = 200_000;
        var link = new Link(new WireSpec { Loss = p }, Seed);
        int lost = 0, pairs = 0;
        bool before = false;
        for (int i = 0; i < N; i++)
        {
            bool now = link.Send(100, Instant.Zero, 0).Dropped == DropReason.LINK_LOSS;
            lost += now ? 1 : 0;
            pairs += now && before ? 1 : 0;
            before = now;
        }

        AssertBinomial(lost, N, p);
        AssertBinomial(pairs, N, p * p); // and one loss says nothing of the next
    }

    [Fact]
    public void Lost_frames_have_used_the_wire()
    {
        var link = new Link(new WireSpec { Rate = 8_000_000_000, Delay = new Duration(1), Loss = 1 }, Seed);
        Assert.Equal(0, link.Send(1000, Instant.Zero, 10).Start.Nanoseconds);
        FrameFate second = link.Send(1000, Instant.Zero, 10);
        Assert.Equal((DropReason.LINK_LOSS, 1000L), (second.Dropped, second.Start.Nanoseconds));
    }

    [Fact]
    public void Another_impairment_changes_no_frames_luck()
    {
        var plain = new Link(new WireSpec { Loss = 0.1, Delay = Duration.FromMilliseconds(9) }, Seed);
        var worse = new Link(new WireSpec { Loss = 0.1, Delay = Duration.FromMilliseconds(9), Jitter = Duration.FromMilliseconds(2), Corrupt = 0.2, Reorder = 0.1 }, Seed);
        for (int i = 0; i < 5000; i++) Assert.Equal(plain.Send(99, Instant.Zero, 0).Dropped, worse.Send(99, Instant.Zero, 0).Dropped);
    }

    [Fact]
    public void Two_ends_and_two_seeds_have_different_luck()
    {
        static string Luck(WireSeed seed)
        {
            var link = new Link(new WireSpec { Loss = 0.5 }, seed);
            return string.Concat(Enumerable.Range(0, 64).Select(_ => link.Send(99, Instant.Zero, 0).Dropped == 0 ? '.' : 'x'));
        }

        Assert.Equal(Luck(Seed), Luck(Seed));
        Assert.Equal(4, new[] { Seed, Seed with { Device = "eth1" }, Seed with { Host = "b" }, Seed with { Seed = 8 } }.Select(Luck).Distinct().Count());
    }

    [Fact]
    public void Jitter_is_uniform_about_the_delay_and_reorders_unless_told_to_keep_order()
    {
        const int N = 50_000;
        var spec = new WireSpec { Delay = Duration.FromMilliseconds(10), Jitter = Duration.FromMilliseconds(4) };
        var link = new Link(spec, Seed);
        var kept = new Link(spec with { KeepOrder = true }, Seed);
        int[] eighths = new int[8];
        int overtaken = 0;
        long last = 0, lastKept = 0;
        for (int i = 0; i < N; i++)
        {
            var now = new Instant(i * 1000L);
            long at = link.Send(100, now, 0).Arrival.Nanoseconds, delay = at - now.Nanoseconds;
            Assert.InRange(delay, 6_000_000, 14_000_000);
            eighths[Math.Min(7, (delay - 6_000_000) / 1_000_000)]++;
            if (at < last) overtaken++;
            last = at;
            long keptAt = kept.Send(100, now, 0).Arrival.Nanoseconds;
            Assert.True(keptAt >= lastKept && keptAt >= at);
            lastKept = keptAt;
        }

        foreach (int n in eighths) AssertBinomial(n, N, 1 / 8.0);
        Assert.True(overtaken > N / 4);
    }

    [Fact]
    public void Reordered_frames_go_ahead_and_a_gap_spaces_them()
    {
        const int N = 100_000;
        var spec = new WireSpec { Delay = Duration.FromMilliseconds(10), Reorder = 0.25 };
        var link = new Link(spec, Seed);
        var gapped = new Link(spec with { Reorder = 1, ReorderGap = 5, ReorderAhead = Duration.FromMilliseconds(3) }, Seed);
        int ahead = 0;
        for (int i = 1; i <= N; i++)
        {
            long delay = link.Send(100, Instant.Zero, 0).Arrival.Nanoseconds;
            Assert.True(delay is 1_000 or 10_000_000); // at once, but for the last microsecond
            ahead += delay == 1_000 ? 1 : 0;
            Assert.Equal(i % 5 == 0 ? 7_000_000 : 10_000_000, gapped.Send(100, Instant.Zero, 0).Arrival.Nanoseconds);
        }

        AssertBinomial(ahead, N, 0.25);
    }

    [Fact]
    public void Duplicates_and_flipped_bits_come_as_often_as_asked_and_bits_anywhere()
    {
        const int N = 100_000;
        var link = new Link(new WireSpec { Duplicate = 0.02, Corrupt = 0.05 }, Seed);
        int twice = 0, flipped = 0;
        int[] quarters = new int[4];
        for (int i = 0; i < N; i++)
        {
            FrameFate fate = link.Send(100, Instant.Zero, 0);
            twice += fate.CopyArrival != Instant.Never ? 1 : 0;
            if (fate.CorruptedBit < 0) continue;
            flipped++;
            quarters[fate.CorruptedBit / 200]++;
        }

        AssertBinomial(twice, N, 0.02);
        AssertBinomial(flipped, N, 0.05);
        foreach (int n in quarters) AssertBinomial(n, flipped, 0.25);
    }

    [Fact]
    public void No_frame_ever_arrives_before_the_lookahead_that_was_promised()
    {
        var random = new RandomStream(3, "t", "specs");
        for (int round = 0; round < 300; round++)
        {
            var spec = new WireSpec
            {
                Rate = random.Below(2) == 0 ? 0 : 1_000_000 + random.Below(2_000_000_000),
                Delay = new Duration(1 + random.Below(5_000_000)),
                Jitter = new Duration(random.Below(3) == 0 ? random.Below(8_000_000) : 0),
                Reorder = random.Below(3) == 0 ? 0.5 : 0,
                ReorderGap = (int)random.Below(4),
                ReorderAhead = random.Below(2) == 0 ? null : new Duration(random.Below(9_000_000)),
                Duplicate = 0.1,
                Loss = 0.1,
                KeepOrder = random.Below(2) == 0,
                QueuePackets = 100_000,
            };
            Assert.Null(spec.Validate());
            var link = new Link(spec, Seed);
            Instant now = Instant.Zero;
            for (int i = 0; i < 200; i++)
            {
                now += new Duration(random.Below(1_000_000));
                FrameFate fate = link.Send(60 + (int)random.Below(1454), now, 0);
                if (fate.Dropped != DropReason.NOT_DROPPED_YET) continue;
                Assert.True(fate.Arrival - now >= spec.MinDelay && fate.CopyArrival - now >= spec.MinDelay && fate.Start >= now);
            }
        }
    }

    [Fact]
    public void A_wire_changes_while_it_runs_but_never_below_its_lookahead()
    {
        var link = new Link(new WireSpec { Rate = 8_000_000_000, Delay = Duration.FromMilliseconds(5) }, Seed);
        Assert.Equal(5_001_000, link.Send(1000, Instant.Zero, 10).Arrival.Nanoseconds);
        Assert.Equal(Errno.OK, link.Change(link.Spec with { Rate = 4_000_000_000, Delay = Duration.FromMilliseconds(6) }));
        Assert.Equal(1_000 + 2_000 + 6_000_000, link.Send(1000, Instant.Zero, 10).Arrival.Nanoseconds);
        Assert.Equal(Errno.EINVAL, link.Change(link.Spec with { Delay = Duration.FromMilliseconds(4) }));
        Assert.Equal(Errno.EINVAL, link.Change(link.Spec with { Jitter = Duration.FromMilliseconds(2) }));
        Assert.Equal(Errno.EINVAL, link.Change(link.Spec with { Loss = 1.5 }));
        Assert.Equal(6_000_000, link.Spec.Delay.Nanoseconds);
    }

    [Fact]
    public void A_purge_gives_up_what_waits_and_frees_the_serializer()
    {
        var link = new Link(new WireSpec { Rate = 8_000_000_000, Delay = new Duration(1), QueuePackets = 2 }, Seed);
        for (int i = 0; i < 3; i++) link.Send(1000, Instant.Zero, 0);
        link.Purge(new Instant(10));
        Assert.Equal((0, 0L, 10L), (link.Backlog(new Instant(10)), link.BacklogBytes(new Instant(10)), link.FreeAt.Nanoseconds));
        Assert.Equal(10 + 1000 + 1, link.Send(1000, new Instant(10), 0).Arrival.Nanoseconds);
        Assert.Equal(5_000, link.Send(1000, new Instant(5_000), 0).Start.Nanoseconds); // and an idle one is free when it was
    }

    [Fact]
    public void A_wrong_spec_is_refused_with_a_sentence()
    {
        Assert.Contains("delay", new WireSpec { Delay = Duration.Zero }.Validate(), StringComparison.Ordinal);
        Assert.Contains("rate", new WireSpec { Rate = -1 }.Validate(), StringComparison.Ordinal);
        Assert.Contains("loss", new WireSpec { Loss = double.NaN }.Validate(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Link(new WireSpec { Duplicate = 2 }, Seed));
    }

    // Within four and a half standard deviations: a seed that fails by chance is one in 150,000, and the seed is fixed.
    private static void AssertBinomial(int hits, int n, double p) =>
        Assert.InRange(hits, n * p - 4.5 * Math.Sqrt(n * p * (1 - p)) - 1, n * p + 4.5 * Math.Sqrt(n * p * (1 - p)) + 1);
}
