// Signals (man 7 signal, man 2 kill, sigaction, sigprocmask) and what they do to calls that wait.

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class SignalTests
{
    // The victim's program, and another process of the same host that does something to it a millisecond later.
    private static ProcessStatus Run(Func<Os, Task> victim, Func<Os, int, Task> other)
    {
        using Lab lab = Lab.Pair();
        ProcessStatus v = lab.A.Run("victim", victim);
        lab.A.Run("other", os => other(os, v.Pid), Instant.FromMilliseconds(1));
        lab.Finish();
        return v;
    }

    private static Func<Os, int, Task> Sends(Signal signal) => async (os, pid) => await os.Kill(pid, signal);

    private static async Task<int> BoundUdp(Os os)
    {
        int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
        await os.Bind(s, "127.0.0.1:5000");
        return s;
    }

    [Fact]
    public void A_handler_ends_a_wait_with_EINTR() => Run(
        async os =>
        {
            int s = await BoundUdp(os);
            SigInfo got = default;
            await os.Sigaction(Signal.SIGUSR1, new SigAction(info => got = info));
            Assert.Equal(Errno.EINTR, (await os.TryRecv(s, new byte[1])).Errno);
            Assert.Equal(new SigInfo(Signal.SIGUSR1, SigInfo.SI_USER, 2), got);
        },
        Sends(Signal.SIGUSR1));

    [Fact]
    public void SA_RESTART_lets_a_wait_go_on() => Run(
        async os =>
        {
            int s = await BoundUdp(os), runs = 0;
            await os.Sigaction(Signal.SIGUSR1, new SigAction(_ => runs++, SaFlags.RESTART));
            Assert.Equal(3, await os.Recv(s, new byte[8]));
            Assert.Equal(1, runs);
        },
        async (os, pid) =>
        {
            await os.Kill(pid, Signal.SIGUSR1);
            await os.Delay(Duration.FromMilliseconds(1));
            int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.SendTo(s, new byte[3], "127.0.0.1:5000");
        });

    [Fact]
    public void SA_RESTART_does_not_help_a_wait_with_a_time_out() => Run(
        async os =>
        {
            int s = await BoundUdp(os);
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_RCVTIMEO, Talk.Timeval(Duration.FromSeconds(5)));
            await os.Sigaction(Signal.SIGUSR1, new SigAction(_ => { }, SaFlags.RESTART));
            Assert.Equal(Errno.EINTR, (await os.TryRecv(s, new byte[1])).Errno);
        },
        Sends(Signal.SIGUSR1));

    [Fact]
    public void SA_RESTART_does_not_help_poll() => Run(
        async os =>
        {
            int s = await BoundUdp(os);
            await os.Sigaction(Signal.SIGUSR1, new SigAction(_ => { }, SaFlags.RESTART));
            ErrnoException e = await Assert.ThrowsAsync<ErrnoException>(
                async () => await os.Poll(new PollFd[] { new(s, PollEvents.IN) }, Duration.Infinite));
            Assert.Equal(Errno.EINTR, e.Errno);
        },
        Sends(Signal.SIGUSR1));

    [Fact]
    public void The_default_of_SIGTERM_ends_a_process() =>
        Assert.Equal(Signal.SIGTERM, Run(async os => await os.Delay(Duration.FromSeconds(100)), Sends(Signal.SIGTERM)).TermSignal);

    [Fact]
    public void SIGKILL_cannot_be_blocked_nor_handled() => Assert.Equal(
        (int)Signal.SIGKILL,
        Run(
            async os =>
            {
                Assert.Equal(Errno.EINVAL, (await os.TrySigaction(Signal.SIGKILL, SigAction.Ignore)).Errno);
                await os.Sigprocmask(SigHow.SIG_SETMASK, new SignalSet(ulong.MaxValue));
                Assert.Equal(SignalSet.Full, os.SignalMask);
                await os.Delay(Duration.FromSeconds(100));
            },
            Sends(Signal.SIGKILL)).WaitStatus);

    [Fact]
    public void A_blocked_signal_stays_pending_until_it_is_let_through() => Run(
        async os =>
        {
            int runs = 0;
            await os.Sigaction(Signal.SIGUSR1, new SigAction(_ => runs++));
            await os.Sigprocmask(SigHow.SIG_BLOCK, SignalSet.Of(Signal.SIGUSR1));
            await os.Delay(Duration.FromMilliseconds(5));
            Assert.Equal(0, runs);
            Assert.True(os.PendingSignals.Contains(Signal.SIGUSR1));
            await os.Sigprocmask(SigHow.SIG_UNBLOCK, SignalSet.Of(Signal.SIGUSR1));
            Assert.Equal(1, runs); // two were sent: a classic signal is pending once
        },
        async (os, pid) =>
        {
            await os.Kill(pid, Signal.SIGUSR1);
            await os.Kill(pid, Signal.SIGUSR1);
        });

    [Fact]
    public void Realtime_signals_queue() => Run(
        async os =>
        {
            int runs = 0;
            await os.Sigaction(Signal.SIGRTMIN, new SigAction(_ => runs++));
            await os.Sigprocmask(SigHow.SIG_BLOCK, SignalSet.Of(Signal.SIGRTMIN));
            await os.Delay(Duration.FromMilliseconds(5));
            await os.Sigprocmask(SigHow.SIG_SETMASK, SignalSet.Empty);
            Assert.Equal(2, runs);
        },
        async (os, pid) =>
        {
            await os.Kill(pid, Signal.SIGRTMIN);
            await os.Kill(pid, Signal.SIGRTMIN);
        });

    [Fact]
    public void Kill_knows_who_is_there_and_what_is_a_signal() => Run(
        async os => await os.Delay(Duration.FromMilliseconds(5)),
        async (os, pid) =>
        {
            Assert.Equal(Errno.OK, (await os.TryKill(pid, Signal.None)).Errno);
            Assert.Equal(Errno.ESRCH, (await os.TryKill(99, Signal.None)).Errno);
            Assert.Equal(Errno.EINVAL, (await os.TryKill(pid, (Signal)65)).Errno);
            await os.Delay(Duration.FromMilliseconds(10));
            Assert.Equal(Errno.ESRCH, (await os.TryKill(pid, Signal.SIGTERM)).Errno); // it has ended
        });

    [Fact]
    public void EPIPE_comes_with_SIGPIPE_which_a_program_may_want()
    {
        using Lab lab = Lab.Pair();
        ProcessStatus killed = lab.A.Run("killed", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.Shutdown(s, ShutdownHow.WR);
            Assert.Equal(Errno.EPIPE, (await os.TrySend(s, new byte[1])).Errno); // ignored, as .NET has it
            int runs = 0;
            await os.Sigaction(Signal.SIGPIPE, new SigAction(_ => runs++));
            Assert.Equal(Errno.EPIPE, (await os.TrySend(s, new byte[1])).Errno);
            Assert.Equal(1, runs);
            Assert.Equal(Errno.EPIPE, (await os.TrySend(s, new byte[1], MsgFlags.NOSIGNAL)).Errno);
            Assert.Equal(1, runs);
            await os.Sigaction(Signal.SIGPIPE, SigAction.Default);
            await os.TrySend(s, new byte[1]);
            await os.Delay(Duration.FromSeconds(1));
            Assert.Fail("it should have ended");
        });
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, _) = await os.Accept(l);
            Assert.Equal(0, await os.Recv(c, new byte[1]));
        });
        lab.Finish();
        Assert.Equal(Signal.SIGPIPE, killed.TermSignal);
    }

    [Fact]
    public void O_ASYNC_tells_the_owner_of_data_by_SIGIO_and_by_the_signal_it_chose() => Run(
        async os =>
        {
            int s = await BoundUdp(os);
            var got = new List<SigInfo>();
            await os.Sigaction(Signal.SIGIO, new SigAction(got.Add));
            await os.Sigaction(Signal.SIGRTMIN, new SigAction(got.Add));
            Assert.Equal(0, await os.Fcntl(s, FcntlCmd.F_GETOWN));
            await os.Fcntl(s, FcntlCmd.F_SETOWN, os.Pid);
            Assert.Equal(os.Pid, await os.Fcntl(s, FcntlCmd.F_GETOWN));
            await os.Fcntl(s, FcntlCmd.F_SETFL, (int)FileFlags.ASYNC);
            await Interrupted(os);
            Assert.Equal(new SigInfo(Signal.SIGIO, SigInfo.SI_KERNEL), Assert.Single(got));
            await os.Fcntl(s, FcntlCmd.F_SETSIG, (int)Signal.SIGRTMIN);
            await Interrupted(os);
            Assert.Equal((Signal.SIGRTMIN, SigInfo.POLL_IN, s), (got[1].Signo, got[1].Code, got[1].Fd));
            Assert.Equal(Errno.ESRCH, (await os.TryFcntl(s, FcntlCmd.F_SETOWN, 99)).Errno);
            Assert.Equal(Errno.EINVAL, (await os.TryFcntl(s, FcntlCmd.F_SETSIG, 65)).Errno);
        },
        async (os, _) =>
        {
            int s = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.SendTo(s, new byte[3], "127.0.0.1:5000");
            await os.Delay(Duration.FromMilliseconds(5));
            await os.SendTo(s, new byte[3], "127.0.0.1:5000");
        });

    [Fact]
    public void Urgent_data_brings_SIGURG_to_an_owner_without_O_ASYNC()
    {
        using Lab lab = Lab.Pair();
        lab.A.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.2:80");
            await os.Delay(Duration.FromMilliseconds(10));
            await os.Send(s, new byte[1], MsgFlags.OOB);
            await os.Delay(Duration.FromMilliseconds(50));
        });
        lab.B.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80"), urgent = 0;
            (int c, _) = await os.Accept(l);
            await os.Sigaction(Signal.SIGURG, new SigAction(_ => urgent++));
            await os.Fcntl(c, FcntlCmd.F_SETOWN, os.Pid);
            await Interrupted(os);
            Assert.Equal(1, urgent);
        });
        lab.Finish();
    }

    private static async Task Interrupted(Os os) =>
        Assert.Equal(Errno.EINTR, (await Assert.ThrowsAsync<ErrnoException>(async () => await os.Delay(Duration.FromSeconds(10)))).Errno);
}
