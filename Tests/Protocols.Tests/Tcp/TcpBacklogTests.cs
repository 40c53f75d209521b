// TCP while a process owns the socket: what may wait, what is joined, what is put off, and what comes first when it lets go
// (tcp_add_backlog, tcp_v4_err, tcp_release_cb).

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpBacklogTests
{
    private const string Options = "mss 1000,sackOK,TS val 1000 ecr 0,nop,wscale 7";

    private static string Ts(int val) => $"<nop,nop,TS val {val} ecr 100>";

    [Fact]
    public void A_segment_waits_and_is_handled_at_the_release()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Own();
        s.Inject("P. 1:101(100) ack 1 win 257");
        s.ExpectNothing();
        Assert.Equal(0, s.Sock.RmemAlloc);
        Assert.Equal(1, s.BacklogCount);
        s.Release();
        s.Expect(". 1:1(0) ack 101");
        s.Read(100);
    }

    [Fact]
    public void The_whole_backlog_is_acknowledged_once()
    {
        using TcpScript s = TcpScript.Accepted(Options);
        s.Own();
        for (int i = 0; i < 3; i++) s.Inject($"P. {1 + 100 * i}:{101 + 100 * i}(100) ack 1 win 257 {Ts(1002 + i)}");
        Assert.Equal(3, s.BacklogCount);
        s.Release();
        s.Expect(". 1:1(0) ack 301 <...>"); // tcp_backlog_ack_defer
        s.ExpectNothing();
        s.Read(300);
    }

    [Fact]
    public void Without_tcp_backlog_ack_defer_each_segment_of_the_backlog_is_acknowledged()
    {
        using TcpScript s = TcpScript.Accepted(Options, sysctl: c => c.tcp_backlog_ack_defer = false);
        s.Own();
        for (int i = 0; i < 3; i++) s.Inject($"P. {1 + 100 * i}:{101 + 100 * i}(100) ack 1 win 257 {Ts(1002 + i)}");
        s.Release();
        for (int i = 1; i <= 3; i++) s.Expect($". 1:1(0) ack {1 + 100 * i} <...>");
        s.ExpectNothing();
        s.Read(300);
    }

    [Fact]
    public void Segments_in_sequence_with_one_kind_of_header_are_joined()
    {
        using TcpScript s = TcpScript.Accepted(Options);
        s.Own();
        for (uint at = 1; at < 3001; at += 1000) s.Inject($". {at}:{at + 1000}(1000) ack 1 win 257 {Ts(1002)}");
        s.Inject($"P. 3001:3501(500) ack 1 win 300 {Ts(1002)}");
        Assert.Equal(1, s.BacklogCount);
        Assert.Equal(3, s.Mib[Snmp.TcpExtTCPBacklogCoalesce]);
        s.Release();
        s.Expect(". 1:1(0) ack 3501 <...>");
        s.Read(3500);
        Assert.Equal(4 + 2u, s.Info(140)); // tcpi_segs_in counts what was joined: with SYN and ACK
    }

    [Fact]
    public void The_window_and_acknowledgement_of_the_joined_segment_are_the_last_ones_and_a_FIN_ends_it()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(2000);
        s.Expect(". 1:1001(1000) ack 1");
        s.Expect("P. 1001:2001(1000) ack 1");
        s.Own();
        s.Inject("P. 1:11(10) ack 1 win 257");
        s.Inject("P. 11:21(10) ack 1001 win 257");
        s.Inject("F. 21:21(0) ack 2001 win 200");
        Assert.Equal(1, s.BacklogCount);
        s.Release();
        Assert.Equal(0, s.Sock.WmemQueued); // all of it acknowledged by the one segment
        Assert.Equal(TcpState.CLOSE_WAIT, s.Sock.State);
        s.Read(20);
        s.Write(10);
        s.Expect("P. 2001:2011(10) ack 22");
    }

    [Theory]
    [InlineData("P. 11:21(10) ack 1 win 257", "<nop,nop,TS val 1003 ecr 100>")] // other options
    [InlineData("P. 12:21(9) ack 1 win 257", "<nop,nop,TS val 1002 ecr 100>")] // not where the last one ends
    [InlineData("R. 11:11(0) ack 1 win 257", "<nop,nop,TS val 1002 ecr 100>")]
    [InlineData("E. 11:21(10) ack 1 win 257", "<nop,nop,TS val 1002 ecr 100>")] // ECE on one of them
    public void Others_are_not_joined(string second, string options)
    {
        using TcpScript s = TcpScript.Accepted(Options);
        s.Own();
        s.Inject($"P. 1:11(10) ack 1 win 257 {Ts(1002)}");
        s.Inject($"{second} {options}");
        Assert.Equal(2, s.BacklogCount);
        Assert.Equal(0, s.Mib[Snmp.TcpExtTCPBacklogCoalesce]);
        s.Release();
    }

    [Fact]
    public void Twice_the_receive_buffer_half_the_send_buffer_and_64_KiB_may_wait_then_it_drops()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Sock.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF, BitConverter.GetBytes(10_000), s.Now);
        s.Sock.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_SNDBUF, BitConverter.GetBytes(10_000), s.Now);
        s.Own();
        int most = 2 * 20_000 + 20_000 / 2 + 65_536, sent = 0, before = 0;
        while (s.Mib[Snmp.TcpExtTCPBacklogDrop] == 0)
        {
            before = s.BacklogLength;
            s.Inject("P. 1:2(1) ack 1 win 257"); // the same byte again: none goes on where another ends
            Assert.True(++sent < 10_000);
        }

        Assert.True(before > most && before - most <= 2048, $"{before} bytes waited when one was dropped, the limit is {most}");
        Assert.Equal(1, s.Mib.Drops(DropReason.SOCKET_BACKLOG));
        Assert.Equal(1, s.Sock.Drops);
        s.Release();
    }

    [Fact]
    public void What_waits_in_the_receive_queue_counts_against_the_backlog()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Inject("P. 1:101(100) ack 1 win 257");
        s.Expect(". 1:1(0) ack 101");
        var backlog = new SkBacklog();
        SkBuff skb = s.Host.Net.Pool.Alloc(100);
        Assert.True(s.Sock.RmemAlloc > 0);
        Assert.False(backlog.TryAdd(skb, s.Sock.RmemAlloc, s.Sock.RmemAlloc - 1));
        Assert.True(backlog.TryAdd(skb, s.Sock.RmemAlloc, s.Sock.RmemAlloc)); // sk_rcvqueues_full asks for more than the limit, before the packet
        Assert.True(backlog.TryTake(out SkBuff? back));
        back.Free();
    }

    [Fact]
    public void A_retransmission_timer_that_runs_out_meanwhile_is_handled_at_the_release()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(100);
        s.Expect("P. 1:101(100) ack 1");
        s.Own();
        s.Sleep(2000);
        s.ExpectNothing();
        s.Release();
        s.Expect("P. 1:101(100) ack 1");
    }

    [Fact]
    public void An_acknowledgement_in_the_backlog_comes_before_the_timer_that_waited_for_it()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(100);
        s.Expect("P. 1:101(100) ack 1");
        s.Own();
        s.Sleep(50);
        s.Inject(". 1:1(0) ack 101 win 257");
        s.Sleep(2000);
        s.Release();
        s.ExpectNothing();
        Assert.Equal(0, s.Mib[Snmp.TcpRetransSegs]);
        Assert.Equal(0, s.Mib[Snmp.TcpExtTCPTimeouts]);
    }

    [Fact]
    public void A_delayed_ack_whose_time_comes_meanwhile_is_counted_and_sent_at_the_release()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Set(TcpOpt.TCP_QUICKACK, 0);
        s.Inject("P. 1:101(100) ack 1 win 257");
        s.ExpectNothing();
        s.Own();
        s.Sleep(500);
        s.ExpectNothing();
        s.Release();
        Assert.Equal(1, s.Mib[Snmp.TcpExtDelayedACKLocked]);
        s.Expect(". 1:1(0) ack 101");
    }

    [Fact]
    public void A_keepalive_tries_again_every_50_ms_until_the_owner_is_gone()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Sock.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_KEEPALIVE, BitConverter.GetBytes(1), s.Now);
        s.Set(TcpOpt.TCP_KEEPIDLE, 1);
        s.Own();
        s.Sleep(1020); // due at 1000
        s.Release();
        s.ExpectAfter(30, ". 0:0(0) ack 1");
    }

    [Fact]
    public void An_icmp_error_is_locked_out_and_counted_but_for_the_hint()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Sock.Setsockopt(SockLevel.IP, (int)IpOpt.IP_RECVERR, BitConverter.GetBytes(1), s.Now);
        s.Write(100);
        s.Expect("P. 1:101(100) ack 1");
        s.Own();
        s.Icmp(Errno.ECONNREFUSED, fatal: true, mtu: 0, seq: 1);
        Assert.Equal(1, s.Mib[Snmp.TcpExtLockDroppedIcmps]);
        s.Release();
        Assert.Equal(Errno.OK, s.Sock.Err); // not locked, IP_RECVERR would have told at once
        s.Icmp(Errno.ECONNREFUSED, fatal: true, mtu: 0, seq: 1);
        Assert.Equal(Errno.ECONNREFUSED, s.Sock.Err);
        Assert.Equal(1, s.Mib[Snmp.TcpExtLockDroppedIcmps]);
    }

    [Fact]
    public void A_connection_under_way_does_not_die_of_an_icmp_error_that_finds_it_owned()
    {
        using var s = new TcpScript();
        s.Connect();
        s.Expect("S 0:0(0) win 64240 <...>");
        s.Own();
        s.Icmp(Errno.EHOSTUNREACH, fatal: true, mtu: 0, seq: 0);
        Assert.Equal(TcpState.SYN_SENT, s.Sock.State);
        s.Release();
        Assert.Equal(TcpState.SYN_SENT, s.Sock.State);
        s.Icmp(Errno.EHOSTUNREACH, fatal: true, mtu: 0, seq: 0);
        Assert.Equal(TcpState.CLOSE, s.Sock.State);
    }

    [Fact]
    public void A_path_mtu_that_is_told_meanwhile_is_kept_for_the_owner_and_is_no_locked_out_error()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(1000);
        s.Expect("P. 1:1001(1000) ack 1");
        s.Own();
        s.Icmp(Errno.EMSGSIZE, fatal: true, mtu: 600, seq: 1);
        s.ExpectNothing();
        s.Release();
        Assert.Equal(0, s.Mib[Snmp.TcpExtLockDroppedIcmps]);
        s.Expect(". 1:561(560) ack 1"); // cut to 600 - 40 and sent again
    }

    [Fact]
    public void A_listener_has_no_backlog()
    {
        using var s = new TcpScript();
        s.Listen();
        Assert.False(s.Listener.HasBacklog);
    }
}
