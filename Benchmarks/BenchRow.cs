// One figure of a benchmark, and what it is held against.

namespace ActorNet.Benchmarks;

/// <summary>A measured figure. Ratio is value over baseline; a goal is met from the side that is better.</summary>
internal sealed record BenchRow(string Name, string Unit, double Value)
{
    /// <summary>What the figure means, in one line; printed in the table.</summary>
    public string Definition { get; init; } = "";

    public bool SmallerIsBetter { get; init; }

    public double? Baseline { get; init; }

    public double? Ratio => Baseline is double baseline and not 0 ? Value / baseline : null;

    public double? Goal { get; init; }

    public bool? Met => Goal is double goal ? (SmallerIsBetter ? Value <= goal : Value >= goal) : null;
}

/// <summary>A benchmark: a name to ask for it by, and what it measures.</summary>
internal sealed record Benchmark(string Name, Func<IEnumerable<BenchRow>> Run);
