// Which cases are run: a set in which every two values of any two parameters meet once (pairwise testing), beside those in which everything is on; or,
// when asked for, every combination.

namespace ActorNet.Interop.Tests;

/// <summary>Sets of <see cref="InteropCase"/>.</summary>
public static class CaseMatrix
{
    /// <summary>ACTORNET_INTEROP=full runs the product, where a feature that is off is off at one end, by the case's number; any other texts, with ';' between
    /// them, those of its cases whose names contain one.</summary>
    private static string Asked => Environment.GetEnvironmentVariable("ACTORNET_INTEROP") ?? "";

    /// <summary>The cases to run, by their names.</summary>
    public static IReadOnlyDictionary<string, InteropCase> Cases { get; } = Chosen().DistinctBy(c => c.ToString()).ToDictionary(c => c.ToString(), StringComparer.Ordinal);

    private static IEnumerable<InteropCase> Chosen() => Asked switch
    {
        "" => Pairwise().Concat(AllOn()),
        "full" => Product(),
        var texts => Product().Where(c => texts.Split(';').Any(t => c.ToString().Contains(t, StringComparison.Ordinal))),
    };

    /// <summary>Every pair of values of any two parameters, in as few cases as a greedy choice finds.</summary>
    public static IReadOnlyList<InteropCase> Pairwise()
    {
        int[] levels = InteropCase.Levels;
        var open = new HashSet<(int A, int ValueA, int B, int ValueB)>();
        for (int a = 0; a < levels.Length; a++)
            for (int b = a + 1; b < levels.Length; b++)
                for (int i = 0; i < levels[a]; i++)
                    for (int j = 0; j < levels[b]; j++) open.Add((a, i, b, j));
        List<InteropCase> cases = [];
        while (open.Count > 0)
        {
            // Begins with a pair that is still open, so that each case closes one at least.
            (int A, int ValueA, int B, int ValueB) first = open.Min();
            var row = new int[levels.Length];
            Array.Fill(row, -1);
            row[first.A] = first.ValueA;
            row[first.B] = first.ValueB;
            for (int p = 0; p < row.Length; p++)
                if (row[p] < 0) row[p] = Best(p, row, levels[p], open);
            for (int a = 0; a < row.Length; a++)
                for (int b = a + 1; b < row.Length; b++) open.Remove((a, row[a], b, row[b]));
            cases.Add(InteropCase.From(row));
        }

        return cases;
    }

    /// <summary>Everything negotiated, data both ways: each loss, with and without reordering, in either role.</summary>
    public static IEnumerable<InteropCase> AllOn()
    {
        for (int i = 0; i < 12; i++) yield return InteropCase.From([i % 3, i / 3 % 2, 0, 0, 0, 0, 0, i / 6, (int)Bulk.BothWays, i % 2]);
    }

    /// <summary>All of loss, reordering, roles and directions, with each feature on or off.</summary>
    public static IEnumerable<InteropCase> Product()
    {
        const int features = 5;
        int number = 0;
        for (int rest = 0; rest < 3 * 2 * 2 * 3; rest++)
        {
            for (int bits = 0; bits < 1 << features; bits++, number++)
            {
                var row = new int[InteropCase.Levels.Length];
                (row[0], row[1], row[7], row[8]) = (rest % 3, rest / 3 % 2, rest / 6 % 2, rest / 12);
                for (int f = 0; f < features; f++) row[2 + f] = (bits >> f & 1) == 0 ? (int)Feature.On : 1 + (number + f) % 2;
                row[9] = (System.Numerics.BitOperations.PopCount((uint)bits) + rest) % 2; // as often with each value of anything else
                yield return InteropCase.From(row);
            }
        }
    }

    // The value that closes most open pairs with what is chosen; the least of equals.
    private static int Best(int parameter, int[] row, int levels, HashSet<(int A, int ValueA, int B, int ValueB)> open)
    {
        int best = 0, most = -1;
        for (int value = 0; value < levels; value++)
        {
            int closes = 0;
            for (int other = 0; other < row.Length; other++)
            {
                if (row[other] < 0) continue;
                if (open.Contains(other < parameter ? (other, row[other], parameter, value) : (parameter, value, other, row[other]))) closes++;
            }

            if (closes > most) (best, most) = (value, closes);
        }

        return best;
    }
}
