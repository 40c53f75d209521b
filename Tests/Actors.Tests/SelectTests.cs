// select, pselect6, ppoll and epoll_pwait: sets, time-outs and masks. What is expected here was asked of Linux 6.18 (man 2 select, poll, epoll_wait).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class SelectTests
{
    private static readonly Duration s_twenty = Duration.FromMilliseconds(20);

    private static void Run(Func<Os, Task> program)
    {
        using Lab lab = Lab.Pair();
        ProcessStatus status = lab.A.Run("program", program);
        lab.Finish();
        Assert.Equal(0, status.ExitCode);
    }

    // SIGUSR1 is blocked and pending; its handler counts.
    private static async Task<int[]> Pending(Os os)
    {
        int[] runs = [0];
        await os.Sigaction(Signal.SIGUSR1, new SigAction(_ => runs[0]++));
        await os.Sigprocmask(SigHow.SIG_BLOCK, SignalSet.Of(Signal.SIGUSR1));
        await os.Kill(os.Pid, Signal.SIGUSR1);
        return runs;
    }

    [Fact]
    public void Select_counts_bits_and_rewrites_the_sets() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        await os.Close(r);
        var sets = new FdSets { Read = new FdSet(w), Write = new FdSet(w), Except = new FdSet(w) };
        Assert.Equal(2, await os.Select(w + 1, sets, Duration.Zero));
        Assert.True(sets.Read!.Value.IsSet(w));
        Assert.True(sets.Write!.Value.IsSet(w));
        Assert.False(sets.Except!.Value.IsSet(w));
    });

    [Fact]
    public void Select_writes_back_what_is_left() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        os.Spawn(async () =>
        {
            await os.Delay(Duration.FromMilliseconds(5));
            await os.Write(w, new byte[1]);
        });
        var sets = new FdSets { Read = new FdSet(r, w) };
        Assert.Equal(1, await os.Select(w + 1, sets, s_twenty));
        Assert.Equal(Duration.FromMilliseconds(15), sets.Left);
        Assert.True(sets.Read!.Value.IsSet(r));
        Assert.False(sets.Read!.Value.IsSet(w));
    });

    [Fact]
    public void A_select_that_times_out_clears_its_sets_and_one_that_fails_leaves_them() => Run(async os =>
    {
        int e = await os.Eventfd(0);
        var sets = new FdSets { Read = new FdSet(e) };
        Assert.Equal(0, await os.Select(e + 1, sets, s_twenty));
        Assert.False(sets.Read!.Value.IsSet(e));
        Assert.Equal(Duration.Zero, sets.Left);
        sets.Read = new FdSet(e, 60);
        Assert.Equal(Errno.EBADF, (await os.TrySelect(61, sets, s_twenty)).Errno);
        Assert.True(sets.Read!.Value.IsSet(e));
        Assert.Equal(Errno.EINVAL, (await os.TrySelect(-1, sets, s_twenty)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TrySelect(0, sets, new Duration(-1))).Errno);
        sets.Read = new FdSet(900);
        Assert.Equal(0, (await os.TrySelect(901, sets, Duration.Zero)).Value);
    });

    [Fact]
    public void A_pending_signal_that_the_waits_mask_lets_through_is_EINTR_at_once() => Run(async os =>
    {
        int[] runs = await Pending(os);
        Assert.Equal(Errno.EINTR, (await os.TryPpoll(default, Duration.Zero, SignalSet.Empty)).Errno);
        Assert.Equal(1, runs[0]);
        await os.Kill(os.Pid, Signal.SIGUSR1);
        Assert.Equal(1, runs[0]); // blocked again
        Assert.Equal(Errno.EINTR, (await os.TryPselect(0, new FdSets(), Duration.Zero, SignalSet.Empty)).Errno);
        Assert.Equal(2, runs[0]);
        await os.Kill(os.Pid, Signal.SIGUSR1);
        int e = await os.EpollCreate();
        Assert.Equal(Errno.EINTR, (await os.TryEpollPwait(e, new EpollEvent[1], s_twenty, SignalSet.Empty)).Errno);
        Assert.Equal(3, runs[0]);
        Assert.Equal(0, os.Now.Nanoseconds);
    });

    [Fact]
    public void A_call_that_need_not_wait_leaves_a_pending_signal_alone() => Run(async os =>
    {
        int[] runs = await Pending(os);
        int f = await os.Eventfd(1), e = await os.EpollCreate();
        Assert.Equal(1, (await os.TryPpoll(new[] { new PollFd(f, PollEvents.IN) }, s_twenty, SignalSet.Empty)).Value);
        Assert.Equal(0, (await os.TryEpollPwait(e, new EpollEvent[1], Duration.Zero, SignalSet.Empty)).Value);
        await os.EpollCtl(e, EpollOp.ADD, f, EpollEvents.IN, 0);
        Assert.Equal(1, (await os.TryEpollPwait2(e, new EpollEvent[1], s_twenty, SignalSet.Empty)).Value);
        Assert.Equal(0, runs[0]);
    });

    [Fact]
    public void A_signal_during_the_wait_ends_it_and_the_mask_is_back()
    {
        using Lab lab = Lab.Pair();
        ProcessStatus victim = lab.A.Run("victim", async os =>
        {
            int runs = 0;
            await os.Sigaction(Signal.SIGUSR1, new SigAction(_ => runs++));
            await os.Sigprocmask(SigHow.SIG_BLOCK, SignalSet.Of(Signal.SIGUSR1));
            Assert.Equal(Errno.EINTR, (await os.TryPpoll(default, s_twenty, SignalSet.Empty)).Errno);
            Assert.Equal(5_000, os.Now.Nanoseconds / 1000);
            Assert.Equal(1, runs);
            int e = await os.EpollCreate();
            Assert.Equal(Errno.EINTR, (await os.TryEpollPwait(e, new EpollEvent[1], s_twenty, SignalSet.Empty)).Errno);
            Assert.Equal(10_000, os.Now.Nanoseconds / 1000);
            Assert.Equal(2, runs);
            Assert.Equal(0, (await os.TryPpoll(default, s_twenty, SignalSet.Of(Signal.SIGUSR1))).Value);
            Assert.Equal(2, runs);
        });
        lab.A.Run("other", async os =>
        {
            for (int i = 0; i < 3; i++)
            {
                await os.Delay(Duration.FromMilliseconds(5));
                await os.Kill(victim.Pid, Signal.SIGUSR1);
            }
        });
        lab.Finish();
        Assert.Equal(0, victim.ExitCode);
    }

    [Fact]
    public void Time_outs_are_in_nanoseconds_and_negative_ones_are_EINVAL() => Run(async os =>
    {
        int e = await os.EpollCreate();
        Assert.Equal(0, (await os.TryPpoll(default, new Duration(1_500), mask: null)).Value);
        Assert.Equal(1_500, os.Now.Nanoseconds);
        Assert.Equal(0, (await os.TryEpollPwait2(e, new EpollEvent[1], new Duration(700), mask: null)).Value);
        Assert.Equal(2_200, os.Now.Nanoseconds);
        Assert.Equal(Errno.EINVAL, (await os.TryPpoll(default, new Duration(-1), mask: null)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryEpollPwait2(e, new EpollEvent[1], new Duration(-1), mask: null)).Errno);
    });
}
