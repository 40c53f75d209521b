// tshark reads every capture of the shipped scenarios: nothing malformed, no bad checksum, no expert error.

using System.Diagnostics;

namespace ActorNet.Cli.Tests;

/// <summary>A test that needs a program; without it, it is reported as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsFactAttribute(string program) : FactAttribute
{
    public override string? Skip
    {
        get => Needs.WhyNot(program);
        set => base.Skip = value;
    }
}

internal static class Needs
{
    public static string? WhyNot(string program)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            if (File.Exists(Path.Combine(folder, program))) return null;
        return $"needs {program}";
    }
}

public class CaptureTests
{
    private const string Wrong = "_ws.malformed || ip.checksum.status == \"Bad\" || tcp.checksum.status == \"Bad\" || udp.checksum.status == \"Bad\" || icmp.checksum.status == \"Bad\" || _ws.expert.severity == \"Error\"";

    // What Wireshark says of every lossy path: segments that are missing, come again, or come late.
    private const string Explained = "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || tcp.analysis.out_of_order || tcp.analysis.retransmission || tcp.options.sack.dsack || tcp.analysis.window_full || tcp.analysis.zero_window";

    // At the sending host Wireshark sees a segment and its retransmission. Within a round trip it takes the second for one out of order,
    // hands it to HTTP's reassembly again, and calls the overlap malformed.
    private const string SeenTwice = "_ws.expert.message contains \"New fragment overlaps old data\"";

    [NeedsFact("tshark")]
    public void Tshark_finds_nothing_wrong_where_frames_are_lost()
    {
        using var folder = new Folder();
        foreach ((string name, string[] set) in ((string, string[])[])
            [("quickstart.conf", ["capture = [\"server:eth0\", \"client1\", gateway]"]), ("lossy-bulk.conf", ["programs.send.size=5MB", "capture = [sender, receiver]"])])
        {
            foreach (string capture in Capture(folder, name, Tool.Shipped(name), set))
            {
                Assert.Equal("", Tshark(capture, $"({Wrong}) && !({SeenTwice})"));
                Assert.Equal("", Tshark(capture, $"_ws.expert.severity == \"Warning\" && !({Explained})"));
                Assert.NotEqual("", Tshark(capture, "tcp.options.timestamp.tsval && tcp.len > 0"));
            }
        }
    }

    [NeedsFact("tshark")]
    public void Tshark_understands_every_message_where_nothing_is_lost()
    {
        using var folder = new Folder();
        folder.Write("clean.conf", """
            hosts { client { count = 2 }, router { router = true }, server {} }
            switches { lan {} }
            links { a { between = [client, lan] }, b { between = [lan, router] }, w { between = [router, server], delay = 5ms, rate = 100Mbit } }
            programs {
              web { program = http-server, on = server }
              get { program = http-client, on = client, to = server, requests = 30, path = ["/", "/chunked/30kB", "/bytes/0"] }
              put { program = http-client, on = client, to = server, requests = 10, method = PUT, body = 20kB, chunked = true }
              udp { program = udp-echo, on = server }
              ask { program = udp-echo, on = client, to = server, requests = 5, size = 4000 }
              bad { program = udp-echo, on = client1, to = server, requests = 2, port = 99 }
              ping { on = client, to = server, requests = 3, interval = 10ms, size = 3000 }
            }
            capture = ["*"]
            """);
        foreach (string capture in Capture(folder, "clean", "clean.conf", []))
        {
            Assert.Equal("", Tshark(capture, $"{Wrong} || _ws.expert.severity == \"Warning\""));
            Assert.Equal("", Tshark(capture, "http.response.code >= 400"));
        }

        string server = Path.Combine(folder.Path, "clean", "server-eth0.pcapng");
        Assert.Equal(80, Tshark(server, "http.response.code == 200").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(2, Tshark(server, "icmp.type == 3 && icmp.code == 3").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.NotEqual("", Tshark(server, "ip.reassembled.length == 3008"));
    }

    private static string[] Capture(Folder folder, string name, string file, string[] set)
    {
        ToolResult r = Tool.Run(folder.Path, ["run", file, "--out", name, .. set.SelectMany(s => (string[])["--set", s])]);
        Assert.True(r.ExitCode == 0, r.Error);
        string[] captures = Directory.GetFiles(Path.Combine(folder.Path, name), "*.pcapng");
        Assert.NotEmpty(captures);
        return captures;
    }

    private static string Tshark(string file, string filter)
    {
        var info = new ProcessStartInfo("tshark") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string a in (string[])["-r", file, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y", filter])
            info.ArgumentList.Add(a);
        using Process process = Process.Start(info)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return output;
    }
}
