// Mutated scripts on the whole stack: a mutant passes, fails or is not applicable. It never throws, hangs or leaks. ACTORNET_FUZZ says how many or how long; see CONTRIBUTING.

using System.Diagnostics;
using ActorNet.Protocols.Tests.Tcp.Fuzz;
using Xunit.Abstractions;

namespace ActorNet.Packetdrill.Tests.Fuzz;

public class ScriptFuzzTests(ITestOutputHelper output)
{
    private const long Usual = 400, UsualTexts = 5000;
    private const int MostFindings = 5;

    [Fact]
    public void Mutated_scripts_end_in_a_verdict()
    {
        var fuzz = new ScriptFuzz();
        List<string> findings = Run(Usual, fuzz.Play);
        output.WriteLine(
            $"{fuzz.Mutants} mutants of {fuzz.Scripts} scripts with {fuzz.Changes} changes: {fuzz.Unread} cannot be read, {fuzz.Passed} passed, {fuzz.Failed} failed, {fuzz.NotApplicable} not applicable, "
            + $"{fuzz.Unequal} of them played otherwise by the bare machines\n{string.Join("\n\n", fuzz.Differences)}");
        Assert.True(findings.Count == 0, $"{findings.Count} findings:\n{string.Join("\n\n", findings)}");
    }

    [Fact]
    public void Scrambled_text_is_refused_with_its_place()
    {
        var fuzz = new ScriptFuzz();
        List<string> findings = Run(UsualTexts, fuzz.Read);
        output.WriteLine($"{fuzz.Scrambled} texts");
        Assert.True(findings.Count == 0, $"{findings.Count} findings:\n{string.Join("\n\n", findings)}");
    }

    private static List<string> Run(long usual, Func<ulong, string?> one)
    {
        FuzzRequest request = FuzzRequest.FromEnvironment(usual, 1);
        List<string> findings = [];
        var watch = Stopwatch.StartNew();
        for (long i = 0; request.Goes(i, watch.Elapsed) && findings.Count < MostFindings; i++)
            if (one(request.Seed + (ulong)i) is { } finding) findings.Add(finding);
        return findings;
    }
}
