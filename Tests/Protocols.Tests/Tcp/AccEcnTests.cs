// Accurate ECN (RFC 9768): the arithmetic against a model of the receiver, the option from any bytes, and what a packet script cannot say.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class AccEcnTests
{
    /// <summary>What a receiver counts and a sender makes of it: while fewer than eight segments go unacknowledged the sender always knows exactly.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Acknowledgements_of_less_than_eight_segments_are_decoded_exactly(int seed)
    {
        var random = new RandomStream((ulong)seed, "accecn", "exact");
        long received = 0, counted = 0;
        for (int i = 0; i < 20_000; i++)
        {
            int segments = (int)random.Below(8), marked = (int)random.Below((uint)segments + 1);
            received += marked;
            counted += AccEcn.NewMarks((int)(received + AccEcn.InitialPackets) & 7, counted, segments, (int)random.Below(1000), -1, 1000);
            Assert.Equal(received, counted);
        }
    }

    /// <summary>Without an option and with ACKs that are not thinned out it never knows too few, and never more than there were segments (RFC 9768 A.2.1).</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Longer_ones_are_never_decoded_as_less_than_they_say(int seed)
    {
        var random = new RandomStream((ulong)seed, "accecn", "safe");
        for (int i = 0; i < 50_000; i++)
        {
            int segments = 8 + (int)random.Below(200), marked = (int)random.Below((uint)segments + 1);
            long before = random.Below(100_000);
            int decoded = AccEcn.NewMarks((int)(before + marked + AccEcn.InitialPackets) & 7, before, segments, 0, -1, 1000);
            Assert.InRange(decoded, marked, segments);
            Assert.Equal(0, (decoded - marked) % 8);
            Assert.True(decoded + 8 > segments, "the most that fits");
        }
    }

    // RFC 9768 A.2.2's own examples, MSS 1460.
    [Theory]
    [InlineData(0, 8, 1460, 8)]
    [InlineData(2, 10, 1460, 2)]
    [InlineData(7, 15, 10_200, 7)]
    public void The_marked_bytes_of_the_option_tell_which_number_is_likely(int least, int safer, int bytes, int expected) =>
        Assert.Equal(expected, AccEcn.NewMarks((least + AccEcn.InitialPackets) & 7, 0, safer, 0, bytes, 1460));

    // RFC 9768 A.2.1's own examples.
    [Theory]
    [InlineData(9, 2, 2)]
    [InlineData(10, 2, 10)]
    public void The_examples_of_the_rfc(int segments, int least, int expected) =>
        Assert.Equal(expected, AccEcn.NewMarks((least + AccEcn.InitialPackets) & 7, 0, segments, 0, -1, 1460));

    [Fact]
    public void Where_acks_are_thinned_out_the_least_number_is_taken()
    {
        int ewma = 0;
        for (int i = 0; i < 3; i++) ewma = AccEcn.Average(ewma, 10);
        Assert.Equal(2, AccEcn.NewMarks(7, 0, 10, ewma, -1, 1460));
        for (int i = 0; i < 200; i++) ewma = AccEcn.Average(ewma, 2);
        Assert.Equal(10, AccEcn.NewMarks(7, 0, 10, ewma, -1, 1460));
    }

    // RFC 9768 A.1's own example: s.ceb 33,554,433 and ECEB 1461.
    [Fact]
    public void A_counter_of_24_bits_adds_what_it_is_ahead() => Assert.Equal(1460, AccEcn.Difference(1461, 0, 33_554_433));

    [Fact]
    public void A_counter_of_24_bits_follows_its_model_around_and_back()
    {
        var random = new RandomStream(6, "accecn", "bytes");
        uint theirs = 0, ours = 0;
        for (int i = 0; i < 10_000; i++)
        {
            theirs += random.Below(1 << 22);
            ours += (uint)AccEcn.Difference((theirs + AccEcn.InitialBytes) & 0xFFFFFF, AccEcn.InitialBytes, ours);
            Assert.Equal(theirs, ours);
            if (random.Below(4) == 0) ours += random.Below(100_000); // a guess, taken back by the next one
        }
    }

    [Theory]
    [InlineData(0, 0b010)]
    [InlineData(1, 0b011)]
    [InlineData(2, 0b100)]
    [InlineData(3, 0b110)]
    public void How_a_syn_arrived_has_a_code_each(int ecn, int ace)
    {
        Assert.Equal(AccEcn.Flags(ace), AccEcn.Reflect(ecn));
        Assert.Equal(ecn, AccEcn.Reflected(ace));
    }

    [Fact]
    public void Not_ect_changes_to_nothing_and_ect_to_ce_only()
    {
        for (int sent = 0; sent < 4; sent++)
            for (int arrived = 0; arrived < 4; arrived++)
                Assert.Equal(sent == arrived || (sent is 1 or 2 && arrived == 3), AccEcn.MayBecome(sent, arrived));
    }

    [Fact]
    public void Any_bytes_are_some_option_and_never_more_than_came()
    {
        var random = new RandomStream(7, "accecn", "options");
        byte[] b = new byte[40];
        for (int i = 0; i < 100_000; i++)
        {
            int n = (int)random.Below(41);
            for (int k = 0; k < n; k++) b[k] = (byte)random.NextUInt32();
            if (n > 2)
            {
                b[0] = random.Below(2) == 0 ? (byte)172 : (byte)174;
                b[1] = (byte)random.Below(14);
            }

            TcpOptionsReceived.Parse(b.AsSpan(0, n), random.Below(2) == 0, out TcpOptionsReceived o);
            int counters = 0;
            for (int ecn = 1; ecn <= 3; ecn++)
            {
                if (!o.AccEcn.TryGet(ecn, out uint v)) continue;
                counters++;
                Assert.InRange(v, 0u, 0xFFFFFFu);
            }

            Assert.Equal(o.AccEcn.Fields, counters);
            Assert.True(o.AccEcn.IsPresent || counters == 0);
            if (n > 2 && b[1] >= 2 && b[1] <= n) Assert.True(o.AccEcn.IsPresent);
        }
    }

    [Fact]
    public void The_option_stands_where_linux_puts_it()
    {
        Assert.Equal("020405B4" + "AE0B000001000000000001" + "01" + "0101" + "0402" + "01030307", Emit(3, new TcpOptionsWriter { Mss = 1460, SackPermitted = true, WindowScale = 7 }));
        Assert.Equal("AE0B000001000000000001" + "01", Emit(3, new TcpOptionsWriter { WindowScale = -1 }));
        SackBlock[] blocks = [new SackBlock(1, 2)];
        Assert.Equal("AE05000001" + "01" + "050A" + "0000000100000002", Emit(1, new TcpOptionsWriter { WindowScale = -1, Sacks = blocks }));
        Assert.Equal("AE02" + "050A" + "0000000100000002", Emit(0, new TcpOptionsWriter { WindowScale = -1, Sacks = blocks }));
        Assert.Equal("AE05000001" + "030307", Emit(1, new TcpOptionsWriter { WindowScale = 7 }));
    }

    [Fact]
    public void A_syn_for_another_kind_of_ecn_than_before_is_reset()
    {
        foreach ((string first, string then) in (ReadOnlySpan<(string, string)>)[("SEWA", "SEW"), ("SEW", "SEWA")])
        {
            using var s = new TcpScript(c => c.tcp_ecn = 3);
            s.Listen();
            s.Inject($"{first} 0:0(0) win 65535 <mss 1000,sackOK,nop,nop>");
            s.Expect(first == "SEW" ? "SE. 0:0(0) ack 1 <...>" : "SW. 0:0(0) ack 1 <...>");
            s.Sleep(600);
            s.Inject($"{then} 0:0(0) win 65535 <mss 1000,sackOK,nop,nop>");
            Assert.True(s.TryNext(out string answer) && answer.StartsWith('R'), answer);
            Assert.Equal(0, s.Listener.SynQueueLength);
        }
    }

    /// <summary>Marks at random, nothing lost: in the end the sender knows of every mark and of every byte, as TCP_INFO of both ends says.</summary>
    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(3, 0, 0)]
    public void Without_loss_the_sender_learns_of_every_mark(int seed, int option, int timestamps)
    {
        var wire = new VirtualWire((ulong)seed);
        var random = new RandomStream((ulong)seed, "accecn", "marks");
        foreach (TcpHost host in (ReadOnlySpan<TcpHost>)[wire.A, wire.B])
        {
            host.Net.Sysctl.tcp_ecn = 3;
            host.Net.Sysctl.tcp_ecn_option = option;
            host.Net.Sysctl.tcp_timestamps = timestamps;
        }

        wire.Filter = (_, skb) =>
        {
            bool data = skb.Length > new TcpHeader(skb.Data).Length;
            if (data && (skb.Ip.Tos & 3) != 0 && random.Below(20) == 0) skb.Ip.Tos |= 3;
            return true;
        };
        TcpSock listener = wire.B.Listen(80, wire.Now);
        TcpSock client = wire.A.Connect(SockAddr.In(wire.B.Address, 80), 40_000, wire.Now);
        TcpSock? server = null;
        byte[] buffer = new byte[50_000];
        int sent = 0, got = 0;
        Assert.True(wire.Run(
            () =>
            {
                if (server is null && !listener.TryAccept(out server)) return false;
                if (sent < 500_000 && client.Send(buffer.AsSpan(0, Math.Min(buffer.Length, 500_000 - sent)), null, MsgFlags.None, wire.Now) is { IsOk: true } r) sent += (int)r.Value;
                if (server.Recv(buffer, MsgFlags.None, wire.Now, out _, out _) is { IsOk: true } n) got += (int)n.Value;
                wire.Pump();
                return got == 500_000 && client.Outq == 0;
            },
            Duration.FromSeconds(300)));
        uint[] there = Info(client, wire.Now, 196, 252, 256, 260), here = Info(server!, wire.Now, 248, 264, 268, 272);
        Assert.True(there[0] > 5, "some were marked");
        if (option == 2) Assert.Equal(here, there);
        else Assert.True(there[0] >= here[0], "never too few");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Marks_and_losses_and_reordering_do_no_harm(int seed)
    {
        var random = new RandomStream((ulong)seed, "accecn", "harm");
        var wire = new VirtualWire((ulong)seed) { Loss = 0.02, Reorder = 0.1, Duplicate = 0.02 };
        wire.A.Net.Sysctl.tcp_ecn = wire.B.Net.Sysctl.tcp_ecn = 3;
        wire.Filter = (_, skb) =>
        {
            if (random.Below(8) == 0) skb.Ip.Tos = (byte)(skb.Ip.Tos & ~3 | (int)random.Below(4));
            return true;
        };
        TcpTransferTests.Transfer(wire, 300_000, 100_000);
    }

    [Fact]
    public void A_connection_that_is_dissolved_has_none_of_it_left()
    {
        using var s = new TcpScript(c => c.tcp_ecn = 3);
        s.Connect();
        s.Expect("SEW 0:0(0) <...>");
        s.Inject("SW. 0:0(0) ack 1 win 65535 <mss 1000,sackOK,nop,nop>");
        s.Expect("W. 1:1(0) ack 1");
        s.Sock.Disconnect(s.Now);
        Assert.Equal(0u, Info(s.Sock, s.Now, 276)[0]);
        Assert.Equal(Errno.ECONNRESET, s.Write(100).Errno);
    }

    private static uint[] Info(TcpSock sk, Instant now, params int[] at)
    {
        byte[] b = new byte[TcpSock.TcpInfoLength];
        Assert.Equal(Errno.OK, sk.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_INFO, b, out _, now));
        return [.. at.Select(i => BinaryPrimitives.ReadUInt32LittleEndian(b.AsSpan(i)))];
    }

    private static string Emit(int fields, TcpOptionsWriter o)
    {
        o.AccEcn = new AccEcnFields { Ect1 = 1, Ect0 = 1 };
        o.AccEcn.SetFields(fields);
        byte[] b = new byte[o.Length];
        o.Emit(b);
        return Convert.ToHexString(b);
    }
}
