// Each program end to end, over two simulated hosts and a wire.

namespace ActorNet.Experiments.Tests;

public class ProgramTests
{
    // At 30 % loss one ARP exchange in eight would fail with its three tries, and a recovery may last longer than the 924 s that
    // tcp_retries2 = 15 stands for. Giving up is another test; this one is about what arrives.
    private const string Patient = "sysctl { net.ipv4.tcp_retries2 = 60, net.ipv4.neigh.default.mcast_solicit = 30, net.ipv4.neigh.default.ucast_solicit = 30 }";

    [Fact]
    public void Ping_takes_a_round_trip_and_what_is_lost_times_out()
    {
        ProgramSummary good = Runs.Run(ScenarioFiles.TwoHosts("ping { on = a, to = b, requests = 5, interval = 100ms }")).Program("ping").Good(5);
        Assert.InRange(good.Latency.P50, 0.002, 0.0021);
        Assert.Equal(5 * 56, good.BytesReceived);

        ProgramSummary lossy = Runs.Run(ScenarioFiles.TwoHosts("ping { on = a, to = b, requests = 200, interval = 100ms, timeout = 50ms }", ", loss = 20%")).Program("ping");
        Assert.Equal(200, lossy.Requests + lossy.Errors);
        Assert.InRange(lossy.Errors, 40, 110); // 36 % of 200, and the ARP exchange
        Assert.Equal(lossy.Errors, lossy.ErrorsByName["timeout"] + lossy.ErrorsByName.GetValueOrDefault("EHOSTUNREACH")); // the latter when ARP lost all its tries
    }

    [Fact]
    public void Ping_to_an_address_that_nobody_has_is_unreachable()
    {
        ProgramSummary p = Runs.Run(ScenarioFiles.TwoHosts("ping { on = a, to = 10.0.0.99, requests = 2, timeout = 10s }")).Program("ping");
        Assert.Equal(2, p.ErrorsByName["EHOSTUNREACH"]);
    }

    [Fact]
    public void Udp_echo_comes_back_and_a_closed_port_refuses()
    {
        RunResult r = Runs.Run(ScenarioFiles.TwoHosts("""
            echo { program = udp-echo, on = b }
            good { program = udp-echo, on = a, to = b, requests = 50, size = 3000 }
            bad  { program = udp-echo, on = a, to = b, requests = 3, port = 99 }
            """));
        ProgramSummary good = r.Program("good").Good(50);
        Assert.Equal(50 * 3000, good.BytesReceived);
        r.Program("echo").Good(50);
        Assert.Equal(3, r.Program("bad").ErrorsByName["ECONNREFUSED"]);
        Assert.Equal(3, r.Host("b").Counters["UdpNoPorts"]);
    }

    [Fact]
    public void Udp_echo_counts_what_is_lost()
    {
        ProgramSummary p = Runs.Run(ScenarioFiles.TwoHosts("e { program = udp-echo, on = b }, c { program = udp-echo, on = a, to = b, requests = 300, timeout = 20ms }", ", loss = 10%"), seed: 3).Program("c");
        Assert.Equal(300, p.Requests + p.Errors);
        Assert.InRange(p.Errors, 30, 90);
    }

