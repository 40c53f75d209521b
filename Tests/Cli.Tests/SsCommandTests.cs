// actornet ss: on the record of a run that has ended, and on one that is still going on.

using System.Diagnostics;

namespace ActorNet.Cli.Tests;

public class SsCommandTests
{
    private const string Recorded = """
        hosts { a {}, b {} }
        links { w { between = [a, b], delay = 1ms, loss = 1% } }
        programs {
          web   { program = http-server, on = b }
          users { program = http-client, on = a, to = b, requests = 0, think = 200ms }
        }
        duration = 3s
        record { sockets = 500ms }
        """;

    [Fact]
    public void Sockets_of_any_virtual_time_are_shown_in_the_columns_of_ss()
    {
        using var folder = new Folder();
        folder.Write("r.conf", Recorded);
        Assert.Equal(0, Tool.Run(folder.Path, "run", "r.conf", "--out", "out").ExitCode);
        ToolResult early = Tool.Run(folder.Path, "ss", "out", "-tanp", "--at", "600ms", "--host", "b"), newest = Tool.Run(folder.Path, "ss", "out", "-tln", "--host=b");
        Assert.Equal((0, ""), (early.ExitCode, early.Error));
        Assert.Matches(@"^State +Recv-Q Send-Q Local Address:Port +Peer Address:Port *Process +\n", early.Output);
        Assert.Matches(@"\nLISTEN 0 +511 +0\.0\.0\.0:80 +0\.0\.0\.0:\* +users:\(\(""web"",pid=1,fd=0\)\) *\n", early.Output);
        Assert.Matches(@"\nESTAB +\d+ +\d+ +10\.0\.0\.2:80 +10\.0\.0\.1:\d+ +users:\(\(""web"",pid=1,fd=1\)\) *\n", early.Output);
        Assert.Equal("State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\nLISTEN 0      511          0.0.0.0:80        0.0.0.0:*          \n", newest.Output);
        Assert.Contains("==> a at 3.000000000s <==", Tool.Run(folder.Path, "ss", "out", "-s").Output, StringComparison.Ordinal);
        Assert.StartsWith("Usage: actornet ss RUN", Tool.Run(folder.Path, "ss", "--help").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("actornet ss: -K: sockets of a run are shown, not closed", "out", "-K")]
    [InlineData("actornet ss: '12': expected a time such as 12s or 1500ms", "out", "--at", "12")]
    [InlineData("nowhere: no such folder", "nowhere", "-t")]
    [InlineData(".: no sockets.jsonl: the run did not record its sockets", ".", "-t")]
    public void What_is_wrong_is_a_clear_line_and_exit_code_2(string line, params string[] arguments)
    {
        using var folder = new Folder();
        ToolResult r = Tool.Run(folder.Path, ["ss", .. arguments]);
        Assert.Equal((2, ""), (r.ExitCode, r.Output));
        Assert.StartsWith(line, r.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_goes_on_shows_its_newest_sockets_to_others()
    {
        using var folder = new Folder();
        folder.Write("long.conf", Recorded.Replace("duration = 3s", "duration = 300d", StringComparison.Ordinal));
        using Process run = Tool.Start(folder.Path, "run", "long.conf", "--out", "out");
        var record = new FileInfo(Path.Combine(folder.Path, "out", "sockets.jsonl.partial"));
        for (int i = 0; i < 300 && (!record.Exists || record.Length < 10_000); i++, record.Refresh()) Thread.Sleep(100);
        ToolResult ss = Tool.Run(folder.Path, "ss", "out", "-tan", "--host", "b");
        Tool.Signal(run, "INT");
        Assert.Equal(130, Tool.End(run, 60).ExitCode);
        Assert.Equal((0, ""), (ss.ExitCode, ss.Error));
        Assert.Contains("\nLISTEN 0      511 ", ss.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "out", "sockets.jsonl")));
        Assert.Contains("--- ", Tool.Run(folder.Path, "ss", "out", "-tan", "--follow").Output, StringComparison.Ordinal);
    }
}
