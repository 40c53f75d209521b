// The set of cases itself: that it covers what it says.

namespace ActorNet.Interop.Tests;

public sealed class MatrixTests
{
    [Fact]
    public void Every_two_values_of_any_two_parameters_meet_in_a_case()
    {
        IReadOnlyList<InteropCase> cases = CaseMatrix.Pairwise();
        Assert.InRange(cases.Count, 9, 24); // 9: two parameters of three values
        (Func<InteropCase, object> Value, int Count)[] parameters =
        [
            (c => c.Loss, 3), (c => c.Reorder, 2), (c => c.Sack, 3), (c => c.Timestamps, 3), (c => c.WindowScaling, 3), (c => c.Ecn, 3), (c => c.FastOpen, 3),
            (c => c.LinuxIsClient, 2), (c => c.Bulk, 3), (c => c.Reno, 2),
        ];
        for (int a = 0; a < parameters.Length; a++)
            for (int b = a + 1; b < parameters.Length; b++)
                Assert.Equal(parameters[a].Count * parameters[b].Count, cases.Select(c => (parameters[a].Value(c), parameters[b].Value(c))).Distinct().Count());
    }

    [Fact]
    public void The_product_has_every_combination_once()
    {
        List<InteropCase> all = [.. CaseMatrix.Product()];
        Assert.Equal(3 * 2 * 2 * 3 * 32, all.Select(c => c.ToString()).Distinct().Count());
        Assert.Equal(all.Count, all.Select(c => c.Seed).Distinct().Count());
        Assert.All(all.GroupBy(c => (c.Sack == Feature.On, c.Timestamps == Feature.On, c.WindowScaling == Feature.On, c.Ecn == Feature.On, c.FastOpen == Feature.On)), g => Assert.Equal(36, g.Count()));
    }
}
