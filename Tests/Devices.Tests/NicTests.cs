// NICs on wires, in virtual time: transmit, arrival, ring, moderation, budget, filters, carrier.

namespace ActorNet.Devices.Tests;

public sealed class NicTests
{
    private const long Us = 1_000, Ms = 1_000_000;

    private static readonly WireSpec Gigabit = new() { Rate = 1_000_000_000, Delay = Duration.FromMicroseconds(10) };

    private static (Rig Rig, RigHost A, RigHost B) Pair(WireSpec wire, NicOptions? options = null, ulong seed = 1)
    {
        var rig = new Rig(seed);
        RigHost a = rig.AddHost("a"), b = rig.AddHost("b", options);
        rig.Connect(a, b, wire);
        return (rig, a, b);
    }

    [Fact]
    public void A_frame_arrives_with_its_last_bit_after_the_delay()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit);
        using Rig _ = rig;
        a.SendAt(5 * Us, b.Mac, length: 1000, mark: 42);
        b.SendAt(7 * Us, a.Mac, length: 100, type: Rig.Arp);
        rig.Run(Ms);
        Assert.Equal(new Seen(5 * Us + 8 * Us + 10 * Us, 1, PacketType.HOST, Rig.Ip, 1000, 42), Assert.Single(b.Seen));
        Assert.Equal(new Seen(7 * Us + 800 + 10 * Us, 1, PacketType.HOST, Rig.Arp, 100, 0), Assert.Single(a.Seen));
        Assert.Equal((1, 1000, 1, 100), (a.Stats.tx_packets, a.Stats.tx_bytes, a.Stats.rx_packets, a.Stats.rx_bytes));
    }

    [Fact]
    public void What_the_sending_host_has_noted_on_a_packet_stays_there()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit with { Duplicate = 1 });
        using Rig _ = rig;
        a.At(0, () =>
        {
            SkBuff skb = a.Chain(b.Mac, 1, 60);
            skb.Ip.Ttl = 7;
            skb.Tcp.Seq = 99;
            skb.Mark = 5;
            skb.Priority = 6;
            skb.IpSummed = SkbChecksum.UNNECESSARY;
            skb.TransportHeader = skb.DataOffset + 34;
            a.Nic.Tell(skb, a.Actor);
        });
        rig.Run(Ms);
        Assert.Equal(2, b.Seen.Count); // the host asserts it of every packet
    }

    [Fact]
    public void A_chain_leaves_back_to_back_and_arrives_in_order_frame_by_frame()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit);
        using Rig _ = rig;
        a.SendAt(0, b.Mac, count: 100, length: 1250);
        rig.Run(Ms * 2);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => 10 * Us + i * 10 * Us), b.Seen.Select(s => s.At));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (byte)i), b.Seen.Select(s => s.Mark));
    }

    [Fact]
    public void Frames_of_one_arrival_travel_and_go_up_as_one_message_per_run_of_a_protocol()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(new WireSpec { Delay = Duration.FromMicroseconds(10) });
        using Rig _ = rig;
        a.At(0, () =>
        {
            SkBuff chain = a.Chain(b.Mac, 5), tail = chain;
            while (tail.Next is not null) tail = tail.Next;
            tail.Next = a.Chain(b.Mac, 2, 60, Rig.Arp);
            tail.Next.Next!.Next = a.Chain(b.Mac, 3);
            a.Nic.Tell(chain, a.Actor);
        });
        rig.Run(Ms);
        Assert.Equal([1, 1, 1, 1, 1, 2, 2, 3, 3, 3], b.Seen.Select(s => s.Message));
        Assert.All(b.Seen, s => Assert.Equal(10 * Us, s.At));
    }

    [Fact]
    public void The_qdisc_holds_txqueuelen_frames_besides_the_one_on_the_wire_and_counts_the_rest()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit);
        using Rig _ = rig;
        a.SendAt(0, b.Mac, count: 1500);
        rig.Run(100 * Ms);
        Assert.Equal(1001, b.Seen.Count);
        Assert.Equal((1001, 499, 499), (a.Stats.tx_packets, a.Stats.tx_dropped, a.Stats.qdisc_drops));
        Assert.Equal(499, a.Net.Mib.Drops(DropReason.QDISC_OVERLIMIT));
    }

    [Fact]
    public void Moderation_gathers_frames_until_the_time_or_the_number_is_reached()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit, new NicOptions { RxUsecs = Duration.FromMicroseconds(100), RxFrames = 4 });
        using Rig _ = rig;
        a.SendAt(0, b.Mac, count: 3, length: 125); // 1 µs each: arrive at 11, 12, 13 µs
        a.SendAt(500 * Us, b.Mac, count: 6, length: 125); // 511…516: four at 514, two wait from 515
        rig.Run(Ms);
        Assert.Equal(
            [(111 * Us, 1), (111 * Us, 1), (111 * Us, 1), (514 * Us, 2), (514 * Us, 2), (514 * Us, 2), (514 * Us, 2), (615 * Us, 3), (615 * Us, 3)],
            b.Seen.Select(s => (s.At, s.Message)));
        Assert.Equal((3, 3), (b.Stats.interrupts, b.Stats.polls));
    }

    [Fact]
    public void A_full_ring_drops_what_arrives_and_counts_it_as_missed()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit, new NicOptions { RxUsecs = Duration.FromMilliseconds(1), RxRing = 16 });
        using Rig _ = rig;
        a.SendAt(0, b.Mac, count: 50, length: 125);
        rig.Run(10 * Ms);
        Assert.Equal(16, b.Seen.Count);
        Assert.Equal((34, 16), (b.Stats.rx_missed_errors, b.Stats.rx_packets));
        Assert.Equal(34, b.Net.Mib.Drops(DropReason.FULL_RING));
    }

    [Fact]
    public void A_poll_takes_its_weight_and_a_round_its_budget_and_the_host_has_a_turn_between_rounds()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit, new NicOptions { RxUsecs = Duration.FromMilliseconds(5) });
        using Rig _ = rig;
        a.SendAt(0, b.Mac, count: 700, length: 125);
        rig.Run(20 * Ms);
        Assert.Equal(700, b.Seen.Count);
        int[] batches = b.Seen.GroupBy(s => s.Message).Select(g => g.Count()).ToArray();
        Assert.Equal(64, batches.Max());
        Assert.Equal(11, batches.Length); // 700 / 64
        // Budget 300 by weight 64: five polls (320) in the first round, five in the second, one in the third.
        Assert.Equal((1, 11, 2), (b.Stats.interrupts, b.Stats.polls, b.Stats.time_squeeze));
        Assert.Single(b.Seen.Select(s => s.At).Distinct());
    }

    [Fact]
    public void Only_frames_for_this_host_come_up_unless_it_listens_to_all()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit);
        using Rig _ = rig;
        MacAddress other = new(0x0200_0000_00FF), group = new(0x3333_0000_0001);
        a.SendAt(0, other, length: 60);
        a.SendAt(0, MacAddress.Broadcast, length: 60);
        a.SendAt(0, group, length: 60);
        b.At(50 * Us, () => b.Nic.Tell(new NetDevice.SetPromiscuity(2, 1), b.Actor));
        a.SendAt(100 * Us, other, length: 60);
        rig.Run(Ms);
        Assert.Equal([PacketType.BROADCAST, PacketType.MULTICAST, PacketType.OTHERHOST], b.Seen.Select(s => s.Type));
        Assert.Equal((1, 3, 1), (b.Stats.rx_otherhost_dropped, b.Stats.rx_packets, b.Stats.multicast));
        Assert.Equal(1, b.Net.Mib.Drops(DropReason.OTHERHOST));
        Assert.True((b.Changes[^1].Flags & IFF.PROMISC) != 0);
    }

    [Fact]
    public void Frames_that_nobody_takes_or_that_are_no_frames_are_dropped_by_reason()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit);
        using Rig _ = rig;
        a.SendAt(0, b.Mac, length: 60, type: EtherType.IPV6);
        a.SendAt(0, b.Mac, length: 60, type: 46); // an 802.3 length
        a.At(0, () =>
        {
            SkBuff runt = a.Chain(b.Mac, 1, 60);
            runt.Trim(13);
            a.Nic.Tell(runt, a.Actor);
        });
        a.SendAt(0, b.Mac, length: 1519); // a tag more than 1514 is let through, a byte more is not
        rig.Run(Ms);
        Assert.Empty(b.Seen);
        Assert.Equal(2, b.Net.Mib.Drops(DropReason.UNHANDLED_PROTO));
        Assert.Equal((1, 1), (a.Net.Mib.Drops(DropReason.DEV_HDR), a.Net.Mib.Drops(DropReason.PKT_TOO_BIG)));
        Assert.Equal((2, 2), (a.Stats.tx_errors, b.Stats.rx_dropped));
    }

    [Fact]
    public void Any_bytes_from_the_wire_go_up_or_are_dropped_for_a_reason()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit);
        using Rig _ = rig;
        b.OnlyCounts = true;
        var random = new RandomStream(4, "t", "bytes");
        const int N = 3000;
        for (int i = 0; i < N; i++)
        {
            int length = random.Below(3) == 0 ? (int)random.Below(20) : (int)random.Below(2000);
            SkBuff skb = rig.Pool.Alloc(128, length);
            Span<byte> bytes = skb.Put(length);
            for (int j = 0; j < length; j++) bytes[j] = (byte)random.NextUInt32();
            if (length >= 14 && random.Below(2) == 0) b.Mac.Write(bytes);
            if (length >= 14 && random.Below(2) == 0) (bytes[12], bytes[13]) = (8, 0);
            skb.IfIndex = 2;
            b.Nic.Tell(skb, ActorRefs.NoSender); // as the wire does: not OUTGOING
        }

        rig.Run(Ms);
        DropReason[] reasons = [DropReason.HDR_TRUNC, DropReason.PKT_TOO_BIG, DropReason.OTHERHOST, DropReason.UNHANDLED_PROTO];
        Assert.All(reasons, r => Assert.True(b.Net.Mib.Drops(r) > 0, $"{r}"));
        Assert.Equal(N, b.Received + reasons.Sum(b.Net.Mib.Drops));
        Assert.Equal(b.Stats.rx_errors, b.Net.Mib.Drops(DropReason.HDR_TRUNC) + b.Net.Mib.Drops(DropReason.PKT_TOO_BIG));
    }

    [Fact]
    public void Settings_are_answered_with_errno_and_announced_to_those_above()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit);
        using Rig _ = rig;
        a.At(0, () =>
        {
            a.Nic.Tell(new NetDevice.SetMtu(2, 67), a.Actor);
            a.Nic.Tell(new NetDevice.SetMtu(2, 9000), a.Actor);
            a.Nic.Tell(new NetDevice.SetAddress(2, MacAddress.Broadcast), a.Actor);
            a.Nic.Tell(new NetDevice.SetAddress(2, new MacAddress(0x0200_0000_0077)), a.Actor);
            a.Nic.Tell(new NetDevice.ChangeWire(2, Gigabit with { Delay = new Duration(1) }), a.Actor);
            a.Nic.Tell(new NetDevice.ChangeWire(2, Gigabit with { Rate = 10_000_000 }), a.Actor);
        });
        a.SendAt(Us, b.Mac, length: 1000);
        a.At(2 * Us, () => a.Nic.Tell(new NetDevice.GetLink(2), a.Actor));
        rig.Run(Ms);
        Assert.Equal(
            [Errno.EINVAL, Errno.OK, Errno.EADDRNOTAVAIL, Errno.OK, Errno.EINVAL, Errno.OK],
            a.Answers.OfType<SysResult>().Select(r => r.Errno));
        Assert.Equal((9000, 0x0200_0000_0077ul), (a.Changes[^1].Mtu, a.Changes[^1].Address.Value));
        Assert.Equal(Us + 800 * Us + 10 * Us, Assert.Single(b.Seen).At);
        NetDevice.Link link = Assert.Single(a.Answers.OfType<NetDevice.Link>());
        Assert.Equal((1, 9000), (link.Stats.tx_packets, link.Info.Mtu));
    }

    [Fact]
    public void A_device_that_is_down_sends_nothing_and_takes_the_far_ends_carrier()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit);
        using Rig _ = rig;
        a.SendAt(0, b.Mac, count: 10, length: 1250); // the last arrives at 110 µs
        b.At(55 * Us, () => b.Nic.Tell(new NetDevice.SetAdmin(2, false), b.Actor)); // four have arrived
        b.SendAt(56 * Us, a.Mac, length: 60);
        a.SendAt(70 * Us, b.Mac, length: 60);
        b.At(300 * Us, () => b.Nic.Tell(new NetDevice.SetAdmin(2, true), b.Actor));
        b.SendAt(300 * Us, a.Mac, length: 60, mark: 8);
        a.SendAt(400 * Us, b.Mac, length: 60, mark: 9);
        rig.Run(Ms);
        Assert.Equal([0, 1, 2, 3, 9], b.Seen.Select(s => (int)s.Mark));
        Assert.Equal(8, Assert.Single(a.Seen).Mark);
        Assert.Equal((1, 6), (b.Net.Mib.Drops(DropReason.DEV_READY), b.Net.Mib.Drops(DropReason.LINK_DOWN)));
        Assert.Equal((1, 1), (a.Net.Mib.Drops(DropReason.LINK_DOWN), a.Stats.tx_carrier_errors));
        // At a: no cable, cable, far end down, far end up.
        Assert.Equal([false, true, false, true], a.Changes.Select(c => c.HasCarrier).Skip(a.Changes.Count - 4));
        Assert.All(a.Changes, c => Assert.True(c.IsUp));
    }

    [Fact]
    public void A_cut_cable_loses_what_is_on_it_and_in_the_queue_even_if_it_is_back_before_the_arrival()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit with { Delay = Duration.FromMilliseconds(1) });
        using Rig _ = rig;
        a.SendAt(0, b.Mac, count: 20, length: 1250); // leave until 200 µs, arrive from 1010 to 1200 µs
        foreach (RigHost h in new[] { a, b })
        {
            h.At(100 * Us, () => h.Nic.Tell(new NetDevice.SetCarrier(2, false), h.Actor));
            h.At(150 * Us, () => h.Nic.Tell(new NetDevice.SetCarrier(2, true), h.Actor));
        }

        a.SendAt(160 * Us, b.Mac, length: 125, mark: 99); // and the queue is empty: it leaves at once
        rig.Run(10 * Ms);
        Assert.Equal((99, 160 * Us + 1 * Us + Ms), (Assert.Single(b.Seen).Mark, b.Seen[0].At));
        Assert.Equal(20, b.Net.Mib.Drops(DropReason.LINK_DOWN));
        Assert.Equal(3, b.Stats.carrier_changes); // plugged in, cut, back
    }

    [Fact]
    public void Loss_duplicates_and_flipped_bits_happen_to_frames_and_all_are_accounted_for()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(new WireSpec { Loss = 0.1, Duplicate = 0.1, Delay = Duration.FromMicroseconds(5) });
        using Rig _ = rig;
        for (int i = 0; i < 200; i++) a.SendAt(i * Us, b.Mac, count: 10, length: 100);
        rig.Run(Ms);
        Assert.Equal(2000, a.Stats.tx_packets);
        Assert.InRange(a.Stats.wire_lost, 120, 260);
        Assert.InRange(a.Stats.wire_duplicated, 120, 260);
        Assert.Equal(a.Stats.wire_lost, a.Net.Mib.Drops(DropReason.LINK_LOSS));
        Assert.Equal(2000 - a.Stats.wire_lost + a.Stats.wire_duplicated, b.Seen.Count);
    }

    [Fact]
    public void One_seed_gives_one_trace_and_another_seed_another()
    {
        (ulong A, ulong B) Run(ulong seed)
        {
            (Rig rig, RigHost a, RigHost b) = Pair(Gigabit with { Loss = 0.05, Jitter = Duration.FromMicroseconds(3) }, seed: seed);
            using Rig _ = rig;
            for (int i = 0; i < 50; i++) a.SendAt(i * 20 * Us, b.Mac, count: 4);
            rig.Run(10 * Ms);
            return (a.Net.Trace.Value, b.Net.Trace.Value);
        }

        (ulong A, ulong B) first = Run(1), again = Run(1), other = Run(2);
        Assert.Equal(first, again);
        Assert.NotEqual(first.A, other.A);
        Assert.NotEqual(first.B, other.B);
    }

    [Fact]
    [Trait("Engine", "Embedded")]
    public void Frames_cost_no_allocation_once_the_queues_have_their_size()
    {
        (Rig rig, RigHost a, RigHost b) = Pair(Gigabit);
        using Rig _ = rig;
        b.OnlyCounts = true;
        long Round(long until)
        {
            for (int i = 0; i < 64; i++) a.Nic.Tell(rig.Frame(b.Mac, a.Mac), ActorRefs.NoSender);
            long before = GC.GetAllocatedBytesForCurrentThread();
            rig.Run(until);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        long least = long.MaxValue;
        for (int i = 1; i <= 200; i++) least = Math.Min(least, Round(i * Ms));
        Assert.InRange(least, 0, 64 * 4); // what a run itself may need, and nothing per frame
        Assert.Equal(200 * 64, b.Received);
    }
}
