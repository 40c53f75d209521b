// Pipes, eventfd and epoll. What is expected here was asked of Linux 6.18 (man 7 pipe, epoll; man 2 eventfd, epoll_ctl).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class FilesTests
{
    private static readonly Duration s_now = Duration.Zero;

    private static void Run(params Func<Os, Task>[] programs)
    {
        using Lab lab = Lab.Pair();
        foreach (Func<Os, Task> program in programs) lab.A.Run("program", program);
        lab.Finish();
    }

    private static async Task<Errno> ErrnoOf(ValueTask<int> call)
    {
        try
        {
            await call;
            return Errno.OK;
        }
        catch (ErrnoException e)
        {
            return e.Errno;
        }
    }

    private static async ValueTask<int> Asleep(Os os, Instant until)
    {
        await os.Delay(until - os.Now);
        return 0;
    }

    private static async Task<string> Ready(Os os, int epfd, int max = 8)
    {
        var events = new EpollEvent[max];
        int n = await os.EpollWait(epfd, events, s_now);
        return string.Join(' ', events.Take(n).Select(e => $"{e.Data}:{(uint)e.Events}"));
    }

    [Fact]
    public void An_epoll_that_a_bug_stops_while_it_asks_its_files_answers_EIO_and_the_run_goes_on()
    {
        using Lab lab = Lab.Pair(system: EngineRun.Create("lab", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual)); // in one order
        ProcessStatus? program = null;
        program = lab.A.Run("program", async os =>
        {
            int ep = await os.EpollCreate(), e = await os.Eventfd(1);
            await os.EpollCtl(ep, EpollOp.ADD, e, EpollEvents.IN, 0);
            ValueTask<SysResult> wait = os.TryEpollWait(ep, new EpollEvent[1], Duration.FromSeconds(1));
            // Behind the call in the epoll's mailbox, and before its file's answer.
            program!.Files![ep]!.Actor!.Tell(new Interrupt(null!, 0), ActorRefs.NoSender);
            Assert.Equal(Errno.EIO, (await wait).Errno);
        });
        Assert.True(lab.Network.RunPrograms(Instant.FromSeconds(10)));
        Assert.Empty(lab.Network.Failures);
        lab.Network.Destroy();
        Assert.NotEmpty(lab.Network.Audit()); // it names the bug
    }

    [Fact]
    public void A_pipe_gives_what_was_written_and_then_its_end() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        Assert.Equal(3, await os.Write(w, "abc"u8.ToArray()));
        var buffer = new byte[10];
        Assert.Equal(3, await os.Read(r, buffer));
        await os.Close(w);
        Assert.Equal(0, await os.Read(r, buffer));
    });

    [Fact]
    public void A_reader_of_an_empty_pipe_waits_and_one_that_may_not_gets_EAGAIN() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        os.Spawn(async () =>
        {
            await os.Delay(Duration.FromMilliseconds(5));
            await os.Write(w, new byte[2]);
        });
        Instant before = os.Now;
        Assert.Equal(2, await os.Read(r, new byte[9]));
        Assert.Equal(5_000, (os.Now - before).Microseconds);
        await os.Fcntl(r, FcntlCmd.F_SETFL, (int)FileFlags.NONBLOCK);
        Assert.Equal(Errno.EAGAIN, await ErrnoOf(os.Read(r, new byte[1])));
        Assert.Equal(Errno.EBADF, await ErrnoOf(os.Read(w, new byte[1])));
        Assert.Equal(Errno.EBADF, await ErrnoOf(os.Write(r, new byte[1])));
    });

    [Fact]
    public void A_pipe_holds_sixteen_pages_and_a_write_of_PIPE_BUF_goes_whole_or_not_at_all() => Run(async os =>
    {
        (int r, int w) = await os.Pipe(FileFlags.NONBLOCK);
        Assert.Equal(65_536, await os.Fcntl(r, FcntlCmd.F_GETPIPE_SZ));
        Assert.Equal(65_536, await os.Write(w, new byte[70_000]));
        Assert.Equal(Errno.EAGAIN, await ErrnoOf(os.Write(w, new byte[1])));
        Assert.Equal(4095, await os.Read(r, new byte[4095]));
        Assert.Equal(Errno.EAGAIN, await ErrnoOf(os.Write(w, new byte[4096]))); // the page is not free yet
        Assert.Equal(1, await os.Read(r, new byte[1]));
        Assert.Equal(4096, await os.Write(w, new byte[4096]));
        Assert.Equal(Errno.EBUSY, (await os.TryFcntl(r, FcntlCmd.F_SETPIPE_SZ, 4096)).Errno);
        Assert.Equal(131_072, await os.Fcntl(r, FcntlCmd.F_SETPIPE_SZ, 100_000));
        Assert.Equal(65_536, await os.Read(r, new byte[80_000]));
        Assert.Equal(4096, await os.Fcntl(w, FcntlCmd.F_SETPIPE_SZ, 0));
    });

    [Fact]
    public void A_writer_to_a_full_pipe_waits_until_all_is_taken_in_order() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        byte[] data = Talk.Noise(300_000);
        os.Spawn(async () =>
        {
            Assert.Equal(300_000, await os.Write(w, data));
            await os.Close(w);
        });
        var got = new List<byte>();
        var buffer = new byte[7_000];
        while (await os.Read(r, buffer) is var n and > 0) got.AddRange(buffer.AsSpan(0, n));
        Assert.Equal(data, got);
    });

    [Fact]
    public void A_pipe_without_reader_is_EPIPE_and_POLLERR() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        await os.Close(r);
        Assert.Equal(Errno.EPIPE, await ErrnoOf(os.Write(w, new byte[1])));
        Assert.Equal(0, await os.Write(w, Array.Empty<byte>()));
        PollFd[] fds = [new PollFd(w, PollEvents.None)];
        Assert.Equal(1, await os.Poll(fds, s_now));
        Assert.Equal(PollEvents.ERR, fds[0].REvents);
    });

    [Fact]
    public void O_DIRECT_keeps_messages_apart_and_loses_what_does_not_fit() => Run(async os =>
    {
        (int r, int w) = await os.Pipe(FileFlags.DIRECT | FileFlags.NONBLOCK);
        await os.Write(w, "abcd"u8.ToArray());
        await os.Write(w, "ef"u8.ToArray());
        Assert.Equal(3, await os.Read(r, new byte[3]));
        Assert.Equal(2, await os.Read(r, new byte[9]));
        Assert.Equal(Errno.EAGAIN, await ErrnoOf(os.Read(r, new byte[1])));
    });

    [Fact]
    public void An_eventfd_adds_and_gives_all_or_one() => Run(async os =>
    {
        int e = await os.Eventfd(2, FileFlags.NONBLOCK);
        var value = new byte[8];
        Assert.Equal(Errno.EINVAL, await ErrnoOf(os.Write(e, new byte[16])));
        Assert.Equal(Errno.EINVAL, await ErrnoOf(os.Write(e, BitConverter.GetBytes(ulong.MaxValue))));
        Assert.Equal(8, await os.Write(e, BitConverter.GetBytes(5UL)));
        Assert.Equal(8, await os.Read(e, value));
        Assert.Equal(7UL, BitConverter.ToUInt64(value));
        Assert.Equal(Errno.EAGAIN, await ErrnoOf(os.Read(e, value)));
        Assert.Equal(8, await os.Write(e, BitConverter.GetBytes(ulong.MaxValue - 1)));
        Assert.Equal(Errno.EAGAIN, await ErrnoOf(os.Write(e, BitConverter.GetBytes(1UL))));
        int s = await os.Eventfd(2, FileFlags.NONBLOCK | (FileFlags)1);
        await os.Read(s, value);
        Assert.Equal(1UL, BitConverter.ToUInt64(value));
        await os.Read(s, value);
        Assert.Equal(Errno.EAGAIN, await ErrnoOf(os.Read(s, value)));
        Assert.Equal(Errno.EINVAL, (await os.TryEventfd(0, (FileFlags)2)).Errno);
    });

    [Fact]
    public void A_level_is_told_again_and_files_take_turns() => Run(async os =>
    {
        int ep = await os.EpollCreate();
        for (int i = 0; i < 3; i++)
        {
            (int r, int w) = await os.Pipe();
            await os.EpollCtl(ep, EpollOp.ADD, r, EpollEvents.IN, i);
            await os.Write(w, new byte[1]);
        }

        Assert.Equal(["0:1 1:1", "2:1 0:1", "1:1 2:1", "0:1 1:1"], [await Ready(os, ep, 2), await Ready(os, ep, 2), await Ready(os, ep, 2), await Ready(os, ep, 2)]);
    });

    [Fact]
    public void An_edge_comes_with_every_write_and_the_newest_entry_of_a_file_is_first() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        int copy = await os.Dup(r), ep = await os.EpollCreate();
        await os.EpollCtl(ep, EpollOp.ADD, r, EpollEvents.IN | EpollEvents.ET, 1);
        await os.EpollCtl(ep, EpollOp.ADD, copy, EpollEvents.IN | EpollEvents.ET, 2);
        await os.Write(w, new byte[1]);
        Assert.Equal("2:1 1:1", await Ready(os, ep));
        Assert.Equal("", await Ready(os, ep));
        await os.Write(w, new byte[1]);
        Assert.Equal("2:1 1:1", await Ready(os, ep));
        await os.Close(r); // the file lives on under its other number, and its entries with it
        await os.Write(w, new byte[1]);
        Assert.Equal("2:1 1:1", await Ready(os, ep));
        await os.Close(w);
        Assert.Equal("2:17 1:17", await Ready(os, ep));
        await os.Close(copy);
        Assert.Equal("", await Ready(os, ep));
    });

    [Fact]
    public void One_shot_is_silent_until_it_is_set_again() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        int ep = await os.EpollCreate();
        await os.EpollCtl(ep, EpollOp.ADD, r, EpollEvents.IN | EpollEvents.ONESHOT, 1);
        await os.Write(w, new byte[1]);
        Assert.Equal("1:1", await Ready(os, ep));
        await os.Write(w, new byte[1]);
        Assert.Equal("", await Ready(os, ep));
        await os.EpollCtl(ep, EpollOp.MOD, r, EpollEvents.IN | EpollEvents.ONESHOT, 3);
        Assert.Equal("3:1", await Ready(os, ep));
    });

    [Fact]
    public void Epoll_refuses_what_Linux_refuses() => Run(async os =>
    {
        const EpollEvents X = EpollEvents.EXCLUSIVE, In = EpollEvents.IN;
        int ep = await os.EpollCreate(), other = await os.EpollCreate();
        (int r, int w) = await os.Pipe();
        async Task<Errno> Ctl(EpollOp op, int fd, EpollEvents events, int? at = null) => (await os.TryEpollCtl(at ?? ep, op, fd, events)).Errno;
        Assert.Equal(Errno.OK, await Ctl(EpollOp.ADD, r, In | X));
        Assert.Equal(Errno.EINVAL, await Ctl(EpollOp.MOD, r, In | X));
        Assert.Equal(Errno.EINVAL, await Ctl(EpollOp.MOD, r, In));
        Assert.Equal(Errno.EEXIST, await Ctl(EpollOp.ADD, r, In));
        Assert.Equal(Errno.OK, await Ctl(EpollOp.DEL, r, 0));
        Assert.Equal(Errno.ENOENT, await Ctl(EpollOp.DEL, r, 0));
        Assert.Equal(Errno.ENOENT, await Ctl(EpollOp.MOD, r, In));
        Assert.Equal(Errno.EINVAL, await Ctl(EpollOp.ADD, r, In | X | EpollEvents.RDHUP));
        Assert.Equal(Errno.EINVAL, await Ctl(EpollOp.ADD, other, In | X));
        Assert.Equal(Errno.EINVAL, await Ctl((EpollOp)9, r, In));
        Assert.Equal(Errno.EINVAL, await Ctl(EpollOp.ADD, r, In, at: w));
        Assert.Equal(Errno.EINVAL, await Ctl(EpollOp.ADD, ep, In));
        Assert.Equal(Errno.EBADF, await Ctl(EpollOp.ADD, 99, In));
        Assert.Equal(Errno.OK, await Ctl(EpollOp.ADD, other, In));
        Assert.Equal(Errno.ELOOP, await Ctl(EpollOp.ADD, ep, In, at: other));
        Assert.Equal(Errno.EINVAL, (await os.TryEpollWait(ep, Array.Empty<EpollEvent>(), s_now)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryEpollWait(w, new EpollEvent[1], s_now)).Errno);
    });

    [Fact]
    public void Five_epolls_may_nest_and_not_six() => Run(async os =>
    {
        var chain = new int[8];
        for (int i = 0; i < 8; i++) chain[i] = await os.EpollCreate();
        var answers = new List<Errno>();
        for (int i = 0; i < 7; i++) answers.Add((await os.TryEpollCtl(chain[i], EpollOp.ADD, chain[i + 1], EpollEvents.IN)).Errno);
        Assert.Equal([Errno.OK, Errno.OK, Errno.OK, Errno.OK, Errno.ELOOP, Errno.OK, Errno.OK], answers);
    });

    [Fact]
    public void A_nested_epoll_is_readable_while_one_of_its_files_is() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        int inner = await os.EpollCreate(), outer = await os.EpollCreate();
        await os.EpollCtl(inner, EpollOp.ADD, r, EpollEvents.IN, 1);
        await os.EpollCtl(outer, EpollOp.ADD, inner, EpollEvents.IN, 2);
        Assert.Equal("", await Ready(os, outer));
        await os.Write(w, new byte[1]);
        Assert.Equal("2:1", await Ready(os, outer));
        await os.Read(r, new byte[1]);
        Assert.Equal("", await Ready(os, outer));
        os.Spawn(async () =>
        {
            await os.Delay(Duration.FromMilliseconds(3));
            await os.Write(w, new byte[1]);
        });
        PollFd[] fds = [new PollFd(outer, PollEvents.IN)];
        Assert.Equal(1, await os.Poll(fds, Duration.Infinite));
    });

    [Fact]
    public void Epoll_wait_ends_in_time_and_with_news_of_a_connection() => Run(
        async os =>
        {
            int l = await os.Listening("127.0.0.1:80"), ep = await os.EpollCreate();
            await os.EpollCtl(ep, EpollOp.ADD, l, EpollEvents.IN, 7);
            var events = new EpollEvent[4];
            Instant before = os.Now;
            Assert.Equal(0, await os.EpollWait(ep, events, Duration.FromMilliseconds(20)));
            Assert.Equal(20_000, (os.Now - before).Microseconds);
            Assert.Equal(1, await os.EpollWait(ep, events, Duration.Infinite));
            Assert.Equal(new EpollEvent(EpollEvents.IN, 7), events[0]);
            (int c, _) = await os.Accept(l);
            await os.EpollCtl(ep, EpollOp.ADD, c, EpollEvents.IN | EpollEvents.RDHUP | EpollEvents.ET, 8);
            Assert.Equal(1, await os.EpollWait(ep, events, Duration.Infinite));
            Assert.Equal(new EpollEvent(EpollEvents.IN, 8), events[0]);
            Assert.Equal(1, await os.EpollWait(ep, events, Duration.Infinite));
            Assert.Equal(new EpollEvent(EpollEvents.IN | EpollEvents.RDHUP, 8), events[0]);
            await os.Close(c);
            Assert.Equal(0, await os.EpollWait(ep, events, s_now));
        },
        async os =>
        {
            await os.Delay(Duration.FromMilliseconds(50));
            int s = await os.Dial("127.0.0.1:80");
            await os.Delay(Duration.FromMilliseconds(5));
            await os.Send(s, new byte[10]);
            await os.Delay(Duration.FromMilliseconds(5));
            await os.Close(s);
        });

    [Fact]
    public void What_waits_when_a_run_ends_is_let_go()
    {
        using Lab lab = Lab.Pair();
        lab.A.Run("program", async os =>
        {
            (int r, int w) = await os.Pipe();
            int ep = await os.EpollCreate();
            await os.EpollCtl(ep, EpollOp.ADD, r, EpollEvents.IN, 1);
            os.Spawn(async () => await os.Read(r, new byte[1]));
            os.Spawn(async () => await os.EpollWait(ep, new EpollEvent[1], Duration.Infinite));
            await os.Write(await os.Eventfd(0), BitConverter.GetBytes(ulong.MaxValue - 1));
            await os.Delay(Duration.Infinite);
        });
        lab.Network.RunUntil(Instant.FromMilliseconds(10));
        lab.End();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_signal_that_comes_while_epoll_wait_asks_its_files_ends_the_wait(int later)
    {
        using Lab lab = Lab.Pair();
        int handled = 0;
        ProcessStatus victim = lab.A.Run("victim", async os =>
        {
            int ep = await os.EpollCreate(), e = await os.Eventfd(1);
            await os.EpollCtl(ep, EpollOp.ADD, e, EpollEvents.IN, 0);
            await os.Read(e, new byte[8]); // on the ready list, with nothing to report: asked when the wait begins
            await os.Sigaction(Signal.SIGUSR1, new SigAction(_ => handled++));
            bool slept = await ErrnoOf(Asleep(os, Instant.FromMilliseconds(1))) == Errno.OK;
            if (!slept || handled > 0) return; // it came before the wait
            Assert.Equal(Errno.EINTR, (await os.TryEpollWait(ep, new EpollEvent[1], Duration.FromSeconds(5))).Errno);
            Assert.Equal(Instant.FromMilliseconds(1), os.Now);
        });
        lab.A.Run("other", async os =>
        {
            int e = await os.Eventfd(10, (FileFlags)1); // EFD_SEMAPHORE
            await os.Delay(Instant.FromMilliseconds(1) - os.Now);
            for (int i = 0; i < later; i++) await os.Read(e, new byte[8]); // a few messages later each
            await os.Kill(victim.Pid, Signal.SIGUSR1);
        });
        lab.Finish();
        Assert.Equal(1, handled);
    }
}
