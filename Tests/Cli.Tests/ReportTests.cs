// What a run says at its end of the files that it wrote: all that are there.

namespace ActorNet.Cli.Tests;

public class ReportTests
{
    [Theory]
    [InlineData("", "summary.json, metrics.csv")]
    [InlineData("record { sockets = 1s }", "summary.json, metrics.csv, sockets.jsonl")]
    [InlineData("record { sockets = 1s, syscalls = [a] }\ncapture = [\"a:eth0\"]", "summary.json, metrics.csv, sockets.jsonl, syscalls.jsonl, a-eth0.pcapng")]
    public void The_closing_line_names_the_files_of_the_folder(string records, string files)
    {
        using var folder = new Folder();
        folder.Write("r.conf", $$"""
            hosts { a {}, b {} }
            links { w { between = [a, b] } }
            programs { pings { program = ping, on = a, to = b, count = 1 } }
            {{records}}
            """);
        ToolResult r = Tool.Run(folder.Path, "run", "r.conf", "--out", "out");
        Assert.Equal(0, r.ExitCode);
        Assert.Contains($"results in out: {files}\n", r.Output, StringComparison.Ordinal);
        Assert.Equal(
            files.Split(", ").Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Path.Combine(folder.Path, "out")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
    }
}
