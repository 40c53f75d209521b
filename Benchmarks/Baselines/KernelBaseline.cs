// What the machine's own kernel moves between two network namespaces joined by a veth pair, with its offloads and without: iperf3's bulk transfer, the
// packets that the device counted meanwhile, and its small datagrams. Needs root, ip, ethtool and iperf3; says so where they are not.

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ActorNet.Benchmarks;

internal static class KernelBaseline
{
    private const string Server = "10.88.0.2", Seconds = "3";

    public static IEnumerable<BenchRow> Run()
    {
        if (WhyNot() is { } why)
        {
            Console.Error.WriteLine($"kernel: skipped, {why}");
            yield break;
        }

        using var pair = new Veth();
        pair.Offloads(true);
        (double gbit, _) = pair.Bulk();
        yield return new BenchRow("kernel/veth/gso", "Gbit/s", gbit) { Definition = "iperf3 between two namespaces of the machine's kernel, one connection, offloads on, MTU 1500, on all cores" };
        pair.Offloads(false);
        (gbit, double frames) = pair.Bulk();
        yield return new BenchRow("kernel/veth", "Gbit/s", gbit) { Definition = "the same with gso, tso, gro and checksum offload off" };
        yield return new BenchRow("kernel/veth/frames", "M/s", frames / 1e6) { Definition = "frames of that transfer, both ways" };
        yield return new BenchRow("kernel/udp/18", "M/s", pair.Datagrams() / 1e6) { Definition = "datagrams of 18 bytes that iperf3's receiver got there" };
    }

    private static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux()) return "it is not Linux";
        if (Environment.UserName != "root") return "it needs root";
        string? absent = new[] { "ip", "ethtool", "iperf3" }.FirstOrDefault(tool => !Has(tool));
        return absent is null ? null : $"{absent} is not installed";
    }

    private static bool Has(string tool)
    {
        try
        {
            return Tool(tool, "--version").Output.Length > 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Output) Tool(string name, params string[] args)
    {
        var start = new ProcessStartInfo(name) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string a in args) start.ArgumentList.Add(a);
        using Process p = Process.Start(start)!;
        Task<string> errors = p.StandardError.ReadToEndAsync();
        string output = p.StandardOutput.ReadToEnd();
        p.WaitForExit();
        return (p.ExitCode, output + errors.Result);
    }

    private static string Must(string name, params string[] args)
    {
        (int code, string output) = Tool(name, args);
        return code == 0 ? output : throw new InvalidOperationException($"{name} {string.Join(' ', args)}: {output}");
    }

    /// <summary>Two namespaces and the pair between them; gone with this.</summary>
    private sealed class Veth : IDisposable
    {
        private readonly string _a = $"anbench{Environment.ProcessId}a", _b = $"anbench{Environment.ProcessId}b";
        private readonly Process? _iperf;

        public Veth()
        {
            try
            {
                Must("ip", "netns", "add", _a);
                Must("ip", "netns", "add", _b);
                Must("ip", "link", "add", "v0", "netns", _a, "type", "veth", "peer", "name", "v0", "netns", _b);
                foreach ((string ns, string address) in new[] { (_a, "10.88.0.1"), (_b, Server) })
                {
                    Must("ip", "-n", ns, "addr", "add", $"{address}/24", "dev", "v0");
                    Must("ip", "-n", ns, "link", "set", "v0", "up");
                }

                _iperf = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", _b, "iperf3", "-s", "--forceflush"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
                _iperf.StandardOutput.ReadLine(); // it listens when it says so
                _iperf.StandardOutput.ReadLine();
                _ = _iperf.StandardOutput.ReadToEndAsync();
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public void Offloads(bool on)
        {
            string value = on ? "on" : "off";
            foreach (string ns in new[] { _a, _b }) Must("ip", "netns", "exec", ns, "ethtool", "-K", "v0", "tso", value, "gso", value, "gro", value, "tx", value);
        }

        public (double Gbit, double Frames) Bulk()
        {
            long before = Frames();
            JsonElement end = Client();
            JsonElement got = end.GetProperty("sum_received");
            return (got.GetProperty("bits_per_second").GetDouble() / 1e9, (Frames() - before) / got.GetProperty("seconds").GetDouble());
        }

        public double Datagrams()
        {
            JsonElement sum = Client("-u", "-b", "0", "-l", "18").GetProperty("sum_received");
            return (sum.GetProperty("packets").GetInt64() - sum.GetProperty("lost_packets").GetInt64()) / sum.GetProperty("seconds").GetDouble();
        }

        private JsonElement Client(params string[] more)
        {
            string json = Must("ip", ["netns", "exec", _a, "iperf3", "-c", Server, "-t", Seconds, "--connect-timeout", "2000", "--json", .. more]);
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.GetProperty("end").Clone();
        }

        private long Frames() => Must("ip", "netns", "exec", _a, "cat", "/sys/class/net/v0/statistics/tx_packets", "/sys/class/net/v0/statistics/rx_packets")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(n => long.Parse(n, CultureInfo.InvariantCulture));

        public void Dispose()
        {
            try
            {
                _iperf?.Kill(entireProcessTree: true);
                _iperf?.WaitForExit();
                _iperf?.Dispose();
            }
            finally
            {
                Tool("ip", "netns", "delete", _a);
                Tool("ip", "netns", "delete", _b);
            }
        }
    }
}
