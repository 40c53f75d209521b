// docs/scenarios.md holds every key with its kind, default and meaning, as the reader has them.

using System.Text;

namespace ActorNet.Experiments.Tests;

public class ReferenceTests
{
    private static readonly string Doc = File.ReadAllText(Path.Combine(ScenarioFiles.Root, "docs", "scenarios.md"));

    public static string Row(Key key) => $"| `{key.Name}` | {key.Kind} | {(key.Default.Length > 0 ? key.Default : "–")} | {key.Doc} |";

    public static string Table(KeySet set)
    {
        var text = new StringBuilder("| key | value | default | meaning |\n|---|---|---|---|\n");
        foreach (Key key in set.Keys) text.Append(Row(key)).Append('\n');
        return text.ToString();
    }

    [Fact]
    public void The_reference_has_every_section_and_every_key_of_it()
    {
        foreach (KeySet section in ScenarioKeys.Sections.Concat(ProgramTable.All.Select(p => p.Parameters)).Concat(PolicyTable.All.Select(p => p.Parameters)))
            Assert.True(Doc.Contains(Table(section), StringComparison.Ordinal), $"docs/scenarios.md lacks this table of {section.Section}:\n{Table(section)}");
    }

    [Fact]
    public void The_reference_explains_every_program()
    {
        foreach (ProgramKind kind in ProgramTable.All) Assert.Contains($"### {kind.Name}\n", Doc, StringComparison.Ordinal);
        foreach (PolicyKind kind in PolicyTable.All) Assert.Contains($"#### {kind.Name}\n", Doc, StringComparison.Ordinal);
    }
}
