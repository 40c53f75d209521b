// SYN cookies and the listener's queues: what net.ipv4.tcp_syncookies, tcp_max_syn_backlog and tcp_abort_on_overflow decide. Each expectation is what Linux 6.18 answers.

namespace ActorNet.Protocols.Tests.Tcp;

public class SynCookiesTests
{
    private static readonly SockAddr s_local = SockAddr.In(IpAddress.FromV4(192, 168, 0, 1), 8080);
    private static readonly byte[] s_secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData(100, 536)]
    [InlineData(536, 536)]
    [InlineData(1299, 536)]
    [InlineData(1300, 1300)]
    [InlineData(1439, 1300)]
    [InlineData(1440, 1440)]
    [InlineData(1459, 1440)]
    [InlineData(1460, 1460)]
    [InlineData(9000, 1460)]
    public void A_cookie_holds_the_next_lower_mss_of_the_table(int mss, int kept)
    {
        SockAddr peer = SockAddr.In(TcpScript.PeerAddress, 40_000);
        SeqNum cookie = SynCookies.Make(s_secret, peer, s_local, 77, mss, Instant.FromMilliseconds(5));
        Assert.Equal(kept, SynCookies.Check(s_secret, peer, s_local, 77, cookie, Instant.FromMilliseconds(50)));
        Assert.Equal(kept, SynCookies.FloorMss(mss));
    }

    [Fact]
    public void A_cookie_is_good_for_one_pair_one_sequence_number_and_the_minute_after_its_own()
    {
        SockAddr peer = SockAddr.In(TcpScript.PeerAddress, 40_000), other = SockAddr.In(TcpScript.PeerAddress, 40_001);
        Instant made = Instant.FromMilliseconds(59_000);
        SeqNum cookie = SynCookies.Make(s_secret, peer, s_local, 77, 1460, made);
        Assert.Equal(1460, SynCookies.Check(s_secret, peer, s_local, 77, cookie, Instant.FromMilliseconds(119_999)));
        Assert.Equal(0, SynCookies.Check(s_secret, peer, s_local, 77, cookie, Instant.FromMilliseconds(120_000)));
        Assert.Equal(0, SynCookies.Check(s_secret, other, s_local, 77, cookie, made));
        Assert.Equal(0, SynCookies.Check(s_secret, s_local, peer, 77, cookie, made));
        Assert.Equal(0, SynCookies.Check(s_secret, peer, s_local, 90, cookie, made));
        Assert.Equal(0, SynCookies.Check([.. s_secret.Reverse()], peer, s_local, 77, cookie, made));
        Assert.Equal(0, SynCookies.Check(s_secret, peer, s_local, 77, cookie + 1, made)); // beyond the table
    }

    [Theory]
    [InlineData(7, true, false)]
    [InlineData(0, false, true)]
    [InlineData(14, true, true)]
    [InlineData(-1, false, false)]
    public void A_cookies_timestamp_is_the_last_one_with_its_options_in_its_low_bits(int wscale, bool sack, bool ecn)
    {
        for (uint now = 100_000; now < 100_130; now++)
        {
            uint ts = SynCookies.EncodeTimestamp(now, wscale, sack, ecn);
            Assert.InRange(now - ts, 0u, 63u);
            Assert.Equal((wscale, sack, ecn), SynCookies.DecodeTimestamp(ts));
        }
    }

    [Theory]
    [InlineData(0, 3, 0, 4)]
    [InlineData(1, 7, 4, 0)]
    [InlineData(2, 7, 7, 0)]
    public void A_full_queue_drops_or_sends_cookies(int mode, int answers, int cookies, int dropped)
    {
        using var s = new TcpScript(c => c.tcp_syncookies = mode);
        s.Listen(backlog: 2);
        Assert.Equal(answers, Syns(s, 7));
        Assert.Equal(cookies, s.Mib[Snmp.TcpExtSyncookiesSent]);
        Assert.Equal(cookies, s.Mib[Snmp.TcpExtTCPReqQFullDoCookies]);
        Assert.Equal(dropped, s.Mib[Snmp.TcpExtTCPReqQFullDrop]);
        Assert.Equal(dropped, s.Mib[Snmp.TcpExtListenDrops]);
        Assert.Equal(mode == 2 ? 0 : 3, s.Listener.SynQueueLength);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(8, 7)]
    [InlineData(16, 13)]
    [InlineData(17, 14)]
    [InlineData(19, 16)]
    public void Without_cookies_the_last_quarter_of_tcp_max_syn_backlog_is_kept_for_known_peers(int most, int kept)
    {
        using var s = new TcpScript(c => (c.tcp_syncookies, c.tcp_max_syn_backlog) = (0, most));
        s.Listen(backlog: 100);
        Assert.Equal(kept, Syns(s, 24));
        Assert.Equal(24 - kept, s.Mib[Snmp.TcpExtListenDrops]);
        Assert.Equal(0, s.Mib[Snmp.TcpExtTCPReqQFullDrop]);
    }

    [Fact]
    public void With_cookies_tcp_max_syn_backlog_is_not_asked()
    {
        using var s = new TcpScript(c => (c.tcp_syncookies, c.tcp_max_syn_backlog) = (1, 4));
        s.Listen(backlog: 10);
        Assert.Equal(24, Syns(s, 24));
        Assert.Equal(13, s.Mib[Snmp.TcpExtSyncookiesSent]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cookie_that_finds_the_accept_queue_full_is_dropped_and_good_later(bool abort)
    {
        using var s = new TcpScript(c => (c.tcp_syncookies, c.tcp_abort_on_overflow) = (2, abort));
        s.Listen(backlog: 0);
        uint first = Syn(s, 1)!.Value, second = Syn(s, 2)!.Value;
        Segment(s, 1, TcpFlags.ACK, 101, first + 1);
        Segment(s, 2, TcpFlags.ACK, 101, second + 1);
        Assert.Equal(1, s.Listener.AcceptQueue.Count);
        Assert.Equal(2, s.Mib[Snmp.TcpExtSyncookiesRecv]);
        Assert.Equal(1, s.Mib[Snmp.TcpExtListenOverflows]);
        Assert.Equal(1, s.Mib[Snmp.TcpExtListenDrops]);
        Assert.Equal(0, s.Mib[Snmp.TcpOutRsts]);

        // A new SYN is not even given a cookie, though it counts as one that would have been.
        Assert.Null(Syn(s, 3));
        Assert.Equal(3, s.Mib[Snmp.TcpExtTCPReqQFullDoCookies]);
        Assert.Equal(2, s.Mib[Snmp.TcpExtSyncookiesSent]);
        Assert.Equal(2, s.Mib[Snmp.TcpExtListenOverflows]);

        Assert.True(s.Listener.TryAccept(out _));
        Segment(s, 2, TcpFlags.ACK, 101, second + 1);
        Assert.Equal(1, s.Listener.AcceptQueue.Count);
        Assert.Equal(2, s.Mib[Snmp.TcpPassiveOpens]);
    }

    [Fact]
    public void Two_minutes_after_its_last_cookie_a_listener_takes_none_and_counts_none()
    {
        using var s = new TcpScript(c => c.tcp_syncookies = 2);
        s.Listen();
        uint cookie = Syn(s, 1)!.Value;
        s.Sleep(121_000);
        Segment(s, 1, TcpFlags.ACK, 101, cookie + 1);
        Assert.Equal(1, s.Mib[Snmp.TcpOutRsts]);
        Assert.Equal(0, s.Mib[Snmp.TcpExtSyncookiesFailed]);
        Syn(s, 2);
        Segment(s, 1, TcpFlags.ACK, 101, cookie + 1);
        Assert.Equal(2, s.Mib[Snmp.TcpOutRsts]);
        Assert.Equal(1, s.Mib[Snmp.TcpExtSyncookiesFailed]);
    }

    [Theory]
    [InlineData(8, 8, 4)]
    [InlineData(5, 8, 4)]
    [InlineData(4, 8, 4)]
    [InlineData(8, 100, 8)]
    [InlineData(3, 2, 3)]
    public void Of_a_queue_more_than_half_full_of_old_requests_some_end_early(int syns, int backlog, int left)
    {
        using var s = new TcpScript();
        s.Listen(backlog);
        Assert.Equal(syns, Syns(s, syns));
        s.Sleep(9000); // after the third time-out, at 7 s
        Assert.Equal(left, s.Listener.SynQueueLength);
    }

    [Theory]
    [InlineData(0, false, true)]
    [InlineData(0, true, true)]
    [InlineData(600, true, true)]
    [InlineData(5, true, true)]
    [InlineData(5, false, false)]
    [InlineData(-1, true, false)]
    [InlineData(601, true, false)]
    public void An_echo_of_a_timestamp_that_no_syn_ack_had_is_refused(int late, bool again, bool taken)
    {
        using var s = new TcpScript();
        s.Listen();
        long first = s.Now.Milliseconds;
        s.Inject("S 0:0(0) win 32792 <mss 1000,sackOK,TS val 1000 ecr 0>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        if (again)
        {
            s.Sleep(600);
            s.Inject("S 0:0(0) win 32792 <mss 1000,sackOK,TS val 1000 ecr 0>");
            s.Expect("S. 0:0(0) ack 1 <...>");
            s.Sleep(600);
        }

        s.Inject($". 1:1(0) ack 1 win 257 <nop,nop,TS val 1001 ecr {first + late}>");
        if (!taken) s.Expect(". 1:1(0) ack 1 <...>");
        else s.ExpectNothing();
        Assert.Equal(taken ? 1 : 0, s.Listener.AcceptQueue.Count);
        Assert.Equal(taken ? 0 : 1, s.Mib[Snmp.TcpExtTSEcrRejected]);
    }

    private static int Syns(TcpScript s, int count)
    {
        int answers = 0;
        for (int i = 0; i < count; i++)
            if (Syn(s, i) is not null) answers++;
        return answers;
    }

    // From a port of its own; the SYN-ACK's sequence number, or null.
    private static uint? Syn(TcpScript s, int port)
    {
        Segment(s, port, TcpFlags.SYN, 100, 0);
        uint? isn = null;
        while (s.Listener.TryXmit(s.Now, out SkBuff? reply))
        {
            isn = new TcpHeader(reply.Data).Seq.Value;
            reply.Free();
        }

        return isn;
    }

    private static void Segment(TcpScript s, int port, TcpFlags flags, uint seq, uint ack)
    {
        SkBuff skb = s.Host.Net.Pool.Alloc(128, 60);
        TcpHeader.Emit(skb.Put(20), (ushort)(50_000 + port), 8080, seq, ack, 20, flags, 32_792, 0);
        skb.Ip.Saddr = IpAddress.FromV4(192, 0, 2, 9);
        skb.Ip.Daddr = s.Host.Address;
        skb.IpSummed = SkbChecksum.UNNECESSARY;
        s.Listener.Rcv(skb, s.Now);
        while (s.Listener.TryTakeChild(out TcpSock? child)) Assert.Equal(TcpState.ESTABLISHED, child.State);
    }
}
