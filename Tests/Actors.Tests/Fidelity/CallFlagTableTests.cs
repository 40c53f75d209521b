// docs/fidelity.md on the flags of other calls than send and recv: what works is in a differential script, or in the test that its row names, and the enums have
// it; what is absent they have not.

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ActorNet.Actors.Tests.Fidelity;

[Trait("Engine", "Embedded")]
public sealed partial class CallFlagTableTests
{
    private static readonly string s_tests = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../.."));
    private static readonly IReadOnlyList<FidelityRow> s_rows = FidelityTable.Read("Flags of other calls");

    [GeneratedRegex("[A-Z][A-Z0-9_]+")]
    private static partial Regex Constant { get; }

    [GeneratedRegex("`([A-Z][A-Za-z]+Tests)`")]
    private static partial Regex TestClass { get; }

    [Theory]
    [InlineData(typeof(SocketType), "SOCK_", "STREAM DGRAM RAW SEQPACKET PACKET TypeMask")]
    [InlineData(typeof(FileFlags), "O_", "AccessMode")]
    [InlineData(typeof(PollEvents), "POLL", "None")]
    [InlineData(typeof(EpollEvents), "EPOLL", "None")]
    [InlineData(typeof(SaFlags), "SA_", "None")]
    [InlineData(typeof(ShutdownHow), "SHUT_", "")]
    public void What_an_enum_has_is_in_the_table_and_what_it_has_not_is_absent(Type type, string prefix, string noFlags)
    {
        IEnumerable<string> members = Enum.GetNames(type).Except(noFlags.Split(' ')).Select(n => prefix + n);
        Assert.Equal(members.Order(StringComparer.Ordinal), s_rows.Where(r => r.State != "no" && Belongs(r.Name, prefix)).Select(r => r.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_works_is_in_a_script_or_in_the_test_that_its_row_names()
    {
        HashSet<string> scripted = [.. Directory.EnumerateFiles(Path.Combine(s_tests, "Differential.Tests", "scripts"), "*.pkt", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines).SelectMany(line => Constant.Matches(line.Split("//")[0])).Select(m => m.Value)];
        var wrong = new List<string>();
        foreach (FidelityRow row in s_rows.Where(r => r.State != "no"))
        {
            if (TestClass.Match(row.Note) is { Success: true } named)
            {
                string? file = Directory.EnumerateFiles(s_tests, named.Groups[1].Value + ".cs", SearchOption.AllDirectories).FirstOrDefault();
                if (file is null || !File.ReadAllText(file).Contains(row.Name[(row.Name.IndexOf('_', StringComparison.Ordinal) + 1)..], StringComparison.Ordinal)) wrong.Add(row.Name);
            }
            else if (!scripted.Contains(row.Name))
            {
                wrong.Add(row.Name);
            }
        }

        Assert.True(wrong.Count == 0, "no differential script has them, and no test that their rows name: " + string.Join(", ", wrong));
    }

    // EPOLL_CLOEXEC is a flag of epoll_create1, no event.
    private static bool Belongs(string flag, string prefix) => flag.StartsWith(prefix, StringComparison.Ordinal) && (prefix[^1] == '_' || flag[prefix.Length] != '_');

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
