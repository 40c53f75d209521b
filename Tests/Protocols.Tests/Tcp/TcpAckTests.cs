// When and what we acknowledge: RFC 5681 4.2, RFC 2018, Linux's quick and delayed ACKs; the window we offer.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpAckTests
{
    [Fact]
    public void The_first_segments_are_acknowledged_at_once_later_ones_by_twos_or_after_40_ms()
    {
        using TcpScript s = TcpScript.Accepted(window: "257");
        uint at = 1;
        for (int i = 0; i < 21; i++, at += 1000) // 16 quick ACKs, and one more for each time the window grew
        {
            s.Inject($". {at}:{at + 1000}(1000) ack 1 win 257");
            s.Read(1000);
            s.Sleep(5);
        }

        Drain(s);
        s.Inject($". {at}:{at + 1000}(1000) ack 1 win 257");
        s.Read(1000);
        s.ExpectAfter(40, $". 1:1(0) ack {at + 1000}", 20);
        Assert.True(s.Mib[Snmp.TcpExtDelayedACKs] >= 1);
    }

    [Fact]
    public void Two_full_segments_are_acknowledged_at_once()
    {
        using TcpScript s = TcpScript.Accepted("mss 1460,nop,wscale 7");
        s.Set(TcpOpt.TCP_QUICKACK, 0); // a conversation: ACKs wait for data to ride on
        s.Inject(". 1:1461(1460) ack 1 win 257");
        s.Read(1460);
        s.ExpectNothing();
        s.Inject(". 1461:2921(1460) ack 1 win 257");
        s.Expect(". 1:1(0) ack 2921");
    }

    [Fact]
    public void An_answer_carries_the_ack()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Set(TcpOpt.TCP_QUICKACK, 0);
        s.Inject("P. 1:101(100) ack 1 win 257");
        s.ExpectNothing();
        s.Read(100);
        s.Write(50);
        s.Expect("P. 1:51(50) ack 101");
        s.Sleep(150);
        s.ExpectNothing();
    }

    [Fact]
    public void Holes_are_reported_the_newest_block_first()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject(". 1001:2001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
        s.Inject(". 3001:4001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1 <nop,nop,sack 3001:4001 1001:2001>");
        s.Inject(". 5001:6001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1 <nop,nop,sack 5001:6001 3001:4001 1001:2001>");
        s.Sleep(10);
        s.Inject(". 4001:5001(1000) ack 1 win 257"); // joins two
        // The fourth would be compressed (tcp_comp_sack_*), were the window not growing, which is told at once (tcp_grow_window).
        s.Expect(". 1:1(0) ack 1 <nop,nop,sack 3001:6001 1001:2001>");
        s.Inject(". 1:1001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 2001 <nop,nop,sack 3001:6001>");
        s.Inject(". 2001:3001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 6001");
        Assert.Equal(6000, s.Sock.Inq);
    }

    [Fact]
    public void A_duplicate_beyond_a_hole_is_reported_first()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject(". 1001:2001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
        s.Inject(". 1001:2001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1 <nop,nop,sack 1001:2001 1001:2001>"); // RFC 2883 4: D-SACK, then the block it is in
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPDSACKOfoSent]);
    }

    [Fact]
    public void A_fin_behind_a_hole_waits_for_it()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("FP. 101:201(100) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1 <nop,nop,sack 101:202>");
        Assert.Equal(TcpState.ESTABLISHED, s.Sock.State);
        s.Inject("P. 1:101(100) ack 1 win 257");
        s.Expect(". 1:1(0) ack 202");
        Assert.Equal(TcpState.CLOSE_WAIT, s.Sock.State);
        Assert.Equal(200, s.Read(1000).Value);
        Assert.Equal(0, s.Read(1000).Value);
    }

    [Fact]
    public void The_window_closes_when_nobody_reads_and_opens_again_in_worthwhile_steps()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7", sysctl: c =>
        {
            c.tcp_rmem_default = 20_000;
            c.tcp_moderate_rcvbuf = false;
        });
        uint at = 1;
        int guard = 0;
        while (s.Mib[Snmp.TcpExtTCPToZeroWindowAdv] == 0 && guard++ < 100)
        {
            uint n = Math.Min(1000, s.Info(232)); // as much as is offered (tcpi_rcv_wnd)
            s.Inject($"P. {at}:{at + n}({n}) ack 1 win 257");
            at += n;
            s.Sleep(250);
        }

        Assert.True(s.Mib[Snmp.TcpExtTCPToZeroWindowAdv] == 1, "the window closed");
        int held = s.Sock.Inq;
        Drain(s);
        s.Inject($"P. {at}:{at + 1000}(1000) ack 1 win 257"); // a probe of a closed window
        s.Expect($". 1:1(0) ack {at} win 0");
        Assert.Equal(held, s.Sock.Inq);
        s.Read(100);
        s.ExpectNothing(); // too little to speak of
        s.Read(20_000);
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPFromZeroWindowAdv]);
        Drain(s);
    }

    [Fact]
    public void The_offer_never_shrinks()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7");
        // Many small segments cost more memory than they bring bytes: the right edge stays where it was promised.
        uint at = 1;
        for (int i = 0; i < 200; i++, at += 10) s.Inject($"P. {at}:{at + 10}(10) ack 1 win 257");
        Assert.Equal(2000, s.Sock.Inq);
        Drain(s);
    }

    [Fact]
    public void Urgent_data_is_one_byte_out_of_band()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("PU. 1:11(10) ack 1 win 257 urg 4");
        s.Expect(". 1:1(0) ack 11");
        Assert.True((s.Sock.Poll & PollEvents.PRI) != 0);
        Assert.Equal(3, s.Read(100).Value); // up to the mark
        byte[] b = new byte[1];
        SysResult r = s.Sock.Recv(b, MsgFlags.OOB, s.Now, out _, out MsgFlags flags);
        Assert.Equal(1, r.Value);
        Assert.Equal(TcpScript.Byte(4), b[0]);
        Assert.Equal(MsgFlags.OOB, flags);
        Assert.Equal(Errno.EINVAL, s.Sock.Recv(b, MsgFlags.OOB, s.Now, out _, out _).Errno);
        Assert.Equal(6, s.Read(100).Value);
        s.Sock.Send(new byte[3], null, MsgFlags.OOB, s.Now);
        s.Pump();
        s.Expect("PU. 1:4(3) ack 11 urg 3");
    }

    private static void Drain(TcpScript s)
    {
        while (s.TryNext(out _))
        {
        }
    }
}
