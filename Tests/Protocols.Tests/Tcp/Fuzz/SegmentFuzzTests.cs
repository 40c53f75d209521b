// Anything may arrive and any call may be made, in every state: nothing throws, hangs, storms or leaks, the books are right after every step, and where nothing was
// forged the bytes are those that were written. ACTORNET_FUZZ says how many cases (COUNT:SEED) or how long (20m, 60m:SEED); see CONTRIBUTING.

using Xunit.Abstractions;

namespace ActorNet.Protocols.Tests.Tcp.Fuzz;

public sealed class SegmentFuzzTests(ITestOutputHelper output)
{
    private const long Usual = 12_000;

    [Fact]
    public void Random_segments_and_calls_in_any_state_do_no_harm()
    {
        var cells = new FuzzCells();
        List<string> findings = TcpFuzz.Run(FuzzRequest.FromEnvironment(Usual, 1), cells);
        output.WriteLine(cells.ToString());
        Assert.True(findings.Count == 0, $"{findings.Count} findings:\n{string.Join("\n\n", findings)}\n{cells}");
    }

    [Fact]
    public void A_case_is_the_same_twice()
    {
        Assert.Equal(Trace(5), Trace(5));
        Assert.Equal(Trace(6), Trace(6));

        static List<string> Trace(ulong seed)
        {
            List<string> trace = [];
            var one = new TcpFuzzCase(seed, new FuzzCells(), trace.Add);
            one.Run(one.Steps());
            return trace;
        }
    }
}
