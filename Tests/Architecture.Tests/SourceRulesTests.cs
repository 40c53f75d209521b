// What every source file keeps to, checked from the files themselves.

using System.Runtime.CompilerServices;

namespace ActorNet.Architecture.Tests;

public sealed class SourceRulesTests
{
    private static readonly string[] Folders = ["Protocols", "Engine", "Engine.Akka", "Devices", "Actors", "Experiments", "Packetdrill", "Cli", "Benchmarks", "Tests"];

    internal static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../.."));

    [Fact]
    public void Every_file_opens_with_what_it_is()
    {
        string[] mute = Sources().Where(f => !f.Text.StartsWith("//", StringComparison.Ordinal)).Select(f => f.Path).ToArray();
        Assert.True(mute.Length == 0, "no opening comment: " + string.Join(", ", mute));
    }

    [Fact]
    public void Nothing_is_left_unfinished_or_switched_off()
    {
        // Spelled in halves, so that this file does not find itself.
        string[] marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "NotImplemented" + "Exception", "#pragma warning " + "disable"];
        string[] found = Sources().SelectMany(f => marks.Where(f.Text.Contains).Select(m => $"{f.Path}: {m}")).ToArray();
        Assert.True(found.Length == 0, string.Join(Environment.NewLine, found));
    }

    [Fact]
    public void The_stack_has_no_conditional_compilation()
    {
        string[] stack = ["Protocols", "Devices", "Actors", "Experiments", "Packetdrill", "Cli"];
        string[] found = Sources().Where(f => stack.Any(s => f.Path.StartsWith(s + "/", StringComparison.Ordinal)))
            .Where(f => f.Text.Contains("\n#" + "if ", StringComparison.Ordinal)).Select(f => f.Path).ToArray();
        Assert.True(found.Length == 0, string.Join(", ", found));
    }

    private static IEnumerable<(string Path, string Text)> Sources()
    {
        var files = Folders.Select(f => Path.Combine(Root, f)).Where(Directory.Exists)
            .SelectMany(d => Directory.EnumerateFiles(d, "*.cs", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Select(f => (f, File.ReadAllText(Path.Combine(Root, f)))).ToList();
        Assert.NotEmpty(files);
        return files;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
