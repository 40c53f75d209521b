// The repository's own packet scripts: each says on its first line which clause of which RFC, or what of Linux, it is about.

using System.Runtime.CompilerServices;

namespace ActorNet.Packetdrill.Tests;

public class OwnScriptTests
{
    private static readonly string s_root = Path.Combine(Path.GetDirectoryName(ThisFile())!, "scripts");

    public static TheoryData<string> Scripts()
    {
        var data = new TheoryData<string>();
        foreach (string file in Directory.EnumerateFiles(s_root, "*.pkt", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) data.Add(Path.GetRelativePath(s_root, file));
        return data;
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_of_our_own_passes(string name)
    {
        PacketResult r = PacketRun.Play(Parser.Parse(name, File.ReadAllText(Path.Combine(s_root, name))), []);
        Assert.True(r.Verdict == Verdict.Passed, $"{r.Verdict}: {r.Why}");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
