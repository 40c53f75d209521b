// Loss: RFC 6298, RFC 5681, RFC 6582, RFC 6675 by way of RFC 8985 (RACK-TLP), RFC 6937, RFC 5682; zero windows and keepalive.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpRecoveryTests
{
    [Fact]
    public void The_retransmission_timer_follows_rfc_6298_with_linuxs_floor()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7"); // no SACK: no tail loss probe
        s.Write(1000);
        s.Expect("P. 1:1001(1000) ack 1");
        s.ExpectAfter(300, "P. 1:1001(1000) ack 1"); // srtt 100 + max(4 rttvar, 200)
        s.ExpectAfter(600, "P. 1:1001(1000) ack 1");
        s.ExpectAfter(1200, "P. 1:1001(1000) ack 1");
        Assert.Equal(3, s.Mib[Snmp.TcpExtTCPTimeouts]);
        Assert.Equal(3, s.Mib[Snmp.TcpRetransSegs]);
        Assert.Equal(1u, s.Cwnd);
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 1001 win 257"); // Karn: no sample, but the backoff stays until a new one
        s.Write(1000);
        s.Expect("P. 1001:2001(1000) ack 1");
    }

    [Fact]
    public void It_gives_up_after_tcp_retries2_and_says_so()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7", sysctl: c => c.tcp_retries2 = 3);
        s.Write(1000);
        s.Expect("P. 1:1001(1000) ack 1");
        s.Sleep(20_000);
        Assert.Equal(Errno.ETIMEDOUT, s.Sock.TakeError());
        Assert.Equal(TcpState.CLOSE, s.Sock.State);
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPAbortOnTimeout]);
    }

    [Fact]
    public void A_user_timeout_ends_it_sooner()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7");
        s.Set(TcpOpt.TCP_USER_TIMEOUT, 2000);
        s.Write(1000);
        s.Sleep(4700);
        Assert.Equal(TcpState.CLOSE, s.Sock.State);
        Assert.Equal(Errno.ETIMEDOUT, s.Sock.TakeError());
    }

    [Fact]
    public void Three_duplicate_acks_bring_a_fast_retransmit_without_sack()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7");
        s.Write(10_000);
        s.Expect("P. 1:10001(10000) ack 1");
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 1 win 257");
        s.Inject(". 1:1(0) ack 1 win 257");
        s.ExpectNothing();
        s.Inject(". 1:1(0) ack 1 win 257");
        s.Expect(". 1:1001(1000) ack 1");
        Assert.Equal(TcpCaState.Recovery, s.Sock.CaState);
        Assert.Equal(7u, s.Ssthresh); // CUBIC's beta is 0.7
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPRenoRecovery]);
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 5001 win 257"); // a partial ACK: the next hole (RFC 6582 3.2)
        s.Expect(". 5001:6001(1000) ack 1");
        Assert.Equal(TcpCaState.Recovery, s.Sock.CaState);
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 10001 win 257");
        s.Write(1000);
        s.Expect("P. 10001:11001(1000) ack 1");
        s.Inject(". 1:1(0) ack 11001 win 257");
        Assert.Equal(TcpCaState.Open, s.Sock.CaState);
    }

    [Fact]
    public void Reno_halves_where_cubic_takes_three_tenths()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7", sysctl: c => c.tcp_congestion_control = "reno");
        s.Write(10_000);
        s.Expect("P. 1:10001(10000) ack 1");
        s.Sleep(100);
        for (int i = 0; i < 3; i++) s.Inject(". 1:1(0) ack 1 win 257");
        s.Expect(". 1:1001(1000) ack 1");
        Assert.Equal(5u, s.Ssthresh);
    }

    [Fact]
    public void Limited_transmit_sends_new_data_on_the_first_duplicates()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7");
        s.Write(12_000);
        s.Expect("P. 1:10001(10000) ack 1");
        s.Sleep(110);
        s.Inject(". 1:1(0) ack 1 win 257");
        s.Expect(". 10001:11001(1000) ack 1");
        s.Inject(". 1:1(0) ack 1 win 257");
        s.Expect("P. 11001:12001(1000) ack 1");
    }

    [Fact]
    public void Sacked_segments_are_not_sent_again_and_prr_paces_the_rest()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(10_000);
        s.Expect("P. 1:10001(10000) ack 1");
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 1 win 257 <sack 1001:2001,nop,nop>");
        s.Inject(". 1:1(0) ack 1 win 257 <sack 1001:3001,nop,nop>");
        s.ExpectNothing();
        s.Inject(". 1:1(0) ack 1 win 257 <sack 1001:4001,nop,nop>");
        s.Expect(". 1:1001(1000) ack 1");
        Assert.Equal(TcpCaState.Recovery, s.Sock.CaState);
        Assert.Equal(7u, s.Ssthresh);
        Assert.Equal(3u, s.Info(28)); // tcpi_sacked
        Assert.Equal(1u, s.Info(32)); // tcpi_lost
        s.Write(2000);
        s.Inject(". 1:1(0) ack 1 win 257 <sack 1001:5001,nop,nop>");
        s.Expect(". 10001:11001(1000) ack 1");
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 10001 win 257");
        s.Expect("P. 11001:12001(1000) ack 1");
        Assert.Equal(TcpCaState.Open, s.Sock.CaState);
        Assert.Equal(7u, s.Cwnd);
        Assert.Equal(1, s.Mib[Snmp.TcpRetransSegs]);
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPFastRetrans]);
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPSackRecovery]);
    }

    [Fact]
    public void A_tail_loss_is_probed_after_two_round_trips()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(3000);
        s.Expect("P. 1:3001(3000) ack 1");
        s.ExpectAfter(202, "P. 2001:3001(1000) ack 1"); // PTO = 2 SRTT + 2 ms
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPLossProbes]);
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 3001 win 257 <sack 2001:3001,nop,nop>"); // the original was there: nothing was lost
        Assert.Equal(10u, s.Cwnd);
        Assert.Equal(0, s.Mib[Snmp.TcpExtTCPLossProbeRecovery]);
    }

    [Fact]
    public void A_probe_that_repaired_a_loss_reduces_the_window()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(3000);
        s.Expect("P. 1:3001(3000) ack 1");
        s.ExpectAfter(202, "P. 2001:3001(1000) ack 1");
        s.Write(1000);
        s.Expect("P. 3001:4001(1000) ack 1");
        s.Sleep(90);
        s.Inject(". 1:1(0) ack 4001 win 257");
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPLossProbeRecovery]);
        Assert.Equal(7u, s.Cwnd);
    }

    [Fact]
    public void A_spurious_time_out_is_undone_by_frto()
    {
        using TcpScript s = TcpScript.Accepted(sysctl: c => c.tcp_sack = false);
        s.Write(10_000);
        s.Expect("P. 1:10001(10000) ack 1");
        s.Write(5000);
        s.ExpectAfter(300, ". 1:1001(1000) ack 1");
        Assert.Equal(TcpCaState.Loss, s.Sock.CaState);
        s.Inject(". 1:1(0) ack 2001 win 257"); // the original ACKs were only late
        s.Expect(". 10001:12001(2000) ack 1"); // F-RTO: new data, not the next segment again
        s.Sleep(10);
        s.Inject(". 1:1(0) ack 4001 win 257");
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPSpuriousRTOs]);
        Assert.Equal(TcpCaState.Open, s.Sock.CaState);
        Assert.True(s.Cwnd >= 10, $"cwnd {s.Cwnd}");
    }

    [Fact]
    public void A_timestamp_from_before_the_retransmission_undoes_a_reduction()
    {
        using TcpScript s = TcpScript.Accepted("mss 1012,sackOK,TS val 1 ecr 0,nop,wscale 7");
        s.Write(10_000);
        s.Expect("P. 1:10001(10000) ack 1 <...>");
        s.Sleep(100);
        for (int i = 2; i <= 4; i++) s.Inject($". 1:1(0) ack 1 win 257 <nop,nop,TS val 1300 ecr 200,nop,nop,sack 1001:{i}001>");
        s.Expect(". 1:1001(1000) ack 1 <...>");
        Assert.Equal(7u, s.Ssthresh);
        s.Sleep(10);
        s.Inject(". 1:1(0) ack 10001 win 257 <nop,nop,TS val 1310 ecr 200>"); // it had only been delayed
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPFullUndo]);
        Assert.True(s.Cwnd >= 10, $"cwnd {s.Cwnd}");
    }

    [Fact]
    public void Slow_start_doubles_and_idleness_restarts_it()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(10_000);
        s.Expect("P. 1:10001(10000) ack 1");
        s.Sleep(100);
        for (uint i = 1; i <= 5; i++) s.Inject($". 1:1(0) ack {1 + 2000 * i} win 257");
        Assert.Equal(20u, s.Cwnd);
        s.Sleep(1000);
        s.Write(1000);
        s.Expect("P. 10001:11001(1000) ack 1");
        Assert.Equal(10u, s.Cwnd);
    }

    [Fact]
    public void A_closed_window_is_probed_at_doubled_distance_for_ever()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7", window: "0");
        s.Write(500);
        s.ExpectNothing();
        s.ExpectAfter(300, ". 0:0(0) ack 1");
        s.ExpectAfter(600, ". 0:0(0) ack 1");
        s.Inject(". 1:1(0) ack 1 win 0");
        s.ExpectAfter(1200, ". 0:0(0) ack 1");
        Assert.Equal(3, s.Mib[Snmp.TcpExtTCPWinProbe]);
        s.Inject(". 1:1(0) ack 1 win 257");
        s.Expect("P. 1:501(500) ack 1");
    }

    [Fact]
    public void An_idle_connection_is_kept_alive_and_given_up_after_nine_probes()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Set(SockOpt.SO_KEEPALIVE, 1);
        s.Set(TcpOpt.TCP_KEEPIDLE, 10);
        s.Set(TcpOpt.TCP_KEEPINTVL, 2);
        s.Set(TcpOpt.TCP_KEEPCNT, 3);
        s.ExpectAfter(10_000, ". 0:0(0) ack 1");
        s.Inject(". 1:1(0) ack 1 win 257"); // alive
        s.ExpectAfter(10_000, ". 0:0(0) ack 1");
        s.ExpectAfter(2000, ". 0:0(0) ack 1");
        s.ExpectAfter(2000, ". 0:0(0) ack 1");
        s.ExpectAfter(2000, "R. 1:1(0) ack 1");
        Assert.Equal(Errno.ETIMEDOUT, s.Sock.TakeError());
        Assert.Equal(4, s.Mib[Snmp.TcpExtTCPKeepAlive]);
    }
}
