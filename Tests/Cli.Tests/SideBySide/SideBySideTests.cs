// Linux against Linux over an ActorNet wire, beside ActorNet against ActorNet over the same wire and seeds: the same goodput, the same retransmissions.
// ACTORNET_WIRE_TABLE=docs/wire.md runs all wires, longer, and writes the page's table.

using ActorNet.Testing;
using Xunit.Abstractions;

namespace ActorNet.Cli.Tests.SideBySide;

[Trait("Engine", "Embedded")] // the twin runs in virtual time
public class SideBySideTests(ITestOutputHelper output)
{
    /// <summary>How far the means may be apart. They are of the same losses by frame number: what is left is timing.</summary>
    private const double Bound = 0.10;

    private static readonly string? s_table = Environment.GetEnvironmentVariable("ACTORNET_WIRE_TABLE");

    [NetnsFact]
    public void Goodput_and_retransmissions_over_one_wire_are_the_kernels()
    {
        List<(SideCase, SideResult, SideResult)> rows = [];
        foreach (SideCase c in Cases())
        {
            SideResult linux = KernelRun.Run(c), actor = ActorRun.Run(c);
            rows.Add((c, linux, actor));
            output.WriteLine(SideTable.Of([(c, linux, actor)]));
        }

        if (s_table is not null) SideTable.Write(Path.Combine(Tool.Root, s_table), SideTable.Of(rows));
        foreach ((SideCase c, SideResult linux, SideResult actor) in rows) Judge(c, linux, actor);
    }

    [Fact]
    public void A_difference_of_goodput_or_retransmissions_is_seen()
    {
        SideCase c = SideCase.Of("loss 1 %", "reno", 1_000_000, 4);
        SideResult actor = ActorRun.Run(c);
        Judge(c, actor, actor);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Judge(c, actor with { Seconds = [.. actor.Seconds.Select(s => s * 1.15)] }, actor));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Judge(c, actor, ActorRun.Run(c with { Congestion = "bbr" }))); // loss does not slow it down
        var more = new Dictionary<string, long>(actor.Counters, StringComparer.Ordinal) { ["TcpRetransSegs"] = actor.Retransmitted * 3 / 2 };
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Judge(c, actor, actor with { Counters = more }));
    }

    private static IEnumerable<SideCase> Cases()
    {
        if (s_table is not null)
        {
            return from wire in SideCase.Wires from congestion in (string[])["reno", "cubic"]
                   select SideCase.Of(wire.Name, congestion, 4_000_000, 16);
        }

        return [SideCase.Of("loss 1 %", "cubic", 2_000_000, 12), SideCase.Of("loss 3 %", "reno", 1_500_000, 12), SideCase.Of("2 % go 3 ms ahead, loss 1 %", "reno", 1_500_000, 12)];
    }

    private static void Judge(SideCase c, SideResult linux, SideResult actor)
    {
        double ratio = actor.Goodput(c) / linux.Goodput(c);
        Assert.True(Math.Abs(ratio - 1) <= Bound, $"{c.Wire}, {c.Congestion}: {actor.Goodput(c):0.00} Mbit/s here, {linux.Goodput(c):0.00} on Linux");
        foreach (SideResult side in (ReadOnlySpan<SideResult>)[linux, actor])
        {
            // Nearly all that is retransmitted was lost on the wire or dropped by its queue; what was not has come twice, and the far end has said so.
            long spurious = side.Counters["TcpExtTCPDSACKRecv"], unexplained = Math.Abs(side.Retransmitted - side.Missing - spurious);
            Assert.True(unexplained <= c.Connections + side.Missing / 20,
                $"{c.Wire}, {c.Congestion}, {(side == linux ? "Linux" : "ActorNet")}: {side.Retransmitted} retransmitted, {side.Lost} lost, {side.QueueDrops} dropped, {spurious} spurious");
        }
    }
}
