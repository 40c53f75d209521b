// Which callbacks run: sk_data_ready with SO_RCVLOWAT, sk_state_change, sk_error_report, sk_write_space with SOCK_NOSPACE (tcp_data_ready, tcp_fin,
// tcp_reset, sk_stream_write_space).

namespace ActorNet.Protocols.Tests.Tcp;

public sealed class TcpWakeTests
{
    private const PollEvents In = PollEvents.IN | PollEvents.RDNORM;

    [Fact]
    public void Data_below_the_low_water_mark_wakes_nobody()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Set(SockOpt.SO_RCVLOWAT, 200);
        s.Sock.TakeWakes();
        s.Inject("P. 1:101(100) ack 1 win 257");
        Assert.Equal(PollEvents.None, s.Sock.TakeWakes());
        s.Inject("P. 101:201(100) ack 1 win 257");
        Assert.Equal(In, s.Sock.TakeWakes() & In);
        Assert.Equal(PollEvents.None, s.Sock.TakeWakes());
    }

    [Fact]
    public void A_fin_and_a_reset_wake_whoever_waits()
    {
        using TcpScript s = TcpScript.Accepted();
        s.Sock.TakeWakes();
        s.Inject("F. 1:1(0) ack 1 win 257");
        Assert.True((s.Sock.TakeWakes() & PollEvents.RDHUP) != 0);
        s.Inject("R 2:2(0) win 0");
        Assert.True((s.Sock.TakeWakes() & PollEvents.ERR) != 0);
    }

    [Fact]
    public void Room_is_told_only_to_one_who_was_refused()
    {
        using TcpScript s = TcpScript.Accepted(window: "65535");
        s.Set(SockOpt.SO_SNDBUF, 10_000);
        s.Sock.TakeWakes();
        s.Write(1000);
        s.Inject(". 1:1(0) ack 1001 win 65535");
        Assert.Equal(PollEvents.None, s.Sock.TakeWakes());
        while (s.Write(1000).IsOk)
        {
        }

        Assert.Equal(PollEvents.None, s.Sock.TakeWakes());
        int acked = 1001;
        PollEvents told = PollEvents.None;
        for (int i = 0; i < 10 && told == PollEvents.None; i++)
        {
            acked += 10_000;
            s.Inject($". 1:1(0) ack {acked} win 65535");
            told = s.Sock.TakeWakes();
            Assert.Equal(told != PollEvents.None, s.Sock.WmemQueued <= s.Sock.Sndbuf - (s.Sock.WmemQueued >> 1));
        }

        Assert.True((told & PollEvents.OUT) != 0);
        while (s.TryNext(out _))
        {
        }
    }

    [Fact]
    public void A_listener_is_told_of_a_connection()
    {
        using TcpScript s = TcpScript.Accepted();
        Assert.Equal(In, s.Listener.TakeWakes() & In);
    }
}
