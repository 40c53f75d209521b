// Linux against Linux over an ActorNet wire, beside ActorNet against ActorNet over the same wire and seeds: the same goodput, the same retransmissions.
// ACTORNET_WIRE_TABLE=docs/wire.md runs all wires, longer, and writes the page's table.

using ActorNet.Testing;
using Xunit.Abstractions;

namespace ActorNet.Cli.Tests.SideBySide;

[Trait("Engine", "Embedded")] // the twin runs in virtual time
public class SideBySideTests(ITestOutputHelper output)
{
    /// <summary>How far goodput may be apart. The losses are the same by frame number: what is left is timing.</summary>
    private const double Bound = 0.10;

    private static readonly string? s_table = Environment.GetEnvironmentVariable("ACTORNET_WIRE_TABLE");

    [NetnsFact]
    public void Goodput_and_retransmissions_over_one_wire_are_the_kernels()
    {
        List<(SideCase Case, SideResult Linux, SideResult Actor)> rows = [];
        foreach (SideCase c in Cases())
        {
            SideResult actor = ActorRun.Run(c), linux = KernelRun.Run(c);
            output.WriteLine(SideTable.Of([(c, linux, actor)]));
            if (s_table is null && Fault(c, linux, actor) is not null)
            {
                linux = KernelRun.Run(c); // once more: a machine that was busy elsewhere stalls a wire
                output.WriteLine(SideTable.Of([(c, linux, actor)]));
            }

            rows.Add((c, linux, actor));
        }

        if (s_table is not null) SideTable.Write(Path.Combine(Tool.Root, s_table), SideTable.Of(rows));
        Assert.Empty(rows.Select(r => Fault(r.Case, r.Linux, r.Actor)).OfType<string>());
    }

    [Fact]
    public void A_difference_of_goodput_or_retransmissions_is_seen()
    {
        SideCase c = SideCase.Of("loss 1 %", "reno", 1_000_000, 4);
        SideResult actor = ActorRun.Run(c);
        Assert.Null(Fault(c, actor, actor));
        Assert.Contains("Mbit/s", Fault(c, actor with { Seconds = [.. actor.Seconds.Select(s => s * 1.15)] }, actor), StringComparison.Ordinal);
        Assert.Contains("Mbit/s", Fault(c, actor, ActorRun.Run(c with { Congestion = "bbr" })), StringComparison.Ordinal); // loss does not slow it down
        var more = new Dictionary<string, long>(actor.Counters, StringComparer.Ordinal) { ["TcpRetransSegs"] = actor.Retransmitted * 3 / 2 };
        Assert.Contains("retransmitted", Fault(c, actor, actor with { Counters = more }), StringComparison.Ordinal);
    }

    private static IEnumerable<SideCase> Cases()
    {
        if (s_table is not null)
        {
            return from wire in SideCase.Wires from congestion in (string[])["reno", "cubic"]
                   select SideCase.Of(wire.Name, congestion, 4_000_000, 16);
        }

        // CUBIC only where the first loss ends slow start: HyStart would end it at a moment that a late ACK puts off by a round trip.
        return [SideCase.Of("loss 1 %", "reno", 2_000_000, 12), SideCase.Of("loss 3 %", "cubic", 1_500_000, 12), SideCase.Of("2 % go 3 ms ahead, loss 1 %", "reno", 1_500_000, 12)];
    }

    /// <summary>What is wrong with a row, or null.</summary>
    private static string? Fault(SideCase c, SideResult linux, SideResult actor)
    {
        // Of each pair, since both of it met the same losses; the median, since one stall of the machine is not the wire's.
        double[] ratios = [.. linux.Seconds.Zip(actor.Seconds, (l, a) => l / a).Order()];
        double median = (ratios[ratios.Length / 2] + ratios[(ratios.Length - 1) / 2]) / 2;
        if (Math.Abs(median - 1) > Bound)
            return $"{c.Wire}, {c.Congestion}: {actor.Goodput(c):0.00} Mbit/s here, {linux.Goodput(c):0.00} on Linux; the median of the connections' ratios is {median:0.000}";
        foreach (SideResult side in (ReadOnlySpan<SideResult>)[linux, actor])
        {
            // Nearly all that is retransmitted was lost on the wire or dropped by its queue; what was not has come twice, and the far end has said so.
            long spurious = side.Counters["TcpExtTCPDSACKRecv"], unexplained = Math.Abs(side.Retransmitted - side.Missing - spurious);
            if (unexplained > c.Connections + side.Missing / 20)
                return $"{c.Wire}, {c.Congestion}, {(side == linux ? "Linux" : "ActorNet")}: {side.Retransmitted} retransmitted, {side.Lost} lost, {side.QueueDrops} dropped, {spurious} spurious";
        }

        return null;
    }
}
