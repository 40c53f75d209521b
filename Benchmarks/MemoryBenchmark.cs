// What is idle costs little: live heap per host, socket and connection, everything counted (actors, descriptors, rows, queues, both ends).

using ActorNet.Actors;
using ActorNet.Devices.Wires;
using ActorNet.Engine.Configuration;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class MemoryBenchmark
{
    private const int Port = 5001, Connections = 10_000, Hosts = 2_000;

    public static IEnumerable<BenchRow> Run()
    {
        yield return Row("memory/host", IdleHosts(), 12 * 1024, $"an idle host with lo, eth0, an address and all protocols, on a switch, of {Hosts:N0}");
        yield return Row("memory/connection", Established(request: false, close: false), 1536, $"an established connection, both ends, never used, of {Connections:N0}");
        yield return Row("memory/connection/used", Established(request: true, close: false), 1536, "the same after a request of 100 bytes and a response of 1,000");
        yield return Row("memory/time-wait", Established(request: false, close: true), null, "a closed connection whose client is in TIME_WAIT, both ends");
        yield return Row("memory/udp", BoundUdp(), null, $"a bound UDP socket, of {Connections:N0}");
    }

    private static BenchRow Row(string name, double bytes, double? goal, string definition) =>
        new(name, "bytes", bytes) { SmallerIsBetter = true, Goal = goal, Definition = "live heap of " + definition };

    private static double IdleHosts()
    {
        double before = GC.GetTotalMemory(true);
        ActorSystem system = EngineRun.Create("bench", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        var network = new Network(system, 1);
        SimSwitch hub = network.AddSwitch("hub");
        for (int i = 0; i < Hosts; i++)
        {
            SimHost host = network.AddHost($"h{i}");
            network.Link(host, "eth0", hub, null, new WireSpec { Rate = 1_000_000_000, Delay = Duration.FromMicroseconds(20) });
            host.AddAddress("eth0", $"10.{i / 250}.{i % 250}.1/8");
        }

        network.RunFor(Duration.FromSeconds(1));
        double bytes = (GC.GetTotalMemory(true) - before) / Hosts;
        network.Destroy();
        system.Terminate();
        return bytes;
    }

    private static double Established(bool request, bool close)
    {
        using var lab = new PairLab();
        lab.Server.Run("server", async os =>
        {
            int listener = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Bind(listener, PairLab.Any(Port));
            await os.Listen(listener, 4096);
            var buffer = new byte[1000];
            for (int i = 0; ; i++)
            {
                (int fd, _) = await os.Accept(listener);
                if (request)
                {
                    await os.Recv(fd, buffer);
                    await os.Send(fd, buffer);
                }

                if (close && i >= 10) await os.Close(fd);
            }
        }, noFile: Connections + 100);
        bool go = false;
        lab.Client.Run("client", async os =>
        {
            var fds = new int[Connections];
            for (int i = 0; i < Connections; i++)
            {
                if (i == 10)
                {
                    while (!go) await os.Delay(Duration.FromMilliseconds(1));
                }

                fds[i] = await os.Socket(AddressFamily.INET, SocketType.STREAM);
                await os.Connect(fds[i], PairLab.At(Port));
                if (request)
                {
                    await os.Send(fds[i], new byte[100]);
                    await os.Recv(fds[i], new byte[1000], MsgFlags.WAITALL);
                }

                if (close && i >= 10) await os.Close(fds[i]);
            }

            await os.Delay(Duration.FromSeconds(10_000));
        }, noFile: Connections + 100);
        lab.RunFor(Duration.FromSeconds(1)); // the first ten pay for what all share
        double before = GC.GetTotalMemory(true);
        go = true;
        lab.RunFor(Duration.FromSeconds(20));
        return (GC.GetTotalMemory(true) - before) / (Connections - 10);
    }

    private static double BoundUdp()
    {
        using var lab = new PairLab();
        bool go = false;
        lab.Client.Run("client", async os =>
        {
            for (int i = 0; i < Connections; i++)
            {
                if (i == 10)
                {
                    while (!go) await os.Delay(Duration.FromMilliseconds(1));
                }

                int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
                await os.Bind(fd, PairLab.Any(0));
            }

            await os.Delay(Duration.FromSeconds(10_000));
        }, noFile: Connections + 100);
        lab.RunFor(Duration.FromSeconds(1));
        double before = GC.GetTotalMemory(true);
        go = true;
        lab.RunFor(Duration.FromSeconds(20));
        return (GC.GetTotalMemory(true) - before) / (Connections - 10);
    }
}
