// TCP between two hosts in whole frames: a bulk transfer, and connections that are made, accepted and closed.

using System.Diagnostics;
using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class StreamBenchmark
{
    private const int Port = 5001;
    private const int Chunk = 65_536;
    private const long Bytes = 400_000_000;
    private const int Connections = 60_000;

    /// <summary>A client's ports to one of the server's are few, and each is in TIME_WAIT for a minute: as a client of several servers would, it goes round.</summary>
    private const int Ports = 8;

    public static IEnumerable<BenchRow> Bulk()
    {
        Figures f = Best(new Way(SendBuffer: 131_072));
        yield return new BenchRow("tcp/bulk/frames", "M/s", f.Frames / 1e6)
        {
            Goal = 2.5,
            Definition = $"frames of a bulk transfer, data and ACKs, MTU 1500, no offload, checksums computed, a wire without a rate (as a veth), SO_SNDBUF 256 KiB; {f.Events:0.0} events a frame",
        };
        yield return new BenchRow("tcp/bulk", "Gbit/s", f.Gbit) { Definition = "payload of that transfer from send to recv, 64 KiB in a call" };
        yield return new BenchRow("tcp/bulk/allocated", "bytes", f.Allocated) { SmallerIsBetter = true, Goal = 0.05, Definition = "allocated per frame of its second half" };
        f = Best(new Way());
        yield return new BenchRow("tcp/bulk/autotuned", "M/s", f.Frames / 1e6) { Definition = "the same with a send buffer that grows to its 4 MB, out of the near caches" };
        f = Best(new Way(Rate: 100_000_000_000, Offloads: NetIfFeature.RXCSUM));
        yield return new BenchRow("tcp/bulk/rated", "M/s", f.Frames / 1e6) { Definition = $"the same with a NIC as every scenario has it (rx-checksumming) on a wire of 100 Gbit/s: each frame arrives at a time of its own; {f.Events:0.0} events a frame" };
        f = Best(new Way(SendBuffer: 131_072, Offloads: NetIfFeature.ALL));
        yield return new BenchRow("tcp/bulk/offload", "Gbit/s", f.Gbit) { Definition = $"payload with tso, gso, gro and checksum offload, as a veth has them; {f.Frames / 1e6:0.0} M segments/s" };
    }

    private sealed record Way(long Rate = 0, int SendBuffer = 0, NetIfFeature Offloads = NetIfFeature.None);

    private sealed record Figures(double Frames, double Gbit, double Allocated, double Events);

    // Twice its length first: what is profiled as it runs is compiled for good by then.
    private static Figures Best(Way way)
    {
        long bytes = way.Rate == 0 ? 4 * Bytes : Bytes;
        Bulk(2 * bytes, way);
        return Enumerable.Range(0, 3).Select(_ => Bulk(bytes, way)).MaxBy(r => r.Frames)!;
    }

    public static IEnumerable<BenchRow> Connect()
    {
        Connect(Connections / 4);
        (double perSecond, double frames) = Enumerable.Range(0, 3).Select(_ => Connect(Connections)).Max();
        yield return new BenchRow("tcp/connect", "k/s", perSecond / 1e3)
        {
            Goal = 200, Definition = $"connect, accept, close on both sides with FIN, TIME_WAIT at the client's; {frames:0.0} frames a connection, one after another",
        };
    }

    private static Figures Bulk(long bytes, Way way)
    {
        using var lab = new PairLab(way.Rate, way.Offloads);
        long half = 0, framesAtHalf = 0, allocated = 0;
        lab.Server.Run("sink", async os =>
        {
            int listener = await Listen(os);
            (int fd, _) = await os.Accept(listener);
            var buffer = new byte[Chunk];
            long got = 0;
            for (int n; (n = await os.Recv(fd, buffer)) > 0;)
            {
                got += n;
                if (half != 0 || got < bytes / 2) continue;
                half = GC.GetAllocatedBytesForCurrentThread();
                framesAtHalf = lab.Frames;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - half;
            await os.Close(fd);
        });
        lab.Client.Run("source", async os =>
        {
            int fd = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            if (way.SendBuffer > 0) await os.SetSockOpt(fd, SockLevel.SOCKET, (int)SockOpt.SO_SNDBUF, way.SendBuffer);
            await os.Connect(fd, PairLab.At(Port));
            var buffer = new byte[Chunk];
            for (long sent = 0; sent < bytes; sent += Chunk) await os.Send(fd, buffer);
            await os.Close(fd);
        });
        double seconds = lab.Run().TotalSeconds;
        return new Figures(lab.Frames / seconds, bytes * 8 / seconds / 1e9, (double)allocated / (lab.Frames - framesAtHalf), (double)lab.Events / lab.Frames);
    }

    private static (double PerSecond, double Frames) Connect(int connections)
    {
        using var lab = new PairLab();
        for (int p = 0; p < Ports; p++)
        {
            int port = Port + p;
            lab.Server.Run("server", async os =>
            {
                int listener = await Listen(os, port);
                var buffer = new byte[1];
                for (int i = 0; i < connections / Ports; i++)
                {
                    (int fd, _) = await os.Accept(listener);
                    await os.Recv(fd, buffer);
                    await os.Close(fd);
                }
            });
        }

        lab.Client.Run("client", async os =>
        {
            for (int i = 0; i < connections; i++)
            {
                int fd = await os.Socket(AddressFamily.INET, SocketType.STREAM);
                await os.Connect(fd, PairLab.At((ushort)(Port + i % Ports)));
                await os.Close(fd);
            }
        });
        double seconds = lab.Run().TotalSeconds;
        return (connections / seconds, (double)lab.Frames / connections);
    }

    private static async Task<int> Listen(Os os, int port = Port)
    {
        int listener = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        await os.Bind(listener, PairLab.Any((ushort)port));
        await os.Listen(listener, 4096);
        return listener;
    }
}
