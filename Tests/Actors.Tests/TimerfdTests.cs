// timerfd. What is expected here was asked of Linux 6.18 (man 2 timerfd_create).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class TimerfdTests
{
    private static readonly Duration s_ten = Duration.FromMilliseconds(10);

    private static void Run(Func<Os, Task> program)
    {
        using Lab lab = Lab.Pair();
        ProcessStatus status = lab.A.Run("program", program);
        lab.Finish();
        Assert.Equal(0, status.ExitCode);
    }

    private static async Task<ulong> Read(Os os, int fd)
    {
        var buffer = new byte[8];
        Assert.Equal(8, await os.Read(fd, buffer));
        return BitConverter.ToUInt64(buffer);
    }

    private static async Task<PollEvents> Ready(Os os, int fd)
    {
        var fds = new[] { new PollFd(fd, PollEvents.IN | PollEvents.OUT) };
        await os.Poll(fds, Duration.Zero);
        return fds[0].REvents;
    }

    [Fact]
    public void A_reader_waits_until_the_timer_expires() => Run(async os =>
    {
        int t = await os.TimerfdCreate(ClockId.MONOTONIC);
        Instant before = os.Now;
        await os.TimerfdSettime(t, new ITimerSpec(s_ten));
        Assert.Equal(PollEvents.None, await Ready(os, t));
        Assert.Equal(1UL, await Read(os, t));
        Assert.Equal(10_000, (os.Now - before).Microseconds);
        Assert.Equal(default, await os.TimerfdGettime(t));
    });

    [Fact]
    public void An_interval_timer_counts_what_was_not_read() => Run(async os =>
    {
        int t = await os.TimerfdCreate(ClockId.BOOTTIME);
        await os.TimerfdSettime(t, new ITimerSpec(s_ten, s_ten));
        await os.Delay(Duration.FromMilliseconds(35));
        Assert.Equal(new ITimerSpec(Duration.FromMilliseconds(5), s_ten), await os.TimerfdGettime(t));
        Assert.Equal(3UL, await Read(os, t));
        Assert.Equal(1UL, await Read(os, t));
        await os.Delay(Duration.FromMilliseconds(25));
        Assert.Equal(new ITimerSpec(Duration.FromMilliseconds(5), s_ten), await os.TimerfdSettime(t, default));
        Assert.Equal(PollEvents.None, await Ready(os, t));
    });

    [Fact]
    public void An_absolute_time_that_has_passed_counts_from_there() => Run(async os =>
    {
        await os.Delay(Duration.FromMilliseconds(55));
        int t = await os.TimerfdCreate(ClockId.MONOTONIC);
        await os.TimerfdSettime(t, new ITimerSpec(os.Now - new Instant(0) - Duration.FromMilliseconds(50), s_ten), TimerFlags.ABSTIME);
        Assert.Equal(6UL, await Read(os, t));
        await os.TimerfdSettime(t, new ITimerSpec(Duration.FromMilliseconds(1)), TimerFlags.ABSTIME);
        Assert.Equal(PollEvents.IN, await Ready(os, t));
        Assert.Equal(1UL, await Read(os, t));
    });

    [Fact]
    public void The_real_time_clock_is_the_hosts_wall_clock() => Run(async os =>
    {
        int t = await os.TimerfdCreate(ClockId.REALTIME);
        long unix = (os.TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        await os.TimerfdSettime(t, new ITimerSpec(new Duration(unix + 10_000_000)), TimerFlags.ABSTIME | TimerFlags.CANCEL_ON_SET);
        Assert.Equal(s_ten, (await os.TimerfdGettime(t)).Value);
        Assert.Equal(1UL, await Read(os, t));
    });

    [Fact]
    public void Setting_it_forgets_what_was_not_read() => Run(async os =>
    {
        int t = await os.TimerfdCreate(ClockId.MONOTONIC, FileFlags.NONBLOCK);
        await os.TimerfdSettime(t, new ITimerSpec(s_ten));
        await os.Delay(Duration.FromMilliseconds(20));
        Assert.Equal(PollEvents.IN, await Ready(os, t));
        Assert.Equal(default, await os.TimerfdSettime(t, new ITimerSpec(s_ten)));
        Assert.Equal(PollEvents.None, await Ready(os, t));
        Assert.Equal(Errno.EAGAIN, (await Assert.ThrowsAsync<ErrnoException>(async () => await os.Read(t, new byte[8]))).Errno);
    });

    [Fact]
    public void Wrong_arguments_are_EINVAL() => Run(async os =>
    {
        Assert.Equal(Errno.EINVAL, (await os.TryTimerfdCreate((ClockId)2)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryTimerfdCreate(ClockId.MONOTONIC, (FileFlags)1)).Errno);
        int t = await os.TimerfdCreate(ClockId.MONOTONIC), e = await os.Eventfd(0);
        Assert.Equal(Errno.EINVAL, await Of(os.TimerfdSettime(t, default, (TimerFlags)4)));
        Assert.Equal(Errno.EINVAL, await Of(os.TimerfdSettime(t, new ITimerSpec(new Duration(-1)))));
        Assert.Equal(Errno.EINVAL, await Of(os.TimerfdSettime(e, default)));
        Assert.Equal(Errno.EBADF, await Of(os.TimerfdGettime(50)));
        Assert.Equal(Errno.EINVAL, (await Assert.ThrowsAsync<ErrnoException>(async () => await os.Read(t, new byte[7]))).Errno);
        Assert.Equal(Errno.EINVAL, (await Assert.ThrowsAsync<ErrnoException>(async () => await os.Write(t, new byte[8]))).Errno);
    });

    [Fact]
    public void An_epoll_hears_of_every_round_that_was_read() => Run(async os =>
    {
        int t = await os.TimerfdCreate(ClockId.MONOTONIC), e = await os.EpollCreate();
        await os.EpollCtl(e, EpollOp.ADD, t, EpollEvents.IN | EpollEvents.ET, 7);
        await os.TimerfdSettime(t, new ITimerSpec(s_ten, s_ten));
        var events = new EpollEvent[2];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(1, await os.EpollWait(e, events, Duration.Infinite));
            Assert.Equal(1UL, await Read(os, t));
        }

        Assert.Equal(30_000, os.Now.Nanoseconds / 1000);
    });

    private static async Task<Errno> Of(ValueTask<ITimerSpec> call) => (await Assert.ThrowsAsync<ErrnoException>(async () => await call)).Errno;
}
