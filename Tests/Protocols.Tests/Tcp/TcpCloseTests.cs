// Closing: RFC 9293 3.6, 3.10.4; RFC 1122 4.2.2.13; RFC 1337, RFC 6191; linger, FIN_WAIT2, orphans.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpCloseTests
{
    [Fact]
    public void An_active_close_goes_through_both_fin_waits_to_time_wait_and_leaves_after_a_minute()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Close();
        s.Expect("F. 1:1(0) ack 1");
        Assert.Equal(TcpState.FIN_WAIT1, s.Sock.State);
        s.Inject(". 1:1(0) ack 2 win 257");
        s.Inject("F. 1:1(0) ack 2 win 257");
        s.Expect(". 2:2(0) ack 2");
        TcpTimewait tw = Assert.Single(s.Host.Timewaits);
        Assert.Equal(TcpState.TIME_WAIT, tw.Substate);
        Assert.Single(s.Host.Socks); // only the listener
        s.Sleep(1000);
        s.Inject("F. 1:1(0) ack 2 win 257"); // the last ACK was lost
        s.Expect(". 2:2(0) ack 2");
        s.Sleep(59_900);
        Assert.Single(s.Host.Timewaits);
        s.Sleep(200);
        Assert.Empty(s.Host.Timewaits);
        Assert.Equal(1, s.Mib[Snmp.TcpExtTW]);
        Assert.Equal(0, s.Mib[Snmp.TcpCurrEstab]);
        Assert.Equal(0, s.Mib[Snmp.TcpEstabResets]);
    }

    [Fact]
    public void A_passive_close_ends_with_the_ack_of_our_fin()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("F. 1:1(0) ack 1 win 257");
        s.ExpectAfter(0, ". 1:1(0) ack 2");
        Assert.Equal(TcpState.CLOSE_WAIT, s.Sock.State);
        Assert.Equal(0, s.Read(100).Value);
        Assert.True((s.Sock.Poll & PollEvents.RDHUP) != 0 && (s.Sock.Poll & PollEvents.HUP) == 0);
        Assert.Equal(100, s.Write(100).Value); // half closed: we may go on
        s.Expect("P. 1:101(100) ack 2");
        s.Inject(". 2:2(0) ack 101 win 257");
        s.Close();
        s.Expect("F. 101:101(0) ack 2");
        s.Inject(". 2:2(0) ack 102 win 257");
        Assert.Equal(TcpState.CLOSE, s.Sock.State);
        Assert.Empty(s.Host.Timewaits);
    }

    [Fact]
    public void A_simultaneous_close_passes_through_closing()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Shutdown(ShutdownHow.WR);
        s.Expect("F. 1:1(0) ack 1");
        s.Inject("F. 1:1(0) ack 1 win 257");
        Assert.Equal(TcpState.CLOSING, s.Sock.State);
        s.Expect(". 2:2(0) ack 2");
        s.Inject(". 2:2(0) ack 2 win 257");
        Assert.Single(s.Host.Timewaits);
        Assert.Equal(0, s.Read(10).Value);
        s.Close();
    }

    [Fact]
    public void A_fin_that_also_acknowledges_ours_goes_straight_to_time_wait()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Close();
        s.Expect("F. 1:1(0) ack 1");
        s.Inject("F. 1:1(0) ack 2 win 257");
        s.Expect(". 2:2(0) ack 2");
        Assert.Equal(TcpState.TIME_WAIT, Assert.Single(s.Host.Timewaits).Substate);
    }

    [Fact]
    public void A_fin_rides_on_the_last_unsent_data()
    {
        using TcpScript s = TcpScript.Accepted(window: "16"); // 2,048 bytes
        s.Write(3000);
        s.Expect("P. 1:2001(2000) ack 1");
        s.Close();
        s.ExpectNothing();
        s.Inject(". 1:1(0) ack 2001 win 257");
        s.Expect("FP. 2001:3001(1000) ack 1");
    }

    [Fact]
    public void Closing_with_unread_data_resets()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("P. 1:11(10) ack 1 win 257");
        s.Expect(". 1:1(0) ack 11");
        s.Close();
        s.Expect("R. 1:1(0) ack 11");
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPAbortOnClose]);
        Assert.Equal(1, s.Mib[Snmp.TcpEstabResets]);
    }

    [Fact]
    public void An_abortive_linger_resets()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(10);
        s.Expect("P. 1:11(10) ack 1");
        s.Linger(0);
        s.Close();
        s.Expect("R. 11:11(0) ack 1");
        Assert.Equal(1, s.Mib[Snmp.TcpExtTCPAbortOnData]);
    }

    [Fact]
    public void Data_for_a_closed_process_is_answered_with_a_reset()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Close();
        s.Expect("F. 1:1(0) ack 1");
        s.Inject("P. 1:11(10) ack 1 win 257");
        s.Expect("R 1:1(0)");
        Assert.Equal(TcpState.CLOSE, s.Sock.State);
    }

    [Fact]
    public void An_orphan_waits_a_minute_for_the_peers_fin()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Close();
        s.Expect("F. 1:1(0) ack 1");
        s.Inject(". 1:1(0) ack 2 win 257");
        Assert.Equal(TcpState.FIN_WAIT2, Assert.Single(s.Host.Timewaits).Substate);
        s.Sleep(59_000);
        s.Inject("F. 1:1(0) ack 2 win 257");
        s.Expect(". 2:2(0) ack 2");
        Assert.Equal(TcpState.TIME_WAIT, Assert.Single(s.Host.Timewaits).Substate);
        s.Sleep(59_900);
        Assert.Single(s.Host.Timewaits);
    }

    [Fact]
    public void Linger2_below_zero_means_no_fin_wait2()
    {
        using TcpScript s = TcpScript.Accepted();
        Assert.Equal(Errno.OK, s.Set(TcpOpt.TCP_LINGER2, -1));
        s.Shutdown(ShutdownHow.WR);
        s.Expect("F. 1:1(0) ack 1");
        s.Inject(". 1:1(0) ack 2 win 257");
        s.Close();
        s.Expect("R. 2:2(0) ack 1");
        Assert.Empty(s.Host.Timewaits);
    }

    [Fact]
    public void Writing_after_shutdown_is_a_broken_pipe_and_reading_goes_on()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Shutdown(ShutdownHow.WR);
        s.Expect("F. 1:1(0) ack 1");
        Assert.Equal(Errno.EPIPE, s.Write(1).Errno);
        s.Inject("P. 1:11(10) ack 2 win 257");
        s.Expect(". 2:2(0) ack 11");
        Assert.Equal(10, s.Read(100).Value);
        Assert.Equal(Errno.EAGAIN, s.Read(100).Errno);
    }

    [Fact]
    public void A_new_syn_may_take_a_time_wait_pair_and_starts_beyond_it()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Close();
        s.Expect("F. 1:1(0) ack 1");
        s.Inject("F. 1:1(0) ack 2 win 257");
        s.Expect(". 2:2(0) ack 2");
        s.Sleep(10);
        s.Inject("S 1:1(0) win 1000 <mss 1000>"); // an old duplicate
        s.Expect(". 2:2(0) ack 2");
        s.Inject("S 5000:5000(0) win 1000 <mss 1000>");
        s.Expect("S. 65539:65539(0) ack 5001 <mss 1460>"); // snd_nxt + 65535 + 2
        Assert.Empty(s.Host.Timewaits);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void A_reset_kills_time_wait_unless_rfc_1337_is_asked_for(bool rfc1337, int left)
    {
        using TcpScript s = TcpScript.Accepted(sysctl: c => c.tcp_rfc1337 = rfc1337);
        s.Close();
        s.Expect("F. 1:1(0) ack 1");
        s.Inject("F. 1:1(0) ack 2 win 257");
        s.Expect(". 2:2(0) ack 2");
        s.Inject("R 2:2(0)");
        Assert.Equal(left, s.Host.Timewaits.Count);
    }

    [Fact]
    public void A_reset_gives_econnreset_once_and_then_end_of_file()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("R. 1:1(0) ack 1");
        Assert.Equal(Errno.ECONNRESET, s.Read(10).Errno);
        Assert.Equal(0, s.Read(10).Value);
        Assert.Equal(Errno.EPIPE, s.Write(1).Errno);
        Assert.Equal(1, s.Mib[Snmp.TcpEstabResets]);
    }

    [Fact]
    public void A_reset_after_the_peers_fin_is_a_broken_pipe()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("F. 1:1(0) ack 1 win 257");
        s.ExpectAfter(0, ". 1:1(0) ack 2");
        s.Inject("R 2:2(0)");
        Assert.Equal(Errno.EPIPE, s.Write(1).Errno);
    }
}
