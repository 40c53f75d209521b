// The simulated end: the same talk over Os.

using System.Security.Cryptography;
using ActorNet.Actors;

namespace ActorNet.Interop.Tests;

/// <summary>The simulated TCP, as client or as server.</summary>
internal sealed class SimPeer(Os os)
{
    private const int Chunk = 65_536;

    /// <summary>Serves so many connections, each as soon as it is there.</summary>
    public async Task<string?> Serve(IReadOnlyList<Exchange> exchanges, Action listens)
    {
        int listener = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        await os.SetSockOpt(listener, SockLevel.TCP, (int)TcpOpt.TCP_FASTOPEN, 16);
        await os.Bind(listener, SockAddr.In(IpAddress.Any4, KernelPeer.Port));
        await os.Listen(listener, 16);
        listens();
        List<Task<string?>> talks = [];
        foreach (Exchange exchange in exchanges)
        {
            (int fd, SockAddr _) = await os.Accept(listener);
            talks.Add(Talk(fd, exchange.ToClient, 0, exchange.ToServer, "the simulated server"));
        }

        await os.Close(listener);
        string? failure = null;
        foreach (Task<string?> talk in talks) failure ??= await talk;
        return failure;
    }

    /// <summary>Makes one connection and sees it to its end.</summary>
    public async Task<string?> Connect(SockAddr to, Exchange exchange, bool fastOpen)
    {
        int fd = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        int sent = 0;
        if (fastOpen) sent = await os.SendTo(fd, exchange.ToServer.AsMemory(0, Math.Min(Chunk, exchange.ToServer.Length)), to, MsgFlags.FASTOPEN);
        else await os.Connect(fd, to);
        return await Talk(fd, exchange.ToServer, sent, exchange.ToClient, "the simulated client");
    }

    private async Task<string?> Talk(int fd, byte[] send, int sent, byte[] expected, string who)
    {
        Task<string?> sending = Send(fd, send, sent, who);
        string? failure = await Receive(fd, expected, who) ?? await sending;
        await os.Close(fd);
        return failure;
    }

    private async Task<string?> Send(int fd, byte[] data, int sent, string who)
    {
        try
        {
            while (sent < data.Length) sent += await os.Send(fd, data.AsMemory(sent, Math.Min(Chunk, data.Length - sent)), MsgFlags.NOSIGNAL);
            await os.Shutdown(fd, ShutdownHow.WR);
            return null;
        }
        catch (ErrnoException e)
        {
            return $"{who}, sending: {e.Errno}";
        }
    }

    private async Task<string?> Receive(int fd, byte[] expected, string who)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Chunk];
        long got = 0;
        try
        {
            for (int n; (n = await os.Recv(fd, buffer)) > 0; got += n) hash.AppendData(buffer.AsSpan(0, n));
            return Exchange.Compare(who, expected, got, hash.GetHashAndReset());
        }
        catch (ErrnoException e)
        {
            return $"{who}, receiving: {e.Errno}";
        }
    }
}
