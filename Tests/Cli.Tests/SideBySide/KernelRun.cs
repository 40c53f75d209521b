// Linux against Linux over an ActorNet wire, in real time: two network namespaces, a TAP device in each for every connection.

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorNet.Actors;
using ActorNet.Devices;
using ActorNet.Devices.Tun;
using ActorNet.Testing;

namespace ActorNet.Cli.Tests.SideBySide;

/// <summary>The kernel's side.</summary>
internal static class KernelRun
{
    private const int SolTcp = 6, TcpCongestion = 13;
    private static bool s_warm;

    public static SideResult Run(SideCase c)
    {
        if (!s_warm)
        {
            s_warm = true; // a wire that is still being compiled is late
            Run(c with { Bytes = 200_000, Connections = 2 });
        }

        using Netns left = Prepared(), right = Prepared();
        List<TunDevice> devices = [];
        ActorSystem system = EngineRun.Create("wire", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Realtime);
        try
        {
            var network = new Network(system, SideCase.Seed);
            var wires = new NetDeviceStats[c.Connections];
            for (int n = 0; n < c.Connections; n++)
            {
                SimTap l = network.AddTap(SideCase.Left(n), Tap(left, n, 1, devices)), r = network.AddTap(SideCase.Right(n), Tap(right, n, 2, devices));
                network.Link(l, r, c.Spec);
                wires[n] = l.Port.Stats;
            }

            network.Boot();
            Dictionary<string, long> before = Counters(left);
            double[] seconds = All(left, right, c);
            Dictionary<string, long> after = Counters(left);
            network.Destroy();
            Assert.Empty(network.Audit());
            return new SideResult(seconds, after.ToDictionary(p => p.Key, p => p.Value - before.GetValueOrDefault(p.Key)),
                wires.Sum(w => w.tx_packets), wires.Sum(w => w.wire_lost), wires.Sum(w => w.qdisc_drops), wires.Sum(w => w.wire_reordered));
        }
        finally
        {
            system.Terminate();
            foreach (TunDevice device in devices) device.Dispose();
        }
    }

    private static double[] All(Netns left, Netns right, SideCase c)
    {
        var seconds = new double[c.Connections];
        Exception? wrong = null;
        Thread[] threads = [.. Enumerable.Range(0, c.Connections).Select(n => new Thread(() =>
        {
            try
            {
                seconds[n] = One(left, right, n, c);
            }
            catch (Exception e)
            {
                wrong = e;
            }
        }))];
        foreach (Thread t in threads) t.Start();
        foreach (Thread t in threads) t.Join();
        return wrong is null ? seconds : throw new InvalidOperationException(wrong.Message, wrong);
    }

    private static double One(Netns left, Netns right, int n, SideCase c)
    {
        using Socket listener = Tcp(right, c), sender = Tcp(left, c);
        var address = new IPEndPoint(IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.78.{n}.2")), SideCase.Port);
        listener.Bind(address);
        listener.Listen(1);
        long end = 0;
        var receiver = new Thread(() =>
        {
            using Socket s = listener.Accept();
            byte[] buffer = new byte[65_536];
            while (s.Receive(buffer) > 0) { }
            end = Stopwatch.GetTimestamp();
        });
        receiver.Start();
        sender.Connect(address);
        long start = Stopwatch.GetTimestamp();
        byte[] chunk = new byte[65_536];
        for (int at = 0; at < c.Bytes; at += chunk.Length) sender.Send(chunk.AsSpan(0, Math.Min(chunk.Length, c.Bytes - at)));
        sender.Shutdown(SocketShutdown.Send);
        while (sender.Receive(chunk) > 0) { }
        receiver.Join();
        return (end - start) / (double)Stopwatch.Frequency;
    }

    private static Socket Tcp(Netns ns, SideCase c)
    {
        Socket s = ns.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        s.SetRawSocketOption(SolTcp, TcpCongestion, Encoding.ASCII.GetBytes(c.Congestion)); // the default here may be any
        s.ReceiveTimeout = s.SendTimeout = 120_000;
        return s;
    }

    // Without vnet_hdr a TAP device has neither checksum nor segmentation offload: the wire sees frames as long as the MTU.
    private static TunDevice Tap(Netns ns, int n, int host, List<TunDevice> devices)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"tap{n}");
        TunDevice device = ns.Inside(() => TunDevice.OpenTap(name));
        devices.Add(device);
        ns.Must("ip", "addr", "add", string.Create(CultureInfo.InvariantCulture, $"10.78.{n}.{host}/24"), "dev", name);
        ns.Must("ip", "link", "set", name, "txqueuelen", "10000", "up");
        return device;
    }

    private static Netns Prepared()
    {
        var ns = new Netns();
        ns.Must("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1", "net.ipv4.tcp_no_metrics_save=1"); // ActorNet saves none
        foreach ((string key, string value) in SideCase.Sysctls) ns.Must("sysctl", "-qw", $"{key}={value}");
        return ns;
    }

    // A line of names, a line of values, by turns; /proc/net is the process's, this is the thread's.
    private static Dictionary<string, long> Counters(Netns ns) => ns.Inside(() =>
    {
        Dictionary<string, long> all = [];
        foreach (string file in (string[])["snmp", "netstat"])
        {
            string[] lines = File.ReadAllLines($"/proc/thread-self/net/{file}");
            for (int i = 0; i + 1 < lines.Length; i += 2)
            {
                string[] names = lines[i].Split(' '), values = lines[i + 1].Split(' ');
                for (int k = 1; k < names.Length; k++) all[names[0].TrimEnd(':') + names[k]] = long.Parse(values[k], CultureInfo.InvariantCulture);
            }
        }

        return all;
    });
}
