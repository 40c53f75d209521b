// What a synchronised connection believes: RFC 9293 3.10.7.4, RFC 5961, RFC 7323's PAWS.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpValidationTests
{
    [Fact]
    public void A_segment_without_any_flag_is_dropped()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("- 1:1001(1000) win 257");
        s.ExpectNothing();
        Assert.Equal(0, s.Sock.Inq);
        Assert.Equal(1, s.Mib.Drops(DropReason.TCP_FLAGS));
    }

    [Fact]
    public void A_syn_in_the_window_is_challenged_never_obeyed()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("S 1:1(0) win 257");
        s.Expect(". 1:1(0) ack 1");
        Assert.Equal(TcpState.ESTABLISHED, s.Sock.State);
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPSYNChallenge]);
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPChallengeACK]);
        s.Inject("S 1:1(0) win 257"); // within half a second: silence
        s.ExpectNothing();
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPACKSkippedChallenge]);
    }

    [Fact]
    public void A_reset_counts_only_at_the_exact_number()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("R 2:2(0)"); // in the window
        s.Expect(". 1:1(0) ack 1");
        Assert.Equal(TcpState.ESTABLISHED, s.Sock.State);
        s.Inject("R 200000:200000(0)"); // beyond it
        s.ExpectNothing();
        s.Inject("R 1:1(0)");
        Assert.Equal(TcpState.CLOSE, s.Sock.State);
        Assert.Equal(Errno.ECONNRESET, s.Sock.TakeError());
    }

    [Fact]
    public void An_ack_of_something_never_sent_or_long_gone_is_not_processed()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(100);
        s.Expect("P. 1:101(100) ack 1");
        s.Inject("P. 1:11(10) ack 5000 win 257");
        Assert.Equal(0, s.Sock.Inq);
        Assert.Equal(1, s.Mib.Drops(DropReason.TCP_ACK_UNSENT_DATA));
        Assert.Equal(100, s.Sock.Outq);
    }

    [Fact]
    public void A_segment_left_of_the_window_is_acknowledged_with_a_duplicate_report()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("P. 1:1001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1001");
        s.Inject("P. 1:1001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1001 <nop,nop,sack 1:1001>");
        Assert.Equal(1000, s.Sock.Inq);
        Assert.Equal(1, s.Mib[Snmp.TcpExtDelayedACKLost]);
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPDSACKOldSent]);
    }

    [Fact]
    public void What_overlaps_is_taken_from_where_it_is_new()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("P. 1:1001(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1001");
        s.Inject("P. 501:1501(1000) ack 1 win 257");
        s.Expect(". 1:1(0) ack 1501 <nop,nop,sack 501:1001>");
        byte[] b = new byte[4000];
        Assert.Equal(1500, s.Sock.Recv(b, MsgFlags.None, s.Now, out _, out _).Value);
        for (uint i = 0; i < 1500; i++) Assert.Equal(TcpScript.Byte(i + 1), b[i]);
    }

    [Fact]
    public void An_old_timestamp_is_acknowledged_and_not_believed()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,sackOK,TS val 1000 ecr 0,nop,wscale 7");
        s.Inject(". 1:1(0) ack 1 win 257 <nop,nop,TS val 2000 ecr 100>");
        s.Inject("P. 1:11(10) ack 1 win 257 <nop,nop,TS val 1500 ecr 100>");
        s.Expect(". 1:1(0) ack 1 <nop,nop,TS val 200 ecr 2000>");
        Assert.Equal(0, s.Sock.Inq);
        Assert.Equal(1, s.Mib[Snmp.TcpExtPAWSEstab]);
        s.Inject("P. 1:11(10) ack 1 win 257 <nop,nop,TS val 2001 ecr 100>");
        Assert.Equal(10, s.Sock.Inq);
    }

    [Fact]
    public void A_timestamp_from_before_a_hole_is_echoed_until_the_hole_is_filled()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,sackOK,TS val 1000 ecr 0,nop,wscale 7");
        s.Inject("P. 11:21(10) ack 1 win 257 <nop,nop,TS val 2000 ecr 100>");
        s.Expect(". 1:1(0) ack 1 <nop,nop,TS val 200 ecr 1001,nop,nop,sack 11:21>");
        s.Inject("P. 1:11(10) ack 1 win 257 <nop,nop,TS val 2001 ecr 100>");
        s.Expect(". 1:1(0) ack 21 <nop,nop,TS val 200 ecr 2001>");
    }

    [Fact]
    public void After_24_days_of_silence_any_timestamp_is_news()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,sackOK,TS val 1000 ecr 0,nop,wscale 7");
        s.Sleep(25L * 24 * 3600 * 1000);
        s.Inject("P. 1:11(10) ack 1 win 257 <nop,nop,TS val 5 ecr 100>");
        Assert.Equal(10, s.Sock.Inq);
        s.Expect(". 1:1(0) ack 11 <...>");
    }

    [Fact]
    public void Icmp_hard_errors_end_only_what_is_not_established()
    {
        using var s = new TcpScript();
        s.Connect();
        s.Expect("S 0:0(0) <...>");
        s.Icmp(Errno.ECONNREFUSED, true, 0, 77); // about nothing that we sent
        Assert.Equal(TcpState.SYN_SENT, s.Sock.State);
        Assert.Equal(1, s.Mib[Snmp.TcpExtOutOfWindowIcmps]);
        s.Icmp(Errno.ECONNREFUSED, true, 0, 0);
        Assert.Equal(Errno.ECONNREFUSED, s.Sock.ConnectResult(s.Now));

        using TcpScript t = TcpScript.Accepted();
        t.Write(10);
        t.Expect("P. 1:11(10) ack 1");
        t.Icmp(Errno.EHOSTUNREACH, true, 0, 1);
        Assert.Equal(TcpState.ESTABLISHED, t.Sock.State);
        Assert.Equal(Errno.OK, t.Sock.Err);
    }

    [Fact]
    public void Fragmentation_needed_cuts_what_is_in_flight_and_sends_it_again()
    {
        using TcpScript s = TcpScript.Accepted("mss 1460,sackOK,nop,nop,nop,wscale 7");
        s.Write(1460);
        s.Expect("P. 1:1461(1460) ack 1");
        s.Icmp(Errno.EMSGSIZE, true, 1040, 1);
        s.Expect(". 1:1001(1000) ack 1");
        s.Inject(". 1:1(0) ack 1001 win 257");
        s.Expect("P. 1001:1461(460) ack 1");
        Assert.Equal(1000, s.Get(TcpOpt.TCP_MAXSEG));
    }
}
