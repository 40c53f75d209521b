// The command line: what is printed where, exit codes, files, and Ctrl-C.

using System.Diagnostics;
using System.Text.Json;

namespace ActorNet.Cli.Tests;

public class CommandTests
{
    private const string Small = """
        hosts { a {}, b {} }
        links { w { between = [a, b], delay = 1ms, loss = 1% } }
        programs {
          web   { program = http-server, on = b }
          users { program = http-client, on = a, to = b, requests = 50 }
        }
        capture = ["a:eth0"]
        """;

    [Fact]
    public void A_run_prints_a_report_and_its_trace_on_a_line_of_its_own()
    {
        using var folder = new Folder();
        folder.Write("small.conf", Small);
        ToolResult one = Tool.Run(folder.Path, "run", "small.conf"), again = Tool.Run(folder.Path, "run", "small.conf"), other = Tool.Run(folder.Path, "run", "small.conf", "--seed", "2");
        Assert.Equal((0, ""), (one.ExitCode, one.Error));
        Assert.Matches("^[0-9a-f]{16}$", one.Trace);
        Assert.Equal(one.Trace, again.Trace);
        Assert.NotEqual(one.Trace, other.Trace);
        Assert.DoesNotContain("\u001b", one.Output, StringComparison.Ordinal); // plain where nobody looks
        foreach (string word in (string[])["program", "requests", "p50", "p99", "p99.9", "users", "web", "retrans", "drops by reason", "LINK_LOSS"])
            Assert.Contains(word, one.Output, StringComparison.Ordinal);
        string run = Path.Combine(folder.Path, "runs", "small-1");
        Assert.Equal(["a-eth0.pcapng", "metrics.csv", "summary.json"], Directory.GetFiles(run).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(Directory.Exists(Path.Combine(folder.Path, "runs", "small-2")));
    }

    [Fact]
    public void Json_prints_the_summary_and_nothing_else()
    {
        using var folder = new Folder();
        folder.Write("small.conf", Small);
        ToolResult r = Tool.Run(folder.Path, "run", "small.conf", "--json", "--out", "here", "--set", "programs.users.requests=7");
        Assert.Equal((0, ""), (r.ExitCode, r.Error));
        using JsonDocument summary = JsonDocument.Parse(r.Output);
        Assert.Equal(7, summary.RootElement.GetProperty("programs")[1].GetProperty("requests").GetInt64());
        Assert.Equal(r.Output.Trim(), File.ReadAllText(Path.Combine(folder.Path, "here", "summary.json")).Trim());
    }

    public static readonly TheoryData<string[], string> Bad = new()
    {
        { ["run", "none.conf"], "none.conf: no such file" },
        { ["check", "none.conf"], "none.conf: no such file" },
        { ["run", "small.conf", "--set", "links.w.los=1%"], "--set links.w.los=1%: links.w.los: unknown key 'los'; did you mean 'loss'?" },
        { ["run", "small.conf", "--set", "links.w.delay=5"], "--set links.w.delay=5: links.w.delay: '5': expected a time such as 10ms (ns, us, ms, s, m, h, d)" },
        { ["run", "small.conf", "--set", "hosts { a.address = 10.0.0.1/24, b.address = 10.0.0.1/24 }"], "duplicate address 10.0.0.1" },
        { ["run", "small.conf", "--set", "programs.x { program = tcp-echo, on = b, port = 80 }"], "tcp port 80 of host b is in use by programs.web" },
        { ["run", "small.conf", "--set", "nonsense"], "--set nonsense: expected path=value" },
        { ["run", "small.conf", "--sed", "5"], "actornet: Unrecognized command or argument '--sed'." },
        { ["run", "small.conf", "--seed", "five"], "actornet: Cannot parse argument 'five'" },
        { ["run"], "actornet: Required argument missing for command: 'run'." },
        { ["runn", "small.conf"], "actornet: Unrecognized command or argument 'runn'." },
        { ["run", "small.conf", "--log-level", "loud"], "actornet: Argument 'loud' not recognized." },
        { ["run", "small.conf", "--out", "small.conf"], "small.conf: cannot be the run's folder" },
        { ["programs", "htp-server"], "unknown program 'htp-server'; did you mean 'http-server'?" },
        { ["tun", "--name", "an0", "--address", "10.77.0.2", "--peer", "10.77.0.1", "--program", "http-server"], "--address 10.77.0.2: expected an IPv4 address with its prefix length" },
        { ["tun", "--name", "an0", "--address", "10.77.0.2/24", "--peer", "10.77.0.1", "--program", "ping"], "--program ping: expected a server" },
        { ["tun", "--name", "an0", "--address", "10.77.0.2/24", "--peer", "10.77.0.1", "--program", "discard", "--set", "prt=5"], "unknown key 'prt'; did you mean 'port'?" },
        { ["tun", "--name", "an0", "--address", "10.77.0.2/24", "--peer", "10.77.0.2", "--program", "discard"], "cannot have the same address" },
        { ["tun", "--name", "an0", "--address", "10.77.0.2/24", "--peer", "10.77.0.1", "--program", "http-server", "--http-root", "nowhere"], "no folder 'nowhere'" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Bad_input_is_a_clear_line_and_exit_code_2_and_leaves_nothing(string[] arguments, string line)
    {
        using var folder = new Folder();
        folder.Write("small.conf", Small);
        ToolResult r = Tool.Run(folder.Path, arguments);
        Assert.Equal(2, r.ExitCode);
        Assert.Contains(r.Error.Split('\n'), l => l.Contains(line, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", r.Error, StringComparison.Ordinal); // no stack traces
        Assert.Equal("", r.Output);
        Assert.Equal(["small.conf"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Check_tells_all_errors_of_a_file_and_of_a_good_one_what_it_is()
    {
        using var folder = new Folder();
        folder.Write("small.conf", Small);
        folder.Write("bad.conf", Small.Replace("loss = 1%", "los = 1%", StringComparison.Ordinal) + "\nsed = 4\n");
        ToolResult good = Tool.Run(folder.Path, "check", "small.conf", "--plan"), bad = Tool.Run(folder.Path, "check", "bad.conf");
        Assert.Equal((0, ""), (good.ExitCode, good.Error));
        Assert.Contains("small.conf: ok: 2 hosts, 0 switches, 1 link, 2 programs", good.Output, StringComparison.Ordinal);
        Assert.Contains("a: eth0 10.0.0.1/24 mtu 1500", good.Output, StringComparison.Ordinal);
        Assert.Equal(2, bad.ExitCode);
        Assert.Equal(["bad.conf:2: links.w.los: unknown key 'los'; did you mean 'loss'?", "bad.conf:8: sed: unknown key 'sed'; did you mean 'seed'?"],
            bad.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void Ctrl_C_ends_a_run_cleanly_with_what_was_measured(string signal)
    {
        using var folder = new Folder();
        folder.Write("long.conf", Small.Replace("requests = 50", "requests = 0", StringComparison.Ordinal) + "\nduration = 300d\n");
        using Process process = Tool.Start(folder.Path, "run", "long.conf", "--out", "out");
        var metrics = new FileInfo(Path.Combine(folder.Path, "out", "metrics.csv.partial"));
        for (int i = 0; i < 300 && (!metrics.Exists || metrics.Length < 2000); i++, metrics.Refresh()) Thread.Sleep(100);
        Tool.Signal(process, signal);
        ToolResult r = Tool.End(process, 60);
        Assert.Equal(130, r.ExitCode);
        Assert.Matches("^[0-9a-f]{16}$", r.Trace);
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "out", "summary.json")));
        Assert.Equal("interrupted", summary.RootElement.GetProperty("outcome").GetString());
        Assert.True(summary.RootElement.GetProperty("programs")[1].GetProperty("requests").GetInt64() > 0);
        Assert.Empty(summary.RootElement.GetProperty("violations").EnumerateArray());
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(folder.Path, "out")), f => f.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public void Version_and_help_are_what_a_person_expects()
    {
        using var folder = new Folder();
        ToolResult version = Tool.Run(folder.Path, "--version"), help = Tool.Run(folder.Path, "--help"), nothing = Tool.Run(folder.Path);
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);
        foreach (string word in (string[])["run", "check", "tun", "programs", "Examples:"]) Assert.Contains(word, help.Output, StringComparison.Ordinal);
        Assert.Equal((0, 0), (version.ExitCode, help.ExitCode));
        Assert.Equal(help.Output, nothing.Output);
    }
}
