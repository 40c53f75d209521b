// "did you mean": the nearest of the known names, by edits of one letter (insert, delete, replace, swap of neighbours; Damerau 1964).

namespace ActorNet.Experiments;

/// <summary>Finds what a misspelt name was meant to be.</summary>
public static class Nearest
{
    /// <summary>The nearest known name, or null when none is near: at most a third of the letters may differ, but two always may in names over three letters.</summary>
    public static string? To(string name, IEnumerable<string> known)
    {
        string? best = null;
        int least = Math.Max(name.Length > 3 ? 2 : 1, name.Length / 3) + 1;
        foreach (string candidate in known)
        {
            // A name cut short is near whatever is missing.
            bool cut = name.Length >= 3 && candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase);
            int d = cut ? 1 : Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (d >= least) continue;
            least = d;
            best = candidate;
        }

        return best;
    }

    /// <summary>"; did you mean 'count'?", or what there is to choose from when it is little, or nothing.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> known)
    {
        if (To(name, known) is { } near) return $"; did you mean '{near}'?";
        return known.Count is > 0 and <= 24 ? $"; known: {string.Join(", ", known)}" : "";
    }

    /// <summary>How many edits make one of the other.</summary>
    public static int Distance(string a, string b)
    {
        int[] before = new int[b.Length + 1], last = new int[b.Length + 1], row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }
}
