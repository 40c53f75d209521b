// A run on several threads: the same events, the same files, byte for byte.

namespace ActorNet.Experiments.Tests;

[Trait("Engine", "Embedded")] // one hash needs virtual time
public class WorkerTests
{
    private const string Offices = """
        hosts { client { count = 12 }, router { router = true }, server { count = 2 } }
        switches { lan { count = 3 } }
        links {
          access { between = [client, lan], rate = 100Mbit, delay = 50us }
          uplink { between = [lan, router], rate = 1Gbit, delay = 1ms, loss = 1%, reorder = 2%, jitter = 300us }
          server { between = [router, server], rate = 1Gbit, delay = 20us }
        }
        programs {
          web   { program = http-server, on = server, body = 20KiB }
          users { program = http-client, on = client, to = server, requests = 8, think = 5ms, think-distribution = exponential }
          sink  { program = bulk, on = server1 }
          send  { program = bulk, on = client3, to = server1, size = 500kB }
          ping  { program = ping, on = client, to = server2, requests = 5, interval = 10ms }
        }
        capture = ["router:eth0", "client5:eth0"]
        record { syscalls = ["client1", "server*"], sockets = 50ms }
        sample = 20ms
        """;

    private static Dictionary<string, string> Run(Scenario scenario, int workers)
    {
        string folder = Directory.CreateTempSubdirectory("actornet").FullName;
        try
        {
            RunResult r = new ScenarioRun(scenario, new RunOptions { OutFolder = folder, Workers = workers }).Execute();
            Assert.Empty(r.Summary.Violations);
            var files = Directory.GetFiles(folder).Where(f => !f.EndsWith("summary.json", StringComparison.Ordinal)).ToDictionary(f => Path.GetFileName(f)!, f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))));
            files.Add("summary", (r.Summary with { WallSeconds = 0, PeakBytes = 0, Memory = new MemorySummary(0, 0, []) }).ToJson());
            return files;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(0)]
    public void A_run_leaves_the_same_files_with_any_number_of_workers(int workers)
    {
        Scenario scenario = ScenarioFile.Parse(Offices, "offices.conf");
        Dictionary<string, string> alone = Run(scenario, 1);
        Assert.True(alone.Count >= 5);
        Assert.Equal(alone, Run(scenario, workers));
    }

    [Theory]
    [InlineData("quickstart.conf", "programs.users.requests=20")]
    [InlineData("thousand-hosts.conf", "programs.users.requests=2")]
    public void The_shipped_scenarios_do_not_depend_on_workers(string name, string setting)
    {
        Scenario scenario = ScenarioFile.Load(ScenarioFiles.Shipped(name), [setting]);
        Assert.Equal(Run(scenario, 1), Run(scenario, 2));
    }
}
