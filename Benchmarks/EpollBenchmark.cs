// epoll over many descriptors: a program on a simulated host with 10, 1,000 and 100,000 idle UDP sockets in its set. What an event costs must not depend
// on them; epoll_ctl names one of them, wherever it lies, and pays for the memory. Virtual time, one core; calls, actors and the program are in the figures.

using System.Diagnostics;
using ActorNet.Actors;
using ActorNet.Engine.Configuration;
using ActorNet.Protocols;

namespace ActorNet.Benchmarks;

internal static class EpollBenchmark
{
    // Of the same with 10. An event's files are the same ones at any size; a socket among 100,000 is in no cache.
    private const double FlatGoal = 1.5, CtlGoal = 8;

    private static readonly int[] s_sizes = [10, 1_000, 100_000];

    public static IEnumerable<BenchRow> Run()
    {
        // Compiled by then, and again with what was learnt.
        for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < 2_000;) Measure(s_sizes[1]);
        EpollProgram least = Measure(s_sizes[0]);
        yield return new BenchRow("epoll/call", "ns", least.Call.Nanos)
        {
            SmallerIsBetter = true, Definition = $"the least that a call into a file costs: a read of an eventfd; {least.Call.Bytes:0.00} B allocated",
        };
        foreach (int n in s_sizes)
        {
            EpollProgram p = n == s_sizes[0] ? least : Measure(n);
            yield return Row("wait", n, p.Wait, least.Wait, FlatGoal, "an event of 64 that one epoll_wait gives, of files that stay ready (level-triggered)");
            yield return Row("wait-few", n, p.WaitFew, least.WaitFew, FlatGoal, "the same, when there is room for 8 of the 64");
            yield return Row("edge", n, p.Edge, least.Edge, FlatGoal, "an eventfd written, one of 64 events that one epoll_wait gives (edge-triggered), and read");
            yield return Row("wake", n, p.Wake, least.Wake, FlatGoal, "two tasks wake each other, one from a read of an eventfd, the other from epoll_wait, and it reads");
            yield return Row("mod", n, p.Mod, least.Mod, CtlGoal, "EPOLL_CTL_MOD of an idle socket");
            yield return Row("del", n, p.Del, least.Del, CtlGoal, "EPOLL_CTL_DEL of the same sockets, which are in the caches by now");
            yield return Row("add", n, p.Add, least.Add, CtlGoal, "EPOLL_CTL_ADD of them again: 128 B are a struct epitem");
        }

        // How many are ready is another matter.
        EpollProgram all = Measure(s_sizes[0], ready: 10_000);
        yield return new BenchRow("epoll/wait-few/10000-ready", "x", all.WaitFew.Nanos / least.WaitFew.Nanos)
        {
            SmallerIsBetter = true, Goal = FlatGoal, Definition = $"an event of 8 that one epoll_wait gives of 10,000 ready files, as a multiple of 8 of 64 ({all.WaitFew.Nanos:0} ns)",
        };
    }

    private static BenchRow Row(string what, int idle, Figure f, Figure with10, double goal, string definition)
    {
        string bytes = $"{f.Bytes:0.00} B allocated";
        return idle == s_sizes[0]
            ? new BenchRow($"epoll/{what}/{idle}", "ns", f.Nanos) { SmallerIsBetter = true, Definition = $"{definition}; {idle} idle; {bytes}" }
            : new BenchRow($"epoll/{what}/{idle}", "x of 10", f.Nanos / with10.Nanos)
            {
                SmallerIsBetter = true, Goal = goal, Definition = $"the same with {idle:N0} idle, as a multiple ({f.Nanos:0} ns); {bytes}",
            };
    }

    private static EpollProgram Measure(int idle, int ready = EpollProgram.Many)
    {
        var program = new EpollProgram(idle, ready);
        ActorSystem system = EngineRun.Create("bench", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        var network = new Network(system, 1);
        network.AddHost("a").Run("bench", program.Main, noFile: idle + ready + 1000);
        network.Boot();
        network.RunPrograms(Instant.FromSeconds(3600));
        if (network.Failures.Count > 0) throw new InvalidOperationException(network.Failures[0].ToString());
        network.Destroy();
        system.Terminate();
        return program;
    }
}
