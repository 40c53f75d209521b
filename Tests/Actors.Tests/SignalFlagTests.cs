// SA_NODEFER, SA_RESETHAND, SA_NOCLDWAIT (man 2 sigaction).

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class SignalFlagTests
{
    [Theory]
    [InlineData(SaFlags.None, "begin 1, end 1, begin 2, end 2")] // blocked while its handler runs
    [InlineData(SaFlags.NODEFER, "begin 1, begin 2, end 2, end 1")]
    public void SA_NODEFER_lets_a_handler_be_interrupted_by_its_own_signal(SaFlags flags, string order)
    {
        using var lab = new Lab();
        List<string> seen = [];
        lab.A.Run("p", async os =>
        {
            int runs = 0;
            await os.Sigaction(Signal.SIGUSR1, new SigAction(info =>
            {
                int me = ++runs;
                seen.Add($"begin {me}");
                if (me == 1) _ = os.TryKill(os.Pid, info.Signo).AsTask();
                seen.Add($"end {me}");
            }, flags));
            await os.Kill(os.Pid, Signal.SIGUSR1);
        });
        lab.Finish();
        Assert.Equal(order, string.Join(", ", seen));
    }

    [Fact]
    public void Another_signal_interrupts_a_handler_unless_the_mask_of_its_action_holds_it_back()
    {
        using var lab = new Lab();
        List<string> seen = [];
        lab.A.Run("p", async os =>
        {
            SigAction Raises(SignalSet mask) => new(info =>
            {
                seen.Add("begin");
                _ = os.TryKill(os.Pid, Signal.SIGUSR2).AsTask();
                seen.Add("end");
            }, Mask: mask);
            await os.Sigaction(Signal.SIGUSR2, new SigAction(_ => seen.Add("other")));
            await os.Sigaction(Signal.SIGUSR1, Raises(SignalSet.Empty));
            await os.Kill(os.Pid, Signal.SIGUSR1);
            await os.Sigaction(Signal.SIGUSR1, Raises(SignalSet.Of(Signal.SIGUSR2)));
            await os.Kill(os.Pid, Signal.SIGUSR1);
        });
        lab.Finish();
        Assert.Equal("begin other end begin end other", string.Join(' ', seen));
    }

    [Fact]
    public void SA_RESETHAND_leaves_the_default_after_one_run()
    {
        using var lab = new Lab();
        int runs = 0;
        ProcessStatus status = lab.A.Run("p", async os =>
        {
            await os.Sigaction(Signal.SIGUSR1, new SigAction(_ => runs++, SaFlags.RESETHAND));
            await os.Kill(os.Pid, Signal.SIGUSR1);
            Assert.Same(SigAction.Default, os.ActionOf(Signal.SIGUSR1));
            await os.Kill(os.Pid, Signal.SIGUSR1);
            await os.Delay(Duration.FromSeconds(1));
            Assert.Fail("it should have ended");
        });
        lab.Finish();
        Assert.Equal((1, Signal.SIGUSR1), (runs, status.TermSignal));
    }

    [Theory]
    [InlineData(SaFlags.None, Errno.OK)]
    [InlineData(SaFlags.NOCLDWAIT, Errno.ECHILD)]
    public void SA_NOCLDWAIT_leaves_no_zombies(SaFlags flags, Errno answer)
    {
        using var lab = new Lab();
        lab.A.Run("p", async os =>
        {
            int ended = 0;
            await os.Sigaction(Signal.SIGCHLD, new SigAction(_ => ended++, flags | SaFlags.RESTART));
            await os.Fork(_ => Task.CompletedTask);
            Assert.Equal(answer, (await os.TryWait()).Errno); // waits until the last has ended, in either case
            Assert.Equal(1, ended);
        });
        lab.Finish();
    }
}
