// What ends a splice before its time: SIGPIPE, a handled signal, a kill, a security module. What is expected here was asked of Linux 6.18.

using static ActorNet.Actors.Tests.SpliceTests;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class SpliceInterruptedTests
{
    [Fact]
    public void EPIPE_comes_with_SIGPIPE_from_a_pipe_and_from_a_stream() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        (int r2, int w2) = await os.Pipe();
        (int a, _) = await Connected(os);
        int signals = 0;
        await os.Sigaction(Signal.SIGPIPE, new SigAction(_ => signals++));
        await os.Write(w, new byte[3]);
        await os.Close(r2);
        Assert.Equal(Errno.EPIPE, (await os.TrySplice(r, w2, 5)).Errno);
        Assert.Equal(1, signals);
        Assert.Equal(Errno.EPIPE, (await os.TryTee(r, w2, 5)).Errno);
        Assert.Equal(2, signals);
        await os.Shutdown(a, ShutdownHow.WR);
        Assert.Equal(Errno.EPIPE, (await os.TrySplice(r, a, 5)).Errno);
        Assert.Equal(3, signals);
    });

    [Theory]
    [InlineData("an empty pipe")]
    [InlineData("a socket without data")]
    [InlineData("a full pipe")]
    [InlineData("a socket that is full")]
    public void A_handled_signal_ends_the_wait_with_EINTR_or_with_what_was_moved(string waitsFor)
    {
        using Lab lab = Lab.Pair();
        ProcessStatus program = lab.A.Run("program", async os =>
        {
            (int r, int w) = await os.Pipe();
            (int r2, int w2) = await os.Pipe();
            (int a, int b) = await Connected(os);
            await os.Sigaction(Signal.SIGUSR1, new SigAction(_ => { }));
            await os.Write(w2, new byte[65536]);
            if (waitsFor == "an empty pipe") Assert.Equal(Errno.EINTR, (await os.TrySplice(r, a, 5)).Errno);
            else if (waitsFor == "a socket without data") Assert.Equal(Errno.EINTR, (await os.TrySplice(b, w, 5)).Errno);
            else if (waitsFor == "a full pipe") Assert.Equal(Errno.EINTR, (await os.TrySplice(b, w2, 5)).Errno);
            else await Fill(os, w, r, a);
            Assert.Equal(1, os.Now.Nanoseconds / 1_000_000_000);
            // Nobody holds an end of a pipe any more.
            Assert.Equal(65536, await os.Read(r2, new byte[65536]));
            await os.Write(w, new byte[7]);
            Assert.InRange(await os.Read(r, new byte[65536]), 7, 65536);
        });
        lab.A.Run("signaller", async os =>
        {
            await os.Delay(Duration.FromSeconds(1));
            await os.Kill(program.Pid, Signal.SIGUSR1);
        });
        lab.Finish();
    }

    // The peer reads nothing: the last splice is ended by the signal, in the middle or before its first byte.
    private static async Task Fill(Os os, int w, int r, int a)
    {
        while (true)
        {
            await os.Write(w, new byte[60_000]);
            SysResult moved = await os.TrySplice(r, a, 60_000);
            if (moved.IsOk && moved.Value == 60_000) continue;
            Assert.True(moved.Errno == Errno.EINTR || moved.Value < 60_000);
            return;
        }
    }

    [Fact]
    public void A_security_module_is_asked_of_each_send_and_of_each_datagram_but_not_of_a_stream_s_data()
    {
        using Lab lab = Lab.Pair();
        var module = new Refusing();
        lab.A.Policies.Add(module);
        lab.A.Run("program", async os =>
        {
            (int r, int w) = await os.Pipe();
            (int a, int b) = await Connected(os);
            int u = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.Write(w, new byte[3]);
            await os.Send(a, new byte[4]);
            module.IsOn = true;
            Assert.Equal(Errno.EACCES, (await os.TrySplice(r, a, 5)).Errno);
            Assert.Equal(Errno.EACCES, (await os.TrySplice(u, w, 5)).Errno);
            Assert.Equal(4, await os.Splice(b, w, 5));
            module.IsOn = false;
            Assert.Equal(7, await os.Read(r, new byte[10]));
        });
        lab.Finish();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_process_that_is_killed_leaves_nothing_of_a_splice_behind(int where)
    {
        using Lab lab = Lab.Pair();
        ProcessStatus victim = lab.A.Run("victim", async os =>
        {
            (int r, int w) = await os.Pipe();
            (int r2, int w2) = await os.Pipe();
            (int a, int b) = await Connected(os);
            if (where == 0)
            {
                await os.Splice(r, a, 5);
            }
            else if (where == 1)
            {
                await os.Splice(b, w, 5);
            }
            else if (where == 2)
            {
                await os.Write(w, new byte[100]);
                await os.Write(w2, new byte[65536]);
                await os.Splice(r, w2, 5);
            }
            else
            {
                while (true)
                {
                    await os.Write(w, new byte[50_000]);
                    await os.Splice(r, a, 50_000);
                }
            }

            Assert.Fail("it went on");
        });
        lab.A.Run("killer", async os =>
        {
            await os.Delay(Duration.FromSeconds(1));
            await os.Kill(victim.Pid, Signal.SIGKILL);
        });
        lab.Finish();
    }

    private sealed class Refusing : SecurityModule
    {
        public bool IsOn { get; set; }

        public override Errno SocketSendmsg(ITask task, Sock sk, SockAddr? to, int size) => IsOn ? Errno.EACCES : Errno.OK;

        public override Errno SocketRecvmsg(ITask task, Sock sk, int size, MsgFlags flags) => IsOn ? Errno.EACCES : Errno.OK;
    }
}
