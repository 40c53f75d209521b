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
        foreach (string name in File.ReadLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "passes.txt"))) data.Add(name);
        return data;
    }

    [SuiteTheory]
    [MemberData(nameof(Passes))]
    public void A_script_that_passed_passes(string name)
    {
        PacketResult r = SharedScripts.Play(name);
        Assert.True(r.Verdict == Verdict.Passed, $"{r.Verdict}: {r.Why}");
    }

    [SuiteFact]
    public void The_scoreboard_by_directory()
    {
        foreach (IGrouping<string, string> folder in SharedScripts.Ipv4().GroupBy(n => Path.GetDirectoryName(n)!).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            List<Verdict> verdicts = [.. folder.Select(VerdictOf)];
            output.WriteLine($"{folder.Key}: {Count(Verdict.Passed)} passed, {Count(Verdict.Failed)} failed, {Count(Verdict.NotApplicable)} not applicable");

            int Count(Verdict v) => verdicts.Count(x => x == v);
        }
    }

    private static Verdict VerdictOf(string name)
    {
        try
        {
            return SharedScripts.Play(name).Verdict;
        }
        catch (ScriptException)
        {
            return Verdict.Failed;
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
