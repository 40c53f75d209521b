// The repository's own packet scripts: each says on its first line which clause of which RFC, or what of Linux, it is about.

using System.Runtime.CompilerServices;

namespace ActorNet.Packetdrill.Tests;

public class OwnScriptTests
{
    private static readonly string s_root = Path.Combine(Path.GetDirectoryName(ThisFile())!, "scripts");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(s_root, "*.pkt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => Path.GetRelativePath(s_root, f));

    public static TheoryData<string> Scripts()
    {
        var data = new TheoryData<string>();
        foreach (string name in Names) data.Add(name);
        return data;
    }

    internal static PacketResult Play(string name, Target target) => PacketRun.Play(Parser.Parse(name, File.ReadAllText(Path.Combine(s_root, name))), [], target: target);

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_of_our_own_passes_on_both_targets_with_the_same_packets(string name) => TargetTests.PassesOnBoth(t => Play(name, t));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
