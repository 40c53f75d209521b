// The tool as a process of its own: what a person or a script sees of it.

using System.Diagnostics;

namespace ActorNet.Cli.Tests;

internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>The `trace` line's hash.</summary>
    public string Trace => Assert.Single(Output.Split('\n'), l => l.StartsWith("trace ", StringComparison.Ordinal))["trace ".Length..];
}

internal static class Tool
{
    public static readonly string Path = System.IO.Path.Combine(AppContext.BaseDirectory, "actornet.dll");

    public static readonly string Root = FindRoot();

    public static string Shipped(string name) => System.IO.Path.Combine(Root, "config", "scenarios", name);

    /// <summary>Runs it to its end in a folder.</summary>
    public static ToolResult Run(string folder, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        return End(process);
    }

    public static Process Start(string folder, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add(Path);
        foreach (string a in arguments) info.ArgumentList.Add(a);
        return Process.Start(info)!;
    }

    public static ToolResult End(Process process, int seconds = 120)
    {
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(seconds * 1000))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"still running after {seconds} s: {output.Result}{error.Result}");
        }

        return new ToolResult(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Sends a signal, as Ctrl-C does.</summary>
    public static void Signal(Process process, string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static string FindRoot()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(System.IO.Path.Combine(at, "ActorNet.sln"))) at = System.IO.Path.GetDirectoryName(at);
        return at ?? throw new InvalidOperationException("no ActorNet.sln above the tests");
    }
}

/// <summary>A folder of a test's own.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("actornet").FullName;

    public string Write(string name, string text)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, name), text);
        return name;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
