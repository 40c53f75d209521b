// docs/tcp-coverage.md: which clause of which RFC is held by which of our own scripts, read off the scripts' first comments. The table is generated here
// (UPDATE_COVERAGE=1 writes it), and a test holds it to the scripts.

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorNet.Packetdrill.Tests;

public partial class CoverageTests
{
    private static readonly string s_here = Path.GetDirectoryName(ThisFile())!;
    private static readonly string s_root = Path.Combine(s_here, "scripts"), s_table = Path.GetFullPath(Path.Combine(s_here, "../../docs/tcp-coverage.md"));

    private static readonly string[] s_states = ["SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"];

    // "third" is security and compartment (3.10.7.4): Linux does not look at them.
    private static readonly string[] s_checks = ["first", "second", "fourth", "fifth", "sixth", "seventh", "eighth"];

    private static readonly (string Clause, string What)[] s_clauses =
    [
        ("3.10.1", "OPEN call"), ("3.10.2", "SEND call"), ("3.10.3", "RECEIVE call"), ("3.10.4", "CLOSE call"), ("3.10.5", "ABORT call"), ("3.10.6", "STATUS call"),
        ("3.10.7.1", "segment arrives: CLOSED"), ("3.10.7.2", "segment arrives: LISTEN"), ("3.10.7.3", "segment arrives: SYN-SENT"), ("3.10.7.4", "segment arrives: other states"),
        ("3.10.8", "time-outs"),
    ];

    [Fact]
    public void The_table_of_clauses_is_what_the_scripts_say()
    {
        string table = Table();
        if (Environment.GetEnvironmentVariable("UPDATE_COVERAGE") is { Length: > 0 }) File.WriteAllText(s_table, table);
        Assert.True(File.Exists(s_table) && File.ReadAllText(s_table).ReplaceLineEndings("\n") == table, "docs/tcp-coverage.md is old: run this test with UPDATE_COVERAGE=1");
    }

    [Fact]
    public void Every_clause_of_section_3_10_has_a_script() =>
        Assert.All(s_clauses, c => Assert.Contains(Cited(), s => s.Clauses.Contains(("9293", c.Clause))));

    [Fact]
    public void Every_check_of_a_segment_has_a_script_in_every_state()
    {
        List<Citation> cited = Cited();
        Assert.All(from state in s_states from check in s_checks select (state, check), c => Assert.NotEmpty(Of(cited, c.state, c.check)));
    }

    [Fact]
    public void Every_script_says_first_what_it_is_about() =>
        Assert.All(Files(), f => Assert.StartsWith("// ", File.ReadLines(f).First(), StringComparison.Ordinal));

    private static string Table()
    {
        List<Citation> cited = Cited();
        var s = new StringBuilder();
        s.Append(string.Create(CultureInfo.InvariantCulture, $"""
            # What of TCP has a script

            Generated from the first comments of the {cited.Count} scripts in `Tests/Packetdrill.Tests/scripts`; `CoverageTests` holds it to them (`UPDATE_COVERAGE=1` writes it anew).
            What a script expects was recorded from Linux 6.18 or is an RFC's; where the two differ the script says so.

            ## RFC 9293, section 3.10

            | clause | | scripts |
            |---|---|---|

            """).ReplaceLineEndings("\n"));
        foreach ((string clause, string what) in s_clauses) s.Append(CultureInfo.InvariantCulture, $"| {clause} | {what} | {cited.Count(c => c.Clauses.Contains(("9293", clause)))} |\n");
        s.Append("\n## RFC 9293 3.10.7.4: check by state\n\nThe third check, of security and compartment, is not made: Linux has none.\n");
        s.Append(CultureInfo.InvariantCulture, $"\n| state | {string.Join(" | ", s_checks)} |\n|---|{string.Concat(s_checks.Select(_ => "---|"))}\n");
        foreach (string state in s_states) s.Append(CultureInfo.InvariantCulture, $"| {state} | {string.Join(" | ", s_checks.Select(c => Of(cited, state, c).Count()))} |\n");
        s.Append("\n## By clause\n\n| clause | scripts |\n|---|---|\n");
        foreach (IGrouping<(string Rfc, string Clause), (string Name, (string Rfc, string Clause) Key)> g in cited.SelectMany(c => c.Clauses.Select(k => (c.Name, Key: k))).GroupBy(x => x.Key)
            .OrderBy(g => int.Parse(g.Key.Rfc, CultureInfo.InvariantCulture)).ThenBy(g => Sortable(g.Key.Clause), StringComparer.Ordinal))
        {
            s.Append(CultureInfo.InvariantCulture, $"| RFC {g.Key.Rfc} {g.Key.Clause} | {string.Join(", ", g.Select(x => x.Name))} |\n");
        }

        s.Append("\n## What Linux does, without a clause\n\n");
        foreach (Citation c in cited.Where(c => c.Clauses.Count == 0)) s.Append(CultureInfo.InvariantCulture, $"- {c.Name}: {c.First}\n");
        return s.ToString();
    }

    private static string Sortable(string clause) => string.Join('.', clause.Split('.').Select(n => n.PadLeft(3, '0')));

    private static IEnumerable<Citation> Of(List<Citation> cited, string state, string check) => cited.Where(c =>
        c.Clauses.Contains(("9293", "3.10.7.4")) && Regex.IsMatch(c.First, $@"3\.10\.7\.4, [a-z ]*\b{check}\b[a-z ]*, {state}\b", RegexOptions.None, TimeSpan.FromSeconds(1)));

    private static List<Citation> Cited() => [.. Files().Select(f =>
    {
        string first = string.Join(' ', File.ReadLines(f).TakeWhile(l => l.StartsWith("//", StringComparison.Ordinal)).Select(l => l[2..].Trim()));
        return new Citation(Path.GetRelativePath(s_root, f).Replace('\\', '/')[..^4], first, [.. Clause().Matches(first).Select(m => (m.Groups[1].Value, m.Groups[2].Value)).Distinct()]);
    })];

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(s_root, "*.pkt", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"RFC (\d+)(?: section)? (\d+(?:\.\d+)*)", RegexOptions.None, 1000)]
    private static partial Regex Clause();

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private sealed record Citation(string Name, string First, List<(string Rfc, string Clause)> Clauses);
}
