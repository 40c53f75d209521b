// Regular files of a host: read, sought, sent; never written. What is expected is Linux's, of a file on a file system that is mounted read-only.

using System.Text;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class HostFileTests
{
    private static void Run(Func<Os, Task> program)
    {
        using Lab lab = Lab.Pair();
        lab.A.AddFile("/srv/greeting", Encoding.ASCII.GetBytes("hello, world"));
        lab.A.Run("program", program);
        lab.Finish();
    }

    [Fact]
    public void A_file_is_read_from_where_it_is_until_its_end() => Run(async os =>
    {
        int fd = await os.Open("/srv/greeting");
        byte[] room = new byte[5];
        Assert.Equal(5, await os.Read(fd, room));
        Assert.Equal("hello"u8.ToArray(), room);
        Assert.Equal(7, (await os.TryLseek(fd, 2, 1)).Value);
        Assert.Equal(5, await os.Read(fd, room));
        Assert.Equal("world"u8.ToArray(), room);
        Assert.Equal(0, await os.Read(fd, room));
        Assert.Equal(10, (await os.TryLseek(fd, -2, 2)).Value);
        Assert.Equal(2, await os.Read(fd, room));
        Assert.Equal(Errno.EINVAL, (await os.TryLseek(fd, -13, 2)).Errno);
    });

    [Fact]
    public void Who_wants_to_write_or_names_nothing_is_refused() => Run(async os =>
    {
        Assert.Equal(Errno.EROFS, (await os.TryOpen("/srv/greeting", FileFlags.RDWR)).Errno);
        Assert.Equal(Errno.EROFS, (await os.TryOpen("/srv/greeting", FileFlags.TRUNC)).Errno);
        Assert.Equal(Errno.EEXIST, (await os.TryOpen("/srv/greeting", FileFlags.CREAT | FileFlags.EXCL)).Errno);
        Assert.Equal(Errno.ENOTDIR, (await os.TryOpen("/srv/greeting", FileFlags.DIRECTORY)).Errno);
        Assert.Equal(Errno.ENOENT, (await os.TryOpen("/srv/nothing")).Errno);
        int fd = await os.Open("/srv/greeting"), ep = await os.EpollCreate();
        Assert.Equal(Errno.EPERM, (await os.TryEpollCtl(ep, EpollOp.ADD, fd, EpollEvents.IN)).Errno);
    });

    [Fact]
    public void Sendfile_gives_a_peer_what_is_in_the_file() => Run(async os =>
    {
        int l = await os.Socket(AddressFamily.INET, SocketType.STREAM), a = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        await os.Bind(l, SockAddr.Parse("127.0.0.1:80"));
        await os.Listen(l, 1);
        await os.Connect(a, SockAddr.Parse("127.0.0.1:80"));
        int b = (await os.Accept(l)).Fd, fd = await os.Open("/srv/greeting");
        Assert.Equal(12, (await os.TrySendfile(a, fd, 100)).Value);
        Assert.Equal(5, (await os.TrySendfile(a, fd, 5, offset: 7L)).Value);
        Assert.Equal(0, (await os.TrySendfile(a, fd, 100)).Value); // the position is at the end
        byte[] room = new byte[100];
        int n = 0;
        while (n < 17) n += await os.Read(b, room.AsMemory(n));
        Assert.Equal("hello, worldworld", Encoding.ASCII.GetString(room, 0, n));
    });
}
