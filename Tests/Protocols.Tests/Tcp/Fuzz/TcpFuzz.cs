// The fuzzer: cases one after another from a seed on; a finding is made small and printed with the command that repeats it.

using System.Diagnostics;
using System.Globalization;

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

internal static class TcpFuzz
{
    public const string Variable = "ACTORNET_FUZZ";
    private const int MostTries = 400;

    private static int TraceLines => Environment.GetEnvironmentVariable("ACTORNET_FUZZ_TRACE") is { Length: > 0 } n ? int.Parse(n, CultureInfo.InvariantCulture) : 60;

    /// <summary>Runs cases until the asked number or time is over.</summary>
    /// <returns>The findings, each ready to print.</returns>
    public static List<string> Run(FuzzRequest request, FuzzCells cells, int mostFindings = 5)
    {
        List<string> findings = [];
        var watch = Stopwatch.StartNew();
        for (long i = 0; request.Goes(i, watch.Elapsed) && findings.Count < mostFindings; i++)
        {
            ulong seed = request.Seed + (ulong)i;
            var one = new TcpFuzzCase(seed, cells);
            FuzzStep[] steps = one.Steps();
            if (one.Run(steps) is { } wrong) findings.Add(Report(seed, wrong, steps));
        }

        return findings;
    }

    private static string Report(ulong seed, string wrong, FuzzStep[] steps)
    {
        FuzzStep[] few = Shrink(seed, steps);
        List<string> trace = [];
        string small = new TcpFuzzCase(seed, new FuzzCells(), trace.Add).Run(few) ?? "(gone when traced)";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{wrong}\n  repeat: {Variable}=1:{seed} dotnet test Tests/Protocols.Tests -c Release --filter Random_segments\n  with {few.Length} of {steps.Length} steps: {small}\n{string.Join('\n', trace.TakeLast(TraceLines))}");
    }

    // Fewer steps, as long as something is still found: halves, quarters, single ones.
    private static FuzzStep[] Shrink(ulong seed, FuzzStep[] steps)
    {
        int tries = 0;
        for (int chunk = Math.Max(1, steps.Length / 2); chunk > 0; chunk /= 2)
        {
            for (int i = 0; i + chunk <= steps.Length && tries++ < MostTries;)
            {
                FuzzStep[] fewer = [.. steps[..i], .. steps[(i + chunk)..]];
                if (new TcpFuzzCase(seed, new FuzzCells()).Run(fewer) is not null) steps = fewer;
                else i += chunk;
            }
        }

        return steps;
    }
}

/// <summary>How long to fuzz: <c>COUNT:SEED</c>, <c>COUNT</c>, <c>20m</c> or <c>20m:SEED</c>; nothing is what every test run does.</summary>
internal readonly record struct FuzzRequest(long Count, TimeSpan Time, ulong Seed)
{
    public bool Goes(long done, TimeSpan elapsed) => Time > TimeSpan.Zero ? elapsed < Time : done < Count;

    public bool IsLong => Time > TimeSpan.Zero;

    public static FuzzRequest FromEnvironment(long usual, ulong seed)
    {
        if (Environment.GetEnvironmentVariable(TcpFuzz.Variable) is not { Length: > 0 } text) return new FuzzRequest(usual, TimeSpan.Zero, seed);
        string[] parts = text.Split(':');
        if (parts.Length > 1) seed = ulong.Parse(parts[1], CultureInfo.InvariantCulture);
        return parts[0].EndsWith('m')
            ? new FuzzRequest(0, TimeSpan.FromMinutes(double.Parse(parts[0][..^1], CultureInfo.InvariantCulture)), seed)
            : new FuzzRequest(long.Parse(parts[0], CultureInfo.InvariantCulture), TimeSpan.Zero, seed);
    }
}
