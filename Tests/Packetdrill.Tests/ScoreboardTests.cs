// Every script of the suite that a vanilla kernel passes in mode ipv4, where the suite is beside this repository: passes.txt has those that pass here, and
// none of them may fail again. And the scoreboard: by directory, on both targets, these scripts and our own. `./test` prints what is written here.

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Xunit.Abstractions;

namespace ActorNet.Packetdrill.Tests;

public class ScoreboardTests(ITestOutputHelper output)
{
    private const string FileVariable = "ACTORNET_SCOREBOARD";

    public static TheoryData<string> Passes()
    {
        var data = new TheoryData<string>();
        foreach (string name in File.ReadLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "passes.txt"))) data.Add(name);
        return data;
    }

    [SuiteTheory]
    [MemberData(nameof(Passes))]
    public void A_script_that_passed_passes_on_both_targets_with_the_same_packets(string name) => TargetTests.PassesOnBoth(t => SharedScripts.Play(name, t));

    [Fact]
    public void The_scoreboard_by_directory()
    {
        var board = new StringBuilder("packetdrill scripts by directory: passed / failed / not applicable\n");
        List<string> notes = [];
        int scripts = 0, onMachine = 0;
        board.Append(CultureInfo.InvariantCulture, $"  {"",-34} {"host",13} {"machine",13}\n");
        Section("../shared/packetdrill", SharedScripts.Ipv4(), SharedScripts.Play);
        if (SharedScripts.WhyNot is { } why) board.Append(CultureInfo.InvariantCulture, $"  ../shared/packetdrill: not run: {why}\n");
        Section("own scripts", [.. OwnScriptTests.Names], OwnScriptTests.Play);
        foreach (string note in notes) board.Append(CultureInfo.InvariantCulture, $"  {note}\n");
        output.WriteLine(board.ToString());
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file) File.WriteAllText(file, board.ToString());
        Assert.True(onMachine * 10 >= scripts * 9, $"{onMachine} of {scripts} scripts pass on the bare machine: nine of ten should");

        void Section(string title, IReadOnlyList<string> names, Func<string, Target, PacketResult> play)
        {
            int[] all = new int[6];
            var lines = new StringBuilder();
            foreach (IGrouping<string, string> folder in names.GroupBy(n => Path.GetDirectoryName(n)!).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                int[] counts = new int[6];
                foreach (string name in folder)
                {
                    foreach (Target target in (Target[])[Target.Host, Target.Machine])
                    {
                        (Verdict verdict, string? reason) = VerdictOf(name, target, play);
                        counts[3 * (int)target + (int)verdict]++;
                        if (verdict != Verdict.Passed) notes.Add($"{Word(verdict)} ({Word(target)}): {name}: {reason?.Split('\n', 2)[0]}");
                    }
                }

                for (int i = 0; i < all.Length; i++) all[i] += counts[i];
                lines.Append(Line("  " + folder.Key, counts));
            }

            if (names.Count == 0) return;
            board.Append(Line(title, all)).Append(lines);
            scripts += names.Count;
            onMachine += all[3];
        }
    }

    private static string Line(string name, int[] c) => string.Create(CultureInfo.InvariantCulture, $"  {name,-34} {$"{c[0]} / {c[1]} / {c[2]}",13} {$"{c[3]} / {c[4]} / {c[5]}",13}\n");

    private static string Word(Verdict verdict) => verdict == Verdict.Failed ? "FAILED" : "not applicable";

    private static string Word(Target target) => target == Target.Host ? "host" : "machine";

    private static (Verdict Verdict, string? Why) VerdictOf(string name, Target target, Func<string, Target, PacketResult> play)
    {
        try
        {
            PacketResult r = play(name, target);
            return (r.Verdict, r.Why);
        }
        catch (ScriptException e)
        {
            return (Verdict.Failed, e.Message);
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
