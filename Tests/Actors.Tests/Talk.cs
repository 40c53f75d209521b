// Short words for what programs in tests do over and over.

namespace ActorNet.Actors.Tests;

internal static class Talk
{
    public static ValueTask<int> Tcp(this Os os, SocketType flags = 0) => os.Socket(AddressFamily.INET, SocketType.STREAM | flags);

    public static ValueTask<int> Udp(this Os os, SocketType flags = 0) => os.Socket(AddressFamily.INET, SocketType.DGRAM | flags);

    /// <summary>socket, bind, listen.</summary>
    public static async Task<int> Listening(this Os os, SockAddr at, int backlog = 16)
    {
        int l = await os.Tcp();
        await os.SetSockOpt(l, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
        await os.Bind(l, at);
        await os.Listen(l, backlog);
        return l;
    }

    /// <summary>socket, connect; again when ARP had no luck on a lossy wire.</summary>
    public static async Task<int> Dial(this Os os, SockAddr to)
    {
        while (true)
        {
            int s = await os.Tcp();
            SysResult r = await os.TryConnect(s, to);
            if (r.IsOk) return s;
            if (r.Errno != Errno.EHOSTUNREACH) throw new ErrnoException(r.Errno, SyscallNr.connect);
            await os.Close(s);
        }
    }

    public static async Task<byte[]> ReadToEnd(this Os os, int fd, int chunk = 16_384)
    {
        var all = new MemoryStream();
        var buffer = new byte[chunk];
        for (int n; (n = await os.Recv(fd, buffer)) > 0;) all.Write(buffer, 0, n);
        return all.ToArray();
    }

    /// <summary>struct timeval.</summary>
    public static byte[] Timeval(Duration d)
    {
        var b = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(b, d.Microseconds / 1_000_000);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(b.AsSpan(8), d.Microseconds % 1_000_000);
        return b;
    }

    /// <summary>struct linger.</summary>
    public static byte[] Linger(bool on, int seconds)
    {
        var b = new byte[8];
        b[0] = (byte)(on ? 1 : 0);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(b.AsSpan(4), seconds);
        return b;
    }

    public static byte[] Noise(int length, int seed = 1)
    {
        var b = new byte[length];
        uint x = (uint)seed * 2_654_435_761u + 1;
        for (int i = 0; i < length; i++)
        {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            b[i] = (byte)x;
        }

        return b;
    }
}
