// actornet packetdrill: exit codes, the summary line, and the files that it writes.

using System.Xml.Linq;

namespace ActorNet.Cli.Tests;

public class PacketdrillCommandTests
{
    private const string Good = """
        // A SYN to a port that nobody has.
           +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
          +.1 < S 0:0(0) win 65535 <mss 1460>
           +0 > R. 0:0(0) ack 1 win 0
        """;

    [Fact]
    public void Each_script_has_a_line_and_all_together_an_exit_code()
    {
        using var folder = new Folder();
        folder.Write("good.pkt", Good);
        folder.Write("bad.pkt", Good.Replace("ack 1", "ack 2", StringComparison.Ordinal));
        folder.Write("broken.pkt", "0 socket(");
        folder.Write("not.pkt", "`tc qdisc replace dev tun0 root nothing`\n" + Good);
        ToolResult good = Tool.Run(folder.Path, "packetdrill", "good.pkt"), all = Tool.Run(folder.Path, "packetdrill", ".", "--junit", "r.xml"), none = Tool.Run(folder.Path, "packetdrill", Directory.CreateDirectory(Path.Combine(folder.Path, "empty")).FullName);
        Assert.Equal((0, "passed  good.pkt\n1 passed, 0 failed, 0 not applicable\n", ""), (good.ExitCode, good.Output.ReplaceLineEndings("\n"), good.Error));
        Assert.Equal(1, all.ExitCode);
        Assert.EndsWith("1 passed, 2 failed, 1 not applicable", all.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("there is no script", none.Error, StringComparison.Ordinal);

        XElement suite = XDocument.Load(Path.Combine(folder.Path, "r.xml")).Root!.Element("testsuite")!;
        Assert.Equal(("4", "2", "1"), ((string?)suite.Attribute("tests"), (string?)suite.Attribute("failures"), (string?)suite.Attribute("skipped")));
        Assert.Equal(["bad.pkt", "broken.pkt", "good.pkt", "not.pkt"], suite.Elements("testcase").Select(t => (string)t.Attribute("name")!));
        Assert.Contains("ack 2 against 1", suite.Elements("testcase").First().Element("failure")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void What_goes_over_the_wire_is_captured_a_file_for_each_script()
    {
        using var folder = new Folder();
        folder.Write("one.pkt", Good);
        folder.Write("two.pkt", Good);
        Assert.Equal(0, Tool.Run(folder.Path, "packetdrill", "one.pkt", "--pcapng", "x.pcapng").ExitCode);
        Assert.Equal(0, Tool.Run(folder.Path, "packetdrill", "one.pkt", "two.pkt", "--pcapng", "all").ExitCode);
        Assert.Equal(["one.pcapng", "two.pcapng"], Directory.GetFiles(Path.Combine(folder.Path, "all")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        byte[] file = File.ReadAllBytes(Path.Combine(folder.Path, "x.pcapng"));
        Assert.Equal([0x0A, 0x0D, 0x0D, 0x0A], file[..4]);
        Assert.Equal(2, Packets(file)); // the SYN and its RST
    }

    [Fact]
    public void A_script_is_played_on_the_bare_machines_when_asked_to()
    {
        using var folder = new Folder();
        folder.Write("good.pkt", Good);
        folder.Write("pipe.pkt", "0 pipe2([3, 4], 0) = 0");
        Assert.Equal("2 passed, 0 failed, 0 not applicable", Tool.Run(folder.Path, "packetdrill", ".").Output.TrimEnd().Split('\n')[^1]);
        ToolResult machine = Tool.Run(folder.Path, "packetdrill", "--target", "machine", ".");
        Assert.Equal(0, machine.ExitCode);
        Assert.EndsWith("1 passed, 0 failed, 1 not applicable", machine.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("pipe2()", machine.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_up_scripts_run_before_each_script()
    {
        using var folder = new Folder();
        folder.Write("setup.sh", "#!/bin/sh\n# Small windows.\nsysctl -q \\\n  net.ipv4.tcp_window_scaling=0\nsysctl -q net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0\n");
        folder.Write("syn.pkt", """
               +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
               +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
               +0 connect(3, ..., ...) = -1 EINPROGRESS
               +0 > S 0:0(0) <mss 1460>
            """);
        Assert.Equal(1, Tool.Run(folder.Path, "packetdrill", "syn.pkt").ExitCode);
        Assert.Equal(0, Tool.Run(folder.Path, "packetdrill", "syn.pkt", "--init_scripts", "setup.sh").ExitCode);
        Assert.Equal(1, Tool.Run(folder.Path, "packetdrill", "syn.pkt", "--init_scripts", "nothing.sh").ExitCode);
    }

    // Enhanced packet blocks, little-endian.
    private static int Packets(byte[] file)
    {
        int packets = 0;
        for (int at = 0; at < file.Length; at += BitConverter.ToInt32(file, at + 4)) packets += BitConverter.ToInt32(file, at) == 6 ? 1 : 0;
        return packets;
    }
}
