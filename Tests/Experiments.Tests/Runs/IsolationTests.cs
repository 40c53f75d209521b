// Scenarios with namespaces, users and policies, and the log of system calls.

using System.Text.Json;

namespace ActorNet.Experiments.Tests;

public class IsolationTests
{
    private const string Text = """
        hosts {
          client {}
          web { router = true
                netns { inner { devices = [veth1], sysctl.net.ipv4.ip_default_ttl = 33 } }
                policies { no-outside { policy = deny-connect, to = 10.0.0.0/24, user = 33 } } }
        }
        links { lan { between = [client, web] }, pair { between = ["web:veth0", "web:veth1"] } }
        programs {
          httpd { program = http-server, on = web, netns = inner, user = 33, capabilities = [NET_BIND_SERVICE] }
          first { program = http-server, on = web }
          users { program = http-client, on = client, to = 10.0.1.2, requests = 5, start = 1ms }
          out   { program = http-client, on = web, to = client, requests = 1, user = 33 }
        }
        """;

    [Fact]
    public void A_server_in_a_namespace_is_reached_through_its_host()
    {
        Scenario s = ScenarioFile.Parse(Text, "t.conf");
        HostSpec web = s.Host("web")!;
        Assert.Equal("inner", web.Devices.Single(d => d.Name == "veth1").Netns);
        Assert.Equal("10.0.1.2/24", web.Devices.Single(d => d.Name == "veth1").Addresses[0].ToString());
        Assert.Equal("default via 10.0.1.1", Assert.Single(Assert.Single(web.Netns).Routes).ToString());
        Assert.Equal("default via 10.0.0.1", Assert.Single(s.Host("client")!.Routes).ToString());
        RunResult r = Runs.Run(s);
        r.Program("users").Good(5);
        Assert.Equal(1, r.Program("out").Errors);
        Assert.Equal("EPERM", Assert.Single(r.Program("out").ErrorsByName).Key);
        Assert.Contains(r.Host("web").Devices, d => d.Name == "inner/veth1" && d.RxPackets > 0);
        Assert.Equal(1, r.Host("web").Counters["TcpPassiveOpens"]); // one connection that is kept alive, in the inner namespace
        Assert.Equal(r.Summary.TraceHash, Runs.Run(ScenarioFile.Parse(Text, "t.conf")).Summary.TraceHash);
    }

    [Fact]
    public void Policies_by_name_do_what_they_say()
    {
        ProgramSummary Run(string policy, string program, string more = "") => Runs.Run($$"""
            hosts { a { policies { {{policy}} } }, b {} }
            links { w { between = [a, b] } }
            programs { s { program = tcp-echo, on = b, port = 7 }, p { {{program}} } }
            duration = 2s
            {{more}}
            """).Program("p");

        Assert.Equal("EPERM", Assert.Single(Run("deny-bind { ports = 1-1023 }", "program = tcp-echo, on = a, port = 7").ErrorsByName).Key);
        Assert.Empty(Run("deny-bind { ports = 1-1023 }", "program = tcp-echo, on = a, port = 1024").ErrorsByName);
        Assert.Equal("EACCES", Assert.Single(Run("deny-call { call = listen }", "program = tcp-echo, on = a, port = 7").ErrorsByName).Key);
        Assert.Equal("ENETDOWN", Assert.Single(Run("deny-call { call = socket, errno = ENETDOWN }", "program = tcp-echo, on = a, port = 7").ErrorsByName).Key);
        Assert.Equal(3, Run("rewrite-connect { from = \"10.9.9.9:7\", to = \"10.0.0.2:7\" }", "program = tcp-echo, on = a, to = 10.9.9.9, requests = 3").Requests);
        Assert.Equal("EACCES", Assert.Single(Run("", "program = tcp-echo, on = a, port = 7, user = 5").ErrorsByName).Key);
        Assert.Empty(Run("", "program = tcp-echo, on = a, port = 7, user = 5, capabilities = NET_BIND_SERVICE").ErrorsByName);
    }

    [Fact]
    public void System_calls_are_written_as_strace_prints_them()
    {
        string folder = Directory.CreateTempSubdirectory("actornet-syscalls-").FullName;
        try
        {
            Scenario s = ScenarioFile.Parse("""
                hosts { a {}, b {} }
                links { w { between = [a, b], delay = 1ms } }
                programs { s { program = udp-echo, on = b }, p { program = udp-echo, on = a, to = b, requests = 2, size = 64 } }
                record.syscalls = ["*"]
                """, "t.conf");
            RunResult r = new ScenarioRun(s, new RunOptions { OutFolder = folder }).Execute();
            Assert.Empty(r.Summary.Violations);
            JsonElement[] lines = [.. File.ReadLines(Path.Combine(folder, "syscalls.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)];
            string[] all = [.. lines.Select(l => $"{l.GetProperty("host")} {l.GetProperty("text")}")];
            Assert.Contains("a socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 0", all);
            Assert.Contains("b bind(0, {AF_INET, 0.0.0.0:7}) = 0", all);
            Assert.Equal(2, all.Count(l => l.StartsWith("b recv", StringComparison.Ordinal) && l.Contains("{AF_INET, 10.0.0.1:", StringComparison.Ordinal) && l.EndsWith(" = 64", StringComparison.Ordinal)));
            decimal[] times = [.. lines.Select(l => l.GetProperty("t").GetDecimal())];
            Assert.Equal(times.Order(), times);
            Assert.Contains(lines, l => l.GetProperty("took").GetDecimal() > 0.001m);
            Assert.Contains(lines, l => l.TryGetProperty("errno", out JsonElement e) && e.GetString() == "EINTR"); // the server is stopped
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
