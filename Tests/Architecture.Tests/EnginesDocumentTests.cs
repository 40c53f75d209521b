// docs/engines.md says of every member of the engine that the stack uses what Akka.NET means by it, what ours means, and which test holds them
// together. This keeps it from rotting: a member that is not in the table, or a test that is not there, fails.

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ActorNet.Architecture.Tests;

[Trait("Engine", "Embedded")] // it walks references to the embedded engine
public sealed partial class EnginesDocumentTests
{
    private static readonly string[] Stack = ["ActorNet.Devices", "ActorNet.Actors", "ActorNet.Experiments", "ActorNet.Packetdrill", "actornet"];

    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../.."));

    private static readonly string Document = File.ReadAllText(Path.Combine(Root, "docs", "engines.md"));

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Quoted();

    [Fact]
    public void Every_member_of_the_engine_that_the_stack_uses_is_in_the_table()
    {
        HashSet<string> documented = [.. Quoted().Matches(Document).Select(match => match.Groups[1].Value)];
        List<string> missing = [];
        foreach (string assembly in Stack)
            foreach (string member in EngineMembers.UsedBy(assembly))
                if (!documented.Contains(member)) missing.Add($"{member} ({assembly})");
        Assert.True(missing.Count == 0, $"docs/engines.md does not have: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Every_test_that_the_table_names_is_there()
    {
        HashSet<string> tests = [];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Root, "Tests"), "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)) continue;
            foreach (Match match in TestMethod().Matches(File.ReadAllText(file))) tests.Add(match.Groups[1].Value);
        }
        List<string> missing = [];
        foreach (Match match in Quoted().Matches(Document))
            if (TestName().IsMatch(match.Groups[1].Value) && !tests.Contains(match.Groups[1].Value)) missing.Add(match.Groups[1].Value);
        Assert.True(missing.Count == 0, $"docs/engines.md names tests that are not there: {string.Join(", ", missing)}");
    }

    [Fact]
    public void The_walk_sees_what_the_stack_uses() => Assert.Contains("UntypedActor.OnReceive", EngineMembers.UsedBy("ActorNet.Devices"));

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"public (?:async )?(?:void|Task) (\w+)\(")]
    private static partial Regex TestMethod();

    // Tests are sentences: a capital, then words joined by underscores.
    [GeneratedRegex("^[A-Z][A-Za-z0-9]*(_[a-z0-9][A-Za-z0-9]*){2,}$")]
    private static partial Regex TestName();
}
