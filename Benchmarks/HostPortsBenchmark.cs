// The port tables where they are used: 100, 10,000 and 100,000 UDP sockets, and as many listeners, of one program on one simulated host. A bind, and a
// datagram or a connection to one of them anywhere, are whole system calls; each touches a descriptor, an actor and a socket that lie in no cache any more.

using System.Diagnostics;
using ActorNet.Actors;
using ActorNet.Engine.Configuration;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class HostPortsBenchmark
{
    // Of the same with 100. What is more with many is memory; see ports for the tables alone.
    private const double Goal = 5;

    private static readonly int[] s_sizes = [100, 10_000, 100_000];

    public static IEnumerable<BenchRow> Run()
    {
        foreach (bool tcp in new[] { false, true })
        {
            // Compiled by then, and again with what was learnt.
            for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < 2_000;) Measure(tcp, 1_000);
            HostPortsProgram least = Best(tcp, s_sizes[0]);
            HostPortsProgram last = least;
            foreach (int n in s_sizes)
            {
                HostPortsProgram p = n == s_sizes[0] ? least : Best(tcp, n);
                string kind = tcp ? "host/listen" : "host/udp";
                yield return Row($"{kind}/bind/{n}", n, p.Bind, least.Bind, tcp ? "socket, bind and listen" : "socket and bind", $"; the collector's {p.Collector:0} ns are not in it");
                yield return Row($"{kind}/lookup/{n}", n, p.LookUp, least.LookUp,
                    tcp ? "connect to one of them, accept, and close of both by a reset" : "a datagram to one of them over the loopback, and its recv", "");
                last = p;
            }

            yield return new BenchRow(tcp ? "host/listen/memory" : "host/udp/memory", "bytes", last.Memory)
            {
                SmallerIsBetter = true, Definition = $"live heap per {(tcp ? "listener" : "bound UDP socket")} of {s_sizes[^1]:N0}: its actor, its row and its descriptor too",
            };
        }
    }

    private static BenchRow Row(string name, int sockets, Figure f, Figure with100, string definition, string more)
    {
        string bytes = $"{f.Bytes:0} B allocated{more}";
        return sockets == s_sizes[0]
            ? new BenchRow(name, "ns", f.Nanos) { SmallerIsBetter = true, Definition = $"{definition}; {sockets} sockets; {bytes}" }
            : new BenchRow(name, "x of 100", f.Nanos / with100.Nanos) { SmallerIsBetter = true, Goal = Goal, Definition = $"the same with {sockets:N0}, as a multiple ({f.Nanos:0} ns); {bytes}" };
    }

    private static HostPortsProgram Best(bool tcp, int sockets)
    {
        HostPortsProgram best = Measure(tcp, sockets);
        for (int i = 0; i < Math.Max(2, 10_000 / sockets); i++) best.Take(Measure(tcp, sockets));
        return best;
    }

    private static HostPortsProgram Measure(bool tcp, int sockets)
    {
        var program = new HostPortsProgram(tcp, sockets);
        ActorSystem system = EngineRun.Create("bench", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        var network = new Network(system, 1);
        network.AddHost("a").Run("bench", program.Main, noFile: sockets + 100);
        network.Boot();
        network.RunPrograms(Instant.FromSeconds(36_000));
        if (network.Failures.Count > 0) throw new InvalidOperationException(network.Failures[0].ToString());
        network.Destroy();
        system.Terminate();
        return program;
    }
}
