// UDP between two hosts: small datagrams from a program's socket to another's, each a frame on the wire.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class DatagramBenchmark
{
    private const int Port = 5001, Payload = 18, Datagrams = 1_000_000, Window = 64;

    public static IEnumerable<BenchRow> Run()
    {
        Exchange(Datagrams / 4);
        double best = Enumerable.Range(0, 3).Select(_ => Exchange(Datagrams)).Max();
        yield return new BenchRow("udp/18", "M/s", best / 1e6) { Goal = 4, Definition = "datagrams of 18 bytes (frames of 60) from send to recv, 64 in flight, none lost" };
    }

    private static double Exchange(int datagrams)
    {
        using var lab = new PairLab();
        lab.Server.Run("sink", async os =>
        {
            int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.Bind(fd, PairLab.Any(Port));
            var buffer = new byte[Payload];
            for (int i = 1; i <= datagrams; i++)
            {
                if (i % Window != 0)
                {
                    await os.Recv(fd, buffer);
                    continue;
                }

                (_, SockAddr from, _) = await os.RecvFrom(fd, buffer);
                await os.SendTo(fd, buffer, from); // the next lot may come
            }

            await os.Close(fd);
        });
        lab.Client.Run("source", async os =>
        {
            int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.Connect(fd, PairLab.At(Port));
            var buffer = new byte[Payload];
            for (int i = 1; i <= datagrams; i++)
            {
                await os.Send(fd, buffer);
                if (i % Window == 0) await os.Recv(fd, buffer);
            }

            await os.Close(fd);
        });
        return datagrams / lab.Run().TotalSeconds;
    }
}
