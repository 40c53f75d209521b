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
        Batches(2 * Datagrams);
        best = Enumerable.Range(0, 3).Select(_ => Batches(2 * Datagrams)).Max();
        yield return new BenchRow("udp/18/mmsg", "M/s", best / 1e6) { Goal = 4, Definition = $"the same by sendmmsg and recvmmsg, {Window} in a call, over a wire without a rate (as a veth)" };
    }

    private static double Batches(int datagrams)
    {
        using var lab = new PairLab(rate: 0);
        lab.Server.Run("sink", async os =>
        {
            int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.Bind(fd, PairLab.Any(Port));
            MsgHdr[] messages = Messages();
            for (int i = 0; i < datagrams; i += Window)
            {
                await os.RecvMmsg(fd, messages);
                await os.SendTo(fd, messages[0].Iov[0], messages[0].Name!.Value); // the next lot may come
            }

            await os.Close(fd);
        });
        lab.Client.Run("source", async os =>
        {
            int fd = await os.Socket(AddressFamily.INET, SocketType.DGRAM);
            await os.Connect(fd, PairLab.At(Port));
            MsgHdr[] messages = Messages();
            var buffer = new byte[Payload];
            for (int i = 0; i < datagrams; i += Window)
            {
                await os.SendMmsg(fd, messages);
                await os.Recv(fd, buffer);
            }

            await os.Close(fd);
        });
        return datagrams / lab.Run().TotalSeconds;
    }

    private static MsgHdr[] Messages() => [.. Enumerable.Range(0, Window).Select(_ => new MsgHdr(new byte[Payload]))];

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
