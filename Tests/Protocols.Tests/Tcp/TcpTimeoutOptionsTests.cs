// Options that bound a connection's time-outs: TCP_USER_TIMEOUT (man 7 tcp, RFC 5482), TCP_THIN_LINEAR_TIMEOUTS, TCP_RTO_MIN_US, TCP_RTO_MAX_MS, TCP_DELACK_MAX_US,
// TCP_SYNCNT, TCP_LINGER2.

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpTimeoutOptionsTests
{
    [Fact]
    public void A_user_timeout_ends_the_connection_when_it_is_over_and_not_at_the_next_retransmission()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Set(TcpOpt.TCP_USER_TIMEOUT, 1000);
        s.Write(1000);
        s.Expect("P. 1:1001(1000) ack 1");
        s.ExpectAfter(300, "P. 1:1001(1000) ack 1"); // the tail probe
        s.ExpectAfter(300, "P. 1:1001(1000) ack 1");
        s.ExpectAfter(600, "P. 1:1001(1000) ack 1");
        Assert.Equal(TcpState.ESTABLISHED, s.Sock.State);
        s.Sleep(399); // a second after the first retransmission, which a tail probe is none
        Assert.Equal(TcpState.ESTABLISHED, s.Sock.State);
        s.Sleep(3);
        Assert.Equal(TcpState.CLOSE, s.Sock.State);
        Assert.Equal(Errno.ETIMEDOUT, s.Read(1).Errno);
    }

    [Fact]
    public void A_user_timeout_ends_probing_of_a_closed_window_in_time()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Set(TcpOpt.TCP_USER_TIMEOUT, 1000);
        s.Inject(". 1:1(0) ack 1 win 0");
        s.Write(1000);
        s.ExpectNothing();
        int probes = 0;
        for (int i = 0; i < 20 && s.Sock.State == TcpState.ESTABLISHED; i++)
        {
            s.Sleep(100);
            while (s.TryNext(out _))
            {
                probes++;
                s.Inject(". 1:1(0) ack 1 win 0");
            }
        }

        Assert.Equal(TcpState.CLOSE, s.Sock.State);
        Assert.Equal(Errno.ETIMEDOUT, s.Sock.Err);
        Assert.InRange(probes, 2, 4);
    }

    [Fact]
    public void A_thin_stream_does_not_double_its_timeouts()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7");
        s.Set(TcpOpt.TCP_THIN_LINEAR_TIMEOUTS, 1);
        s.Write(1000);
        s.Expect("P. 1:1001(1000) ack 1");
        s.ExpectAfter(300, "P. 1:1001(1000) ack 1"); // the first time-out ends the first slow start
        for (int i = 0; i < 6; i++) s.ExpectAfter(300, "P. 1:1001(1000) ack 1");
        s.ExpectAfter(600, "P. 1:1001(1000) ack 1");
    }

    [Fact]
    public void The_least_and_the_largest_timeout_are_the_sockets_own()
    {
        using TcpScript s = TcpScript.Accepted("mss 1000,nop,wscale 7");
        s.Set(TcpOpt.TCP_RTO_MIN_US, 40_000);
        s.Set(TcpOpt.TCP_RTO_MAX_MS, 1000);
        s.Write(1000);
        s.Expect("P. 1:1001(1000) ack 1");
        s.Sleep(10);
        s.Inject(". 1:1(0) ack 1001 win 257");
        for (int i = 0; i < 40; i++)
        {
            s.Write(10);
            Assert.True(s.TryNext(out _));
            s.Sleep(10);
            s.Inject($". 1:1(0) ack {1011 + i * 10} win 257");
        }

        uint rto = s.Info(8);
        Assert.InRange(rto, 40_000u, 120_000u);
        s.Write(10);
        Assert.True(s.TryNext(out _));
        double wait = rto / 1000.0;
        for (int i = 0; i < 8; i++)
        {
            s.ExpectAfter(wait, "P. 1401:1411(10) ack 1", 3);
            wait = Math.Min(wait * 2, 1000);
        }
    }

    [Fact]
    public void An_ack_is_delayed_no_longer_than_the_socket_says()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Set(TcpOpt.TCP_DELACK_MAX_US, 20_000);
        s.Set(TcpOpt.TCP_QUICKACK, 0);
        s.Inject("P. 1:101(100) ack 1 win 257");
        s.ExpectAfter(20, ". 1:1(0) ack 101");
    }

    [Fact]
    public void A_syn_is_sent_again_as_often_as_the_socket_says()
    {
        using var s = new TcpScript();
        s.Sock = s.Host.Socket();
        s.Set(TcpOpt.TCP_SYNCNT, 1);
        s.Sock.Local = SockAddr.In(s.Host.Address, 40_000);
        Assert.Equal(Errno.EINPROGRESS, s.Sock.Connect(SockAddr.In(TcpScript.PeerAddress, 8080), s.Host.Route, s.Now));
        s.Pump();
        int syns = 0;
        s.Sleep(200_000);
        while (s.TryNext(out _)) syns++;
        Assert.Equal(3, syns); // at 0, 1 and 2 s: at 3 s the time of one doubling is over, though the first ones go a second apart
        Assert.Equal(Errno.ETIMEDOUT, s.Sock.ConnectResult(s.Now));
    }
}
