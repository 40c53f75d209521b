// What is idle costs little: live heap per host, socket, connection, timer and frame, everything counted (actors, descriptors, rows, queues, both ends).

using ActorNet.Actors;
using ActorNet.Devices.Wires;
using ActorNet.Engine.Configuration;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class MemoryBenchmark
{
    private const int Connections = 10_000, Hosts = 2_000;

    // What is in the middle of a doubling array's step, so that neither the best nor the worst of growing is measured.
    private const int Counted = 3_000;

    public static IEnumerable<BenchRow> Run()
    {
        yield return Row("memory/host", Grown(new IdleHosts(Hosts)), 12 * 1024, $"an idle host with lo, eth0, an address and all protocols, on a switch, of {Hosts:N0}");
        yield return Boot(10_000);
        yield return Row("memory/connection", Grown(new IdleConnections(Connections, request: false, close: false)), 1536, $"an established connection, both ends, never used, of {Connections:N0}");
        yield return Row("memory/connection/used", Grown(new IdleConnections(Connections, request: true, close: false)), 1536, "the same after a request of 100 bytes and a response of 1,000");
        yield return Row("memory/time-wait", Grown(new IdleConnections(Connections, request: false, close: true)), null, "a closed connection whose client is in TIME_WAIT, both ends");
        yield return Row("memory/syn-rcvd", Grown(new HalfOpen(Connections)), null, $"a request sock in SYN_RCVD, of {Connections:N0}");
        yield return Row("memory/udp", Grown(new BoundSockets(Connections, SocketType.DGRAM)), null, $"a bound UDP socket, of {Connections:N0}");
        yield return Row("memory/listener", Grown(new BoundSockets(Connections, SocketType.STREAM)), null, $"a listener, of {Connections:N0}");
        yield return Row("memory/frame", Grown(new FramesInFlight(Connections)), null, $"a frame of 60 bytes in flight, of {Connections:N0}");
        yield return Row("memory/timer", Grown(new PendingTimers(Connections)), null, $"a pending timer of an actor, of {Connections:N0}");
    }

    /// <summary>The same, object by object: which types the bytes are of.</summary>
    public static IEnumerable<BenchRow> Census() =>
        [.. Census("host", new IdleHosts(300)),
         .. Census("connection", new IdleConnections(Counted, request: false, close: false)),
         .. Census("connection/used", new IdleConnections(Counted, request: true, close: false)),
         .. Census("time-wait", new IdleConnections(Counted, request: false, close: true)),
         .. Census("syn-rcvd", new HalfOpen(Counted)),
         .. Census("udp", new BoundSockets(Counted, SocketType.DGRAM)),
         .. Census("listener", new BoundSockets(Counted, SocketType.STREAM))];

    private static BenchRow Row(string name, double bytes, double? goal, string definition) =>
        new(name, "bytes", bytes) { SmallerIsBetter = true, Goal = goal, Definition = "live heap of " + definition };

    // Made, cabled, booted, and left alone for a second of virtual time. Of two, so that what is compiled on the way is not measured.
    private static BenchRow Boot(int hosts)
    {
        double best = double.MaxValue;
        foreach (int n in (int[])[hosts / 10, hosts, hosts])
        {
            using var lab = new IdleHosts(n);
            LiveHeap();
            var watch = System.Diagnostics.Stopwatch.StartNew();
            lab.Grow();
            if (n == hosts) best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return new BenchRow("memory/host/boot", "s", best) { SmallerIsBetter = true, Goal = 1, Definition = $"{hosts:N0} hosts made on a switch, cabled, booted, and a second of virtual time; best of two" };
    }

    // By walking what can be reached, before and after: a collector's totals would count what it has not collected yet.
    private static double Grown(MemoryLab lab)
    {
        using (lab)
        {
            lab.Prepare();
            long before = HeapCensus.Of(lab.Roots).Bytes;
            lab.Grow();
            return (double)(HeapCensus.Of(lab.Roots).Bytes - before) / lab.Count;
        }
    }

    // Twice: what a finalizer has let go of is gone too.
    private static long LiveHeap()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(false);
    }

    private static IEnumerable<BenchRow> Census(string of, MemoryLab lab)
    {
        using (lab)
        {
            lab.Prepare();
            HeapCensus before = HeapCensus.Of(lab.Roots);
            lab.Grow();
            HeapCensus after = HeapCensus.Of(lab.Roots);
            yield return new BenchRow($"memory/census/{of}", "bytes", (double)(after.Bytes - before.Bytes) / lab.Count) { SmallerIsBetter = true, Definition = "all of it, of which:" };
            foreach ((Type type, double count, double bytes) in after.Since(before, lab.Count))
            {
                if (Math.Abs(bytes) < 1) continue;
                string name = HeapCensus.NameOf(type);
                yield return new BenchRow($"memory/census/{of}/{name}", "bytes", bytes) { SmallerIsBetter = true, Definition = FormattableString.Invariant($"{count:0.##} of {name}") };
            }
        }
    }
}
