// TCP_INFO field by field. What is expected of a new socket, a listener, a fresh connection and a window that stays closed was read from Linux 6.18;
// rates and times follow from the script's own clock.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpInfoTests
{
    private const int DataSegsIn = 152, DataSegsOut = 156, DeliveryRate = 160, BusyTime = 168, RwndLimited = 176, SndbufLimited = 184, Delivered = 192,
        BytesSent = 200, BytesRetrans = 208, DsackDups = 216, RcvOooPack = 224, SndWnd = 228, RcvWnd = 232, Rehash = 236, TotalRto = 240, TotalRtoTime = 244;

    private static ulong Info64(TcpScript s, int offset) => s.Info(offset) | (ulong)s.Info(offset + 4) << 32;

    [Fact]
    public void Of_a_new_socket_and_of_a_listener()
    {
        using var s = new TcpScript();
        s.Sock = s.Host.Socket();
        Assert.Equal(7u, s.Info(0));
        Assert.Equal(1u, s.Info(7)); // app_limited
        Assert.Equal((1_000_000u, 0u, 536u, 0u), (s.Info(8), s.Info(12), s.Info(16), s.Info(20)));
        Assert.Equal((0u, 250_000u), (s.Info(60), s.Info(72))); // pmtu, rttvar
        Assert.Equal((0x7FFF_FFFFu, 10u, 0u, 3u), (s.Info(76), s.Info(80), s.Info(84), s.Info(88)));
        Assert.Equal((ulong.MaxValue, ulong.MaxValue), (Info64(s, 104), Info64(s, 112)));
        Assert.Equal(uint.MaxValue, s.Info(148)); // min_rtt
        s.Listen(backlog: 8);
        s.Sock = s.Listener;
        Assert.Equal((10u, 0u, 8u, 10u, 3u, 0u), (s.Info(0), s.Info(24), s.Info(28), s.Info(80), s.Info(88), s.Info(7)));
        Assert.Equal(ulong.MaxValue, Info64(s, 104));
    }

    [Fact]
    public void Of_an_accepted_connection()
    {
        using TcpScript s = TcpScript.Accepted();
        Assert.Equal((2u, 0u, 1u), (s.Info(140), s.Info(136), s.Info(Delivered))); // segs_in, segs_out, delivered
        Assert.Equal(0ul, Info64(s, 120)); // bytes_acked
        Assert.Equal(1u, s.Info(7));
        Assert.Equal(1000ul * 200 * 10 * 80_000 / (8 * 100_000), Info64(s, 104)); // twice cwnd per RTT: slow start
    }

    [Fact]
    public void Data_is_counted_on_both_sides_and_its_rate_measured()
    {
        using TcpScript s = TcpScript.Accepted(window: "10000");
        s.Write(5000);
        s.Sleep(200);
        s.Inject(". 1:1(0) ack 5001 win 10000");
        Assert.Equal((5u, 5000ul, 6u), (s.Info(DataSegsOut), Info64(s, BytesSent), s.Info(Delivered)));
        Assert.Equal(25_000ul, Info64(s, DeliveryRate)); // 5 segments of 1000 bytes in 200 ms
        Assert.Equal(1u, s.Info(7)); // the application had no more
        s.Write(5000);
        s.Sleep(50);
        s.Inject(". 1:1(0) ack 10001 win 10000");
        Assert.Equal(100_000ul, Info64(s, DeliveryRate));
        s.Write(5000);
        s.Sleep(150);
        s.Inject(". 1:1(0) ack 15001 win 10000");
        Assert.Equal(100_000ul, Info64(s, DeliveryRate)); // slower for want of data: the better figure stays
        Assert.Equal(400_000ul, Info64(s, BusyTime));
        s.Inject("P. 1:501(500) ack 15001 win 10000");
        Assert.Equal((1u, 500ul), (s.Info(DataSegsIn), Info64(s, 128)));
        Assert.Equal(10_000u << 7, s.Info(SndWnd));
        while (s.TryNext(out _))
        {
        }
    }

    [Fact]
    public void Time_at_a_closed_window_is_rwnd_limited()
    {
        using TcpScript s = TcpScript.Accepted(window: "8"); // 1,024 bytes
        s.Write(4000);
        s.Sleep(50);
        s.Inject(". 1:1(0) ack 1025 win 0");
        s.Sleep(100);
        Assert.Equal((150_000ul, 150_000ul, 0ul), (Info64(s, BusyTime), Info64(s, RwndLimited), Info64(s, SndbufLimited)));
        Assert.Equal(2976u, s.Info(144)); // notsent_bytes
        s.Inject(". 1:1(0) ack 1025 win 1000");
        s.Sleep(20);
        Assert.Equal((170_000ul, 150_000ul), (Info64(s, BusyTime), Info64(s, RwndLimited)));
        while (s.TryNext(out _))
        {
        }
    }

    [Fact]
    public void Time_without_room_for_a_writer_is_sndbuf_limited()
    {
        using TcpScript s = TcpScript.Accepted(window: "65535");
        uint acked = 1;
        s.Write(60_000); // cwnd grows well beyond what follows
        while (s.Info(24) > 0)
        {
            s.Sleep(10);
            acked += s.Info(24) * 1000;
            s.Inject($". 1:1(0) ack {acked} win {(acked == 60_001 ? 40 : 65_535)}"); // then a window of 5,120 bytes
        }

        Assert.True(s.Cwnd > 40);
        s.Set(TcpOpt.TCP_CORK, 1); // full segments only: the window is not filled to its edge
        s.Set(SockOpt.SO_SNDBUF, 2304);
        s.Write(20_000);
        while (s.Write(1000).IsOk)
        {
        }

        // The peer acknowledges until all is sent: what is in flight is still more than the buffer allows.
        while (s.Info(144) > 0)
        {
            s.Sleep(10);
            acked += s.Info(24) * 1000;
            s.Inject($". 1:1(0) ack {acked} win 40");
        }

        Assert.Equal(0ul, Info64(s, SndbufLimited));
        s.Sleep(30);
        Assert.Equal(30_000ul, Info64(s, SndbufLimited));
        s.Inject($". 1:1(0) ack {acked + s.Info(24) * 1000} win 40");
        s.Sleep(30);
        Assert.Equal(30_000ul, Info64(s, SndbufLimited));
        while (s.TryNext(out _))
        {
        }
    }

    [Fact]
    public void A_time_out_is_counted_with_its_bytes_and_its_time()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7");
        s.Write(1000);
        s.Expect("P. 1:1001(1000) ack 1");
        s.ExpectAfter(300, "P. 1:1001(1000) ack 1");
        Assert.Equal((1u | 1u << 16, 1u, 1000ul, 2000ul), (s.Info(TotalRto), s.Info(Rehash), Info64(s, BytesRetrans), Info64(s, BytesSent)));
        Assert.Equal(1, s.Mib[Snmp.TcpExtTcpTimeoutRehash]);
        s.ExpectAfter(600, "P. 1:1001(1000) ack 1");
        Assert.Equal((2u | 1u << 16, 600u), (s.Info(TotalRto), s.Info(TotalRtoTime)));
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 1001 win 257");
        s.Sleep(500);
        // Without SACK the state outlives an acknowledgement of all (tcp_is_non_sack_preventing_reopen), and its time with it, as a 6.18 kernel showed.
        Assert.Equal((2u | 1u << 16, 1200u), (s.Info(TotalRto), s.Info(TotalRtoTime)));
    }

    [Fact]
    public void What_came_out_of_order_is_counted()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("P. 1001:2001(1000) ack 1 win 257");
        s.Inject("P. 2001:3001(1000) ack 1 win 257");
        Assert.Equal((2u, 2u, 0ul), (s.Info(RcvOooPack), s.Info(DataSegsIn), Info64(s, 128)));
        Assert.True(s.Info(RcvWnd) > 0);
        Assert.Equal(0u, s.Info(DsackDups));
        while (s.TryNext(out _))
        {
        }
    }

    [Fact]
    public void A_bound_on_pacing_bounds_the_rate_that_is_shown()
    {
        using TcpScript s = TcpScript.Accepted();
        Assert.Equal(Errno.OK, s.Set(SockOpt.SO_MAX_PACING_RATE, 12_345));
        Assert.Equal((12_345ul, 12_345ul), (Info64(s, 104), Info64(s, 112)));
    }
}
