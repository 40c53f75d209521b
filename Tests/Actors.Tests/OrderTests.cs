// What must not depend on the order of events within an instant, on how a run is cut into pieces, or on a socket's actor living on.

using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

public class OrderTests
{
    [Fact]
    public void A_call_that_is_awaited_late_has_its_answer_once()
    {
        using Lab lab = Lab.Pair();
        lab.A.Run("program", async os =>
        {
            int to = await os.Udp(), first = await os.Udp(), second = await os.Udp();
            await os.Bind(first, "127.0.0.1:1001");
            await os.Bind(second, "127.0.0.1:1002");
            for (int i = 0; i < 3; i++)
            {
                ValueTask<int> one = os.Recv(first, new byte[10]), two = os.Recv(second, new byte[10]);
                ValueTask<int> sent = os.SendTo(to, new byte[2], "127.0.0.1:1002"), also = os.SendTo(to, new byte[1], "127.0.0.1:1001");
                Assert.Equal(2, await two);
                Assert.Equal(1, await one); // its socket has answered in this instant, its process has not heard of it
                Assert.Equal(2, await sent);
                Assert.Equal(1, await also);
            }
        });
        lab.Finish();
    }

    [Fact]
    public void A_program_that_ignores_its_end_does_not_spin()
    {
        using Lab lab = Lab.Pair();
        lab.A.Run("deaf", async os =>
        {
            int u = await os.Udp();
            while (true) _ = await os.TryRecv(u, new byte[1]);
        });
        lab.Network.RunFor(Duration.FromSeconds(1));
        lab.End();
    }

    [Fact]
    public void A_connection_that_accept_missed_is_shown_by_poll()
    {
        for (int tries = 0; tries < 60; tries++)
        {
            int n = tries;
            using Lab lab = Lab.Pair();
            lab.A.Run("program", async os =>
            {
                int l = await os.Listening("127.0.0.1:80");
                await os.Fcntl(l, FcntlCmd.F_SETFL, (int)FileFlags.NONBLOCK);
                int s = await os.Tcp(SocketType.NONBLOCK);
                Assert.Equal(Errno.EINPROGRESS, (await os.TryConnect(s, "127.0.0.1:80")).Errno);
                await os.Delay(ActorNet.Devices.LoopbackActor.Delay * 3); // SYN, SYN-ACK, ACK
                SysResult r = Errno.EAGAIN;
                for (int i = 0; i < n && !r.IsOk; i++) r = await os.TryAccept(l);
                if (r.IsOk) return;
                Assert.Equal(1, await os.Poll(new PollFd[] { new(l, PollEvents.IN) }, Duration.FromSeconds(1)));
                Assert.True((await os.TryAccept(l)).IsOk);
            });
            lab.Finish();
        }
    }

    [Fact]
    public void A_kill_ends_a_connect_that_has_not_got_its_port_yet()
    {
        using Lab lab = Lab.Pair();
        lab.A.AddRoute("default", "10.0.0.2"); // which does not forward
        ProcessStatus p = lab.A.Run("program", async os =>
        {
            int s = await os.Tcp();
            ValueTask connect = os.Connect(s, "192.0.2.1:80");
            os.Spawn(() => connect.AsTask());
            throw new InvalidDataException("the program is broken");
        });
        lab.Network.RunPrograms(Instant.FromSeconds(1));
        Assert.True(p.Exited);
        Assert.IsType<InvalidDataException>(Assert.Single(lab.Network.Failures).Exception);
        lab.End();
    }

