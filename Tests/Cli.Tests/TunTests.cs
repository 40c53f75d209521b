// The real kernel on the other side of a TUN device, in a network namespace of the test's own: ping, curl both ways by hash, many at once.

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ActorNet.Testing;

namespace ActorNet.Cli.Tests;

/// <summary>A namespace test that needs one more program.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NetnsAndFactAttribute(string program) : FactAttribute
{
    public override string? Skip
    {
        get => Netns.WhyNot ?? Needs.WhyNot(program);
        set => base.Skip = value;
    }
}

public class TunTests
{
    private const string Host = "10.77.0.2";

    [NetnsAndFact("curl")]
    public void Curl_gets_and_puts_50_MB_by_hash()
    {
        using var folder = new Folder();
        var content = new byte[50_000_000];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(Path.Combine(folder.Path, "big.bin"), content);
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        using var ns = new Netns();
        using var tun = new TunHost(ns, "http-server", "--http-root", folder.Path);
        ns.Must("curl", "-sS", "--max-time", "100", "-o", Path.Combine(folder.Path, "got.bin"), $"http://{Host}/big.bin");
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder.Path, "got.bin")))));
        string answer = ns.Must("curl", "-sS", "--max-time", "100", "-T", Path.Combine(folder.Path, "big.bin"), $"http://{Host}/up");
        Assert.Equal($"{hash} 50000000", answer.Trim());
        Assert.Equal(0, tun.Stop().ExitCode);
    }

    [NetnsAndFact("curl")]
    public void Two_hundred_curls_at_once_are_all_served()
    {
        using var ns = new Netns();
        using var tun = new TunHost(ns, "http-server");
        string answers = ns.Must("curl", "-sS", "--max-time", "100", "-Z", "--parallel-immediate", "--parallel-max", "200", "-w", "%{http_code} %{size_download}\\n", "-o", "/dev/null",
            $"http://{Host}/bytes/20000?[1-200]");
        Assert.Equal(200, answers.Split('\n').Count(l => l.Trim() == "200 20000"));
        ToolResult end = tun.Stop();
        Assert.Equal(0, end.ExitCode);
        Assert.Contains("http-server: 200 requests, 0 errors", end.Output, StringComparison.Ordinal);
    }

    [NetnsAndFact("curl")]
    public void Keep_alive_chunks_heads_and_errors_are_what_curl_expects()
    {
        using var ns = new Netns();
        using var tun = new TunHost(ns, "http-server", "--set", "port=8080", "--set", "body=3KiB");
        string site = $"http://{Host}:8080";
        Assert.Equal("200 3072 1\n200 100000 0\n200 0 0\n404 4 0\n", ns.Must("curl", "-s", "--max-time", "60", "-w", "%{http_code} %{size_download} %{num_connects}\\n", "-o", "/dev/null",
            $"{site}/", "-o", "/dev/null", $"{site}/chunked/100kB", "-o", "/dev/null", $"{site}/bytes/0", "-o", "/dev/null", $"{site}/bytes/x").Replace("404 14 0", "404 4 0", StringComparison.Ordinal));
        Assert.Contains("Content-Length: 3072", ns.Must("curl", "-sSI", "--max-time", "60", $"{site}/a"), StringComparison.Ordinal);
        Assert.Equal(0, tun.Stop().ExitCode);
    }

    [NetnsAndFact("ping")]
    public void Ping_is_answered()
    {
        using var ns = new Netns();
        using var tun = new TunHost(ns, "discard");
        Assert.Contains(" 0% packet loss", ns.Must("ping", "-c", "5", "-i", "0.2", "-W", "2", Host), StringComparison.Ordinal);
        Assert.Contains(" 0% packet loss", ns.Must("ping", "-c", "2", "-i", "0.2", "-W", "2", "-s", "4000", Host), StringComparison.Ordinal);
        Assert.Equal(0, tun.Stop().ExitCode);
    }

    [NetnsAndFact("ping")]
    public void A_wire_delays_what_passes_each_way()
    {
        using var ns = new Netns();
        using var tun = new TunHost(ns, "discard", "--delay", "20ms", "--to-kernel", "delay=30ms", "--to-host", "duplicate=100%");
        string said = ns.Must("ping", "-c", "2", "-i", "0.2", "-W", "5", Host);
        Assert.Contains(" 0% packet loss", said, StringComparison.Ordinal);
        Assert.Contains("DUP!", said, StringComparison.Ordinal);
        string least = said[(said.LastIndexOf(" = ", StringComparison.Ordinal) + 3)..].Split('/')[0];
        Assert.InRange(double.Parse(least, System.Globalization.CultureInfo.InvariantCulture), 50, 5000); // a busy machine adds, nothing takes away
        Assert.Equal(0, tun.Stop().ExitCode);
    }

    [NetnsAndFact("ip")]
    public void A_bulk_client_sends_to_the_kernel_over_a_wire_that_loses_and_reorders()
    {
        using var folder = new Folder();
        using var ns = new Netns();
        // Up before the device is: the tool sets the address of the kernel's side.
        using Socket listener = ns.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Any, 5001));
        listener.Listen();
        Task<long> sink = Task.Run(() => Sink(listener));
        Process process = ns.Start("dotnet", Tool.Path, "tun", "--name", "an0", "--address", $"{Host}/24", "--peer", "10.77.0.1", "--program", "bulk", "--to", "10.77.0.1",
            "--set", "size=1MB", "--delay", "2ms", "--loss", "1%", "--reorder", "1%", "--seed", "5", "--capture", Path.Combine(folder.Path, "an0.pcapng"));
        ToolResult end = Tool.End(process, 60);
        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        Assert.Contains("ready: bulk on 10.77.0.2 to 10.77.0.1 behind an0", end.Output, StringComparison.Ordinal);
        Assert.Contains("bulk: 1 requests, 0 errors, 32 B received", end.Output, StringComparison.Ordinal);
        Assert.Equal(1_000_000, sink.Result);
        Assert.True(new FileInfo(Path.Combine(folder.Path, "an0.pcapng")).Length > 1_000_000);
    }

    [NetnsAndFact("ip")]
    public void A_client_that_is_refused_says_so_and_fails()
    {
        using var ns = new Netns();
        ToolResult end = Tool.End(ns.Start("dotnet", Tool.Path, "tun", "--name", "an0", "--address", $"{Host}/24", "--peer", "10.77.0.1", "--program", "bulk", "--to", "10.77.0.1"), 60);
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("1 errors (ECONNREFUSED 1)", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Wires_and_targets_that_cannot_be_are_one_clear_line_each()
    {
        using var folder = new Folder();
        ToolResult With(params string[] more) => Tool.Run(folder.Path, ["tun", "--name", "an0", "--address", $"{Host}/24", "--peer", "10.77.0.1", .. more]);
        ToolResult wire = With("--program", "discard", "--loss", "x", "--to-host", "los=1%");
        Assert.Equal(2, wire.ExitCode);
        Assert.Equal(["--loss x: 'x': expected a percentage such as 1% (0% to 100%)", "--to-host los=1%: unknown key 'los'; did you mean 'loss'?"],
            wire.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("--program discard: expected a client", With("--program", "discard", "--to", "10.77.0.1").Error, StringComparison.Ordinal);
        Assert.StartsWith("--program ping: expected a server", With("--program", "ping").Error, StringComparison.Ordinal);
        Assert.StartsWith("--to here: expected an IPv4 address", With("--program", "bulk", "--to", "here").Error, StringComparison.Ordinal);
    }

    [NetnsAndFact("bash")]
    public void Echo_and_chargen_talk_to_the_kernels_tcp()
    {
        using var ns = new Netns();
        using (var tun = new TunHost(ns, "tcp-echo"))
        {
            Assert.Equal("hello\n", ns.Must("bash", "-c", $"exec 3<>/dev/tcp/{Host}/7; echo hello >&3; head -n 1 <&3"));
            Assert.Equal(0, tun.Stop().ExitCode);
        }

        using (var tun = new TunHost(ns, "chargen"))
        {
            Assert.StartsWith(" !\"#$%&'()*+,-./0123456789", ns.Must("bash", "-c", $"exec 3<>/dev/tcp/{Host}/19; head -c 1000000 <&3"), StringComparison.Ordinal);
            Assert.Equal(0, tun.Stop().ExitCode);
        }
    }

    [NetnsAndFact("ip")]
    public void A_device_that_cannot_be_made_is_one_clear_line()
    {
        using var folder = new Folder();
        ToolResult r = Tool.Run(folder.Path, "tun", "--name", "lo", "--address", $"{Host}/24", "--peer", "10.77.0.1", "--program", "discard");
        Assert.Equal(2, r.ExitCode);
        Assert.StartsWith("--name lo: ", r.Error, StringComparison.Ordinal);
        Assert.Single(r.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    // What the bulk program's sender expects of its peer: the hash of all that came.
    private static long Sink(Socket listener)
    {
        using Socket peer = listener.Accept();
        peer.ReceiveTimeout = 60_000;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[65_536];
        long total = 0;
        for (int n; (n = peer.Receive(buffer)) > 0; total += n) hash.AppendData(buffer.AsSpan(0, n));
        peer.Send(hash.GetHashAndReset());
        return total;
    }

    /// <summary>`actornet tun` in a namespace, from its ready line to its end.</summary>
    private sealed class TunHost : IDisposable
    {
        private readonly Process _process;

        public TunHost(Netns ns, string program, params string[] more)
        {
            _process = ns.Start("dotnet", [Tool.Path, "tun", "--name", "an0", "--address", $"{Host}/24", "--peer", "10.77.0.1", "--program", program, .. more]);
            string? line = _process.StandardOutput.ReadLine();
            if (line is null || !line.StartsWith("ready: ", StringComparison.Ordinal)) Assert.Fail($"not ready: {line} {_process.StandardError.ReadToEnd()}");
        }

        public ToolResult Stop()
        {
            Tool.Signal(_process, "TERM");
            return Tool.End(_process, 30);
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }
    }
}
