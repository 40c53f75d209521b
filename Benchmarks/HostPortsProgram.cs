// The program of the host benchmark: binds so many sockets, then reaches them in an order that is not the one of the binds.

using System.Diagnostics;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

/// <summary>UDP sockets or listeners on addresses of 127.0.0.0/8 and 30,000 ports of each: none of those that connect chooses from, which would have to pass over them.</summary>
internal sealed class HostPortsProgram(bool tcp, int sockets)
{
    private const int Rounds = 10, Times = 500;

    private static readonly byte[] s_linger = [1, 0, 0, 0, 0, 0, 0, 0];

    private readonly int[] _sockets = new int[sockets];
    private readonly byte[] _data = new byte[32];
    private long _named;

    /// <summary>Without <see cref="Collector"/>.</summary>
    public Figure Bind { get; private set; }

    /// <summary>Live heap per socket, bytes: the socket, its actor, its row, its descriptor.</summary>
    public double Memory { get; private set; }

    /// <summary>Nanoseconds a bind that the garbage collector stood still for, copying what had been made.</summary>
    public double Collector { get; private set; }

    /// <summary>A datagram, or a connection.</summary>
    public Figure LookUp { get; private set; }

    /// <summary>Keeps the better of each.</summary>
    public void Take(HostPortsProgram other) => (Bind, LookUp) = (Bind.Least(other.Bind), LookUp.Least(other.LookUp));

    public async Task Main(Os os)
    {
        double live = GC.GetTotalMemory(true);
        TimeSpan pauses = GC.GetTotalPauseDuration();
        long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        for (int i = 0; i < sockets; i++)
        {
            _sockets[i] = await os.Socket(AddressFamily.INET, tcp ? SocketType.STREAM : SocketType.DGRAM);
            await os.Bind(_sockets[i], Name(i));
            if (tcp) await os.Listen(_sockets[i], 16);
        }

        Figure bind = Of(start, bytes, sockets);
        Collector = (GC.GetTotalPauseDuration() - pauses).TotalNanoseconds / sockets;
        Bind = bind with { Nanos = bind.Nanos - Collector };
        Memory = (GC.GetTotalMemory(true) - live) / sockets;
        LookUp = Figure.None;
        int from = tcp ? -1 : await os.Socket(AddressFamily.INET, SocketType.DGRAM);
        for (int round = 0; round < Rounds; round++)
        {
            bytes = GC.GetAllocatedBytesForCurrentThread();
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Times; i++)
            {
                int at = (int)(_named++ * 48_271 % sockets);
                if (tcp)
                {
                    await Connect(os, at);
                    continue;
                }

                await os.SendTo(from, _data, Name(at));
                if (await os.Recv(_sockets[at], _data) != _data.Length) throw new InvalidOperationException("a datagram is missing");
            }

            LookUp = LookUp.Least(Of(start, bytes, Times));
        }

        if (from >= 0) await os.Close(from);
        foreach (int fd in _sockets) await os.Close(fd);
    }

    private async Task Connect(Os os, int to)
    {
        int client = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        await os.Connect(client, Name(to));
        (int server, _) = await os.Accept(_sockets[to]);
        // Without TIME_WAIT: by a reset.
        await os.SetSockOpt(client, SockLevel.SOCKET, (int)SockOpt.SO_LINGER, (ReadOnlyMemory<byte>)s_linger);
        await os.Close(client);
        await os.Close(server);
    }

    private static SockAddr Name(int i) => SockAddr.In(IpAddress.FromV4(0x7F00_0001u + (uint)i / 30_000), (ushort)(1024 + i % 30_000));

    private static Figure Of(long start, long bytes, int times) =>
        new(Stopwatch.GetElapsedTime(start).TotalNanoseconds / times, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / times);
}
