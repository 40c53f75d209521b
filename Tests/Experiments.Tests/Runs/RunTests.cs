// A run as a whole: one hash per seed, the files it leaves, how it ends, and that it fails visibly when its books are not even.

using System.Text.Json;
using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests;

public class RunTests
{
    private const string Small = "web { program = http-server, on = b }, users { program = http-client, on = a, to = b, requests = 30 }";

    [Fact]
    public void One_seed_gives_one_hash_and_another_seed_another()
    {
        string text = ScenarioFiles.TwoHosts(Small, ", loss = 2%, jitter = 500us");
        string one = Runs.Run(text, seed: 1).Summary.TraceHash;
        Assert.Matches("^[0-9a-f]{16}$", one);
        Assert.Equal(one, Runs.Run(text, seed: 1).Summary.TraceHash);
        Assert.NotEqual(one, Runs.Run(text, seed: 2).Summary.TraceHash);
    }

    [Fact]
    [Trait("Engine", "Embedded")] // one hash needs virtual time
    public void Quickstart_is_the_same_twice_and_another_with_another_seed()
    {
        Scenario Load(ulong seed) => ScenarioFile.Load(ScenarioFiles.Shipped("quickstart.conf"), seed: seed);
        RunResult first = Runs.Run(Load(1)), second = Runs.Run(Load(1)), other = Runs.Run(Load(2));
        Assert.Equal(first.Summary.TraceHash, second.Summary.TraceHash);
        Assert.NotEqual(first.Summary.TraceHash, other.Summary.TraceHash);
        Assert.Equal(RunOutcome.Completed, first.Summary.Outcome);
        Assert.Equal(first.Summary.Events, second.Summary.Events);
        Assert.Equal(1000, first.Programs.Single(p => p.Name == "users").Requests);
        Assert.True(first.Summary.Drops["LINK_LOSS"] > 0);
        Assert.True(first.Host("server").Counters["TcpRetransSegs"] > 0);
    }

    [Theory]
    [InlineData("lossy-bulk.conf", "programs.send.size=2MB")]
    [InlineData("thousand-hosts.conf", "programs.users.requests=1")]
    public void The_other_shipped_scenarios_are_the_same_twice_too(string name, string setting)
    {
        Scenario Load(ulong seed) => ScenarioFile.Load(ScenarioFiles.Shipped(name), [setting], seed);
        RunResult first = Runs.Run(Load(1)), second = Runs.Run(Load(1)), other = Runs.Run(Load(2));
        Assert.Equal(first.Summary.TraceHash, second.Summary.TraceHash);
        Assert.NotEqual(first.Summary.TraceHash, other.Summary.TraceHash);
        Assert.Equal(0, first.Programs.Sum(p => p.Errors));
    }

