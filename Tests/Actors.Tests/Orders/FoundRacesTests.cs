// Races that random orders found: each under all legal orders, or, where hosts boot, under many.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors.Tests.Orders;

public class FoundRacesTests
{
    private static void OnA(Func<Os, Task> program) => Assert.True(Orders.All(lab =>
    {
        lab.A.Run("program", program, Orders.Start);
        lab.Finish(100);
    }) > 1, "nothing raced");

    [Fact]
    public void A_program_that_starts_with_its_host_finds_the_devices_up() => Orders.Random(60, lab =>
    {
        lab.A.Run("ping", async os =>
        {
            int u = await os.Udp();
            await os.Connect(u, "10.0.0.2:9"); // ENETUNREACH while IP had not heard from the device
            await os.Send(u, new byte[1]);
            Assert.Equal(Errno.ECONNREFUSED, (await os.TryRecv(u, new byte[1])).Errno); // ARP, which had not heard either, kept the packet
        });
        lab.Finish(10);
    });

    [Fact]
    public void The_port_of_a_closed_datagram_socket_is_free_when_close_returns() => OnA(async os =>
    {
        int u = await os.Udp();
        await os.Bind(u, "0.0.0.0:500");
        int v = await os.Udp();
        await os.Close(u);
        await os.Bind(v, "0.0.0.0:500");
    });

    [Fact]
    public void The_port_of_a_closed_listener_is_free_when_close_returns() => OnA(async os =>
    {
        int l = await os.Tcp();
        await os.Bind(l, "0.0.0.0:80");
        await os.Listen(l, 5);
        int s = await os.Tcp();
        await os.Close(l);
        await os.Bind(s, "0.0.0.0:80");
    });

    [Fact]
    public void A_port_is_shared_as_soon_as_setsockopt_has_said_so() => OnA(async os =>
    {
        int u = await os.Udp(), v = await os.Udp();
        await os.Bind(u, "0.0.0.0:500");
        await os.SetSockOpt(v, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
        Assert.Equal(Errno.EADDRINUSE, (await os.TryBind(v, "0.0.0.0:500")).Errno);
        await os.SetSockOpt(u, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
        await os.Bind(v, "0.0.0.0:500");
    });

    [Fact]
    public void A_dissolved_listener_listens_no_more_when_shutdown_returns() => OnA(async os =>
    {
        int l = await os.Tcp();
        await os.Bind(l, "127.0.0.1:80");
        await os.Listen(l, 5);
        int s = await os.Tcp();
        await os.Shutdown(l, ShutdownHow.RDWR);
        Assert.Equal(Errno.ECONNREFUSED, (await os.TryConnect(s, "127.0.0.1:80")).Errno);
    });

    [Fact]
    public void What_poll_has_shown_accept_gives() => Orders.All(lab =>
    {
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            await os.Fcntl(l, FcntlCmd.F_SETFL, (int)FileFlags.NONBLOCK);
            Assert.Equal(1, await os.Poll(new PollFd[] { new(l, PollEvents.IN) }, Duration.FromSeconds(1)));
            SysResult r = await os.TryAccept(l); // the connection's actor is being made
            Assert.True(r.IsOk, $"{r.Errno}");
            Assert.Equal(5, await os.Recv((int)r.Value, new byte[10]));
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.Send(s, new byte[5]);
            await os.Close(s);
        }, Orders.Start);
        lab.Finish(100);
    }, outOfTurn: 3);

    [Fact]
    public void A_connection_that_is_reset_as_it_is_accepted_has_its_place_in_the_table_first() => Orders.All(lab =>
    {
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            SysResult r = await os.TryRecv(c, new byte[10]);
            Assert.Equal(Errno.ECONNRESET, r.Errno);
            await os.Close(c);
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, Talk.Linger(true, 0));
            await os.Close(s); // its RST follows on the heels of the last ACK
        }, Orders.Start);
        lab.Finish(100);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_write_has_done_epoll_wait_shows_in_the_order_of_the_writes(bool nested) => Orders.Random(60, lab =>
    {
        lab.A.Run("program", async os =>
        {
            int outer = await os.EpollCreate(), inner = await os.EpollCreate();
            (int r, int w) = await os.Pipe();
            int e = await os.Eventfd(0);
            await os.EpollCtl(inner, EpollOp.ADD, r, EpollEvents.IN | EpollEvents.ET, 1);
            await os.EpollCtl(inner, EpollOp.ADD, e, EpollEvents.IN | EpollEvents.ET, 2);
            await os.EpollCtl(outer, EpollOp.ADD, inner, EpollEvents.IN | EpollEvents.ET, 3);
            var got = new EpollEvent[4];
            for (int i = 0; i < 4; i++)
            {
                await os.Write(i % 2 == 0 ? w : e, new byte[8] { 1, 0, 0, 0, 0, 0, 0, 0 });
                await os.Write(i % 2 == 0 ? e : w, new byte[8] { 1, 0, 0, 0, 0, 0, 0, 0 });
                if (nested)
                {
                    Assert.Equal(1, await os.EpollWait(outer, got, Duration.Zero));
                    Assert.Equal(3, got[0].Data);
                    Assert.Equal(0, await os.EpollWait(outer, got, Duration.Zero));
                }

                Assert.Equal(2, await os.EpollWait(inner, got, Duration.Zero));
                Assert.Equal(i % 2 == 0 ? (1, 2) : (2, 1), ((int)got[0].Data, (int)got[1].Data));
                Assert.Equal(0, await os.EpollWait(inner, got, Duration.Zero));
            }
        });
        lab.Finish(100);
    });

    [Fact]
    public void A_run_that_ends_in_mid_handshake_leaves_nothing() => Orders.Random(60, lab =>
    {
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            while (true) await os.Accept(l);
        });
        for (int i = 0; i < 5; i++)
        {
            lab.A.Run($"client{i}", async os =>
            {
                int s = await os.Dial("10.0.0.2:80");
                await os.ReadToEnd(s);
            });
        }

        lab.Network.RunUntil(Instant.FromMilliseconds(5)); // ARP, SYN, SYN-ACK, ACK: children are being adopted
        lab.End();
    });
}
