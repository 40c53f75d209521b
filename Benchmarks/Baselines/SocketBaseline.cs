// What a .NET program gets from the machine's own kernel over its loopback: the same three exercises, by System.Net.Sockets. In real time, on as many
// cores as there are.

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ActorNet.Benchmarks;

internal static class SocketBaseline
{
    private const int Chunk = 65_536, Connections = 20_000, Payload = 18, Datagrams = 300_000, Window = 64, Rounds = 3;
    private const long Bytes = 4_000_000_000;

    public static IEnumerable<BenchRow> Run()
    {
        Bulk(Bytes / 8);
        yield return new BenchRow("dotnet/bulk", "Gbit/s", Best(() => Bulk(Bytes) * 8 / 1e9)) { Definition = "System.Net.Sockets over the machine's loopback, 64 KiB in a call" };
        yield return new BenchRow("dotnet/connect", "k/s", Best(() => Connect() / 1e3)) { Definition = "connect, accept, close on both sides, one after another" };
        yield return new BenchRow("dotnet/udp/18", "M/s", Best(() => Exchange() / 1e6)) { Definition = $"datagrams of {Payload} bytes, {Window} in flight" };
    }

    private static double Best(Func<double> measure) => Enumerable.Range(0, Rounds).Max(_ => measure());

    private static double Bulk(long bytes)
    {
        using Socket listener = Listener();
        var sink = new Thread(() =>
        {
            using Socket s = listener.Accept();
            var buffer = new byte[Chunk];
            while (s.Receive(buffer) > 0) { }
        });
        sink.Start();
        using var source = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        source.Connect(listener.LocalEndPoint!);
        var data = new byte[Chunk];
        long began = Stopwatch.GetTimestamp();
        for (long sent = 0; sent < bytes; sent += Chunk) source.Send(data);
        source.Shutdown(SocketShutdown.Both);
        sink.Join();
        return bytes / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static double Connect()
    {
        using Socket listener = Listener();
        var server = new Thread(() =>
        {
            var buffer = new byte[1];
            for (int i = 0; i < Connections; i++)
            {
                using Socket s = listener.Accept();
                s.Receive(buffer);
            }
        });
        server.Start();
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Connections; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
        }

        server.Join();
        return Connections / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static double Exchange()
    {
        using Socket sink = Datagram(), source = Datagram();
        var server = new Thread(() =>
        {
            var buffer = new byte[Payload];
            for (int i = 1; i <= Datagrams; i++)
            {
                sink.Receive(buffer);
                if (i % Window == 0) sink.SendTo(buffer, source.LocalEndPoint!); // the next lot may come
            }
        });
        server.Start();
        var data = new byte[Payload];
        source.Connect(sink.LocalEndPoint!);
        long began = Stopwatch.GetTimestamp();
        for (int i = 1; i <= Datagrams; i++)
        {
            source.Send(data);
            if (i % Window == 0) source.Receive(data);
        }

        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        server.Join();
        return Datagrams / seconds;
    }

    private static Socket Listener()
    {
        var s = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        s.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        s.Listen(1024);
        return s;
    }

    private static Socket Datagram()
    {
        var s = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        s.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        s.ReceiveTimeout = 20_000; // one that is lost ends the benchmark, not the evening
        return s;
    }
}
