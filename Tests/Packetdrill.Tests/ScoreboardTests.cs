// Every script of the suite that a vanilla kernel passes in mode ipv4, where the suite is beside this repository: passes.txt has those that pass here, and
// none of them may fail again.

using System.Runtime.CompilerServices;
using Xunit.Abstractions;

namespace ActorNet.Packetdrill.Tests;

public class ScoreboardTests(ITestOutputHelper output)
{
    public static TheoryData<string> Passes()
    {
        var data = new TheoryData<string>();
        HashSet<string> here = [.. SharedScripts.Ipv4()];
        foreach (string name in File.ReadLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "passes.txt")))
        {
            if (here.Contains(name)) data.Add(name);
        }

        if (data.Count == 0) data.Add(""); // the suite is not here
        return data;
    }

    [Theory]
    [MemberData(nameof(Passes))]
    public void A_script_that_passed_passes(string name)
    {
        if (name.Length == 0) return;
        PacketResult r = SharedScripts.Play(name);
        Assert.True(r.Verdict == Verdict.Passed, $"{r.Verdict}: {r.Why}");
    }

    [Fact]
    public void The_scoreboard_by_directory()
    {
        foreach (IGrouping<string, string> folder in SharedScripts.Ipv4().GroupBy(n => Path.GetDirectoryName(n)!).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            List<Verdict> verdicts = [.. folder.Select(Verdict)];
            output.WriteLine($"{folder.Key}: {Count(Packetdrill.Verdict.Passed)} passed, {Count(Packetdrill.Verdict.Failed)} failed, {Count(Packetdrill.Verdict.NotApplicable)} not applicable");

            int Count(Verdict v) => verdicts.Count(x => x == v);
        }
    }

    private static Verdict Verdict(string name)
    {
        try
        {
            return SharedScripts.Play(name).Verdict;
        }
        catch (ScriptException)
        {
            return Packetdrill.Verdict.Failed;
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
