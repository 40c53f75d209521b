// O_ASYNC on the ends of a pipe. What is expected was asked of Linux 6.18, step by step, with a signal chosen by F_SETSIG and blocked.

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class PipeSignalTests
{
    private const string In = "IN", Out = "OUT";

    private delegate Task Step(Func<ValueTask<SysResult>> call, params string[] heard);

    [Fact]
    public void Every_write_tells_the_reader_s_owner_and_every_read_the_writer_s() => Run(async (os, step) =>
    {
        (int r, int w) = await os.Pipe(FileFlags.NONBLOCK);
        await Own(os, r);
        await step(() => Write(os, w, new byte[1]), In);
        await step(() => Write(os, w, new byte[1]), In); // no change, and told all the same
        await step(() => Read(os, r, new byte[2]));
        await Own(os, w);
        await step(() => Write(os, w, new byte[1]), In);
        await step(() => Read(os, r, new byte[1]), Out);
        await step(() => Read(os, r, new byte[1]), Out); // EAGAIN
        await step(() => Write(os, w, Array.Empty<byte>()));
        await step(() => Write(os, w, new byte[65_536]), In);
        await step(() => Write(os, w, new byte[1]), In); // EAGAIN
        await step(() => Read(os, r, new byte[100]), Out);
        await step(() => os.TryFcntl(w, FcntlCmd.F_SETPIPE_SZ, 131_072));
        int copy = await os.Dup(w);
        await step(() => os.TryClose(copy));
        await step(() => os.TryClose(w), In);
        await step(() => Read(os, r, new byte[100]));
        await step(() => os.TryClose(r));
    });

    [Fact]
    public void The_reader_s_end_tells_the_writer_s_owner() => Run(async (os, step) =>
    {
        (int r, int w) = await os.Pipe();
        await Own(os, w);
        await Own(os, r);
        await step(() => os.TryClose(r), Out);
        await step(() => Write(os, w, new byte[1])); // EPIPE
    });

    [Fact]
    public void Who_waits_tells_before_it_waits_and_at_its_end() => Run(async (os, step) =>
    {
        (int r, int w) = await os.Pipe();
        await Own(os, r);
        await Own(os, w);
        os.Spawn(async () => await os.Read(r, new byte[10]));
        await step(() => ValueTask.FromResult<SysResult>(0)); // a reader that waits has read nothing
        await step(() => Write(os, w, new byte[1]), In, Out);
        await step(() => Write(os, w, new byte[65_536]), In);
        os.Spawn(async () => await os.Write(w, new byte[2]));
        await step(() => ValueTask.FromResult<SysResult>(0), In);
        await step(() => Read(os, r, new byte[4096]), Out, In);
    });

    [Fact]
    public void Tee_and_splice_tell_what_they_woke() => Run(async (os, step) =>
    {
        (int r, int w) = await os.Pipe(FileFlags.NONBLOCK);
        (int r2, int w2) = await os.Pipe(FileFlags.NONBLOCK);
        int u = await os.Udp();
        await os.Bind(u, "127.0.0.1:9");
        await os.Connect(u, "127.0.0.1:9");
        foreach (int fd in (int[])[r, w, r2, w2]) await Own(os, fd);
        await step(() => Write(os, w, new byte[10_000]), In);
        await step(() => os.TryTee(r, w2, 100), In);
        await step(() => os.TrySplice(r, w2, 100), In); // no buffer became free
        await step(() => os.TrySplice(r, w2, 4096), In, Out);
        await step(() => os.TrySplice(r, w2, 100_000), In, Out);
        await step(() => os.TrySplice(r, w2, 100));
        await step(() => os.TrySplice(r2, u, 50));
        await step(() => os.TrySplice(r2, u, 150), Out);
        await step(() => Read(os, r2, new byte[100_000]), Out);
        await step(() => os.TrySplice(u, w2, 1000), In);
    });

    [Fact]
    public void Without_O_ASYNC_or_without_an_owner_nobody_is_told() => Run(async (os, step) =>
    {
        (int r, int w) = await os.Pipe();
        await Own(os, r);
        await os.Fcntl(r, FcntlCmd.F_SETOWN, 0);
        await step(() => Write(os, w, new byte[1]));
        await Own(os, r);
        await step(() => Write(os, w, new byte[1]), In);
        await os.Fcntl(r, FcntlCmd.F_SETFL, 0);
        await step(() => Write(os, w, new byte[1]));
        int e = await os.Eventfd(0);
        await Own(os, e); // an eventfd has no fasync
        await step(() => Write(os, e, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }));
    });

    private static async Task Own(Os os, int fd)
    {
        await os.Fcntl(fd, FcntlCmd.F_SETOWN, 1);
        await os.Fcntl(fd, FcntlCmd.F_SETSIG, (int)Signal.SIGRTMIN);
        await os.Fcntl(fd, FcntlCmd.F_SETFL, await os.Fcntl(fd, FcntlCmd.F_GETFL) | (int)FileFlags.ASYNC);
    }

    private static async ValueTask<SysResult> Write(Os os, int fd, byte[] data)
    {
        try
        {
            return await os.Write(fd, data);
        }
        catch (ErrnoException e)
        {
            return e.Errno;
        }
    }

    private static async ValueTask<SysResult> Read(Os os, int fd, byte[] buffer)
    {
        try
        {
            return await os.Read(fd, buffer);
        }
        catch (ErrnoException e)
        {
            return e.Errno;
        }
    }

    // Process 1 is the owner of all; a step is a call and what the owner heard of it, in any order.
    private static void Run(Func<Os, Step, Task> program)
    {
        using var lab = new Lab();
        List<string> heard = [];
        bool done = false;
        lab.A.Run("owner", async os =>
        {
            await os.Sigaction(Signal.SIGRTMIN, new SigAction(info => heard.Add((info.Code, info.Band) switch
            {
                (SigInfo.POLL_IN, PollEvents.IN | PollEvents.RDNORM) => In,
                (SigInfo.POLL_OUT, PollEvents.OUT | PollEvents.WRNORM | PollEvents.WRBAND) => Out,
                _ => info.ToString(),
            })));
            while (!done)
            {
                try
                {
                    await os.Delay(Duration.FromMilliseconds(100));
                }
                catch (ErrnoException)
                {
                    // A signal ends the wait.
                }
            }
        });
        lab.A.Run("p", async os =>
        {
            await program(os, async (call, expected) =>
            {
                heard.Clear();
                await call();
                await os.Delay(Duration.FromMilliseconds(1));
                Assert.Equal(expected.Order(StringComparer.Ordinal), heard.Order(StringComparer.Ordinal));
            });
            done = true;
        }, Instant.FromSeconds(1));
        lab.Finish();
    }
}
