// `actornet wire` between two network namespaces of the test's own: what passes, what is lost, how it ends.

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ActorNet.Devices.Wires;
using ActorNet.Protocols;
using ActorNet.Testing;

namespace ActorNet.Cli.Tests;

public class WireTests
{
    [NetnsAndFact("ping")]
    public void Ping_takes_the_delay_of_both_ways_and_is_counted()
    {
        using Netns left = Quiet(), right = Quiet();
        using var wire = new Wire(left, right, "--to-right", "delay=20ms", "--to-left", "delay=10ms");
        string answers = left.Must("ping", "-c", "5", "-i", "0.2", "-W", "5", Wire.RightAddress);
        Assert.Contains(" 0% packet loss", answers, StringComparison.Ordinal);
        double least = double.Parse(answers.Split("rtt min/avg/max/mdev = ")[1].Split('/')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(least >= 30, $"{least} ms");
        ToolResult end = wire.Stop();
        Assert.Equal(0, end.ExitCode);
        Assert.Contains("tap0 -> ", end.Output, StringComparison.Ordinal);
        Assert.Contains("frames", end.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, left.Exec("ip", "link", "show", "tap0").ExitCode); // the devices went with it
    }

    [NetnsAndFact("ip")]
    public void The_same_seed_loses_the_same_frames_as_a_wire_of_a_simulation()
    {
        const int frames = 200;
        var link = new Link(new WireSpec { Loss = 0.3 }, new WireSeed(7, "left", "wire"));
        List<int> expected = [.. Enumerable.Range(0, frames).Where(_ => link.Send(60, default, 1000).Dropped == DropReason.NOT_DROPPED_YET)];
        using Netns left = Quiet(), right = Quiet();
        using var wire = new Wire(left, right, "--loss", "30%", "--seed", "7", "--json");
        using Socket from = Udp(left), to = Udp(right);
        from.EnableBroadcast = true; // no ARP, which would be a frame too
        to.Bind(new IPEndPoint(IPAddress.Any, 9));
        to.ReceiveTimeout = 2000;
        List<int> got = [];
        for (int i = 0; i < frames; i++) from.SendTo(BitConverter.GetBytes(i), new IPEndPoint(IPAddress.Parse("10.77.0.255"), 9));
        byte[] buffer = new byte[100];
        try
        {
            while (got.Count < expected.Count + 1)
            {
                to.Receive(buffer);
                got.Add(BitConverter.ToInt32(buffer));
            }
        }
        catch (SocketException)
        {
            // no more
        }

        Assert.Equal(expected, got);
        JsonElement report = JsonDocument.Parse(wire.Stop().Output).RootElement;
        Assert.Equal(frames, report.GetProperty("leftToRight").GetProperty("frames").GetInt64());
        Assert.Equal(frames - expected.Count, report.GetProperty("leftToRight").GetProperty("lost").GetInt64());
        Assert.Equal(0, report.GetProperty("rightToLeft").GetProperty("frames").GetInt64());
    }

    [NetnsAndFact("tshark")]
    public void Captures_hold_what_each_end_sent_and_got()
    {
        using var folder = new Folder();
        using Netns left = Quiet(), right = Quiet();
        using (var wire = new Wire(left, right, "--to-right", "loss=100%", "--capture", folder.Path))
        {
            left.Exec("ping", "-c", "2", "-i", "0.2", "-W", "1", Wire.RightAddress); // ARP requests only
            Assert.Equal(0, wire.Stop().ExitCode);
        }

        string Frames(string end) => left.Must("tshark", "-r", Path.Combine(folder.Path, end + ".pcapng"), "-T", "fields", "-e", "_ws.col.Protocol");
        Assert.NotEmpty(Frames("left").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(Frames("left").Split('\n', StringSplitOptions.RemoveEmptyEntries), p => Assert.Equal("ARP", p));
        Assert.Empty(Frames("right").Trim());
    }

    [NetnsAndFact("ip")]
    public void A_device_that_is_taken_away_ends_the_wire_with_one_line()
    {
        using Netns left = Quiet(), right = Quiet();
        using var wire = new Wire(left, right);
        right.Must("ip", "link", "del", "tap0");
        ToolResult end = wire.Wait();
        Assert.Equal(1, end.ExitCode);
        Assert.Equal($"--right {right.Name}:tap0: the device was taken away\n", end.Error);
    }

    [NetnsAndFact("ip")]
    public void What_cannot_be_is_one_clear_line_each()
    {
        using var folder = new Folder();
        using Netns left = Quiet();
        ToolResult Refused(params string[] arguments)
        {
            ToolResult r = Tool.Run(folder.Path, ["wire", .. arguments]);
            Assert.Equal(2, r.ExitCode);
            return r;
        }

        Assert.Equal("--right no-such-netns:tap0: there is no network namespace no-such-netns (ip netns add no-such-netns makes it)\n",
            Refused("--left", $"{left.Name}:tap0", "--right", "no-such-netns:tap0").Error);
        Assert.Equal($"--left {left.Name}:lo: lo exists and is not a TAP device\n", Refused("--left", $"{left.Name}:lo", "--right", $"{left.Name}:tap1").Error);
        string[] lines = Refused("--left", "a:", "--right", "tap1", "--right-address", "x", "--loss", "1", "--to-left", "los=1%", "--mtu", "1", "--for", "3").Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Collection(lines,
            l => Assert.StartsWith("--left a:: expected NETNS:DEVICE", l, StringComparison.Ordinal),
            l => Assert.StartsWith("--right-address x: expected an IPv4 address", l, StringComparison.Ordinal),
            l => Assert.StartsWith("--loss 1: '1': expected a percentage", l, StringComparison.Ordinal),
            l => Assert.StartsWith("--to-left los=1%: unknown key 'los'; did you mean 'loss'", l, StringComparison.Ordinal),
            l => Assert.StartsWith("--mtu 1: expected 68 to 9710", l, StringComparison.Ordinal),
            l => Assert.StartsWith("--for 3: expected a time", l, StringComparison.Ordinal));
    }

    // Without IPv6, whose solicitations would be frames of their own.
    private static Netns Quiet()
    {
        var ns = new Netns();
        ns.Must("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        return ns;
    }

    private static Socket Udp(Netns ns) => ns.Inside(() => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp));

    /// <summary>`actornet wire` from its ready line to its end; tap0 at both ends.</summary>
    private sealed class Wire : IDisposable
    {
        public const string LeftAddress = "10.77.0.1", RightAddress = "10.77.0.2";

        private readonly Process _process;

        public Wire(Netns left, Netns right, params string[] more)
        {
            _process = Tool.Start(Environment.CurrentDirectory,
                ["wire", "--left", $"{left.Name}:tap0", "--right", $"{right.Name}:tap0", "--left-address", LeftAddress + "/24", "--right-address", RightAddress + "/24", .. more]);
            StreamReader ready = more.Contains("--json") ? _process.StandardError : _process.StandardOutput;
            string? line = ready.ReadLine();
            if (line is null || !line.StartsWith("ready: ", StringComparison.Ordinal)) Assert.Fail($"not ready: {line} {_process.StandardError.ReadToEnd()}");
        }

        public ToolResult Stop()
        {
            Tool.Signal(_process, "TERM");
            return Wait();
        }

        public ToolResult Wait() => Tool.End(_process, 30);

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            _process.Dispose();
        }
    }
}
