// Reassembly through the machine, against a model that knows nothing of runs or lists: a byte map.

using ActorNet.Protocols;

namespace ActorNet.Protocols.Tests.Ipv4Machine;

public class ReassemblyTests
{
    private const int MF = Ipv4Header.IP_MF;

    [Fact]
    public void Random_cuts_in_random_order_with_duplicates_give_the_datagram_back()
    {
        var random = new RandomStream(5, "test", "frag");
        for (int round = 0; round < 1500; round++)
        {
            var b = new IpBench();
            int length = round % 50 == 0 ? 65_515 : 1 + (int)random.Below(4000);
            byte[] data = IpBench.Bytes(length, round);
            List<(int At, int N)> pieces = [];
            for (int at = 0; at < length;)
            {
                int n = Math.Min(length - at, 8 * (1 + (int)random.Below(length > 10_000 ? 150u : 40u)));
                pieces.Add((at, n));
                at += n;
            }

            for (int i = pieces.Count - 1; i > 0; i--)
            {
                int j = (int)random.Below((uint)i + 1);
                (pieces[i], pieces[j]) = (pieces[j], pieces[i]);
            }

            SkBuff? whole = null;
            for (int i = 0; i < pieces.Count; i++)
            {
                (int at, int n) = pieces[i];
                Assert.Null(whole);
                b.Net.Sysctl.ipfrag_max_dist = 0;
                IpVerdict v = b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, data.AsSpan(at, n), at / 8 | (at + n < length ? MF : 0)), b.Now, out whole);
                if (i + 1 < pieces.Count)
                {
                    Assert.Equal(IpVerdict.TAKEN, v);
                    // The same again is a duplicate, and harms nothing.
                    if (random.Below(4) == 0)
                    {
                        long before = b.Net.Mib.Drops(DropReason.DUP_FRAG);
                        b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, data.AsSpan(at, n), at / 8 | (at + n < length ? MF : 0)), b.Now, out _);
                        Assert.Equal(before + 1, b.Net.Mib.Drops(DropReason.DUP_FRAG));
                    }
                }
            }

            Assert.NotNull(whole);
            Assert.True(whole.Data.SequenceEqual(data));
            Assert.Equal(pieces.Count > 1 ? 1 : 0, b.Net.Mib[Snmp.IpReasmOKs]);
            Assert.Equal(Instant.Never, b.Ip.NextTimer);
            whole.Free();
            b.Nothing();
        }
    }

    [Fact]
    public void Any_fragments_agree_with_the_byte_map_and_an_overlap_kills_the_datagram()
    {
        var random = new RandomStream(6, "test", "overlap");
        int overlaps = 0, wholes = 0;
        for (int round = 0; round < 4000; round++)
        {
            var b = new IpBench();
            const int Total = 64;
            byte[] data = IpBench.Bytes(Total);
            bool[] have = new bool[Total];
            bool dead = false;
            for (int step = 0; step < 12 && !dead; step++)
            {
                int at = 8 * (int)random.Below(8), n = 8 * (1 + (int)random.Below((uint)(8 - at / 8)));
                int covered = have.AsSpan(at, n).Count(true);
                long overlapsBefore = b.Net.Mib[Snmp.IpExtReasmOverlaps];
                IpVerdict v = b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, data.AsSpan(at, n), at / 8 | (at + n < Total ? MF : 0)), b.Now, out SkBuff? whole);
                if (n == Total)
                {
                    if (v == IpVerdict.LOCAL) whole!.Free();
                    break;
                }

                if (covered == 0)
                {
                    have.AsSpan(at, n).Fill(true);
                    bool complete = !have.Contains(false);
                    Assert.Equal(complete ? IpVerdict.LOCAL : IpVerdict.TAKEN, v);
                    if (!complete) continue;
                    Assert.True(whole!.Data.SequenceEqual(data));
                    whole.Free();
                    wholes++;
                    break;
                }

                // Partly new: always an overlap. All old: a duplicate, or, where it spans two runs, an overlap as well.
                bool killed = b.Net.Mib[Snmp.IpExtReasmOverlaps] > overlapsBefore;
                if (covered < n) Assert.True(killed);
                Assert.Equal(IpVerdict.TAKEN, v);
                dead = killed;
                if (killed)
                {
                    overlaps++;
                    Assert.Equal(Instant.Never, b.Ip.NextTimer);
                }
            }

            b.Ip.Destroy();
            b.Nothing();
        }

        Assert.True(overlaps > 500 && wholes > 100, $"{overlaps} {wholes}");
    }

    [Fact]
    public void What_ends_twice_or_beyond_its_end_is_corrupt_and_forgotten()
    {
        foreach ((int off, int n, bool more) second in new[] { (8, 200, false), (24, 8, true), (0, 0, true) })
        {
            var b = new IpBench();
            b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, IpBench.Bytes(32), 64 / 8 / 2), b.Now, out _); // 32..64, the end
            b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, IpBench.Bytes(second.n == 8 ? 80 : second.n), second.off / 8 | (second.more ? MF : 0)), b.Now, out _);
            Assert.Equal(1, b.Net.Mib[Snmp.IpReasmFails]);
            b.Nothing();
        }
    }

    [Fact]
    public void A_timeout_is_reported_only_with_the_first_fragment_and_only_after_ipfrag_time()
    {
        var b = new IpBench();
        b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, IpBench.Bytes(64), MF), b.Now, out _);
        Instant due = b.Now + Duration.FromSeconds(30);
        Assert.Equal(due, b.Ip.NextTimer);
        b.Ip.OnTimer(due - new Duration(1));
        Assert.Equal(1, b.Pool.Outstanding);
        b.Ip.OnTimer(due);
        (IcmpHeader icmp, byte[] quote, _) = b.TakeIcmp();
        Assert.Equal((IcmpType.TIME_EXCEEDED, IcmpCode.EXC_FRAGTIME), (icmp.Type, icmp.Code));
        Assert.Equal(84, quote.Length);
        Assert.Equal((1L, 1L, 1L), (b.Net.Mib[Snmp.IpReasmTimeout], b.Net.Mib[Snmp.IpReasmFails], b.Net.Mib.Drops(DropReason.FRAG_REASM_TIMEOUT)));
        b.Nothing();

        b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, IpBench.Bytes(64), 8), b.Now, out _);
        b.Ip.OnTimer(due);
        b.Nothing();
    }

    [Fact]
    public void Memory_is_bounded_by_ipfrag_high_thresh()
    {
        var b = new IpBench();
        b.Net.Sysctl.ipfrag_high_thresh = 20_000;
        for (int i = 0; i < 100; i++) b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, IpBench.Bytes(64), MF, id: (ushort)i), b.Now, out _);
        Assert.InRange(b.Pool.Outstanding, 1, 40);
        Assert.Equal(100 - b.Pool.Outstanding, b.Net.Mib.Drops(DropReason.NOMEM));
        b.Ip.Destroy();
        b.Nothing();
    }

    [Fact]
    public void A_datagram_overtaken_by_more_than_max_dist_fragments_begins_anew()
    {
        var b = new IpBench();
        byte[] data = IpBench.Bytes(64);
        b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, data.AsSpan(0, 32), MF, id: 1), b.Now, out _);
        for (int i = 0; i < 65; i++) b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, data.AsSpan(0, 32), MF, id: (ushort)(100 + i)), b.Now, out _);
        Assert.Equal(IpVerdict.TAKEN, b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, data.AsSpan(32), 4, id: 1), b.Now, out _));
        Assert.Equal(1, b.Net.Mib.Drops(DropReason.FRAG_TOO_FAR));
        b.Ip.Destroy();
        b.Nothing();
    }

    [Theory]
    [InlineData(2, 3, 3)]
    [InlineData(1, 3, 3)]
    [InlineData(0, 3, -1)]
    [InlineData(0, 2, -1)]
    [InlineData(2, 2, 2)]
    [InlineData(3, 3, 3)]
    public void Ecn_marks_survive_and_forgeries_do_not(int first, int second, int expected)
    {
        var b = new IpBench();
        b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, IpBench.Bytes(32), MF, tos: (byte)first), b.Now, out _);
        IpVerdict v = b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 17, IpBench.Bytes(32), 4, tos: (byte)second), b.Now, out SkBuff? whole);
        Assert.Equal(expected < 0 ? IpVerdict.TAKEN : IpVerdict.LOCAL, v);
        if (whole is not null) Assert.Equal(expected, whole.Ip.Tos & 3);
        whole?.Free();
        b.Nothing();
    }
}
