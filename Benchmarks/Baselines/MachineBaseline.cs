// What the machine itself takes for the least that a packet needs: its bytes copied once and summed once. Nothing that moves them can be faster.

using System.Diagnostics;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class MachineBaseline
{
    private const int Packet = 1_500, Payload = 1_460, Rounds = 5, PerRound = 200_000;

    /// <summary>Larger than a last-level cache.</summary>
    private const int Far = 256 << 20;

    public static IEnumerable<BenchRow> Run()
    {
        var near = new byte[2 * Packet];
        yield return Row("machine/memcpy", Best(i => near.AsSpan(0, Packet).CopyTo(near.AsSpan(Packet))), $"copying {Packet} bytes that are in the first cache");
        var far = new byte[Far];
        for (int i = 0; i < Far; i += 4096) far[i] = 1; // the pages are there
        const int Places = Far / 2 / 4096;
        yield return Row("machine/memcpy/far", Best(i =>
        {
            int at = (int)((uint)i * 2654435761u % Places) * 4096;
            far.AsSpan(at, Packet).CopyTo(far.AsSpan(Far / 2 + at));
        }), $"the same from anywhere to anywhere in {Far >> 20} MiB");
        uint sum = 0;
        yield return Row("machine/checksum", Best(i => sum += InternetChecksum.Sum(near.AsSpan(0, Payload), sum)), $"the Internet checksum of {Payload} bytes that are in the first cache");
        GC.KeepAlive(sum);
    }

    private static BenchRow Row(string name, double value, string what) => new(name, "ns", value) { SmallerIsBetter = true, Definition = what };

    private static double Best(Action<int> act)
    {
        double best = double.MaxValue;
        for (int round = 0; round <= Rounds; round++)
        {
            long began = Stopwatch.GetTimestamp();
            for (int i = 0; i < PerRound; i++) act(i + round);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalNanoseconds / PerRound);
        }

        return best;
    }
}
