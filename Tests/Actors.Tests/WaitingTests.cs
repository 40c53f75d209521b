// How calls wait and stop waiting: data, room, time-outs, O_NONBLOCK, poll, close, the end of the run (man 2 recv, poll; man 7 socket).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class WaitingTests
{
    private static void Run(Func<Os, Task> client, Func<Os, Task> server, Action<Lab>? after = null)
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("server", server);
        lab.A.Run("client", client, Instant.FromMilliseconds(1));
        lab.Finish();
        after?.Invoke(lab);
    }

    [Fact]
    public void SO_RCVTIMEO_ends_a_wait_with_EAGAIN_on_time() => Run(
        async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_RCVTIMEO, Talk.Timeval(Duration.FromMilliseconds(1500)));
            Instant before = os.Now;
            Assert.Equal(Errno.EAGAIN, (await os.TryRecv(s, new byte[1])).Errno);
            Assert.Equal(1_500_000, (os.Now - before).Microseconds);
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.SetSockOpt(l, SockLevel.SOCKET, (int)SockOpt.SO_RCVTIMEO, Talk.Timeval(Duration.FromMilliseconds(700)));
            Instant before = os.Now;
            Assert.Equal(Errno.EAGAIN, (await os.TryAccept(l)).Errno);
            Assert.Equal(700_000, (os.Now - before).Microseconds);
            Assert.Equal(0, await os.Recv(c, new byte[1]));
        });

    [Fact]
    public void SO_SNDTIMEO_ends_connect_with_EINPROGRESS_and_send_with_what_was_taken() => Run(
        async os =>
        {
            int s = await os.Tcp();
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_SNDTIMEO, Talk.Timeval(Duration.FromMilliseconds(1)));
            Assert.Equal(Errno.EINPROGRESS, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
            await os.Delay(Duration.FromMilliseconds(50));
            Assert.Equal(Errno.OK, (await os.TryConnect(s, "10.0.0.2:80")).Errno); // what it has come to meanwhile
            Assert.Equal(Errno.EISCONN, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_SNDTIMEO, Talk.Timeval(Duration.FromSeconds(1)));
            SysResult sent = await os.TrySend(s, new byte[50_000_000]); // the peer does not read
            Assert.True(sent.IsOk);
            Assert.InRange(sent.Value, 100_000, 20_000_000);
            SysResult more;
            do more = await os.TrySend(s, new byte[10_000]); // less than a third was free: no wake-up, but room
            while (more.IsOk);
            Assert.Equal(Errno.EAGAIN, more.Errno);
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, Talk.Linger(true, 0));
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.Delay(Duration.FromSeconds(20));
            _ = c;
        });

    [Fact]
    public void A_reader_waits_for_SO_RCVLOWAT_and_one_of_MSG_WAITALL_stays_first() => Run(
        async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            for (byte i = 0; i < 12; i++)
            {
                await os.Send(s, new[] { i });
                await os.Delay(Duration.FromMilliseconds(100));
            }
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            byte[] a = new byte[4], b = new byte[2], low = new byte[10];
            ValueTask<int> first = os.Recv(c, a, MsgFlags.WAITALL), second = os.Recv(c, b, MsgFlags.WAITALL);
            Assert.Equal(4, await first);
            Assert.Equal(2, await second);
            Assert.Equal([0, 1, 2, 3], a);
            Assert.Equal([4, 5], b);
            await os.SetSockOpt(c, SockLevel.SOCKET, (int)SockOpt.SO_RCVLOWAT, 3);
            Assert.Equal(3, await os.Recv(c, low));
            await os.Delay(Duration.FromMilliseconds(150)); // one more is there: not enough
            Assert.Equal(3, await os.Recv(c, low));
            Assert.Equal(0, await os.Recv(c, low)); // the end is enough
        });

    [Fact]
    public void A_disposed_timer_costs_no_turn()
    {
        Assert.Equal(Events(0), Events(3));

        static long Events(int timers)
        {
            using var lab = new Lab();
            lab.A.Run("p", async os =>
            {
                for (int i = 0; i < timers; i++)
                {
                    ITimer timer = os.TimeProvider.CreateTimer(_ => Assert.Fail("disposed"), null, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1));
                    timer.Change(TimeSpan.FromSeconds(2 + i), Timeout.InfiniteTimeSpan);
                    await timer.DisposeAsync();
                }

                await os.Delay(Duration.FromSeconds(10));
            });
            lab.Network.RunUntil(Instant.FromSeconds(20));
            return lab.System.EventsHandled();
        }
    }

    [Fact]
    public void A_nonblocking_connect_is_finished_by_poll() => Run(
        async os =>
        {
            int s = await os.Tcp(SocketType.NONBLOCK);
            Assert.Equal(Errno.EINPROGRESS, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
            Assert.Equal(Errno.EALREADY, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
            Assert.Equal(Errno.EAGAIN, (await os.TryRecv(s, new byte[1])).Errno);
            PollFd[] fds = [new(s, PollEvents.OUT)];
            Assert.Equal(0, await os.Poll(fds, Duration.Zero));
            Assert.Equal(1, await os.Poll(fds, Duration.FromSeconds(5)));
            Assert.Equal(PollEvents.OUT, fds[0].REvents);
            Assert.Equal(0, await os.GetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_ERROR));
            Assert.Equal(Errno.OK, (await os.TryConnect(s, "10.0.0.2:80")).Errno);
            Assert.Equal(Errno.EISCONN, (await os.TryConnect(s, "10.0.0.2:80")).Errno);

            int t = await os.Tcp(SocketType.NONBLOCK); // and one that is refused
            Assert.Equal(Errno.EINPROGRESS, (await os.TryConnect(t, "10.0.0.2:81")).Errno);
            fds[0] = new PollFd(t, PollEvents.IN | PollEvents.OUT);
            Assert.Equal(1, await os.Poll(fds, Duration.Infinite));
            Assert.True((fds[0].REvents & (PollEvents.ERR | PollEvents.HUP)) == (PollEvents.ERR | PollEvents.HUP), fds[0].REvents.ToString());
            Assert.Equal((int)Errno.ECONNREFUSED, await os.GetSockOpt(t, SockLevel.SOCKET, (int)SockOpt.SO_ERROR));
            Assert.Equal(0, await os.GetSockOpt(t, SockLevel.SOCKET, (int)SockOpt.SO_ERROR));
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            Assert.Equal(0, await os.Recv(c, new byte[1]));
        });

    [Fact]
    public void Poll_waits_for_the_first_of_many_and_times_out() => Run(
        async os =>
        {
            int a = await os.Udp(), b = await os.Udp();
            await os.Bind(a, "10.0.0.1:1000");
            await os.Bind(b, "10.0.0.1:1001");
            PollFd[] fds = [new(a, PollEvents.IN), new(b, PollEvents.IN), new(-1, PollEvents.IN), new(99, PollEvents.IN)];
            Assert.Equal(1, await os.Poll(fds, Duration.Infinite)); // a bad descriptor is an answer at once
            Assert.Equal(PollEvents.NVAL, fds[3].REvents);
            fds[3] = new PollFd(-1, 0);
            Instant before = os.Now;
            Assert.Equal(0, await os.Poll(fds, Duration.FromMilliseconds(10)));
            Assert.Equal(10_000, (os.Now - before).Microseconds);
            Assert.Equal(1, await os.Poll(fds, Duration.FromSeconds(10)));
            Assert.Equal(PollEvents.None, fds[0].REvents);
            Assert.Equal(PollEvents.IN, fds[1].REvents);
            Assert.Equal(1, await os.Poll(fds, Duration.FromSeconds(10))); // level-triggered
            Assert.Equal(4, await os.Recv(b, new byte[10]));
            Assert.Equal(0, await os.Poll(fds, Duration.Zero));
        },
        async os =>
        {
            int s = await os.Udp();
            await os.Delay(Duration.FromSeconds(1));
            await os.SendTo(s, new byte[4], "10.0.0.1:1001");
        });

    [Fact]
    public void MSG_WAITALL_MSG_PEEK_and_MSG_TRUNC_mean_what_they_mean() => Run(
        async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            var buffer = new byte[30];
            Assert.Equal(2, await os.Recv(s, buffer.AsMemory(0, 2), MsgFlags.PEEK));
            Assert.Equal(30, await os.Recv(s, buffer, MsgFlags.WAITALL));
            Assert.Equal(5, await os.Recv(s, buffer, MsgFlags.WAITALL)); // the end of the stream ends the wait
            Assert.Equal(0, await os.Recv(s, buffer, MsgFlags.DONTWAIT));

            int u = await os.Udp();
            await os.Bind(u, "10.0.0.1:9");
            (int n, SockAddr from, MsgFlags flags) = await os.RecvFrom(u, buffer.AsMemory(0, 10));
            Assert.Equal((10, MsgFlags.TRUNC, (ushort)77), (n, flags, from.Port));
            Assert.Equal(100, await os.Recv(u, buffer.AsMemory(0, 10), MsgFlags.TRUNC));
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            for (int i = 0; i < 7; i++)
            {
                await os.Send(c, new byte[5]);
                await os.Delay(Duration.FromMilliseconds(100));
            }

            await os.Close(c);
            await os.Delay(Duration.FromSeconds(1));
            int u = await os.Udp();
            await os.Bind(u, "10.0.0.2:77");
            await os.SendTo(u, new byte[100], "10.0.0.1:9");
            await os.SendTo(u, new byte[100], "10.0.0.1:9");
        });

    [Fact]
    public void A_close_does_not_end_a_read_of_another_task_and_a_shutdown_does() => Run(
        async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            bool ended = false;
            os.Spawn(async () =>
            {
                Assert.Equal(0, await os.Recv(s, new byte[1]));
                ended = true;
            });
            await os.Delay(Duration.FromMilliseconds(10));
            int copy = await os.Dup(s);
            await os.Close(s);
            await os.Delay(Duration.FromMilliseconds(10));
            Assert.False(ended);
            await os.Shutdown(copy, ShutdownHow.RD);
            await os.Delay(Duration.FromMilliseconds(10));
            Assert.True(ended);
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            Assert.Equal(0, await os.Recv(c, new byte[1]));
        });

    [Fact]
    public void Waiting_readers_are_served_in_order() => Run(
        async os =>
        {
            int s = await os.Udp();
            await os.Bind(s, "10.0.0.1:9");
            var order = new List<(int Reader, byte Value)>();
            for (int i = 0; i < 3; i++)
            {
                int reader = i;
                os.Spawn(async () =>
                {
                    var b = new byte[1];
                    await os.Recv(s, b);
                    order.Add((reader, b[0]));
                });
            }

            await os.Delay(Duration.FromSeconds(1));
            Assert.Equal([(0, (byte)10), (1, (byte)11), (2, (byte)12)], order);
        },
        async os =>
        {
            int s = await os.Udp();
            await os.Delay(Duration.FromMilliseconds(100));
            for (byte i = 10; i < 13; i++) await os.SendTo(s, new[] { i }, "10.0.0.1:9");
        });

    [Fact]
    public void A_lingering_close_waits_for_the_last_acknowledgement() => Run(
        async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, Talk.Linger(true, 10));
            await os.Send(s, new byte[1000]);
            Instant before = os.Now;
            await os.Close(s);
            Assert.InRange((os.Now - before).Microseconds, 2_000, 100_000); // one round trip, and what the peer delays its ACK
        },
        async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            await os.ReadToEnd(c);
        });

    [Fact]
    public void The_end_of_the_run_ends_every_wait()
    {
        using Lab lab = Lab.Pair();
        int ended = 0;
        lab.A.Run("waiters", async os =>
        {
            int l = await os.Listening("0.0.0.0:80"), u = await os.Udp();
            await os.Bind(u, "0.0.0.0:9");
            Func<Task>[] waits =
            [
                async () => await os.Accept(l), async () => await os.Recv(u, new byte[1]), async () => await os.Delay(Duration.FromSeconds(1e6)),
                async () => await os.Poll(new PollFd[] { new(u, PollEvents.IN) }, Duration.Infinite), () => Task.Delay(-1, os.Stopping),
            ];
            foreach (Func<Task> wait in waits)
            {
                os.Spawn(async () =>
                {
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(wait);
                    ended++;
                });
            }

            await new TaskCompletionSource().Task; // never: it is given up
        });
        lab.Network.RunUntil(Instant.FromSeconds(5));
        lab.Network.StopPrograms();
        Assert.Equal(5, ended);
        Assert.Empty(lab.Network.Failures);
        lab.End();
    }

    [Fact]
    public void NET_waits_on_the_host_clock()
    {
        using var lab = new Lab();
        var at = new List<double>();
        lab.A.Run("clock", async os =>
        {
            await Task.Delay(TimeSpan.FromSeconds(2), os.TimeProvider);
            at.Add(os.Now.Seconds);
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), os.TimeProvider);
            for (int i = 0; i < 3; i++)
            {
                await timer.WaitForNextTickAsync();
                at.Add(os.Now.Seconds);
            }

            await Task.Factory.StartNew(() => at.Add(os.Now.Seconds), CancellationToken.None, TaskCreationOptions.None, os.Scheduler);
            Assert.Equal(2000, os.TimeProvider.GetUtcNow().Year);
        });
        lab.Finish();
        Assert.Equal([2, 3, 4, 5, 5], at);
    }

    [Fact]
    public void An_exception_that_nobody_catches_ends_its_process_and_is_reported()
    {
        using Lab lab = Lab.Pair();
        ProcessStatus p = lab.A.Run("bad", async os =>
        {
            int s = await os.Udp();
            os.Spawn(async () => await os.Recv(s, new byte[1]));
            await os.Delay(Duration.FromSeconds(1));
            throw new FormatException("oops");
        });
        lab.Network.RunPrograms(Instant.FromSeconds(10));
        ProgramFailure f = Assert.Single(lab.Network.Failures);
        Assert.Equal(("a", "bad", 1, 1.0, "oops"), (f.Host, f.Program, f.Pid, f.At.Seconds, f.Exception.Message));
        Assert.True(p.Exited);
        Assert.Equal(1, p.ExitCode);
        lab.End();
    }
}
