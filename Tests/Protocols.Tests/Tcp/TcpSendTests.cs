// Sending: Nagle, TCP_NODELAY, TCP_CORK, MSG_MORE, PSH, the peer's window, buffers, errno and poll (RFC 9293 3.7.4, 3.8.6; man 7 tcp).

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpSendTests
{
    [Fact]
    public void Nagle_holds_a_small_segment_while_another_is_unacknowledged()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(10);
        s.Expect("P. 1:11(10) ack 1");
        s.Write(20);
        s.Write(30);
        s.ExpectNothing();
        s.Inject(". 1:1(0) ack 11 win 257");
        s.Expect("P. 11:61(50) ack 1");
    }

    [Fact]
    public void Nodelay_sends_at_once_and_opening_it_flushes()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Write(10);
        s.Expect("P. 1:11(10) ack 1");
        s.Write(20);
        s.ExpectNothing();
        Assert.Equal(Errno.OK, s.Set(TcpOpt.TCP_NODELAY, 1));
        s.Expect("P. 11:31(20) ack 1");
        s.Write(5);
        s.Expect("P. 31:36(5) ack 1");
        Assert.Equal(1, s.Get(TcpOpt.TCP_NODELAY));
    }

    [Fact]
    public void A_cork_lets_only_full_segments_out()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Set(TcpOpt.TCP_CORK, 1);
        s.Write(1500);
        s.Expect(". 1:1001(1000) ack 1");
        s.ExpectNothing();
        s.Set(TcpOpt.TCP_CORK, 0);
        s.Expect("P. 1001:1501(500) ack 1");
        s.Set(TcpOpt.TCP_NODELAY, 1);
        s.Write(300, MsgFlags.MORE);
        s.ExpectNothing();
        s.Write(100);
        s.Expect("P. 1501:1901(400) ack 1");
    }

    [Fact]
    public void A_segment_that_does_not_fit_the_window_waits()
    {
        using TcpScript s = TcpScript.Accepted(window: "20"); // 2,560
        s.Write(4000);
        s.Expect("P. 1:2001(2000) ack 1");
        s.ExpectNothing();
        s.Inject(". 1:1(0) ack 1001 win 20");
        s.Expect(". 2001:3001(1000) ack 1");
    }

    [Fact]
    public void The_mss_is_the_least_of_route_peer_and_user()
    {
        using TcpScript s = TcpScript.Accepted("mss 1100,nop,wscale 8");
        Assert.Equal(1100, s.Get(TcpOpt.TCP_MAXSEG));
        using TcpScript t = TcpScript.Accepted("mss 9000,sackOK,TS val 1 ecr 0,nop,wscale 8");
        Assert.Equal(1448, t.Get(TcpOpt.TCP_MAXSEG));
        using TcpScript u = TcpScript.Accepted(string.Empty, window: "30000");
        Assert.Equal(536, u.Get(TcpOpt.TCP_MAXSEG));
    }

    [Fact]
    public void The_send_buffer_grows_with_the_window_and_then_says_eagain()
    {
        using TcpScript s = TcpScript.Accepted();
        SysResult first = s.Write(10_000_000);
        Assert.True(first.IsOk && first.Value is >= 20_000 and < 200_000, $"{first}");
        Assert.Equal(Errno.EAGAIN, s.Write(1).Errno);
        Assert.True((s.Sock.Poll & PollEvents.OUT) == 0);
        s.Expect("P. 1:10001(10000) ack 1");
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 10001 win 257");
        s.Expect("P. 10001:30001(20000) ack 1");
        s.Sleep(100);
        s.Inject(". 1:1(0) ack 30001 win 257");
        Assert.True((s.Sock.Poll & PollEvents.OUT) != 0);
    }

    [Fact]
    public void Notsent_lowat_bounds_what_waits_unsent()
    {
        using TcpScript s = TcpScript.Accepted();
        Assert.Equal(Errno.OK, s.Set(TcpOpt.TCP_NOTSENT_LOWAT, 4000));
        SysResult n = s.Write(59_000);
        Assert.Equal(26_000, n.Value); // ten segments are sent, and one large packet of half the window fills up behind them
        Assert.True((s.Sock.Poll & PollEvents.OUT) == 0);
    }

    [Fact]
    public void Errno_of_a_socket_that_was_never_connected()
    {
        using var s = new TcpScript();
        s.Sock = s.Host.Socket();
        Assert.Equal(PollEvents.OUT | PollEvents.WRNORM | PollEvents.HUP, s.Sock.Poll);
        Assert.Equal(Errno.EPIPE, s.Write(1).Errno);
        Assert.Equal(Errno.ENOTCONN, s.Read(1).Errno);
        Assert.Equal(Errno.ENOTCONN, s.Shutdown(ShutdownHow.RDWR));
        Assert.Equal(Errno.EINVAL, s.Shutdown((ShutdownHow)7));
        s.Sock = s.Host.Listen(9, s.Now);
        Assert.Equal(PollEvents.None, s.Sock.Poll);
        Assert.Equal(Errno.EPIPE, s.Write(1).Errno);
        Assert.Equal(Errno.ENOTCONN, s.Read(1).Errno);
        Assert.Equal(Errno.EISCONN, s.Sock.Connect(SockAddr.In(TcpScript.PeerAddress, 1), s.Host.Route, s.Now));
        Assert.Equal(Errno.OK, s.Shutdown(ShutdownHow.RD)); // stops listening
        Assert.Equal(TcpState.CLOSE, s.Sock.State);
    }

    [Fact]
    public void Poll_bits_of_a_connection_through_its_life()
    {
        const PollEvents Writable = PollEvents.OUT | PollEvents.WRNORM, Readable = PollEvents.IN | PollEvents.RDNORM;
        using TcpScript s = TcpScript.Accepted();
        Assert.Equal(Writable, s.Sock.Poll);
        s.Inject("P. 1:11(10) ack 1 win 257");
        Assert.Equal(Writable | Readable, s.Sock.Poll);
        s.Read(10);
        s.Inject("F. 11:11(0) ack 1 win 257");
        Assert.Equal(Writable | Readable | PollEvents.RDHUP, s.Sock.Poll);
        s.Shutdown(ShutdownHow.WR);
        Assert.Equal(Writable | Readable | PollEvents.RDHUP | PollEvents.HUP, s.Sock.Poll);
        using var c = new TcpScript();
        c.Connect();
        Assert.Equal(PollEvents.None, c.Sock.Poll);
    }

    [Theory]
    [InlineData(TcpOpt.TCP_MAXSEG, 87, Errno.EINVAL)]
    [InlineData(TcpOpt.TCP_MAXSEG, 1000, Errno.OK)]
    [InlineData(TcpOpt.TCP_KEEPIDLE, 0, Errno.EINVAL)]
    [InlineData(TcpOpt.TCP_KEEPIDLE, 32_768, Errno.EINVAL)]
    [InlineData(TcpOpt.TCP_KEEPCNT, 128, Errno.EINVAL)]
    [InlineData(TcpOpt.TCP_SYNCNT, 0, Errno.EINVAL)]
    [InlineData(TcpOpt.TCP_USER_TIMEOUT, -1, Errno.EINVAL)]
    [InlineData(TcpOpt.TCP_WINDOW_CLAMP, 0, Errno.EINVAL)]
    [InlineData((TcpOpt)99, 1, Errno.ENOPROTOOPT)]
    public void Options_are_checked_as_linux_checks_them(TcpOpt option, int value, Errno expected)
    {
        using TcpScript s = TcpScript.Accepted();
        Assert.Equal(expected, s.Set(option, value));
    }

    [Fact]
    public void Congestion_controls_go_by_name()
    {
        using TcpScript s = TcpScript.Accepted();
        Assert.Equal(Errno.ENOENT, s.Sock.Setsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CONGESTION, "vegas\0"u8, s.Now));
        Assert.Equal(Errno.OK, s.Sock.Setsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CONGESTION, "reno"u8, s.Now));
        byte[] b = new byte[16];
        Assert.Equal(Errno.OK, s.Sock.Getsockopt(SockLevel.TCP, (int)TcpOpt.TCP_CONGESTION, b, out int n, s.Now));
        Assert.Equal(16, n);
        Assert.Equal("reno", System.Text.Encoding.ASCII.GetString(b).TrimEnd('\0'));
    }

    [Fact]
    public void Accepted_sockets_have_what_the_listener_had()
    {
        using var s = new TcpScript();
        s.Listen();
        s.Sock = s.Listener;
        s.Set(TcpOpt.TCP_NODELAY, 1);
        s.Set(SockOpt.SO_SNDBUF, 50_000);
        s.Set(TcpOpt.TCP_KEEPIDLE, 33);
        s.Inject("S 0:0(0) win 32792 <mss 1000>");
        s.Expect("S. 0:0(0) ack 1 <...>");
        s.Inject(". 1:1(0) ack 1 win 32792");
        s.Accept();
        Assert.Equal(1, s.Get(TcpOpt.TCP_NODELAY));
        Assert.Equal(100_000, s.Sock.Sndbuf);
        Assert.Equal(33, s.Get(TcpOpt.TCP_KEEPIDLE));
    }
}
