// Every script of the folder beside: one case each.

using System.Runtime.CompilerServices;

namespace ActorNet.Differential.Tests;

[Trait("Engine", "Embedded")] // in virtual time, to the microsecond
public sealed class ScriptTests
{
    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(ThisFile())!, "scripts");

    public static TheoryData<string> Scripts => [.. Directory.EnumerateFiles(Folder, "*.pkt", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Kernel_and_ActorNet_answer_as_the_script_says(string script)
    {
        string file = Path.Combine(Folder, script);
        if (Recorder.IsOn) Recorder.Fill(file, Parser.Parse(script, File.ReadAllText(file)));
        string? difference = Differential.Judge(Parser.Parse(script, File.ReadAllText(file)));
        if (difference is not null) Assert.Fail(difference);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
