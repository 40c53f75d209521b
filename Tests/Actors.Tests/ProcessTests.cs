// Processes that make processes (man 2 fork, wait, exit): whose descriptors a child has, and how its parent learns of its end.

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class ProcessTests
{
    private static void Run(Func<Os, Task> main)
    {
        using Lab lab = Lab.Pair();
        lab.A.Run("parent", main);
        lab.Finish();
    }

    [Fact]
    public void A_child_inherits_descriptors_and_the_socket_lives_until_both_have_closed_it() => Run(async os =>
    {
        int l = await os.Listening("127.0.0.1:80");
        int child = await os.Fork(async kid =>
        {
            (int c, _) = await kid.Accept(l);
            Assert.Equal(2, await kid.Send(c, new byte[2]));
        });
        await os.Close(l); // the child's reference keeps it open
        int s = await os.Dial("127.0.0.1:80");
        Assert.Equal(2, await os.Recv(s, new byte[8]));
        Assert.Equal((child, 0), await os.Wait());
        Assert.Equal(Errno.ECONNREFUSED, (await os.TryConnect(await os.Tcp(), "127.0.0.1:80")).Errno);
    });

    [Fact]
    public void Descriptors_that_are_close_on_exec_stay_behind_at_exec_only() => Run(async os =>
    {
        int kept = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
        int dropped = await os.Socket(AddressFamily.INET, SocketType.DGRAM | SocketType.CLOEXEC);
        async Task Expect(Os kid, Errno errno)
        {
            Assert.Equal(Errno.OK, (await kid.TryFcntl(kept, FcntlCmd.F_GETFD)).Errno);
            Assert.Equal(errno, (await kid.TryFcntl(dropped, FcntlCmd.F_GETFD)).Errno);
        }

        await os.Fork(kid => Expect(kid, Errno.OK));
        await os.PosixSpawn("other", kid => Expect(kid, Errno.EBADF));
        Assert.Equal(0, (await os.Wait()).Status);
        Assert.Equal(0, (await os.Wait()).Status);
        Assert.Equal(Errno.ECHILD, (await os.TryWait()).Errno);
    });

    [Fact]
    public void Wait_gives_the_code_of_exit_or_the_signal_that_ended_a_child() => Run(async os =>
    {
        int exits = await os.Fork(async kid => await kid.Exit(3));
        Assert.Equal((exits, 3 << 8), await os.Wait(exits));
        int sleeps = await os.Fork(async kid => await kid.Delay(Duration.FromSeconds(100)));
        Assert.Equal((0, 0), (await os.TryWait(sleeps, noHang: true) is { IsOk: true, Value: 0 } ? 0 : 1, 0));
        await os.Kill(sleeps, Signal.SIGINT);
        Assert.Equal((sleeps, (int)Signal.SIGINT), await os.Wait());
    });

    [Fact]
    public void A_childs_end_brings_SIGCHLD() => Run(async os =>
    {
        var got = new List<SigInfo>();
        await os.Sigaction(Signal.SIGCHLD, new SigAction(got.Add));
        int child = await os.Fork(async kid => await kid.Exit(7));
        Assert.Equal(Errno.EINTR, await Sleep(os));
        SigInfo info = Assert.Single(got);
        Assert.Equal((child, SigInfo.CLD_EXITED, 7), (info.Pid, info.Code, info.Status));
    });

    [Fact]
    public void Who_ignores_SIGCHLD_has_no_children_to_wait_for() => Run(async os =>
    {
        await os.Sigaction(Signal.SIGCHLD, SigAction.Ignore);
        await os.Fork(async kid => await kid.Delay(Duration.FromMilliseconds(5)));
        Assert.Equal(Errno.ECHILD, (await os.TryWait()).Errno);
        Assert.Equal(5, os.Now.Nanoseconds / 1_000_000); // it waited for its end all the same
    });

    private static async Task<Errno> Sleep(Os os)
    {
        try
        {
            await os.Delay(Duration.FromSeconds(10));
            return Errno.OK;
        }
        catch (ErrnoException e)
        {
            return e.Errno;
        }
    }
}
