// One case from beginning to end: a namespace, a TUN device with a wire behind it, a simulated host, and the talk. What came of it is judged elsewhere.

using System.Diagnostics;
using System.Globalization;
using ActorNet.Actors;
using ActorNet.Devices.Tun;
using ActorNet.Devices.Wires;
using Socket = System.Net.Sockets.Socket;

namespace ActorNet.Interop.Tests;

/// <summary>What a case came to.</summary>
/// <param name="Failures">What either end, or the audit of the simulation, complains of.</param>
/// <param name="Seconds">The main connection's, from its first call to both ends' ends.</param>
public sealed record InteropResult(IReadOnlyList<string> Failures, double Seconds, int Bytes, IReadOnlyDictionary<string, long> Kernel, IReadOnlyDictionary<string, long> Here);

internal static class InteropRun
{
    public const string KernelAddress = "10.77.0.1", HostAddress = "10.77.0.2", DeviceName = "tun0";

    private const int Small = 100;

    /// <summary>Runs it; the capture is written to a file.</summary>
    public static InteropResult Run(InteropCase c, string capture)
    {
        using var ns = new Netns();
        var kernel = new KernelPeer(ns, KernelAddress, HostAddress, c.CongestionControl);
        Configure(kernel, c);
        TunDevice tun = ns.Inside(() => TunDevice.Open("an0"));
        ns.Must("ip", "addr", "add", $"{KernelAddress}/24", "dev", "an0");
        ns.Must("ip", "link", "set", "an0", "up");
        using ActorSystem system = EngineRun.Create("interop", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Realtime);
        var network = new Network(system, c.Seed);
        SimHost host = network.AddHost("host").AddTun(DeviceName, tun, 1500, Wire(c)).AddAddress(DeviceName, $"{HostAddress}/24");
        foreach ((string name, string value) in Settings(c, Feature.OffHere, !c.LinuxIsClient)) host.Sysctl(name, value);
        host.Sysctl("net.ipv4.tcp_congestion_control", c.CongestionControl);
        network.Capture(host, DeviceName, capture);
        Exchange[] exchanges = Exchanges(c);
        var failures = new List<string>();
        double seconds = Talk(network, host, kernel, c, exchanges, failures);
        network.RunFor(Duration.FromMilliseconds(100)); // the last acknowledgements
        Dictionary<string, long> atKernel = kernel.Counters(), here = Enum.GetValues<Snmp>().Where(s => s != Snmp.Count).ToDictionary(s => s.ToString(), s => host.Net.Mib[s]);
        network.Destroy();
        failures.AddRange(network.Failures.Select(f => f.ToString()));
        failures.AddRange(network.Audit());
        return new InteropResult(failures, seconds, exchanges[^1].ToServer.Length + exchanges[^1].ToClient.Length, atKernel, here);
    }

    // The kernel's end runs on a thread of its own, the simulation on this one.
    private static double Talk(Network network, SimHost host, KernelPeer kernel, InteropCase c, Exchange[] exchanges, List<string> failures)
    {
        using var listens = new ManualResetEventSlim();
        using Socket? listener = c.LinuxIsClient ? null : kernel.Listen();
        string? atKernel = null, here = null;
        long begin = 0;
        bool kernelEnded = false;
        var thread = new Thread(() =>
        {
            try
            {
                if (c.LinuxIsClient) listens.Wait();
                if (listener is not null) atKernel = KernelPeer.Serve(listener, exchanges);
                else foreach (Exchange e in exchanges)
                {
                    Volatile.Write(ref begin, Stopwatch.GetTimestamp());
                    atKernel ??= kernel.Connect(e, c.FastOpen != Feature.OffAtKernel);
                }
            }
            catch (Exception e) when (e is System.Net.Sockets.SocketException or InvalidOperationException)
            {
                atKernel ??= $"the kernel's end: {e.Message}";
            }

            Volatile.Write(ref kernelEnded, true);
        });
        SockAddr to = SockAddr.In(IpAddress.Parse(KernelAddress), KernelPeer.Port);
        ProcessStatus process = host.Run("peer", async os =>
        {
            var sim = new SimPeer(os);
            if (c.LinuxIsClient)
            {
                here = await sim.Serve(exchanges, listens.Set);
                return;
            }

            foreach (Exchange e in exchanges)
            {
                Volatile.Write(ref begin, Stopwatch.GetTimestamp());
                here ??= await sim.Connect(to, e, c.FastOpen != Feature.OffHere);
            }
        });
        thread.Start();
        network.RunFor(Duration.FromSeconds(90), () => process.Exited && Volatile.Read(ref kernelEnded));
        double seconds = Stopwatch.GetElapsedTime(Volatile.Read(ref begin)).TotalSeconds;
        if (!process.Exited) failures.Add("the simulated end has not ended");
        if (!Volatile.Read(ref kernelEnded)) failures.Add("the kernel's end has not ended");
        listens.Set();
        thread.Join();
        if (atKernel is not null) failures.Add(atKernel);
        if (here is not null) failures.Add(here);
        return seconds;
    }

    // A Fast Open needs a cookie, which an earlier connection brings.
    private static Exchange[] Exchanges(InteropCase c)
    {
        int bulk = c.Loss switch { 0 => 1_500_000, 1 => 800_000, _ => 300_000 };
        var main = new Exchange(c.Seed, c.Bulk == Bulk.ToClient ? Small : bulk, c.Bulk == Bulk.ToServer ? Small : bulk);
        return c.FastOpen == Feature.On ? [new Exchange(c.Seed + 1, Small, Small), main] : [main];
    }

    private static TunWire Wire(InteropCase c)
    {
        var wire = new WireSpec
        {
            Rate = 100_000_000, QueuePackets = 1000, Delay = Duration.FromMilliseconds(5),
            Loss = c.Loss / 100.0, Reorder = c.Reorder ? 0.05 : 0, Mark = c.Marks ? 0.01 : 0,
        };
        return new TunWire(wire, wire, c.Seed);
    }

    private static void Configure(KernelPeer kernel, InteropCase c)
    {
        if (Directory.Exists("/proc/sys/net/ipv6")) kernel.Sysctl(("net.ipv6.conf.default.disable_ipv6", "1")); // no solicitations in the capture
        kernel.Sysctl([.. Settings(c, Feature.OffAtKernel, c.LinuxIsClient), ("net.ipv4.tcp_no_metrics_save", "1")]);
    }

    private static IEnumerable<(string Name, string Value)> Settings(InteropCase c, Feature off, bool isClient)
    {
        string On(Feature f) => f == off ? "0" : "1";
        yield return ("net.ipv4.tcp_sack", On(c.Sack));
        yield return ("net.ipv4.tcp_timestamps", On(c.Timestamps));
        yield return ("net.ipv4.tcp_window_scaling", On(c.WindowScaling));
        // A client asks with 1; a server answers who asks with 2, which is the default.
        yield return ("net.ipv4.tcp_ecn", c.Ecn == off ? "0" : isClient ? "1" : "2");
        yield return ("net.ipv4.tcp_fastopen", c.FastOpen == off ? "0" : string.Create(CultureInfo.InvariantCulture, $"{(isClient ? 1 : 2)}"));
    }
}
