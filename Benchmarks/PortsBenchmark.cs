// Port tables with many sockets: what a bind and a look-up cost at 100, 10,000 and 100,000, for UDP sockets and TCP listeners, over different ports and
// on one port with different addresses. The goal is constant time: a ratio, which caches alone make larger than 1.

using System.Diagnostics;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class PortsBenchmark
{
    private const double Goal = 20;

    private static readonly int[] s_sizes = [100, 10_000, 100_000];

    public static IEnumerable<BenchRow> Run()
    {
        foreach (PortRules rules in new[] { PortRules.UDP, PortRules.TCP }) Measure(rules, onePort: false, 1000, 500); // compiled by now
        foreach (PortRules rules in new[] { PortRules.UDP, PortRules.TCP })
        {
            foreach (bool onePort in new[] { false, true })
            {
                string kind = $"ports/{(rules == PortRules.UDP ? "udp" : "listen")}{(onePort ? "-one-port" : "")}";
                string where = onePort ? "on one port, each with its address" : "spread over ports and addresses";
                var figures = s_sizes.Select(n => Best(rules, onePort, n)).ToArray();
                for (int i = 0; i < s_sizes.Length; i++)
                {
                    yield return Row(kind, "bind", s_sizes[i], figures[i].Bind, figures[0].Bind, $"a bind{(rules == PortRules.TCP ? " and listen" : "")} {where}");
                    yield return Row(kind, "lookup", s_sizes[i], figures[i].Lookup, figures[0].Lookup, $"whose packet it is, {where}");
                }
            }
        }
    }

    private static BenchRow Row(string kind, string what, int sockets, double nanos, double at100, string definition) =>
        sockets == s_sizes[0]
            ? new BenchRow($"{kind}/{what}/{sockets}", "ns", nanos) { Definition = $"{definition}, {sockets:N0} sockets", SmallerIsBetter = true }
            : new BenchRow($"{kind}/{what}/{sockets}", "x of 100", nanos / at100)
            {
                Definition = $"the same with {sockets:N0}, as a multiple ({nanos:0} ns)", SmallerIsBetter = true, Goal = Goal,
            };

    private static (double Bind, double Lookup) Best(PortRules rules, bool onePort, int sockets)
    {
        (double Bind, double Lookup) best = (double.MaxValue, double.MaxValue);
        // So often that small tables are measured for as long as large ones.
        for (int run = 0; run < 3; run++)
        {
            (double bind, double lookup) = Measure(rules, onePort, sockets, Math.Max(1, 200_000 / sockets));
            best = (Math.Min(best.Bind, bind), Math.Min(best.Lookup, lookup));
        }

        return best;
    }

    private static (double Bind, double Lookup) Measure(PortRules rules, bool onePort, int sockets, int times)
    {
        long bind = 0, lookup = 0;
        IpAddress peer = IpAddress.Parse("192.0.2.1");
        for (int t = 0; t < times; t++)
        {
            var table = new PortTable<object>(rules, new NetSysctl(), new RandomStream(1, "bench", "ports"));
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < sockets; i++)
            {
                (IpAddress address, ushort port) = Name(i, onePort);
                Check(table.Bind(table, new PortRequest(address), port, out PortHandle handle, out _));
                if (rules == PortRules.TCP) Check(table.Listen(handle));
            }

            bind += Stopwatch.GetTimestamp() - start;
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < sockets; i++)
            {
                // In an order that is not the one of the binds.
                (IpAddress address, ushort port) = Name((int)((uint)i * 48_271u % (uint)sockets), onePort);
                if (!table.TryLookup(peer, 1234, address, port, 1, out _, out _)) throw new InvalidOperationException("not found");
            }

            lookup += Stopwatch.GetTimestamp() - start;
        }

        double perNano = 1e9 / Stopwatch.Frequency / ((double)sockets * times);
        return (bind * perNano, lookup * perNano);
    }

    // 50,000 ports of as many addresses as it takes, or one port of as many addresses.
    private static (IpAddress Address, ushort Port) Name(int i, bool onePort) =>
        onePort ? (IpAddress.FromV4(0x0A00_0000u + (uint)i), (ushort)80) : (IpAddress.FromV4(0x0A00_0000u + (uint)i / 50_000), (ushort)(1024 + i % 50_000));

    private static void Check(Errno e)
    {
        if (e != Errno.OK) throw new InvalidOperationException(e.ToString());
    }
}
