// Observers: every call of every process is seen once as it enters and once as it is answered, whatever its file.

using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class ObserverTests
{
    [Fact]
    public void Every_call_is_seen_entering_once_and_answered_once()
    {
        using Lab lab = Lab.Pair();
        var watch = new Watch();
        lab.A.Observe(watch);
        lab.A.Run("server", async os =>
        {
            int l = await os.Listening("0.0.0.0:80");
            (int c, SockAddr _) = await os.Accept(l);
            await os.ReadToEnd(c);
            await os.Close(c);
        });
        lab.A.Run("proc", async os =>
        {
            int f = await os.Open("/proc/net/tcp");
            await os.Read(f, new byte[4096]);
            Assert.Equal(Errno.ENOTSOCK, (await os.TryListen(f, 1)).Errno);
            Assert.Equal(Errno.EBADF, (await os.TryClose(99)).Errno);
            await os.SetUid(1000);
        }, Instant.FromSeconds(1));
        lab.B.Run("client", async os =>
        {
            int s = await os.Dial("10.0.0.1:80");
            await os.Send(s, new byte[1000]);
        });
        lab.Finish();
        Assert.Empty(watch.Open);
        Assert.Equal(watch.Entries, watch.Answers.Count);
        Assert.All(watch.Answers, a => Assert.Equal("a", a.Host));
        Assert.Contains(watch.Answers, a => a.Text == "accept4(0, {AF_INET, 10.0.0.2:" && a.Took >= Duration.FromMilliseconds(1));
        Assert.Contains(watch.Answers, a => a.Text == "open(\"/proc/net/tcp\", O_RDONLY) = 0" && !a.HasSocket);
        Assert.Contains(watch.Answers, a => a.Text == "listen(0, 1) = -1 ENOTSOCK (Socket operation on non-socket)");
        Assert.Contains(watch.Answers, a => a.Text == "close(99) = -1 EBADF (Bad file descriptor)");
        Assert.Contains(watch.Answers, a => a.Text == "setuid(1000) = 0");
        Assert.Contains(watch.Answers, a => a.Text == "setsockopt(0, SOL_SOCKET, SO_REUSEADDR, [1], [4]) = 0" && a.HasSocket);
    }

    [Fact]
    public void A_call_that_waits_when_the_run_ends_is_answered_to_its_observer_too()
    {
        using var lab = new Lab();
        var watch = new Watch();
        lab.A.Observe(watch);
        lab.A.Run("p", async os => await os.Recv(await os.Udp(), new byte[1]));
        lab.Network.RunUntil(Instant.FromSeconds(1));
        Assert.Equal("recvfrom", Assert.Single(watch.Open.Values));
        lab.End();
        Assert.Empty(watch.Open);
        Assert.Equal("recvfrom(0, 1 bytes) = -1 EINTR (Interrupted system call)", watch.Answers[^1].Text);
    }

    [Fact]
    public void Watching_changes_nothing()
    {
        ulong Hash(bool watched)
        {
            using Lab lab = Lab.Pair(new WireSpec { Delay = Duration.FromMilliseconds(1), Loss = 0.1 });
            if (watched) lab.A.Observe(new Watch());
            lab.A.Run("server", async os =>
            {
                (int c, SockAddr _) = await os.Accept(await os.Listening("0.0.0.0:80"));
                await os.ReadToEnd(c);
            });
            lab.B.Run("client", async os => await os.Send(await os.Dial("10.0.0.1:80"), new byte[100_000]));
            return lab.Finish();
        }

        Assert.Equal(Hash(watched: false), Hash(watched: true));
    }

    private sealed class Watch : ISyscallObserver
    {
        public Dictionary<Syscall, string> Open { get; } = [];

        public int Entries { get; private set; }

        public List<(string Host, string Text, Duration Took, bool HasSocket)> Answers { get; } = [];

        public void Entered(in SyscallEvent entered)
        {
            Entries++;
            Open.Add(entered.Call, entered.Call.Nr.ToString()); // one that is open already throws
        }

        public void Answered(in SyscallEvent answered)
        {
            Assert.True(Open.Remove(answered.Call));
            string text = SyscallText.Format(answered.Call);
            if (text.StartsWith("accept4", StringComparison.Ordinal)) text = text[..text.LastIndexOf(':')] + ":"; // an ephemeral port
            Answers.Add((answered.Host, text, answered.Time - answered.Since, answered.Socket is not null));
        }
    }
}
