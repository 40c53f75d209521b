// docs/fidelity.md on system calls: what it says works is in the vocabulary (or is made by one that is, or is a member of Os) and is made by a differential
// script, or by the test that the row names; what it says is absent is neither; and the vocabulary has nothing that the table does not name.

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ActorNet.Actors.Tests.Fidelity;

[Trait("Engine", "Embedded")]
public sealed partial class CallTableTests
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../.."));
    private static readonly IReadOnlyList<FidelityRow> s_rows = FidelityTable.Read("Calls");
    private static readonly HashSet<string> s_numbers = [.. Enum.GetNames<SyscallNr>()];

    [GeneratedRegex(@"\b([a-z_]+[0-9]*)\(")]
    private static partial Regex Call { get; }

    [GeneratedRegex("`([A-Z][A-Za-z]+Tests)`")]
    private static partial Regex TestClass { get; }

    [GeneratedRegex("as `([a-z_0-9]+)`")]
    private static partial Regex Alias { get; }

    [GeneratedRegex(@"`Os\.([A-Za-z]+)`")]
    private static partial Regex Member { get; }

    [GeneratedRegex(@"SyscallNr\.([a-z_0-9]+)")]
    private static partial Regex Number { get; }

    [Fact]
    public void A_call_has_one_row() => Assert.Empty(s_rows.GroupBy(r => r.Name).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void What_works_is_a_call_of_the_code_and_what_does_not_is_none()
    {
        var wrong = new List<string>();
        foreach (FidelityRow row in s_rows)
        {
            bool exists = s_numbers.Contains(row.Name)
                || (Alias.Match(row.Note) is { Success: true } alias && s_numbers.Contains(alias.Groups[1].Value))
                || (Member.Match(row.Note) is { Success: true } member && typeof(Os).GetMember(member.Groups[1].Value).Length > 0);
            if (exists == (row.State == "no")) wrong.Add($"{row.Name} is '{row.State}': {(exists ? "it is there" : "there is no such call")}");
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Every_call_of_the_code_has_a_row_and_every_number_is_some_call_s()
    {
        HashSet<string> works = [.. s_rows.Where(r => r.State != "no").Select(r => r.Name)];
        Assert.Empty(s_numbers.Except(works));
        foreach (Type type in typeof(Syscall).GetNestedTypes(BindingFlags.Public).Where(t => t.IsSubclassOf(typeof(Syscall)) && !t.IsAbstract))
        {
            if (type.GetConstructor([]) is not null && Activator.CreateInstance(type) is Syscall call) Assert.Contains(call.Nr.ToString(), works);
        }

        HashSet<string> used = [.. Sources("Actors", "*.cs").SelectMany(text => Number.Matches(text)).Select(m => m.Groups[1].Value)];
        Assert.Empty(s_numbers.Except(used));
    }

    [Fact]
    public void Every_call_that_works_is_made_by_a_script_or_by_the_test_that_its_row_names()
    {
        HashSet<string> scripted = [.. Sources("Tests/Differential.Tests/scripts", "*.pkt")
            .SelectMany(text => text.Split('\n')).SelectMany(line => Call.Matches(line.Split("//")[0])).Select(m => m.Groups[1].Value)];
        HashSet<string> classes = [.. Directory.EnumerateFiles(Path.Combine(s_root, "Tests"), "*Tests.cs", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f))];
        var wrong = new List<string>();
        foreach (FidelityRow row in s_rows.Where(r => r.State != "no"))
        {
            Match named = TestClass.Match(row.Note);
            if (named.Success ? !classes.Contains(named.Groups[1].Value) : !scripted.Contains(row.Name)) wrong.Add(row.Name);
        }

        Assert.True(wrong.Count == 0, "no differential script makes them, and their rows name no test that is there: " + string.Join(", ", wrong));
    }

    private static IEnumerable<string> Sources(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(s_root, folder), pattern, SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