    [Fact]
    public void Close_lingers_whether_or_not_O_NONBLOCK_is_set()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.ReadToEnd(c);
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.Fcntl(s, FcntlCmd.F_SETFL, (int)FileFlags.NONBLOCK);
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, Talk.Linger(true, 5));
            await os.Send(s, new byte[1000]);
            Instant before = os.Now;
            await os.Close(s);
            Assert.True(os.Now - before >= Duration.FromMilliseconds(2), "close did not wait for the acknowledgement"); // a round trip
        }, Instant.FromMilliseconds(1));
        lab.Finish();
    }

    [Fact]
    public void What_came_before_a_reset_is_not_for_the_next_connection()
    {
        for (ulong seed = 1; seed <= 8; seed++) ResetThenConnect(seed); // the new sequence numbers may lie on either side of the old
    }

    private static void ResetThenConnect(ulong seed)
    {
        using Lab lab = Lab.Pair(seed: seed);
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int first, _) = await os.Accept(l);
            await os.Send(first, Talk.Noise(1000, 1));
            await os.SetSockOpt(first, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, Talk.Linger(true, 0));
            await os.Delay(Duration.FromMilliseconds(10));
            await os.Close(first);
            (int second, _) = await os.Accept(l);
            await os.Send(second, Talk.Noise(500, 2));
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Tcp(SocketType.NONBLOCK);
            Assert.Equal(Errno.EINPROGRESS, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
            await os.Delay(Duration.FromMilliseconds(100)); // connected, sent to, reset: nobody looked
            Assert.Equal(Errno.ECONNRESET, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
            await os.Fcntl(s, FcntlCmd.F_SETFL, 0);
            await os.Connect(s, "10.0.0.2:80");
            Assert.Equal(Talk.Noise(500, 2), await os.ReadToEnd(s));
        }, Instant.FromMilliseconds(1));
        lab.Finish();
    }

    [Fact]
    public void Sockets_that_are_polled_twice_and_fire_at_once_answer_once()
    {
        using Lab lab = Lab.Pair();
        lab.A.Run("program", async os =>
        {
            int to = await os.Udp(), u = await os.Udp(), v = await os.Udp();
            await os.Bind(u, "127.0.0.1:1001");
            await os.Bind(v, "127.0.0.1:1002");
            for (int i = 0; i < 50; i++)
            {
                // Around the microsecond that lo takes: what is sent fires the entries while they are asked, armed or withdrawn.
                await os.SendTo(to, new byte[1], "127.0.0.1:1001");
                await os.SendTo(to, new byte[1], "127.0.0.1:1002");
                var fds = new PollFd[] { new(u, PollEvents.IN), new(v, PollEvents.IN), new(u, PollEvents.IN) };
                await os.Delay(Duration.FromNanoseconds(i * 40));
                while (await os.Poll(fds, Duration.FromNanoseconds(1 + i % 7 * 200)) == 0)
                {
                }

                Assert.Equal(1, await os.Recv(u, new byte[1]));
                Assert.Equal(1, await os.Recv(v, new byte[1]));
            }
        });
        lab.Finish();
    }

    [Fact]
    public void A_socket_that_a_bug_stops_answers_EIO_and_its_peer_gets_a_reset()
    {
        using Lab lab = Lab.Pair();
        var seen = new List<string>();
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            ValueTask<SysResult> recv = os.TryRecv(c, new byte[1]);
            var fds = new PollFd[] { new(c, PollEvents.IN) };
            Assert.Equal(1, await os.Poll(fds, Duration.Infinite));
            seen.Add($"poll {fds[0].REvents}");
            seen.Add($"recv {(await recv).Errno}");
            seen.Add($"send {(await os.TrySend(c, new byte[1])).Errno}");
            seen.Add($"poll {await os.Poll(fds, Duration.Infinite)}");
            seen.Add($"close {(await os.TryClose(c)).Errno}");
        });
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.Delay(Duration.FromSeconds(2));
            await os.Send(s, new byte[1]);
            await os.Delay(Duration.FromSeconds(1));
            seen.Add($"client {(await os.TryRecv(s, new byte[1])).Errno}");
        }, Instant.FromMilliseconds(1));
        lab.Network.RunUntil(Instant.FromSeconds(1));
        // A call that was never entered cannot be answered: every socket of b throws.
        lab.System.ActorSelection("/user/b/sock/*").Tell(new Syscall.Shutdown(), ActorRefs.NoSender);
        Assert.True(lab.Network.RunPrograms(Instant.FromSeconds(10)));
        Assert.Equal(["poll ERR, HUP", "recv EIO", "send EIO", "poll 1", "close OK", "client ECONNRESET"], seen);
        lab.Network.Destroy();
        Assert.All(lab.Network.Audit(), wrong => Assert.Contains("socket", wrong, StringComparison.Ordinal)); // the bugs, and nothing else
    }

    [Fact]
    public void A_run_is_the_same_run_however_it_is_cut_into_pieces()
    {
        ulong whole = Transfer(0);
        for (int pieces = 1; pieces < 5; pieces++) Assert.Equal(whole, Transfer(pieces));

        static ulong Transfer(int pieces)
        {
            using Lab lab = Lab.Pair(new WireSpec { Rate = 20_000_000, Delay = Duration.FromMilliseconds(5), Loss = 0.03, QueuePackets = 30 }, 7);
            lab.B.Run("server", async os =>
            {
                int l = await os.Listening("0.0.0.0:80");
                for (int i = 0; i < 3; i++)
                {
                    (int c, _) = await os.Accept(l);
                    os.Spawn(async () =>
                    {
                        await os.ReadToEnd(c);
                        await os.Close(c);
                    });
                }
            });
            for (int i = 0; i < 3; i++)
            {
                lab.A.Run("client" + i, async os =>
                {
                    int s = await os.Dial("10.0.0.2:80");
                    await os.SendAll(s, Talk.Noise(200_000));
                    await os.Close(s);
                }, Instant.FromMilliseconds(i));
            }

            Instant end = Instant.FromSeconds(200);
            var random = new RandomStream(5, "pieces", pieces.ToString(System.Globalization.CultureInfo.InvariantCulture));
            while (pieces > 0 && lab.Network.Now < Instant.FromSeconds(3))
            {
                int left = (int)random.Below(50) + 1;
                // Until a time, or until so many events were handled, in the middle of a window.
                lab.Network.RunUntil(lab.Network.Now + Duration.FromMicroseconds((int)random.Below(20_000)), pieces % 2 == 0 ? () => --left == 0 : null);
            }

            lab.Network.RunUntil(end);
            ulong hash = lab.Network.TraceHash;
            lab.End();
            return hash;
        }
    }
}
