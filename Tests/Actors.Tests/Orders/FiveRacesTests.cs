// Five races known from the Erlang TCP/IP stack of 2005, where a connection was three processes: each under all legal orders of the messages of the
// instants in which it could happen.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors.Tests.Orders;

public class FiveRacesTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly Instant s_go = Instant.FromMilliseconds(20);
    private static readonly Duration s_ms = Duration.FromMilliseconds(1);

    private static Task At(Os os, Instant at) => os.Delay(at - os.Now).AsTask();

    /// <summary>Explores from the given time on.</summary>
    /// <param name="outOfTurn">For a scenario with too many orders: those with at most so many messages out of turn.</param>
    private void Explore(Action<Lab> scenario, Instant from, int leastOrders = 2, int forMs = 5, int outOfTurn = int.MaxValue)
    {
        int orders = Orders.All(scenario, outOfTurn, from, from + s_ms * forMs);
        output.WriteLine($"{orders} orders");
        Assert.True(orders >= leastOrders, $"{orders} orders: nothing raced");
    }

    /// <summary>A connection between two programs; each goes on with its socket at the time of the race.</summary>
    private static void Connected(Lab lab, Func<Os, int, Task> client, Func<Os, int, Task> server)
    {
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.Close(l);
            await At(os, s_go);
            await server(os, c);
        });
        lab.A.Run("client", async os =>
        {
            await At(os, Instant.FromMilliseconds(5));
            int s = await os.Dial("10.0.0.2:80");
            await At(os, s_go);
            await client(os, s);
        });
    }

    private static void NoResets(Lab lab)
    {
        Assert.Equal(0, lab.A.Net.Mib[Snmp.TcpOutRsts] + lab.B.Net.Mib[Snmp.TcpOutRsts]);
        Assert.Equal(0, lab.A.Net.Mib[Snmp.TcpRetransSegs] + lab.B.Net.Mib[Snmp.TcpRetransSegs]);
        Assert.Equal(0, lab.A.Net.Mib[Snmp.TcpCurrEstab] + lab.B.Net.Mib[Snmp.TcpCurrEstab]);
    }

    // 1. Close against an incoming FIN, in either order.

    [Fact]
    public void A_close_and_an_incoming_FIN_of_one_instant_end_the_connection_in_either_order() => Explore(
        lab =>
        {
            Connected(
                lab,
                async (os, s) => await os.Close(s), // its FIN arrives a millisecond later
                async (os, c) =>
                {
                    await os.Delay(s_ms);
                    await os.Close(c);
                });
            lab.Finish(200);
            NoResets(lab);
        },
        s_go + s_ms);

    [Fact]
    public void A_close_against_a_FIN_with_data_resets_or_not_as_the_order_says_and_leaves_nothing() => Explore(
        lab =>
        {
            Errno seen = Errno.OK;
            Connected(
                lab,
                async (os, s) =>
                {
                    await os.Send(s, new byte[10]);
                    await os.Shutdown(s, ShutdownHow.WR);
                    SysResult r = await os.TryRecv(s, new byte[1]);
                    seen = r.Errno;
                    Assert.True(r.Errno == Errno.ECONNRESET || (r.IsOk && r.Value == 0), $"{r}"); // data nobody read: a reset (RFC 2525 2.17)
                    await os.Close(s);
                },
                async (os, c) =>
                {
                    await os.Delay(s_ms);
                    await os.Close(c);
                });
            lab.Finish(200);
        },
        s_go + s_ms);

    [Fact]
    public void Two_closes_that_cross_end_in_TIME_WAIT_on_both_sides() => Explore(
        lab =>
        {
            Connected(lab, async (os, s) => await os.Close(s), async (os, c) => await os.Close(c));
            lab.Finish(200);
            NoResets(lab);
        },
        s_go,
        leastOrders: 1);

    // 2. A SYN that is never sent.

    [Fact]
    public void A_connect_always_sends_its_SYN() => Explore(
        lab =>
        {
            lab.B.Run("server", async os =>
            {
                int l = await os.Listening("0.0.0.0:80");
                (int c, _) = await os.Accept(l);
                (int d, _) = await os.Accept(l);
                await os.ReadToEnd(c);
                await os.ReadToEnd(d);
            });
            lab.A.Run("client", async os =>
            {
                await At(os, s_go); // the neighbour is not known, two sockets look for ports
                int s = await os.Tcp(SocketType.NONBLOCK), t = await os.Tcp(SocketType.NONBLOCK);
                ValueTask<SysResult> one = os.TryConnect(s, "10.0.0.2:80"), two = os.TryConnect(t, "10.0.0.2:80");
                Assert.Equal(Errno.EINPROGRESS, (await one).Errno);
                Assert.Equal(Errno.EINPROGRESS, (await two).Errno);
                foreach (int fd in (int[])[s, t])
                {
                    var fds = new PollFd[] { new(fd, PollEvents.OUT) };
                    Assert.Equal(1, await os.Poll(fds, s_ms * 20)); // else: no SYN, or no answer
                    Assert.Equal(PollEvents.OUT, fds[0].REvents);
                    await os.Close(fd);
                }
            });
            lab.Finish(200);
            Assert.Equal(2, lab.A.Net.Mib[Snmp.TcpActiveOpens]);
            Assert.Equal(0, lab.A.Net.Mib[Snmp.TcpExtTCPSynRetrans]);
        },
        s_go);

    [Fact]
    public void A_close_right_behind_a_connect_lets_neither_hang() => Explore(
        lab =>
        {
            lab.B.Run("server", async os =>
            {
                int l = await os.Listening("0.0.0.0:80");
                await At(os, s_go + s_ms * 50);
                await os.Close(l);
            });
            lab.A.Run("client", async os =>
            {
                await At(os, s_go);
                int s = await os.Tcp();
                ValueTask<SysResult> connect = os.TryConnect(s, "10.0.0.2:80");
                await os.Close(s); // the connect holds the file: the close is of the descriptor only
                Assert.True((await connect).IsOk);
            });
            lab.Finish(200);
        },
        s_go,
        leastOrders: 1);

    // 3. A close that never returns.

    [Theory]
    [InlineData(2, false)] // the SYN-ACK comes in the instant of the close
    [InlineData(2, true)]
    [InlineData(1, false)] // the SYN is at the far end
    public void A_close_in_mid_handshake_returns(int afterMs, bool linger) => Explore(
        lab =>
        {
            lab.B.Run("server", async os =>
            {
                int l = await os.Listening("0.0.0.0:80");
                await At(os, s_go + s_ms * 50);
                await os.Close(l);
            });
            lab.A.Run("client", async os =>
            {
                int u = await os.Udp();
                await os.SendTo(u, new byte[1], "10.0.0.2:9"); // the neighbour is known
                await At(os, s_go);
                int s = await os.Tcp(SocketType.NONBLOCK);
                if (linger) await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, Talk.Linger(true, 5));
                Assert.Equal(Errno.EINPROGRESS, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
                await os.Delay(s_ms * afterMs);
                await os.Close(s);
                Assert.True(os.Now <= s_go + s_ms * 10, $"close returned at {os.Now}");
            });
            lab.Finish(200);
        },
        s_go + s_ms * afterMs,
        leastOrders: afterMs == 2 ? 2 : 1);

    [Fact]
    public void A_close_that_lingers_returns_when_the_acknowledgement_comes_whatever_else_comes_with_it() => Explore(
        lab =>
        {
            Connected(
                lab,
                async (os, s) =>
                {
                    await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, Talk.Linger(true, 5));
                    await os.Send(s, new byte[10]);
                    Instant before = os.Now;
                    await os.Close(s);
                    Assert.InRange((os.Now - before).Nanoseconds, (s_ms * 2).Nanoseconds, (s_ms * 10).Nanoseconds);
                },
                async (os, c) =>
                {
                    await os.Recv(c, new byte[100]);
                    await os.Close(c); // its FIN travels with the acknowledgement, or behind it
                });
            lab.Finish(200);
        },
        s_go);

    [Fact]
    public void A_close_with_a_reader_at_work_returns_and_so_does_the_reader() => Explore(
        lab =>
        {
            Connected(
                lab,
                async (os, s) =>
                {
                    await os.Send(s, new byte[10]);
                    await os.Close(s);
                },
                async (os, c) =>
                {
                    ValueTask<SysResult> reader = os.TryRecv(c, new byte[100]);
                    await os.Delay(s_ms);
                    await os.Close(c);
                    SysResult r = await reader;
                    Assert.Equal(10, r.Value);
                });
            lab.Finish(200);
        },
        s_go + s_ms);

    // 4. No reset or FIN to children in SYN_RCVD when the listener closes.

    [Theory]
    [InlineData(1)] // the SYN comes in the instant of the close
    [InlineData(2)] // the handshake is half done
    [InlineData(3)] // its last ACK comes in the instant of the close
    public void A_client_in_mid_handshake_hears_of_the_listeners_end(int afterMs) => Explore(
        lab =>
        {
            lab.B.Run("server", async os =>
            {
                int l = await os.Listening("0.0.0.0:80");
                await At(os, s_go + s_ms * afterMs);
                await os.Close(l);
                int again = await os.Tcp(); // the port is free at once
                await os.Bind(again, "0.0.0.0:80");
            });
            lab.A.Run("client", async os =>
            {
                int u = await os.Udp();
                await os.SendTo(u, new byte[1], "10.0.0.2:9");
                await At(os, s_go);
                int s = await os.Tcp();
                SysResult r = await os.TryConnect(s, "10.0.0.2:80");
                if (r.IsOk) r = await os.TryRecv(s, new byte[1]);
                Assert.True(r.Errno is Errno.ECONNREFUSED or Errno.ECONNRESET, $"{r.Errno} at {os.Now}");
                Assert.True(os.Now <= s_go + s_ms * 10, $"heard at {os.Now}");
                await os.Close(s);
            });
            lab.Finish(200);
        },
        s_go + s_ms * afterMs,
        leastOrders: afterMs == 2 ? 1 : 2);

    // 5. Connections not yet accepted, closed one by one when the listener closes.

    [Theory]
    [InlineData(2, false, int.MaxValue)]
    [InlineData(3, true, int.MaxValue)] // one of them is being accepted in the instant of the close
    [InlineData(4, false, 2)]
    public void Every_connection_that_nobody_accepted_is_reset_when_the_listener_closes(int connections, bool accepting, int outOfTurn) => Explore(
        lab =>
        {
            int told = 0, served = 0;
            lab.B.Run("server", async os =>
            {
                int l = await os.Listening("0.0.0.0:80");
                await At(os, s_go);
                if (accepting)
                {
                    os.Spawn(async () =>
                    {
                        SysResult accepted = await os.TryAccept(l);
                        if (!accepted.IsOk) return;
                        served++;
                        await os.Close((int)accepted.Value);
                    });
                }

                await os.Close(l);
            });
            for (int i = 0; i < connections; i++)
            {
                lab.A.Run($"client{i}", async os =>
                {
                    await At(os, Instant.FromMilliseconds(5));
                    int s = await os.Dial("10.0.0.2:80");
                    SysResult r = await os.TryRecv(s, new byte[1]);
                    if (r.Errno == Errno.ECONNRESET) told++;
                    else Assert.Equal(0, r.Value);
                    Assert.True(os.Now <= s_go + s_ms * 5, $"heard at {os.Now}");
                    await os.Close(s);
                });
            }

            lab.Finish(200);
            Assert.Equal(connections, told + served);
            Assert.True(served == 0 || accepting);
        },
        s_go,
        forMs: 1,
        outOfTurn: outOfTurn);

    [Fact]
    public void Connections_that_are_made_in_the_instant_of_the_listeners_close_are_reset_too() => Explore(
        lab =>
        {
            lab.B.Run("server", async os =>
            {
                int l = await os.Listening("0.0.0.0:80");
                await At(os, s_go + s_ms * 3);
                await os.Close(l);
            });
            for (int i = 0; i < 2; i++)
            {
                lab.A.Run($"client{i}", async os =>
                {
                    int u = await os.Udp();
                    await os.SendTo(u, new byte[1], "10.0.0.2:9");
                    await At(os, s_go);
                    int s = await os.Tcp();
                    await os.Connect(s, "10.0.0.2:80");
                    Assert.Equal(Errno.ECONNRESET, (await os.TryRecv(s, new byte[1])).Errno);
                    Assert.True(os.Now <= s_go + s_ms * 10, $"heard at {os.Now}");
                    await os.Close(s);
                });
            }

            lab.Finish(200);
        },
        s_go + s_ms * 3,
        forMs: 1,
        outOfTurn: 3);
}
