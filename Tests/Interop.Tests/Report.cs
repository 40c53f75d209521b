// What the cases came to, as a table: ACTORNET_INTEROP_REPORT names a file, to which each case adds a line. docs/interop.md has one.

using System.Globalization;

namespace ActorNet.Interop.Tests;

internal static class Report
{
    private static readonly Lock s_gate = new();

    public static void Add(InteropCase c, InteropResult result, List<string> wrong)
    {
        if (Environment.GetEnvironmentVariable("ACTORNET_INTEROP_REPORT") is not { Length: > 0 } file) return;
        double rate = result.Bytes * 8 / result.Seconds / 1e6;
        string line = string.Create(CultureInfo.InvariantCulture,
            $"| {c} | {result.Seconds:0.00} | {rate:0.0} | {result.Here.GetValueOrDefault("TcpRetransSegs")} | {result.Kernel.GetValueOrDefault("TcpRetransSegs")} | {(wrong.Count == 0 ? "passed" : string.Join("; ", wrong.Take(5)))} |\n");
        lock (s_gate) File.AppendAllText(file, line);
    }
}
