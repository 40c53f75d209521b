// What all TCP servers do: socket, bind, listen, accept, and one task per connection that closes its descriptor however it ends.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>The accept loop, and the calls that clients share.</summary>
internal static class TcpServing
{
    /// <summary>Serves for as long as the run lasts.</summary>
    public static async Task Serve(ProgramContext context, long port, long backlog, Func<int, SockAddr, Task> serve)
    {
        Os os = context.Os;
        int listener = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        try
        {
            await os.SetSockOpt(listener, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
            await os.Bind(listener, SockAddr.In(IpAddress.Any4, (ushort)port));
            await os.Listen(listener, (int)backlog);
            context.OnListening?.Invoke();
            while (true)
            {
                (int fd, SockAddr peer) = await os.Accept(listener);
                os.Spawn(() => Guard(context, fd, peer, serve));
            }
        }
        finally
        {
            await os.TryClose(listener);
        }
    }

    /// <summary>A connected stream socket; the caller closes it.</summary>
    /// <param name="timeout">For connect and each send and recv; zero for none.</param>
    public static async Task<int> Connect(Os os, IpAddress address, long port, Duration timeout)
    {
        int fd = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        try
        {
            if (timeout > Duration.Zero) await SetTimeouts(os, fd, timeout);
            await os.Connect(fd, SockAddr.In(address, (ushort)port));
            return fd;
        }
        catch
        {
            await os.TryClose(fd);
            throw;
        }
    }

    /// <summary>SO_RCVTIMEO and SO_SNDTIMEO.</summary>
    public static async Task SetTimeouts(Os os, int fd, Duration timeout)
    {
        var timeval = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(timeval, timeout.Nanoseconds / 1_000_000_000);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(timeval.AsSpan(8), timeout.Nanoseconds % 1_000_000_000 / 1_000);
        await os.SetSockOpt(fd, SockLevel.SOCKET, (int)SockOpt.SO_RCVTIMEO, timeval);
        await os.SetSockOpt(fd, SockLevel.SOCKET, (int)SockOpt.SO_SNDTIMEO, timeval);
    }

    /// <summary>Sends all of it and counts it.</summary>
    public static async ValueTask SendAll(ProgramContext context, int fd, ReadOnlyMemory<byte> data)
    {
        while (data.Length > 0)
        {
            int n = await context.Os.Send(fd, data, MsgFlags.NOSIGNAL);
            context.Meter.BytesSent += n;
            data = data[n..];
        }
    }

    /// <summary>What an errno is called in the results: a wait that timed out is a timeout, whichever call it was.</summary>
    public static string NameOf(Errno errno) => errno is Errno.EAGAIN or Errno.EINPROGRESS ? "timeout" : errno.ToString();

    private static async Task Guard(ProgramContext context, int fd, SockAddr peer, Func<int, SockAddr, Task> serve)
    {
        try
        {
            await serve(fd, peer);
        }
        catch (ErrnoException e)
        {
            context.Meter.Failed(NameOf(e.Errno));
        }
        finally
        {
            await context.Os.TryClose(fd);
        }
    }
}
