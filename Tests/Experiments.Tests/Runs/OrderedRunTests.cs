// Runs under other orders of messages, and on hosts with processors.

using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests;

[Trait("Engine", "Embedded")]
public class OrderedRunTests
{
    private static RunResult Quickstart(ulong seed, string order) =>
        Runs.Run(ScenarioFile.Load(ScenarioFiles.Shipped("quickstart.conf"), [$"order={order}", "programs.users.requests=10"], seed));

    [Fact]
    public void A_random_order_repeats_for_its_seed_and_every_book_is_even()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            RunResult first = Quickstart(seed, "random"), second = Quickstart(seed, "random");
            Assert.Equal(first.Summary.TraceHash, second.Summary.TraceHash);
            Assert.Equal(first.Summary.Events, second.Summary.Events);
            Assert.Equal(RunOutcome.Completed, first.Summary.Outcome);
        }
    }

    [Theory]
    [InlineData("lifo")]
    [InlineData("client")]
    [InlineData("client 0:1")]
    [InlineData("client 1:1;server 2:1")]
    public void An_order_that_is_none_is_an_error_of_the_file(string order)
    {
        ScenarioException e = Assert.Throws<ScenarioException>(() => ScenarioFile.Parse(
            ScenarioFiles.TwoHosts("p { program = ping, on = a, to = b }", top: $"order = \"{order}\""), "small.conf"));
        Assert.Contains("fifo, random or a schedule", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_is_taken_from_the_file()
    {
        string programs = "web { program = http-server, on = b }, users { program = http-client, on = a, to = b, requests = 3 }";
        string fifo = Runs.Run(ScenarioFiles.TwoHosts(programs), seed: 1).Summary.TraceHash;
        Assert.Equal(fifo, Runs.Run(ScenarioFiles.TwoHosts(programs, top: "order = \"a 1:0; b 1:0\""), seed: 1).Summary.TraceHash); // all of them the oldest
    }

    [Fact]
    public void A_hosts_costs_win_over_those_of_all_and_the_others_have_theirs()
    {
        Scenario s = ScenarioFile.Parse(
            """
            cpu { cores = 2, syscall = 3us }
            hosts { a {}, b { cpu { syscall = 5us, device = 1us } } }
            links { w { between = [a, b], delay = 1ms } }
            programs { p { program = ping, on = a, to = b } }
            """, "small.conf");
        Assert.Equal(new CpuModel { Cores = 2, Syscall = Duration.FromMicroseconds(3) }, s.Host("a")!.Cpu);
        Assert.Equal(new CpuModel { Cores = 2, Syscall = Duration.FromMicroseconds(5), Device = Duration.FromMicroseconds(1) }, s.Host("b")!.Cpu);
        Assert.Null(ScenarioFile.Parse(ScenarioFiles.TwoHosts("p { program = ping, on = a, to = b }"), "small.conf").Host("a")!.Cpu);
    }

    [Fact]
    public void A_wrong_cost_is_an_error_of_the_file()
    {
        ScenarioException e = Assert.Throws<ScenarioException>(() => ScenarioFile.Parse(
            ScenarioFiles.TwoHosts("p { program = ping, on = a, to = b }", top: "cpu { syscal = 5us, ip = fast }"), "small.conf"));
        Assert.Contains("syscall", e.Message, StringComparison.Ordinal); // the nearest key
        Assert.Contains("cpu.ip", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_livelock_of_the_shipped_scenario_is_cured_by_its_budget()
    {
        long Answers(string budget) => Runs.Run(ScenarioFile.Load(
            ScenarioFiles.Shipped("livelock.conf"), [$"vars.budget={budget}", "duration=400ms"], 1)).Programs.Single(p => p.Name == "echo").Requests;
        Assert.True(Answers("300") > 3000);
        Assert.True(Answers("1000000000") < 300);
    }
}