    [Fact]
    public void Tcp_echo_comes_back_also_when_it_is_larger_than_all_buffers()
    {
        RunResult r = Runs.Run(ScenarioFiles.TwoHosts("""
            echo  { program = tcp-echo, on = b }
            small { program = tcp-echo, on = a, to = b, requests = 20 }
            large { program = tcp-echo, on = a, to = b, requests = 2, size = 20MB }
            none  { program = tcp-echo, on = a, to = b, port = 8 }
            """));
        Assert.InRange(r.Program("small").Good(20).Latency.P50, 0.002, 0.003);
        Assert.Equal(40_000_000, r.Program("large").Good(2).BytesReceived);
        Assert.Equal(1, r.Program("none").ErrorsByName["ECONNREFUSED"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(", loss = 1%")]
    [InlineData(", loss = 10%")]
    [InlineData(", loss = 30%")]
    [InlineData(", reorder = 20%, duplicate = 5%")]
    [InlineData(", corrupt = 5%, jitter = 900us")]
    [InlineData(", rate = 10Mbit, queue = 20")]
    public void Bulk_arrives_whole_by_hash(string wire)
    {
        string size = wire.Contains("30%", StringComparison.Ordinal) ? "100kB" : wire.Contains("10%", StringComparison.Ordinal) ? "500kB" : "3MB";
        RunResult r = Runs.Run(ScenarioFiles.TwoHosts($"sink {{ program = bulk, on = b }}, send {{ program = bulk, on = a, to = b, size = {size}, transfers = 2 }}", wire, Patient));
        ProgramSummary send = r.Program("send").Good(2), sink = r.Program("sink").Good(2);
        Assert.Equal(send.BytesSent, sink.BytesReceived);
        Assert.Equal(64, send.BytesReceived);
    }

    [Theory]
    [InlineData("")]
    [InlineData("keep-alive = false")]
    [InlineData("requests-per-connection = 7")]
    [InlineData("connections = 5")]
    [InlineData("method = HEAD")]
    [InlineData("method = PUT, body = 100kB")]
    [InlineData("method = POST, body = 0")]
    [InlineData("method = PUT, body = 200kB, chunked = true")]
    [InlineData("path = [\"/chunked/100kB\", \"/bytes/0\", \"/chunked/0\", \"/bytes/1MB\"]")]
    public void The_web_answers_every_request(string client)
    {
        RunResult r = Runs.Run(ScenarioFiles.TwoHosts($"web {{ program = http-server, on = b }}, users {{ program = http-client, on = a, to = b, requests = 40, {client} }}", ", rate = 1Gbit"));
        r.Program("users").Good(40);
        r.Program("web").Good(40);
        long connections = r.Host("a").Counters["TcpActiveOpens"];
        Assert.Equal(client switch { "keep-alive = false" => 40, "requests-per-connection = 7" => 6, "connections = 5" => 5, _ => 1 }, connections);
    }

    [Fact]
    public void The_web_survives_loss()
    {
        RunResult r = Runs.Run(ScenarioFiles.TwoHosts("web { program = http-server, on = b }, users { program = http-client, on = a, to = b, requests = 50, connections = 4, path = \"/bytes/50kB\" }", ", loss = 5%"));
        Assert.Equal(50 * 50_000, r.Program("users").Good(50).BytesReceived / 50_000 * 50_000);
    }

    [Fact]
    public void What_is_not_there_is_counted_by_its_name()
    {
        RunResult r = Runs.Run(ScenarioFiles.TwoHosts("""
            web     { program = http-server, on = b }
            missing { program = http-client, on = a, to = b, requests = 3, path = "/bytes/much" }
            refused { program = http-client, on = a, to = b, requests = 3, port = 81 }
            """));
        Assert.Equal(3, r.Program("missing").ErrorsByName["404"]);
        Assert.Equal(3, r.Program("refused").ErrorsByName["ECONNREFUSED"]);
    }

    [Fact]
    public void An_open_loop_keeps_its_rate_and_counts_the_wait()
    {
        RunResult r = Runs.Run(ScenarioFiles.TwoHosts("""
            web   { program = http-server, on = b, service-time = 50ms, body = 100 }
            users { program = http-client, on = a, to = b, rate = 100/s, requests = 1000, connections = 50 }
            """));
        ProgramSummary p = r.Program("users").Good(1000);
        Assert.InRange(p.ActiveSeconds, 8.4, 11.6); // 1000 arrivals at 100/s: 10 s, give or take five standard errors (of 0.32 s)
        Assert.InRange(p.Latency.P50, 0.052, 0.06);

        // One connection serves at most 20/s: the queue grows, and the open loop's latency must show it.
        ProgramSummary overload = Runs.Run(ScenarioFiles.TwoHosts("""
            web   { program = http-server, on = b, service-time = 50ms, body = 100 }
            users { program = http-client, on = a, to = b, rate = 40/s, requests = 200, connections = 1 }
            """)).Program("users").Good(200);
        Assert.True(overload.Latency.P99 > 3, $"p99 {overload.Latency.P99}");
    }

    [Fact]
    public void Think_time_is_not_latency()
    {
        ProgramSummary p = Runs.Run(ScenarioFiles.TwoHosts("""
            web   { program = http-server, on = b, body = 100 }
            users { program = http-client, on = a, to = b, requests = 50, think = 1s, think-distribution = exponential }
            """)).Program("users").Good(50);
        Assert.InRange(p.ActiveSeconds, 20, 100);
        Assert.True(p.Latency.Max < 0.02);
    }

    [Fact]
    public void Files_are_served_and_nothing_above_their_folder()
    {
        string root = Directory.CreateTempSubdirectory("actornet").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(root, "pages"));
            File.WriteAllText(Path.Combine(root, "secret"), "no");
            File.WriteAllText(Path.Combine(root, "pages", "index.html"), new string('x', 5000));
            string web = $"web {{ program = http-server, on = b, http-root = \"{root}/pages\" }}";
            ProgramSummary good = Runs.Run(ScenarioFiles.TwoHosts(web + ", users { program = http-client, on = a, to = b, requests = 4, path = [\"/\", \"/index.html?q\"] }")).Program("users").Good(4);
            Assert.True(good.BytesReceived > 4 * 5000);
            ProgramSummary bad = Runs.Run(ScenarioFiles.TwoHosts(web + ", users { program = http-client, on = a, to = b, requests = 4, path = [\"/../secret\", \"/%2e%2e/secret\", \"//etc/passwd\", \"/none\"] }")).Program("users");
            Assert.Equal(4, bad.ErrorsByName["404"]);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void Discard_takes_all_and_chargen_gives_without_end()
    {
        RunResult r = Runs.Run(ScenarioFiles.TwoHosts("""
            discard { on = b }
            chargen { on = b }
            sender  { program = bulk, on = a, to = b, port = 9, size = 1MB }
            reader  { program = http-client, on = a, to = b, port = 19, requests = 1 }
            """));
        Assert.Equal(1_000_000, r.Program("discard").Good(1).BytesReceived);
        Assert.Equal(1, r.Program("sender").ErrorsByName["closed"]); // discard answers no hash
        Assert.True(r.Program("chargen").BytesSent > 60_000);
        Assert.Equal(1, r.Program("reader").Errors); // that is not HTTP
        byte[] lines = ChargenProgram.Lines();
        Assert.Equal(" !\"#", System.Text.Encoding.ASCII.GetString(lines.AsSpan(0, 4)));
        Assert.Equal("\r\n!\"#$", System.Text.Encoding.ASCII.GetString(lines.AsSpan(72, 6)));
    }
}
