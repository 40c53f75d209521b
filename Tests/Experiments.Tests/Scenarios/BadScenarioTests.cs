// Bad input: one clear line each, with file, line, key, what was expected, and the nearest known key.

namespace ActorNet.Experiments.Tests;

public class BadScenarioTests
{
    private const string Head = """
        hosts { a {}, b {} }
        links { w { between = [a, b] } }
        programs { p { program = ping, on = a, to = b } }

        """;

    // What is put below the head (line 4 on), and the line it must give.
    public static readonly TheoryData<string, string> Cases = new()
    {
        { "hosts.a.netns { blue { devices = [eth7] } }", "t.conf:4: hosts.a.netns.blue.devices[0]: host a has no device 'eth7' (it has eth0)" },
        { "hosts.a.netns { blue { devices = lo } }", "t.conf:4: hosts.a.netns.blue.devices: lo stays where it is: every namespace has its own" },
        { "hosts.a.netns { blue { devices = [eth0] }, red { devices = [eth0] } }", "t.conf:4: hosts.a.netns.red.devices[0]: a:eth0 is in netns blue already" },
        { "hosts.a.netns { blue { device = [eth0] } }", "t.conf:4: hosts.a.netns.blue.device: unknown key 'device'; did you mean 'devices'?" },
        { "hosts.a.netns { \"b/e\" {} }", "t.conf:4: hosts.a.netns.b/e: 'b/e' cannot be a name: letters, digits, '-', '_' and '.', at most 64" },
        { "hosts.a.netns { blue { gateway = 10.0.0.2 } }", "t.conf:4: hosts.a.netns.blue.gateway: host a, netns blue does not reach the next hop 10.0.0.2: none of its subnets holds it" },
        { "hosts.a.netns { blue { sysctl.net.ipv4.tcp_sak = 0 } }", "t.conf:4: hosts.a.netns.blue.sysctl.net.ipv4.tcp_sak: there is no sysctl 'net.ipv4.tcp_sak'; did you mean 'net.ipv4.tcp_sack'?" },
        { "hosts.a.netns.blue {}, programs.p.netns = bleu", "t.conf:4: programs.p.netns: host a has no netns 'bleu'; did you mean 'blue'?" },
        { "programs.p.user = root", "t.conf:4: programs.p.user: 'root': expected a whole number from 0 to 4294967294" },
        { "programs.p.capabilities = [NET_RAVV]", "t.conf:4: programs.p.capabilities[0]: unknown capability 'NET_RAVV'; did you mean 'NET_RAW'?" },
        { "hosts.a.policies { deny-bid {} }", "t.conf:4: hosts.a.policies.deny-bid: unknown policy 'deny-bid'; did you mean 'deny-bind'?" },
        { "hosts.a.policies { x { policy = deny-bind, ports = 9-1 } }", "t.conf:4: hosts.a.policies.x.ports: '9-1': expected a port such as 80 or a range such as 1-1023" },
        { "hosts.a.policies { deny-bind { errno = EPREM } }", "t.conf:4: hosts.a.policies.deny-bind.errno: 'EPREM': expected the name of an errno, such as EACCES" },
        { "hosts.a.policies { rewrite-connect { from = \"10.96.0.1:80\" } }", "t.conf:4: hosts.a.policies.rewrite-connect: 'to' is missing: where they get to" },
        { "hosts.a.policies { force-sockopt { option = SO_RCVBUFF } }", "t.conf:4: hosts.a.policies.force-sockopt.option: 'SO_RCVBUFF': expected the name of an option, such as SO_RCVBUF" },
        { "record.syscalls = [c]", "t.conf:4: record.syscalls[0]: unknown host 'c'; did you mean 'a'?" },
        { "sed = 1", "t.conf:4: sed: unknown key 'sed'; did you mean 'seed'?" },
        { "hosts.a.cuont = 2", "t.conf:4: hosts.a.cuont: unknown key 'cuont'; did you mean 'count'?" },
        { "links.w.los = 1%", "t.conf:4: links.w.los: unknown key 'los'; did you mean 'loss'?" },
        { "programs.p.intervall = 1s", "t.conf:4: programs.p.intervall: unknown key 'intervall'; did you mean 'interval'?" },
        { "links.w.forward { dealy = 1ms }", "t.conf:4: links.w.forward.dealy: unknown key 'dealy'; did you mean 'delay'?" },
        { "links.w.delay = 10", "t.conf:4: links.w.delay: '10': expected a time such as 10ms (ns, us, ms, s, m, h, d)" },
        { "links.w.delay = 10Mbit", "t.conf:4: links.w.delay: '10Mbit': expected a time such as 10ms (ns, us, ms, s, m, h, d)" },
        { "links.w.rate = 100Mbps", "t.conf:4: links.w.rate: '100Mbps': expected a rate such as 100Mbit (bit, kbit, Mbit, Gbit, Tbit)" },
        { "links.w.rate = 100ms", "t.conf:4: links.w.rate: '100ms': expected a rate such as 100Mbit (bit, kbit, Mbit, Gbit, Tbit)" },
        { "links.w.loss = 0.01", "t.conf:4: links.w.loss: '0.01': expected a percentage such as 1% (0% to 100%)" },
        { "links.w.loss = 101%", "t.conf:4: links.w.loss: '101%': expected a percentage such as 1% (0% to 100%)" },
        { "links.w.queue = 5ms", "t.conf:4: links.w.queue: '5ms': expected packets (1000) or a size such as 1500, 64KiB or 10MB (B, kB, MB, GB, KiB, MiB, GiB)" },
        { "links.w.delay = 0", "t.conf:4: links.w.delay: a wire takes at least 1ns" },
        { "links.w.jitter = 1s", "t.conf:4: links.w.jitter: is longer than the delay it varies" },
        { "links.w.mtu = 10", "t.conf:4: links.w.mtu: '10': expected a whole number from 68 to 9710" },
        { "links.x { between = [a] }", "t.conf:4: links.x.between: 1 ends: expected two, as in [client, lan]" },
        { "links.x { between = [a, c] }", "t.conf:4: links.x.between[1]: unknown host or switch 'c'; did you mean 'a'?" },
        { "links.x { between = [a, a] }", "t.conf:4: links.x.between: both ends are a" },
        { "links.x { loss = 1% }", "t.conf:4: links.x: 'between' is missing: " + ScenarioKeys.Between.Doc },
        { "links.x { between = [\"a:eth0\", b] }", "t.conf:4: links.x.between: a:eth0 already has a link" },
        { "switches { s { count = 2 }, t {} }, links { i { between = [s1, s2] }, j { between = [s1, t] }, k { between = [s2, t] } }",
            "t.conf:4: links.k: closes a loop of switches (s2 and t are joined already): without a spanning tree, frames would circle for ever" },
        { "switches { a {} }", "t.conf:4: switches.a: the name 'a' is taken: hosts and switches share one set of names" },
        { "hosts.a.address = 10.0.0.1", "t.conf:4: hosts.a.address: '10.0.0.1': expected an IPv4 address with its prefix length, such as 10.0.0.1/24" },
        { "hosts.a.address = 10.0.0.300/24", "t.conf:4: hosts.a.address: '10.0.0.300/24': expected an IPv4 address with its prefix length, such as 10.0.0.1/24" },
        { "hosts.a.address = 10.0.0.0/24", "t.conf:4: hosts.a.address: '10.0.0.0/24': is the network's own address; its first host is 10.0.0.1" },
        { "hosts.a.address = 10.0.0.255/24", "t.conf:4: hosts.a.address: '10.0.0.255/24': is the subnet's broadcast address" },
        { "hosts.a.addresses { eth9 = 10.0.0.1/24 }", "t.conf:4: hosts.a.addresses.eth9: host a has no device 'eth9' (it has eth0)" },
        { "hosts { a.address = 10.1.0.9/24, b.address = 10.1.0.9/24 }", "t.conf:4: hosts.b.address: duplicate address 10.1.0.9: b:eth0 and a:eth0 (at t.conf:4)" },
        { "hosts.a.gateway = 10.200.0.1", "t.conf:4: hosts.a.gateway: host a does not reach the next hop 10.200.0.1: none of its subnets holds it" },
        { "hosts.a.routes = [\"10.2.0.0/16 over 10.0.0.2\"]",
            "t.conf:4: hosts.a.routes[0]: '10.2.0.0/16 over 10.0.0.2': expected a route such as '10.2.0.0/16 via 10.1.0.1' or 'default via 10.0.0.1 dev eth0'" },
        { "hosts.g { count = 2, name = gg }", "t.conf:4: hosts.g.name: 'gg' gives 2 hosts one name: put {n} into it" },
        { "hosts.a.router = maybe", "t.conf:4: hosts.a.router: 'maybe': expected true or false" },
        { "hosts.a.count = 0", "t.conf:4: hosts.a.count: '0': expected a whole number from 1 to 1000000" },
        { "programs.q { program = htp-server, on = a }", "t.conf:4: programs.q.program: unknown program 'htp-server'; did you mean 'http-server'?" },
        { "programs.q { program = http-server, on = serve }", "t.conf:4: programs.q.on: unknown host 'serve'; known: a, b" },
        { "programs.q { program = http-server }", "t.conf:4: programs.q: 'on' is missing: " + ScenarioKeys.On.Doc },
        { "programs.q { program = http-client, on = a }", "t.conf:4: programs.q: 'to' is missing: " + ScenarioKeys.To.Doc },
        { "programs.q { program = http-server, on = a, to = b }", "t.conf:4: programs.q.to: http-server is a server and talks to whoever comes: leave 'to' out" },
        { "programs.q { program = http-client, on = a, to = nobody }", "t.conf:4: programs.q.to: unknown host 'nobody' (nor is it an address); known: a, b" },
        { "programs.q { program = http-client, on = a, to = b, method = PATCH }", "t.conf:4: programs.q.method: 'PATCH': expected one of GET, HEAD, PUT, POST" },
        { "programs.q { program = http-client, on = a, to = b, rate = 5 }", "t.conf:4: programs.q.rate: '5': expected a frequency such as 50/s (/s, /min, /h)" },
        { "programs.q { program = http-client, on = a, to = b, rate = 5/s, think = 1s }",
            "t.conf:4: programs.q.think: an open loop (rate) has no think time: leave one of them out" },
        { "programs.q { program = http-server, on = a, http-root = no-such-folder }", "t.conf:4: programs.q.http-root: no folder 'no-such-folder'" },
        { "programs.q { program = http-server, on = a }, programs.r { program = bulk, on = a, port = 80 }",
            "t.conf:4: programs.r: tcp port 80 of host a is in use by programs.q (at t.conf:4)" },
        { "programs.q { program = tcp-echo, on = a, count = 2 }",
            "t.conf:4: programs.q: tcp port 7 of host a is in use by another instance of it (count or 'on' repeats the host)" },
        { "capture = [\"c:eth0\"]", "t.conf:4: capture[0]: unknown host 'c'; did you mean 'a'?" },
        { "capture = [\"a:eth7\"]", "t.conf:4: capture[0]: host a has no device 'eth7' (it has eth0, lo)" },
        { "capture { devices = [a], snap = 1 }", "t.conf:4: capture.snap: unknown key 'snap'; did you mean 'snaplen'?" },
        { "sysctl { net.ipv4.tcp_sak = 0 }", "t.conf:4: sysctl.net.ipv4.tcp_sak: there is no sysctl 'net.ipv4.tcp_sak'; did you mean 'net.ipv4.tcp_sack'?" },
        { "network = ten", "t.conf:4: network: 'ten': expected an IPv4 network with its prefix length, such as 10.0.0.0/8" },
        { "sample = 0", "t.conf:4: sample: must be longer than 0" },
        { "hosts = 5", "t.conf:4: hosts: '5': expected an object { … }" },
        { "programs.p.requests = 0", "t.conf: 'duration' is missing, and no program ends by itself: the run would never end" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bad_input_gives_one_clear_line(string text, string line)
    {
        ScenarioException e = Assert.Throws<ScenarioException>(() => ScenarioFile.Parse(Head + text, "t.conf"));
        Assert.Contains(line, e.Errors);
        Assert.All(e.Errors, l => Assert.DoesNotContain('\n', l));
    }

    [Fact]
    public void All_errors_of_a_file_come_at_once()
    {
        ScenarioException e = Assert.Throws<ScenarioException>(() => ScenarioFile.Parse(Head + "sed = 1\nlinks.w.los = 1%\nhosts.a.router = maybe\nduration = 5", "t.conf"));
        Assert.Equal(4, e.Errors.Count);
    }

    [Fact]
    public void Syntax_errors_name_file_line_and_column()
    {
        ScenarioException e = Assert.Throws<ScenarioException>(() => ScenarioFile.Parse("hosts {\n  a = [1, 2\n", "t.conf"));
        Assert.StartsWith("t.conf:", Assert.Single(e.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_said_in_one_line()
    {
        Assert.Equal("none.conf: no such file", Assert.Single(Assert.Throws<ScenarioException>(() => ScenarioFile.Load("none.conf")).Errors));
    }

    [Theory]
    [InlineData("links.w.los=1%", "--set links.w.los=1%: links.w.los: unknown key 'los'; did you mean 'loss'?")]
    [InlineData("links.w.loss", "--set links.w.loss: expected path=value, such as links.wan.loss=5%")]
    [InlineData("links.w.loss=lots", "--set links.w.loss=lots: links.w.loss: 'lots': expected a percentage such as 1% (0% to 100%)")]
    public void A_bad_setting_names_itself(string setting, string line)
    {
        ScenarioException e = Assert.Throws<ScenarioException>(() => ScenarioFile.Parse(Head, "t.conf", [setting]));
        Assert.Equal(line, Assert.Single(e.Errors));
    }
}
