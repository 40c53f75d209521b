// The tables of docs/fidelity.md, as the tests read them.

using System.Runtime.CompilerServices;

namespace ActorNet.Actors.Tests.Fidelity;

/// <summary>One row: a name, whether it works (yes, partly, no), and what there is to say.</summary>
public sealed record FidelityRow(string Name, string State, string Note)
{
    /// <summary>What a "no" answers: the first errno that its note names in backticks, or what the table says of all of them.</summary>
    public Errno Refusal(Errno usual)
    {
        int start = Note.IndexOf('`', StringComparison.Ordinal);
        int end = start < 0 ? -1 : Note.IndexOf('`', start + 1);
        return end > 0 && Enum.TryParse(Note.AsSpan(start + 1, end - start - 1), out Errno named) ? named : usual;
    }
}

/// <summary>A table by the heading above it.</summary>
public static class FidelityTable
{
    public static IReadOnlyList<FidelityRow> Read(string heading)
    {
        string[] lines = File.ReadAllLines(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../docs/fidelity.md")));
        int at = Array.IndexOf(lines, "### " + heading);
        if (at < 0) throw new InvalidOperationException($"docs/fidelity.md has no heading '### {heading}'");
        var rows = new List<FidelityRow>();
        for (at++; at < lines.Length && !lines[at].StartsWith('#'); at++)
        {
            string[] cells = lines[at].Split('|');
            if (cells.Length < 4 || cells[1].TrimStart().StartsWith('-') || cells[2].Trim() == "state") continue;
            rows.AddRange(cells[1].Split(',').Select(name => new FidelityRow(name.Trim().Trim('`'), cells[2].Trim(), string.Join('|', cells[3..^1]).Trim())));
        }

        if (rows.Find(r => r.State is not ("yes" or "partly" or "no")) is { } odd)
            throw new InvalidOperationException($"docs/fidelity.md, {heading}: {odd.Name} is '{odd.State}', not yes, partly or no");
        return rows;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
