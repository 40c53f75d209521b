// What the fuzzer has found, each in as few words as it takes. What could be asked of the kernel is a packet script besides (timers/user-timeout-zero-window,
// timers/zero-window-silent-peer, window/small-buffer-opens).

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

public sealed class FuzzFindingsTests
{
    [Fact]
    public void A_child_that_nobody_accepted_gives_up_its_data_when_it_is_aborted()
    {
        using var s = new TcpScript();
        s.Listen();
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        s.Inject(". 1:1(0) ack 1 win 257");
        s.Inject("P. 1:101(100) ack 1 win 257");
        Assert.True(s.Listener.TryAccept(out TcpSock? child));
        s.Listener.Close(s.Now);
        child.Abort(s.Now);
        Assert.Equal(0, child.RmemAlloc);
        s.Pump();
    }

    [Fact]
    public void What_is_lost_to_a_smaller_MTU_has_not_arrived_by_duplicate_ACKs()
    {
        using TcpScript s = TcpScript.Accepted("mss 1460", "65535");
        s.Write(4 * 1460);
        s.Expect("P. 1:5841(5840) ack 1");
        s.Inject(". 1:1(0) ack 1 win 257");
        s.Inject(". 1:1(0) ack 1 win 257");
        s.Icmp(Errno.EMSGSIZE, fatal: false, mtu: 576, seq: 1);
        Assert.Null(s.Sock.FindInconsistency());
    }

    [Fact]
    public void The_head_is_not_cut_where_it_is_acknowledged_already()
    {
        using TcpScript s = TcpScript.Accepted("mss 1460", "6000", c => c.tcp_mtu_probing = 2);
        s.Write(8000);
        s.Expect("P. 1:5841(5840) ack 1");
        s.Inject(". 1:1(0) ack 1401 win 60000"); // most of the first segment; and with the larger window the search for the MTU begins, at 1,024
        for (int i = 0; i < 3; i++) s.Inject(". 1:1(0) ack 1401 win 60000");
        Assert.Null(s.Sock.FindInconsistency());
        s.Expect("P. 5841:8001(2160) ack 1");
        s.Expect(". 1401:2425(1024) ack 1"); // as a 6.18 kernel does: what is left of the packet is cut anew
    }

    [Fact]
    public void A_crossing_SYN_says_nothing_of_the_data_behind_ours()
    {
        using var s = new TcpScript(c => c.tcp_fastopen = 5);
        s.Sock = s.Host.Socket();
        s.Sock.Local = SockAddr.In(s.Host.Address, 40_000);
        Assert.Equal(Errno.EINPROGRESS, s.Sock.ConnectAndSend(SockAddr.In(TcpScript.PeerAddress, 8080), s.Host.Route, new byte[100], MsgFlags.FASTOPEN, s.Now, null, out int copied));
        Assert.Equal(100, copied);
        s.Pump();
        s.Sleep(1100); // the SYN is lost, and so is what went with it
        s.Inject("S 0:0(0) win 65535 <mss 1000>");
        Assert.Equal(TcpState.SYN_RECV, s.Sock.State);
        Assert.Null(s.Sock.FindInconsistency());
        while (s.TryNext(out _))
        {
        }
    }

    [Fact]
    public void A_pacing_rate_of_nothing_paces_nothing()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000", "65535");
        Assert.Equal(Errno.OK, s.Set(SockOpt.SO_MAX_PACING_RATE, 0));
        for (int i = 0; i < 14; i++)
        {
            Assert.True(s.Write(1000).IsOk);
            s.Expect($"P. {1 + i * 1000}:{1001 + i * 1000}(1000) ack 1");
            s.Inject($". 1:1(0) ack {1001 + i * 1000} win 65535");
        }
    }

    [Fact]
    public void A_segment_that_covers_another_out_of_order_is_paid_for()
    {
        using TcpScript s = TcpScript.Accepted("mss 1460");
        s.Inject("P. 2501:3184(683) ack 1 win 65535");
        s.Inject("P. 1748:3196(1448) ack 1 win 65535");
        Assert.Null(s.Sock.FindInconsistency());
        while (s.TryNext(out _))
        {
        }
    }
}
