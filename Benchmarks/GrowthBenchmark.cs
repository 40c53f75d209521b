// How cost grows: the same work among more hosts, beside more connections, in more flows. What a unit of it takes is flat but for the caches, which are not.

using System.Diagnostics;
using ActorNet.Actors;
using ActorNet.Devices.Wires;
using ActorNet.Engine.Configuration;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class GrowthBenchmark
{
    private const ushort Port = 5001;
    private const int Exchanges = 200_000, Requests = 100_000, Chunk = 16_384;
    private const long Bytes = 200_000_000;

    /// <summary>What a million of established connections need, and some.</summary>
    private const long RoomForAMillion = 9L << 30;

    public static IEnumerable<BenchRow> Hosts()
    {
        Pairs(10);
        return Rows("growth/hosts", [10, 100, 1_000, 10_000], Pairs, n => $"a datagram of 18 bytes there and back between two of {n:N0} hosts, in pairs");
    }

    public static IEnumerable<BenchRow> Connections()
    {
        Beside(1);
        int[] counts = [1, 1_000, 10_000, 100_000, 1_000_000];
        if (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < RoomForAMillion) counts = counts[..^1];
        return Rows("growth/connections", counts, Beside, n => $"a request and its response on one of {n:N0} established connections at random, by epoll at the server");
    }

    public static IEnumerable<BenchRow> Flows()
    {
        InFlows(1);
        return Rows("growth/flows", [1, 10, 100, 1_000], InFlows, n => $"a frame of {n:N0} bulk transfers at once between two hosts");
    }

    private static IEnumerable<BenchRow> Rows(string name, int[] counts, Func<int, double> measure, Func<int, string> what)
    {
        double? first = null;
        foreach (int n in counts)
        {
            double nanos = measure(n);
            yield return new BenchRow(FormattableString.Invariant($"{name}/{n}"), "ns", nanos) { SmallerIsBetter = true, Baseline = first, Definition = what(n) + (first is { } f ? FormattableString.Invariant($"; x{nanos / f:0.0} of the first") : "") };
            first ??= nanos;
        }
    }

    private static double Pairs(int hosts)
    {
        ActorSystem system = EngineRun.Create("bench", ConfigurationFactory.ParseString("akka.loglevel = OFF, actornet.engine.workers = 1"), EngineMode.Virtual);
        var network = new Network(system, 1);
        int each = Exchanges / hosts * 2;
        for (int i = 0; i < hosts; i += 2)
        {
            SimHost a = network.AddHost(FormattableString.Invariant($"a{i}")), b = network.AddHost(FormattableString.Invariant($"b{i}"));
            network.Link(a, "eth0", b, "eth0", new WireSpec { Rate = 10_000_000_000, Delay = Duration.FromMicroseconds(10) });
            a.AddAddress("eth0", "10.0.0.1/24");
            b.AddAddress("eth0", "10.0.0.2/24");
            b.Run("echo", os => Echo(os, each));
            a.Run("ask", os => Ask(os, each));
        }

        network.Boot();
        network.RunUntil(s_warm); // sockets are there, neighbours known
        long began = Stopwatch.GetTimestamp();
        network.RunPrograms(Instant.FromSeconds(36_000));
        double nanos = Stopwatch.GetElapsedTime(began).TotalNanoseconds / ((long)each * hosts / 2);
        if (network.Failures.Count > 0) throw new InvalidOperationException(network.Failures[0].ToString());
        network.Destroy();
        system.Terminate();
        return nanos;
    }

    private static readonly Instant s_warm = Instant.FromSeconds(5);

    private static async Task Echo(Os os, int times)
    {
        int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
        await os.Bind(fd, PairLab.Any(Port));
        var buffer = new byte[18];
        for (int i = 0; i <= times; i++)
        {
            (_, SockAddr from, _) = await os.RecvFrom(fd, buffer);
            await os.SendTo(fd, buffer, from);
        }

        await os.Close(fd);
    }

    private static async Task Ask(Os os, int times)
    {
        int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
        await os.Connect(fd, PairLab.At(Port));
        var buffer = new byte[18];
        for (int i = 0; i <= times; i++)
        {
            await os.Send(fd, buffer);
            await os.Recv(fd, buffer);
            if (i == 0) await os.Delay(s_warm - os.Now);
        }

        await os.Close(fd);
    }

    private static double Beside(int connections)
    {
        using var lab = new PairLab();
        const int PerPort = 20_000;
        int ports = (connections + PerPort - 1) / PerPort;
        double nanos = 0;
        lab.Server.Run("server", async os =>
        {
            int set = await os.EpollCreate();
            for (int p = 0; p < ports; p++)
            {
                int listener = await Listener(os, (ushort)(Port + p));
                for (int i = Math.Min(PerPort, connections - p * PerPort); i > 0; i--)
                {
                    (int fd, _) = await os.Accept(listener);
                    await os.EpollCtl(set, EpollOp.ADD, fd, EpollEvents.IN, fd);
                }
            }

            var events = new EpollEvent[16];
            var buffer = new byte[1_000];
            for (int served = 0; served < Requests;)
            {
                int n = await os.EpollWait(set, events, Duration.FromSeconds(10));
                for (int i = 0; i < n; i++, served++)
                {
                    await os.Recv((int)events[i].Data, buffer.AsMemory(0, 100));
                    await os.Send((int)events[i].Data, buffer);
                }
            }
        }, noFile: connections + 1_000);
        lab.Client.Run("client", async os =>
        {
            var fds = new int[connections];
            for (int i = 0; i < connections; i++)
            {
                fds[i] = await os.Socket(AddressFamily.INET, SocketType.STREAM);
                await os.Connect(fds[i], PairLab.At((ushort)(Port + i / PerPort)));
            }

            var buffer = new byte[1_000];
            long began = Stopwatch.GetTimestamp();
            for (uint i = 0, at = 1; i < Requests; i++)
            {
                at = at * 1_664_525 + 1_013_904_223;
                int fd = fds[(int)((ulong)at * (uint)connections >> 32)];
                await os.Send(fd, buffer.AsMemory(0, 100));
                await os.Recv(fd, buffer);
            }

            nanos = Stopwatch.GetElapsedTime(began).TotalNanoseconds / Requests;
        }, noFile: connections + 1_000);
        lab.Run();
        return nanos;
    }

    private static double InFlows(int flows)
    {
        using var lab = new PairLab();
        lab.Server.Run("sink", async os =>
        {
            int listener = await Listener(os, Port);
            for (int i = 0; i < flows; i++)
            {
                (int fd, _) = await os.Accept(listener);
                os.Spawn(() => Drain(os, fd));
            }
        }, noFile: flows + 1_000);
        lab.Client.Run("source", async os =>
        {
            for (int i = 0; i < flows; i++)
            {
                int fd = await os.Socket(AddressFamily.INET, SocketType.STREAM);
                await os.Connect(fd, PairLab.At(Port));
                os.Spawn(() => Pour(os, fd, Bytes / flows));
            }
        }, noFile: flows + 1_000);
        return lab.Run().TotalNanoseconds / lab.Frames;
    }

    private static async Task Drain(Os os, int fd)
    {
        var buffer = new byte[Chunk];
        while (await os.Recv(fd, buffer) > 0) { }
        await os.Close(fd);
    }

    private static async Task Pour(Os os, int fd, long bytes)
    {
        var buffer = new byte[Chunk];
        for (long sent = 0; sent < bytes; sent += Chunk) await os.Send(fd, buffer);
        await os.Close(fd);
    }

    private static async Task<int> Listener(Os os, ushort port)
    {
        int fd = await os.Socket(AddressFamily.INET, SocketType.STREAM);
        await os.Bind(fd, PairLab.Any(port));
        await os.Listen(fd, 4_096);
        return fd;
    }
}
