// docs/lock-and-backlog.md names a test for each rule: they exist.

using System.Text.RegularExpressions;

namespace ActorNet.Architecture.Tests;

public partial class LockDocumentTests
{
    [Fact]
    public void Every_test_that_the_page_on_the_lock_names_exists()
    {
        string root = SourceRulesTests.Root;
        string page = File.ReadAllText(Path.Combine(root, "docs", "lock-and-backlog.md"));
        HashSet<string> methods = [];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(root, "Tests"), "*.cs", SearchOption.AllDirectories))
        {
            foreach (Match m in Method().Matches(File.ReadAllText(file))) methods.Add(m.Groups["name"].Value);
        }

        string[] named = [.. Named().Matches(page).Select(m => m.Groups["name"].Value)];
        Assert.True(named.Length > 40, $"{named.Length} tests named");
        Assert.Equal([], named.Where(n => !methods.Contains(n)));
    }

    [GeneratedRegex(@"\[(Fact|Theory)[^\n]*\n(\s*\[InlineData[^\n]*\n)*\s*public [\w<>\[\]]+ (?<name>\w+)\(", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Method();

    // Sentences: a capital, then at least three words.
    [GeneratedRegex(@"`(?<name>[A-Z][a-z]*(_\w+){3,})`", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Named();
}
