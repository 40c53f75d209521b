// Opening: RFC 9293 3.10.1, 3.10.7.1-3, 3.5; RFC 6298 5.7; the listener's queues.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpHandshakeTests
{
    [Fact]
    public void A_syn_offers_what_linux_offers_in_its_order()
    {
        using var s = new TcpScript();
        s.Connect();
        s.Expect("S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>");
        s.Sleep(50);
        s.Inject("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 700 ecr 100,nop,wscale 9>");
        s.Expect(". 1:1(0) ack 1 win 502 <nop,nop,TS val 150 ecr 700>");
        Assert.Equal(TcpState.ESTABLISHED, s.Sock.State);
        Assert.Equal(Errno.OK, s.Sock.ConnectResult(s.Now));
        Assert.Equal(Errno.EISCONN, s.Sock.Connect(s.Sock.Peer, s.Host.Route, s.Now));
    }

    [Fact]
    public void A_syn_ack_answers_only_what_was_offered()
    {
        using var s = new TcpScript();
        s.Listen();
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 win 64240 <mss 1460>");
        s.Inject("R 1:1(0)");
        s.ForgetIsn();
        s.Inject("S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>");
        s.Expect("S. 0:0(0) ack 1 win 64240 <mss 1460,nop,nop,sackOK,nop,wscale 7>");
        s.Inject("R 1:1(0)");
        s.ForgetIsn();
        s.Inject("S 0:0(0) win 32792 <mss 1000,sackOK,TS val 5 ecr 0,nop,wscale 7>");
        s.Expect("S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 100 ecr 5,nop,wscale 7>");
        Assert.Equal(2, s.Mib[Snmp.TcpAttemptFails]);
        Assert.Equal(2, s.Mib[Snmp.TcpExtEmbryonicRsts]);
    }

    [Fact]
    public void A_refused_connection_says_so_once_and_may_be_tried_again()
    {
        using var s = new TcpScript();
        s.Connect();
        s.Expect("S 0:0(0) <...>");
        Assert.Equal(Errno.EALREADY, s.Sock.Connect(s.Sock.Peer, s.Host.Route, s.Now));
        s.Inject("R. 0:0(0) ack 1 win 0");
        Assert.Equal(PollEvents.ERR | PollEvents.HUP | PollEvents.IN | PollEvents.RDNORM | PollEvents.RDHUP | PollEvents.OUT | PollEvents.WRNORM, s.Sock.Poll);
        Assert.Equal(Errno.ECONNREFUSED, s.Sock.ConnectResult(s.Now));
        Assert.Equal(1, s.Mib[Snmp.TcpAttemptFails]);
        s.ForgetIsn();
        Assert.Equal(Errno.EINPROGRESS, s.Sock.Connect(SockAddr.In(TcpScript.PeerAddress, 8080), s.Host.Route, s.Now));
        s.Pump();
        s.Expect("S 0:0(0) <...>");
    }

    [Fact]
    public void An_unanswered_syn_is_sent_four_times_a_second_apart_then_doubled_until_it_times_out()
    {
        using var s = new TcpScript(c => c.tcp_syn_retries = 2);
        s.Connect();
        s.Expect("S 0:0(0) <...>");
        for (int i = 0; i < 4; i++) s.ExpectAfter(1000, "S 0:0(0) <...>");
        s.ExpectAfter(1000, "S 0:0(0) <...>");
        s.Sleep(1990); // 7 s are what two doublings take
        Assert.Equal(Errno.EINPROGRESS, s.Sock.ConnectResult(s.Now));
        s.Sleep(20);
        Assert.Equal(Errno.ETIMEDOUT, s.Sock.ConnectResult(s.Now));
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPAbortOnTimeout]);
        s.ExpectNothing();
    }

    [Fact]
    public void Syn_sent_answers_an_ack_of_something_never_sent_with_a_reset()
    {
        using var s = new TcpScript();
        s.Connect();
        s.Expect("S 0:0(0) <...>");
        s.Inject(". 0:0(0) ack 7 win 100");
        s.Expect("R 7:7(0)");
        s.Inject("R. 0:0(0) ack 9");
        s.ExpectNothing();
        Assert.Equal(TcpState.SYN_SENT, s.Sock.State);
        s.Inject("R 0:0(0)"); // a RST without ACK proves nothing
        Assert.Equal(TcpState.SYN_SENT, s.Sock.State);
    }

    [Fact]
    public void A_simultaneous_open_meets_in_the_middle()
    {
        using var s = new TcpScript();
        s.Connect();
        s.Expect("S 0:0(0) <...>");
        s.Inject("S 0:0(0) win 5840 <mss 1000,sackOK,nop,nop>");
        Assert.Equal(TcpState.SYN_RECV, s.Sock.State);
        s.Expect("S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>"); // our SYN's own options, whatever the other offers
        s.Inject("S. 0:0(0) ack 1 win 5840 <mss 1000,sackOK,nop,nop>");
        Assert.Equal(TcpState.ESTABLISHED, s.Sock.State);
        s.Expect(". 1:1(0) ack 1 <nop,nop,sack 0:1>"); // the SYN came twice: RFC 2883
        s.Write(10);
        s.Expect("P. 1:11(10) ack 1");
    }

    [Fact]
    public void A_syn_ack_is_repeated_at_doubled_distance_and_then_forgotten()
    {
        using var s = new TcpScript(c => c.tcp_synack_retries = 2);
        s.Listen();
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        s.ExpectAfter(1000, "S. 0:0(0) ack 1 <...>");
        s.ExpectAfter(2000, "S. 0:0(0) ack 1 <...>");
        s.Sleep(3900);
        Assert.Equal(1, s.Listener.SynQueueLength);
        s.Sleep(200);
        Assert.Equal(0, s.Listener.SynQueueLength);
        s.Inject(". 1:1(0) ack 1 win 100"); // too late
        s.Expect("R 1:1(0)");
    }

    [Fact]
    public void A_repeated_syn_gets_its_syn_ack_again()
    {
        using var s = new TcpScript();
        s.Listen();
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        s.Sleep(600);
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        s.Inject("S 0:0(0) win 32792 <mss 1000>"); // not twice in half a second
        s.ExpectNothing();
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPACKSkippedSynRecv]);
    }

    [Fact]
    public void Data_in_the_handshakes_last_segment_is_delivered()
    {
        using var s = new TcpScript();
        s.Listen();
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        s.Inject("P. 1:101(100) ack 1 win 32792");
        s.Expect(". 1:1(0) ack 101");
        TcpSock child = s.Accept();
        byte[] b = new byte[200];
        Assert.Equal(100, child.Recv(b, MsgFlags.None, s.Now, out _, out _).Value);
        Assert.Equal(TcpScript.Byte(1), b[0]);
        Assert.Equal(TcpScript.Byte(100), b[99]);
    }

    [Fact]
    public void A_full_accept_queue_ignores_the_last_ack_and_takes_it_later()
    {
        using var s = new TcpScript();
        s.Listen(backlog: 1);
        Fill(s, 2); // one more than the backlog may wait
        Assert.Equal(2, s.Listener.AcceptQueue.Count);
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.ExpectNothing(); // and a new SYN is dropped
        Assert.Equal(1, s.Mib[Snmp.TcpExtListenOverflows]);
        Assert.Equal(1, s.Mib[Snmp.TcpExtListenDrops]);
        Assert.Equal(2, s.Mib[Snmp.TcpPassiveOpens]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_ack_that_finds_the_accept_queue_full_is_dropped_or_reset(bool abort)
    {
        using var s = new TcpScript(c => c.tcp_abort_on_overflow = abort);
        s.Listen(backlog: 1);
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        Fill(s, 2);
        s.ForgetIsn();
        Assert.Equal(1, s.Listener.SynQueueLength);
    }

    // Completes handshakes from other ports, straight at the listener.
    private static void Fill(TcpScript s, int count)
    {
        var peer = new TcpHost("peer", IpAddress.FromV4(192, 0, 2, 9), s.Host.Net.Pool, 9);
        for (int i = 0; i < count; i++)
        {
            peer.Connect(SockAddr.In(s.Host.Address, 8080), (ushort)(50_000 + i), s.Now);
            for (int k = 0; k < 4; k++)
            {
                while (peer.Out.TryDequeue(out SkBuff? skb))
                {
                    skb.Tcp = default;
                    s.Listener.Rcv(skb, s.Now);
                    while (s.Listener.TryTakeChild(out TcpSock? child))
                        Assert.Equal(TcpState.ESTABLISHED, child.State);
                }

                while (s.Listener.TryXmit(s.Now, out SkBuff? reply))
                {
                    reply.Tcp = default;
                    reply.IpSummed = SkbChecksum.NONE;
                    peer.Rcv(reply, s.Now);
                }
            }
        }

        peer.Destroy();
    }

    [Fact]
    public void A_segment_without_a_connection_is_reset_as_rfc_9293_says()
    {
        using var s = new TcpScript();
        s.Listen();
        s.Inject(". 5:5(0) ack 77 win 100"); // with ACK: the RST takes its number from there
        s.Expect("R 77:77(0)");
        s.Inject("R 5:5(0)");
        s.ExpectNothing();
        s.Inject("SF 0:0(0) win 100"); // a SYN with FIN is nothing that a listener takes
        s.ExpectNothing();
    }

    [Fact]
    public void Closing_a_listener_forgets_requests_and_gives_up_those_not_accepted()
    {
        using var s = new TcpScript();
        s.Listen();
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        s.Inject(". 1:1(0) ack 1 win 32792");
        s.Listener.Close(s.Now);
        Assert.True(s.Listener.TryAccept(out TcpSock? child));
        child.Abort(s.Now);
        s.Pump();
        s.Expect("R. 1:1(0) ack 1");
        Assert.Empty(s.Host.Socks);
    }

    [Fact]
    public void A_lost_syn_ack_makes_the_first_rto_three_seconds_and_the_window_one_segment()
    {
        using var s = new TcpScript();
        s.Listen();
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        s.ExpectAfter(1000, "S. 0:0(0) ack 1 <...>");
        s.Sleep(10);
        s.Inject(". 1:1(0) ack 1 win 32792");
        s.Accept();
        s.Write(1000);
        s.Expect("P. 1:1001(1000) ack 1");
        s.ExpectAfter(3000, "P. 1:1001(1000) ack 1");
    }
}
