// What is held against what, across benchmarks: rows that need two others, both of the same run.

namespace ActorNet.Benchmarks;

internal static class Comparisons
{
    private sealed record Pair(string Name, string Ours, string Theirs, double? Goal, string What);

    private static readonly Pair[] s_pairs =
    [
        new("tcp/bulk/against-veth", "tcp/bulk/frames", "kernel/veth/frames", 3, "frames on one core against the kernel's on all, without offloads"),
        new("tcp/bulk/against-gso", "tcp/bulk/offload", "kernel/veth/gso", 1, "bulk with offloads on one core against the kernel's on all"),
        new("tcp/bulk/against-dotnet", "tcp/bulk", "dotnet/bulk", null, "MTU 1500 without offload against System.Net.Sockets over the loopback (MTU 65,536)"),
        new("tcp/connect/against-dotnet", "tcp/connect", "dotnet/connect", 5, "connections on one core against the kernel's loopback on all"),
        new("udp/18/against-dotnet", "udp/18", "dotnet/udp/18", null, "datagrams on one core against the kernel's loopback on all"),
        new("udp/18/against-veth", "udp/18", "kernel/udp/18", null, "the same against veth and iperf3"),
    ];

    /// <summary>Those of which both sides were measured.</summary>
    public static IEnumerable<BenchRow> Of(IReadOnlyList<BenchRow> rows)
    {
        foreach (Pair p in s_pairs)
        {
            if (rows.FirstOrDefault(r => r.Name == p.Ours) is not { } ours || rows.FirstOrDefault(r => r.Name == p.Theirs) is not { Value: > 0 } theirs) continue;
            yield return new BenchRow(p.Name, "x", ours.Value / theirs.Value) { Goal = p.Goal, Definition = p.What };
        }
    }
}