    [Fact]
    public void A_run_leaves_a_summary_metrics_and_captures_and_nothing_half_written()
    {
        string folder = Directory.CreateTempSubdirectory("actornet").FullName;
        try
        {
            Scenario s = ScenarioFile.Parse(ScenarioFiles.TwoHosts(Small, top: "capture = [\"a:eth0\", \"b:lo\"], sample = 5ms"), "small.conf");
            RunResult r = new ScenarioRun(s, new RunOptions { OutFolder = folder }).Execute();
            Assert.Equal(["a-eth0.pcapng", "b-lo.pcapng", "metrics.csv", "summary.json"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            string json = File.ReadAllText(Path.Combine(folder, "summary.json"));
            using JsonDocument document = JsonDocument.Parse(json);
            Assert.Equal(
                ["version", "scenario", "seed", "traceHash", "outcome", "virtualSeconds", "wallSeconds", "events", "peakBytes", "memory", "programs", "hosts", "drops", "captures", "violations"],
                document.RootElement.EnumerateObject().Select(p => p.Name));
            JsonElement users = document.RootElement.GetProperty("programs")[1];
            Assert.Equal(30, users.GetProperty("requests").GetInt64());
            Assert.True(users.GetProperty("latency").GetProperty("p999").GetDouble() > 0.001);
            Assert.True(document.RootElement.GetProperty("hosts")[0].GetProperty("counters").GetProperty("TcpOutSegs").GetInt64() > 30);
            Assert.True(document.RootElement.GetProperty("captures")[0].GetProperty("packets").GetInt64() > 60);
            Assert.Equal(r.Summary.TraceHash, Summary.FromJson(json).TraceHash);
            string doc = File.ReadAllText(Path.Combine(ScenarioFiles.Root, "docs", "summary-format.md"));
            foreach (string name in document.RootElement.EnumerateObject().Select(p => p.Name).Concat(users.EnumerateObject().Select(p => p.Name)))
                Assert.Contains(name, doc, StringComparison.Ordinal);

            string[] rows = File.ReadAllLines(Path.Combine(folder, "metrics.csv"));
            Assert.Equal("time_s,scope,name,metric,value", rows[0]);
            Assert.All(rows.Skip(1), row => Assert.Equal(5, row.Split(',').Length));
            Assert.Contains(rows, row => row.EndsWith(",program,users,requests,30", StringComparison.Ordinal));
            Assert.Equal(0x0A0D0D0Au, BitConverter.ToUInt32(File.ReadAllBytes(Path.Combine(folder, "a-eth0.pcapng"))));

            // What is written changes nothing of what happens.
            Assert.Equal(Runs.Run(ScenarioFiles.TwoHosts(Small)).Summary.TraceHash, r.Summary.TraceHash);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_duration_ends_a_run_that_would_go_on()
    {
        RunResult r = Runs.Run(ScenarioFiles.TwoHosts("echo { program = tcp-echo, on = b }, c { program = tcp-echo, on = a, to = b, requests = 0 }", top: "duration = 500ms"));
        Assert.Equal(RunOutcome.Duration, r.Summary.Outcome);
        Assert.Equal(0.5, r.Summary.VirtualSeconds, 1e-9);
        Assert.InRange(r.Program("c").Requests, 200, 250);
    }

    [Fact]
    public void A_cancelled_run_ends_cleanly_with_what_was_measured()
    {
        string folder = Directory.CreateTempSubdirectory("actornet").FullName;
        try
        {
            Scenario s = ScenarioFile.Parse(ScenarioFiles.TwoHosts("echo { program = tcp-echo, on = b }, c { program = tcp-echo, on = a, to = b, requests = 0 }", top: "duration = 100d"), "long.conf");
            using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            RunResult r = new ScenarioRun(s, new RunOptions { OutFolder = folder }).Execute(cancel.Token);
            Assert.True(r.Interrupted);
            Assert.Empty(r.Summary.Violations);
            Assert.True(r.Program("c").Requests > 0);
            Assert.True(File.Exists(Path.Combine(folder, "summary.json")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_program_that_throws_fails_the_run_by_its_name()
    {
        var bad = new ProgramKind("bad", "throws") { Run = _ => throw new InvalidOperationException("on purpose") };
        RunResult r = new ScenarioRun(With(bad, ScenarioFiles.TwoHosts("ping { on = a, to = b, requests = 2 }")), new RunOptions()).Execute();
        Assert.True(r.Failed);
        Assert.Contains(r.Summary.Violations, v => v.Contains("on purpose", StringComparison.Ordinal) && v.Contains('a', StringComparison.Ordinal));
    }

    [Fact]
    public void A_call_that_a_program_cannot_go_on_without_is_an_error_of_the_program_and_not_of_the_run()
    {
        var greedy = new ProgramKind("greedy", "binds what is not its own") { Run = async c => await c.Os.Bind(await c.Os.Socket(AddressFamily.INET, SocketType.STREAM), "192.0.2.1:80") };
        RunResult r = new ScenarioRun(With(greedy, ScenarioFiles.TwoHosts("ping { on = a, to = b, requests = 2 }")), new RunOptions()).Execute();
        Assert.False(r.Failed);
        Assert.Equal(1, r.Program("greedy").ErrorsByName["EADDRNOTAVAIL"]);
    }

    [Fact]
    public void Progress_goes_forward_and_knows_what_is_left()
    {
        List<RunProgress> seen = [];
        Scenario s = ScenarioFile.Parse(ScenarioFiles.TwoHosts("echo { program = tcp-echo, on = b }, c { program = tcp-echo, on = a, to = b, requests = 3000 }"), "p.conf");
        new ScenarioRun(s, new RunOptions { OnProgress = seen.Add }).Execute();
        Assert.NotEmpty(seen);
        for (int i = 1; i < seen.Count; i++) Assert.True(seen[i].VirtualSeconds >= seen[i - 1].VirtualSeconds && seen[i].Events >= seen[i - 1].Events);
    }

    [Fact]
    public void Adding_a_host_changes_no_other_hosts_draws()
    {
        const string more = "hosts.idle {}";
        RunResult without = Runs.Run(ScenarioFiles.TwoHosts(Small, ", loss = 2%")), with = Runs.Run(ScenarioFiles.TwoHosts(Small, ", loss = 2%", more));
        Assert.Equal(without.Program("users"), with.Program("users") with { ErrorsByName = without.Program("users").ErrorsByName });
        Assert.Equal(without.Host("a").Counters, with.Host("a").Counters);
    }

    private static Scenario With(ProgramKind kind, string text)
    {
        Scenario s = ScenarioFile.Parse(text, "test.conf");
        var empty = new ProgramParameters(new Dictionary<Key, object?>(), new HashSet<Key>(), hasTargets: false);
        var spec = new ProgramSpec { Name = kind.Name, Host = s.Hosts[0], Kind = kind, Parameters = empty, Index = 0, Start = Instant.Zero, Origin = default };
        return new Scenario
        {
            Name = s.Name, File = s.File, Seed = s.Seed, Sample = s.Sample, Drain = s.Drain, Hosts = s.Hosts, Switches = s.Switches, Links = s.Links,
            Programs = [.. s.Programs, spec], Captures = [],
        };
    }
}
