// The fuzzer: cases one after another from a seed on; a finding is made small and printed with the command that repeats it.

using System.Diagnostics;
using System.Globalization;

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

internal static class TcpFuzz
{
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
            $"{wrong}\n  repeat: {FuzzRequest.Variable}=1:{seed} dotnet test Tests/Protocols.Tests -c Release --filter Random_segments\n  with {few.Length} of {steps.Length} steps: {small}\n{string.Join('\n', trace.TakeLast(TraceLines))}");
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
