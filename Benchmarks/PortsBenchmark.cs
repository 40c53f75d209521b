// Port tables with many sockets: what a bind and a look-up cost at 100, 10,000 and 100,000, for UDP sockets and TCP listeners, over different ports and
// on one port with different addresses. "Constant time" is two claims, each with its figure: a look-up reads as many slots at any size, and what it costs
// more in a large table is what the memory takes longer to answer: the same reads and writes at random places of as many bytes, measured in turn (BareMemory).

using System.Diagnostics;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class PortsBenchmark
{
    // Of the cost that bare memory explains. What is left are second cache lines of rows, and what else the machine is doing.
    private const double Goal = 2;

    // Slots that a bind looks at: of its port, its address, the two wildcards, and its own. (To listen is to do so again.)
    private const int BindReads = 5;

    // Linear probing in an index that is never fuller than three quarters: (1 + 1 / (1 - 0.75)) / 2 (Knuth, volume 3, 6.4).
    private const double SlotsGoal = 2.5;

    private static readonly int[] s_sizes = [100, 10_000, 100_000];

    // Everybody's owner: whoever has found it can read a zero in it.
    private static readonly int[] s_owner = [0];

    public static IEnumerable<BenchRow> Run()
    {
        // Compiled by then, and again with what was learnt.
        for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < 2_000;)
        {
            foreach (PortRules rules in new[] { PortRules.UDP, PortRules.TCP }) Measure(rules, onePort: false, 1000);
        }

        foreach (PortRules rules in new[] { PortRules.UDP, PortRules.TCP })
        {
            foreach (bool onePort in new[] { false, true })
            {
                string kind = $"ports/{(rules == PortRules.UDP ? "udp" : "listen")}{(onePort ? "-one-port" : "")}";
                string where = onePort ? "on one port, each with its address" : "spread over ports and addresses";
                Figures[] figures = s_sizes.Select(n => Measure(rules, onePort, n)).ToArray();
                for (int i = 0; i < s_sizes.Length; i++)
                {
                    (int n, Figures f, Figures least) = (s_sizes[i], figures[i], figures[0]);
                    yield return Row($"{kind}/bind/{n}", f.Bind, f.BareBind, least.Bind, least.BareBind, $"a bind{(rules == PortRules.TCP ? " and listen" : "")} {where}");
                    yield return Row($"{kind}/lookup/{n}", f.Lookup, f.BareLookup, least.Lookup, least.BareLookup, $"whose packet it is, {where}");
                    yield return new BenchRow($"{kind}/slots/{n}", "slots", f.Shape.SlotsPerLookup)
                    {
                        Definition = $"slots of the index that a look-up reads, mean (most: {f.Shape.MostSlots})", SmallerIsBetter = true, Goal = SlotsGoal,
                    };
                }
            }
        }
    }

    private static BenchRow Row(string name, double nanos, double bare, double at100, double bareAt100, string definition)
    {
        if (name.EndsWith($"/{s_sizes[0]}", StringComparison.Ordinal)) return new BenchRow(name, "ns", nanos) { Definition = $"{definition}; bare memory: {bare:0.0} ns", SmallerIsBetter = true };
        double expected = at100 + Math.Max(0, bare - bareAt100);
        return new BenchRow(name, "x", nanos / expected)
        {
            Definition = $"the same, as a multiple of what 100 cost and bare memory takes longer: {nanos:0} ns of {at100:0} + {bare:0} - {bareAt100:0}",
            SmallerIsBetter = true, Goal = Goal,
        };
    }

    private readonly record struct Figures(double Bind, double Lookup, double BareBind, double BareLookup, PortTableShape Shape);

    // Each is the best of several rounds, taken in turn, so that ours and the memory's are of the same machine in the same state.
    private static Figures Measure(PortRules rules, bool onePort, int sockets)
    {
        PortTable<int[]> table = null!;
        int tables = Math.Max(1, 20_000 / sockets), passes = Math.Max(1, 100_000 / sockets);
        Figures best = new(double.MaxValue, double.MaxValue, double.MaxValue, double.MaxValue, default);
        for (int round = 0; round < 15; round++)
        {
            double bind = Nanos(tables, sockets, () => table = Bound(rules, onePort, sockets));
            var memory = new BareMemory(sockets, table.Shape);
            best = new Figures(
                Math.Min(best.Bind, bind),
                Math.Min(best.Lookup, Nanos(passes, sockets, () => LookUp(table, onePort, sockets))),
                Math.Min(best.BareBind, Nanos(tables, sockets, () => memory.Fill(table.Bytes, rules == PortRules.TCP ? 2 * BindReads : BindReads))),
                Math.Min(best.BareLookup, Nanos(passes, sockets, memory.Walk)),
                table.Shape);
        }

        return best;
    }

    private static double Nanos(int times, int sockets, Action what)
    {
        long start = Stopwatch.GetTimestamp();
        for (int t = 0; t < times; t++) what();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / ((double)times * sockets);
    }

    private static PortTable<int[]> Bound(PortRules rules, bool onePort, int sockets)
    {
        var table = new PortTable<int[]>(rules, new NetSysctl(), new RandomStream(1, "bench", "ports"));
        for (int i = 0; i < sockets; i++)
        {
            (IpAddress address, ushort port) = Name(i, onePort);
            Check(table.Bind(s_owner, new PortRequest(address), port, out PortHandle handle, out _));
            if (rules == PortRules.TCP) Check(table.Listen(handle));
        }

        return table;
    }

    private static void LookUp(PortTable<int[]> table, bool onePort, int sockets)
    {
        IpAddress peer = IpAddress.FromV4(192, 0, 2, 1);
        int nothing = 0;
        for (int i = 0; i < sockets; i++)
        {
            // In an order that is not the one of the binds, and each when the one before is answered, as with packets: a processor could overlap them.
            (IpAddress address, ushort port) = Name((int)((uint)(i + nothing) * 48_271u % (uint)sockets), onePort);
            if (!table.TryLookup(peer, 1234, address, port, 1, out int[]? owner, out _)) throw new InvalidOperationException("not found");
            nothing = owner[0];
        }
    }

    // 50,000 ports of as many addresses as it takes, or one port of as many addresses.
    private static (IpAddress Address, ushort Port) Name(int i, bool onePort) =>
        onePort ? (IpAddress.FromV4(0x0A00_0000u + (uint)i), (ushort)80) : (IpAddress.FromV4(0x0A00_0000u + (uint)i / 50_000), (ushort)(1024 + i % 50_000));

    private static void Check(Errno e)
    {
        if (e != Errno.OK) throw new InvalidOperationException(e.ToString());
    }
}
