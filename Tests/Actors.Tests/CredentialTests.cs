// Whose a process is and what it may do. What the kernel answers is in Tests/Differential.Tests/scripts/credentials and netns; here is what scripts cannot say.

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class CredentialTests
{
    [Fact]
    public void A_child_has_its_parent_s_credentials_and_changes_only_its_own()
    {
        using var lab = new Lab();
        lab.A.Run("p", async os =>
        {
            await os.SetResUid(1000, 1000, 0);
            await os.Fork(async child =>
            {
                Assert.Equal(0u, child.Credentials.SavedUid);
                await child.SetResUid(0, 0, 0);
                Assert.True(child.Credentials.Capable(Capability.NET_ADMIN));
            });
            await os.Wait(-1);
            Assert.Equal(1000u, os.Credentials.Uid);
            Assert.False(os.Credentials.Capable(Capability.NET_ADMIN));
        });
        lab.Finish();
    }

    [Fact]
    public void A_process_is_started_as_a_user_with_capabilities()
    {
        using var lab = new Lab();
        lab.A.Run("p", async os =>
        {
            int s = await os.Udp();
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_MARK, 7);
            Assert.Equal(Errno.EPERM, (await os.TrySetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUFFORCE, 7)).Errno);
        }, credentials: Credentials.User(1000, 100, Capability.NET_RAW));
        lab.Finish();
    }

    [Fact]
    public void Setns_enters_a_namespace_by_its_file_and_sockets_stay_behind()
    {
        using var lab = new Lab();
        lab.A.AddNamespace("blue");
        lab.A.Run("server", async os =>
        {
            int s = await os.Udp();
            await os.Bind(s, "127.0.0.1:9");
            byte[] buffer = new byte[10];
            (int n, SockAddr from, _) = await os.RecvFrom(s, buffer);
            await os.SendTo(s, buffer.AsMemory(0, n), from);
        }, netns: "blue");
        lab.A.Run("p", async os =>
        {
            await os.Delay(Duration.FromMilliseconds(1));
            int old = await os.Udp(), home = await os.Open("/proc/self/ns/net"), blue = await os.Open("/run/netns/blue");
            Assert.Equal(Errno.ENOENT, (await os.TryOpen("/run/netns/green")).Errno);
            Assert.Equal(Errno.EPERM, (await os.TryOpen("/run/netns/blue", FileFlags.RDWR)).Errno);
            await os.Setns(blue);
            int s = await os.Udp();
            await os.SendTo(s, new byte[3], "127.0.0.1:9");
            Assert.Equal(3, await os.Recv(s, new byte[10]));
            await os.Bind(old, "127.0.0.1:9"); // free where it was made
            Assert.NotEqual(await Cookie(os, old), await Cookie(os, s));
            Assert.Equal(await Cookie(os, s), await Cookie(os, await os.Udp()));
            await os.Setns(home, 0);
            Assert.Equal(await Cookie(os, old), await Cookie(os, await os.Udp()));
            Assert.Equal(Errno.ENOENT, (await os.TryOpen("/proc/1/ns/net")).Errno); // the server has ended
            Assert.True(await os.Open("/proc/3/ns/net") > 0);
        });
        lab.A.Run("late", async os => await os.Delay(Duration.FromSeconds(1)), netns: "blue");
        lab.A.Run("unprivileged", async os =>
        {
            int blue = await os.Open("/proc/3/ns/net");
            Assert.Equal(Errno.EINVAL, (await os.TrySetns(blue, 0x2000_0000)).Errno);
            Assert.Equal(Errno.EPERM, (await os.TrySetns(blue)).Errno);
            Assert.Equal(Errno.EPERM, (await os.TryUnshare()).Errno);
        }, credentials: Credentials.User(1000, 1000));
        lab.Finish();
    }

    [Fact]
    public void A_namespace_that_unshare_made_is_whole_and_ends_with_the_run()
    {
        using var lab = new Lab();
        ProcessStatus? p = null;
        p = lab.A.Run("p", async os =>
        {
            await os.Unshare();
            int a = await os.Udp(), b = await os.Udp();
            await os.Bind(a, "0.0.0.0:9");
            Assert.Equal(Errno.ENETUNREACH, (await os.TrySendTo(b, new byte[1], "127.0.0.1:9")).Errno);
            SimNetns mine = lab.A.NamespaceOf(p!).SetUp("lo");
            await os.Delay(Duration.FromMilliseconds(1));
            await os.SendTo(b, new byte[1], "127.0.0.1:9");
            Assert.Equal(1, await os.Recv(a, new byte[10]));
            Assert.Equal("net:[4026532002]", new NetnsFile(mine.Plan).ToString());
        });
        lab.Finish();
        Assert.NotEqual(lab.A.Net.Trace.Value, lab.A.TraceHash);
    }

    private static async Task<ulong> Cookie(Os os, int fd)
    {
        byte[] value = new byte[8];
        await os.GetSockOpt(fd, SockLevel.SOCKET, (int)SockOpt.SO_NETNS_COOKIE, value);
        return BitConverter.ToUInt64(value);
    }
}
