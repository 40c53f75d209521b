// The kernel's end: blocking sockets in the test's network namespace, its settings and its counters.

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Socket = System.Net.Sockets.Socket;

namespace ActorNet.Interop.Tests;

/// <summary>The real TCP, as client or as server.</summary>
internal sealed class KernelPeer(Netns ns, string address, string peer, string congestionControl)
{
    public const int Port = 5001;

    private const int TCP_CONGESTION = 13, TCP_FASTOPEN = 23, TCP_FASTOPEN_CONNECT = 30, WaitMs = 60_000;

    /// <summary>`sysctl -w net.ipv4.NAME=VALUE` in the namespace.</summary>
    public void Sysctl(params (string Name, string Value)[] settings) => ns.Inside(() =>
    {
        foreach ((string name, string value) in settings) File.WriteAllText($"/proc/sys/{name.Replace('.', '/')}", value);
        return 0;
    });

    /// <summary>What nstat would print.</summary>
    public Dictionary<string, long> Counters() => ns.Inside(() =>
    {
        var all = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string file in (string[])["snmp", "netstat"])
        {
            // Of the thread: /proc/net is the process's first thread's.
            string[] lines = File.ReadAllLines($"/proc/thread-self/net/{file}");
            for (int i = 0; i + 1 < lines.Length; i += 2)
            {
                string[] names = lines[i].Split(' '), values = lines[i + 1].Split(' ');
                for (int j = 1; j < names.Length; j++) all[names[0].TrimEnd(':') + names[j]] = long.Parse(values[j], System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return all;
    });

    /// <summary>A socket that listens, from now on.</summary>
    public Socket Listen()
    {
        Socket listener = Make();
        listener.SetRawSocketOption((int)SocketOptionLevel.Tcp, TCP_FASTOPEN, BitConverter.GetBytes(16));
        listener.Bind(new IPEndPoint(IPAddress.Parse(address), Port));
        listener.Listen(16);
        return listener;
    }

    /// <summary>Serves so many connections, each as soon as it is there. Null, or what went wrong.</summary>
    public static string? Serve(Socket listener, IReadOnlyList<Exchange> exchanges)
    {
        string? failure = null;
        List<Thread> talks = [];
        foreach (Exchange exchange in exchanges)
        {
            if (!listener.Poll(WaitMs * 1000, SelectMode.SelectRead))
            {
                failure = "nobody connected";
                break;
            }

            Socket socket = listener.Accept();
            var talk = new Thread(() =>
            {
                using (socket) failure = Talk(socket, exchange.ToClient, exchange.ToServer, "the kernel's server") ?? failure;
            });
            talk.Start();
            talks.Add(talk);
        }

        foreach (Thread talk in talks) talk.Join();
        return failure;
    }

    /// <summary>Makes one connection and sees it to its end. Null, or what went wrong.</summary>
    public string? Connect(Exchange exchange, bool fastOpen)
    {
        using Socket socket = Make();
        if (fastOpen) socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TCP_FASTOPEN_CONNECT, BitConverter.GetBytes(1));
        socket.Connect(new IPEndPoint(IPAddress.Parse(peer), Port));
        return Talk(socket, exchange.ToServer, exchange.ToClient, "the kernel's client");
    }

    private Socket Make()
    {
        Socket socket = ns.Inside(() => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, ProtocolType.Tcp));
        // By the option: as a namespace's default the kernel takes only what anybody may use.
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TCP_CONGESTION, System.Text.Encoding.ASCII.GetBytes(congestionControl));
        return socket;
    }

    private static string? Talk(Socket socket, byte[] send, byte[] expected, string who)
    {
        socket.SendTimeout = socket.ReceiveTimeout = WaitMs;
        string? failure = null;
        var sender = new Thread(() =>
        {
            try
            {
                for (int sent = 0; sent < send.Length;) sent += socket.Send(send.AsSpan(sent, Math.Min(65_536, send.Length - sent)));
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException e)
            {
                failure = $"{who}, sending: {e.SocketErrorCode}";
            }
        });
        sender.Start();
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[65_536];
            long got = 0;
            for (int n; (n = socket.Receive(buffer)) > 0; got += n) hash.AppendData(buffer.AsSpan(0, n));
            failure ??= Exchange.Compare(who, expected, got, hash.GetHashAndReset());
        }
        catch (SocketException e)
        {
            failure ??= $"{who}, receiving: {e.SocketErrorCode}";
        }

        sender.Join();
        return failure;
    }
}
