// splice, tee and sendfile. What is expected here was asked of Linux 6.18.

using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class SpliceTests
{
    private const int Size = 1_000_000;
    private const uint NonBlock = 2;

    internal static void Run(Func<Os, Task> program)
    {
        using Lab lab = Lab.Pair();
        lab.A.Run("program", program);
        lab.Finish();
    }

    internal static async Task<(int A, int B)> Connected(Os os)
    {
        int l = await os.Socket(AddressFamily.INET, SocketType.STREAM), a = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        await os.Bind(l, SockAddr.Parse("127.0.0.1:80"));
        await os.Listen(l, 1);
        await os.Connect(a, SockAddr.Parse("127.0.0.1:80"));
        int b = (await os.Accept(l)).Fd;
        await os.Close(l);
        return (a, b);
    }

    private static byte[] Pattern()
    {
        var data = new byte[Size];
        for (int i = 0; i < Size; i++) data[i] = (byte)(i * 7 + i / 251);
        return data;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_proxy_splices_a_megabyte_between_two_connections_over_a_lossy_link(ulong seed)
    {
        using Lab lab = Lab.Pair(new WireSpec { Rate = 50_000_000, Delay = Duration.FromMilliseconds(2), Loss = 0.02 }, seed);
        var received = new MemoryStream();
        lab.B.Run("sink", async os =>
        {
            int l = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Bind(l, SockAddr.Parse("10.0.0.2:81"));
            await os.Listen(l, 1);
            int s = (await os.Accept(l)).Fd;
            var buffer = new byte[3000];
            for (int n; (n = await os.Recv(s, buffer)) > 0;) received.Write(buffer, 0, n);
        });
        lab.A.Run("proxy", async os =>
        {
            int l = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Bind(l, SockAddr.Parse("10.0.0.1:80"));
            await os.Listen(l, 1);
            int from = (await os.Accept(l)).Fd, to = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Connect(to, SockAddr.Parse("10.0.0.2:81"));
            (int r, int w) = await os.Pipe();
            os.Spawn(async () =>
            {
                while (await os.Splice(from, w, 50_000) > 0)
                {
                }

                await os.Close(w);
            });
            while (await os.Splice(r, to, 30_000) > 0)
            {
            }

            await os.Close(to);
        });
        lab.B.Run("source", async os =>
        {
            await os.Delay(Duration.FromMilliseconds(1));
            int s = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Connect(s, SockAddr.Parse("10.0.0.1:80"));
            await os.Send(s, Pattern());
            await os.Close(s);
        });
        lab.Finish();
        Assert.Equal(Pattern(), received.ToArray());
    }

    [Fact]
    public void Bytes_go_from_pipe_to_pipe_and_a_full_one_takes_no_more_than_it_has_room_for() => Run(async os =>
    {
        (int r1, int w1) = await os.Pipe();
        (int r2, int w2) = await os.Pipe();
        await os.Fcntl(w2, FcntlCmd.F_SETPIPE_SZ, 4096);
        await os.Write(w1, new byte[10_000]);
        Assert.Equal(4096, await os.Splice(r1, w2, 10_000));
        Assert.Equal(Errno.EAGAIN, (await os.TrySplice(r1, w2, 10_000, NonBlock)).Errno);
        os.Spawn(async () =>
        {
            await os.Delay(Duration.FromMilliseconds(5));
            await os.Read(r2, new byte[9000]);
        });
        Instant before = os.Now;
        Assert.Equal(4096, await os.Splice(r1, w2, 10_000));
        Assert.Equal(5_000, (os.Now - before).Microseconds);
        Assert.Equal(4096, await os.Read(r2, new byte[9000]));
        Assert.Equal(1808, await os.Splice(r1, w2, 10_000));
    });

    [Fact]
    public void Two_pipes_that_are_spliced_into_each_other_do_not_block_for_ever() => Run(async os =>
    {
        (int r1, int w1) = await os.Pipe();
        (int r2, int w2) = await os.Pipe();
        await os.Write(w1, new byte[65536]);
        await os.Write(w2, new byte[65536]);
        os.Spawn(async () => await os.Splice(r1, w2, 100));
        os.Spawn(async () => await os.Splice(r2, w1, 100));
        await os.Delay(Duration.FromMilliseconds(1));
        Assert.Equal(65536, await os.Read(r1, new byte[65536]));
        await os.Delay(Duration.FromMilliseconds(1));
        Assert.Equal(100, await os.Read(r1, new byte[65536]));
        Assert.Equal(65436, await os.Read(r2, new byte[65536]));
        await os.Write(w1, new byte[5]);
        Assert.Equal(5, await os.Read(r2, new byte[65536]));
    });

    [Fact]
    public void Tee_copies_and_leaves_the_bytes() => Run(async os =>
    {
        (int r1, int w1) = await os.Pipe();
        (int r2, int w2) = await os.Pipe();
        await os.Write(w1, "hello"u8.ToArray());
        Assert.Equal(3, (await os.TryTee(r1, w2, 3)).Value);
        var buffer = new byte[10];
        Assert.Equal(3, await os.Read(r2, buffer));
        Assert.Equal("hel"u8.ToArray(), buffer[..3]);
        Assert.Equal(5, await os.Read(r1, buffer));
        Assert.Equal(Errno.EAGAIN, (await os.TryTee(r1, w2, 3, NonBlock)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryTee(r1, w1, 3)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryTee(r1, w2, 0, 16)).Errno);
        Assert.Equal(0, (await os.TryTee(99, 98, 0)).Value);
    });

    [Fact]
    public void What_cannot_be_spliced_is_refused() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        (int r2, int w2) = await os.Pipe();
        (int a, int b) = await Connected(os);
        Assert.Equal(Errno.EINVAL, (await os.TrySplice(a, b, 5)).Errno);
        Assert.Equal(0, (await os.TrySplice(a, b, 0)).Value);
        Assert.Equal(0, (await os.TrySplice(99, 98, 0)).Value);
        Assert.Equal(Errno.EINVAL, (await os.TrySplice(r, w, 5)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TrySplice(99, w, 5)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TrySplice(99, w, 5, 16)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TrySplice(w, w2, 5)).Errno);
        Assert.Equal(Errno.EBADF, (await os.TrySplice(r, r2, 5)).Errno);
        Assert.Equal(Errno.ESPIPE, (await os.TrySplice(r, w2, 5, 0, offsetIn: true)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TrySplice(a, w2, 5, 0, offsetIn: true)).Errno);
        Assert.Equal(Errno.EAGAIN, (await os.TrySplice(r, a, 5, NonBlock)).Errno);
        int fresh = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        Assert.Equal(Errno.ENOTCONN, (await os.TrySplice(fresh, w, 5)).Errno);
        await os.Fcntl(a, FcntlCmd.F_SETFL, (int)FileFlags.APPEND);
        await os.Write(w, new byte[5]);
        Assert.Equal(Errno.EINVAL, (await os.TrySplice(r, a, 5)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TrySendfile(a, b, 5)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TrySendfile(a, r, 5)).Errno);
        Assert.Equal(Errno.ESPIPE, (await os.TrySendfile(a, r, 5, offset: true)).Errno);
        await os.Send(a, "abc"u8.ToArray());
        Assert.Equal(3, (await os.TrySendfile(w2, b, 5)).Value);
    });

    [Fact]
    public void A_socket_keeps_its_own_O_NONBLOCK_and_time_out() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        (int a, int b) = await Connected(os);
        await os.Fcntl(b, FcntlCmd.F_SETFL, (int)FileFlags.NONBLOCK);
        Assert.Equal(Errno.EAGAIN, (await os.TrySplice(b, w, 5)).Errno);
        await os.Fcntl(b, FcntlCmd.F_SETFL, 0);
        os.Spawn(async () =>
        {
            await os.Delay(Duration.FromMilliseconds(5));
            await os.Send(a, new byte[7]);
        });
        Assert.Equal(7, await os.Splice(b, w, 100, NonBlock));
        Assert.Equal(7, await os.Read(r, new byte[100]));
        await os.Shutdown(a, ShutdownHow.WR);
        Assert.Equal(0, await os.Splice(b, w, 100));
    });

    [Fact]
    public void Closed_ends_are_0_and_EPIPE_and_nothing_is_lost() => Run(async os =>
    {
        (int r, int w) = await os.Pipe();
        (int r2, int w2) = await os.Pipe();
        (int a, int b) = await Connected(os);
        await os.Close(r2);
        await os.Send(a, "abc"u8.ToArray());
        await os.Write(w, "abc"u8.ToArray());
        Assert.Equal(Errno.EPIPE, (await os.TrySplice(b, w2, 5)).Errno);
        Assert.Equal(Errno.EPIPE, (await os.TrySplice(r, w2, 5)).Errno);
        Assert.Equal(Errno.EPIPE, (await os.TryTee(r, w2, 5)).Errno);
        await os.Shutdown(b, ShutdownHow.WR);
        Assert.Equal(Errno.EPIPE, (await os.TrySplice(r, b, 5)).Errno);
        Assert.Equal(3, await os.Recv(b, new byte[9]));
        Assert.Equal(3, await os.Read(r, new byte[9]));
        await os.Close(w);
        Assert.Equal(0, await os.Splice(r, a, 5));
    });
}
