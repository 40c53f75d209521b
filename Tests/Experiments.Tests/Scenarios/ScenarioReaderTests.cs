// What a scenario file turns into: groups, wires, addresses and routes, and the shipped files.

using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests;

public class ScenarioReaderTests
{
    [Fact]
    public void Quickstart_is_ten_clients_behind_a_switch_and_a_router()
    {
        Scenario s = ScenarioFile.Load(ScenarioFiles.Shipped("quickstart.conf"));
        Assert.Equal("quickstart", s.Name);
        Assert.Equal(12, s.Hosts.Count);
        Assert.Equal("client10", s.Hosts[9].Name);
        HostSpec client = s.Host("client1")!, gateway = s.Host("gateway")!, server = s.Host("server")!;
        Assert.Equal("10.0.0.1/24", gateway.Devices[0].Addresses[0].ToString());
        Assert.Equal("10.0.0.2/24", client.Devices[0].Addresses[0].ToString());
        Assert.Equal("10.0.1.1/24", gateway.Devices[1].Addresses[0].ToString());
        Assert.Equal("10.0.1.2/24", server.Devices[0].Addresses[0].ToString());
        Assert.Equal("default via 10.0.0.1", Assert.Single(client.Routes).ToString());
        Assert.Equal("default via 10.0.1.1", Assert.Single(server.Routes).ToString());
        Assert.Empty(gateway.Routes);
        LinkSpec wan = s.Links.Single(l => l.Name == "wan");
        Assert.Equal(0.01, wan.Forward.Loss);
        Assert.Equal(0.005, wan.Backward.Loss);
        Assert.Equal(100_000_000, wan.Backward.Rate);
        Assert.Equal(200, wan.Forward.QueuePackets);
        Assert.Equal(10, s.Programs.Count(p => p.Name == "users"));
        Assert.Equal(Instant.FromMilliseconds(190), s.Programs.Last(p => p.Name == "users").Start);
        Assert.Equal("1", gateway.Sysctls.Single(k => k.Key == "net.ipv4.ip_forward").Value);
    }

    [Fact]
    public void Thousand_hosts_are_shared_out_over_twenty_switches_each_a_subnet()
    {
        Scenario s = ScenarioFile.Load(ScenarioFiles.Shipped("thousand-hosts.conf"));
        Assert.Equal(1005, s.Hosts.Count);
        Assert.Equal("10.0.0.2", s.Host("client1")!.Address.ToString());
        Assert.Equal("10.0.19.51", s.Host("client1000")!.Address.ToString());
        Assert.Equal("edge1", s.Links.Single(l => l.A.NodeName == "client50").B.NodeName);
        Assert.Equal("edge2", s.Links.Single(l => l.A.NodeName == "client51").B.NodeName);
        Assert.Equal(["server1", "server2", "server3", "server4"], s.Programs.First(p => p.Name == "users").Targets.Select(t => t.Name));
        Assert.Equal(s.Hosts.Count, s.Hosts.Select(h => h.Name).Distinct().Count());
        Assert.Equal(s.Hosts.Sum(h => h.Devices.Count), s.Hosts.SelectMany(h => h.Devices).SelectMany(d => d.Addresses).Distinct().Count());
    }

    [Fact]
    public void Every_shipped_scenario_reads()
    {
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(ScenarioFiles.Shipped("x"))!, "*.conf"))
            Assert.NotEmpty(ScenarioFile.Load(file).Programs);
    }

    [Fact]
    public void Routes_lead_over_the_shortest_chain_of_routers()
    {
        Scenario s = ScenarioFile.Parse("""
            hosts { a {}, r1 { router = true }, r2 { router = true }, r3 { router = true }, b {} }
            links {
              l1 { between = [a, r1] }
              l2 { between = [r1, r2] }
              l3 { between = [r2, r3] }
              l4 { between = [r1, r3] }
              l5 { between = [r3, b] }
            }
            programs { ping { on = a, to = b } }
            """, "t.conf");
        Assert.Equal(["10.0.2.0/24 via 10.0.1.2", "10.0.4.0/24 via 10.0.3.2"], s.Host("r1")!.Routes.Select(r => r.ToString()));
        Assert.Equal("default via 10.0.4.1", Assert.Single(s.Host("b")!.Routes).ToString());
    }

    [Fact]
    public void What_is_said_explicitly_wins_over_what_would_be_automatic()
    {
        Scenario s = ScenarioFile.Parse("""
            hosts {
              node { count = 3, name = "n{n}", address = "192.168.7.{n+10}/24", gateway = 192.168.7.1, sysctl { net.ipv4.tcp_sack = 0 } }
              gw { router = true, addresses { eth0 = 192.168.7.1/24, eth1 = [172.16.0.1/30] }, routes = ["10.9.0.0/16 via 172.16.0.2 dev eth1"] }
              far {}
            }
            switches { sw { aging = 10s } }
            links { a { between = [node, sw], mtu = 9000 }, b { between = [sw, gw] }, c { between = [gw, far] } }
            programs { x { program = ping, on = "n*", to = 192.168.7.1 } }
            """, "t.conf");
        HostSpec n3 = s.Host("n3")!;
        Assert.Equal("192.168.7.13/24", n3.Devices[0].Addresses[0].ToString());
        Assert.Equal(9000, n3.Devices[0].Mtu);
        Assert.Equal("default via 192.168.7.1", Assert.Single(n3.Routes).ToString());
        Assert.Contains(new KeyValuePair<string, string>("net.ipv4.tcp_sack", "0"), n3.Sysctls);
        Assert.Equal("172.16.0.2/30", s.Host("far")!.Devices[0].Addresses[0].ToString());
        Assert.Equal("10.9.0.0/16 via 172.16.0.2 dev eth1", Assert.Single(s.Host("gw")!.Routes).ToString());
        Assert.Equal(3, s.Programs.Count);
    }

    [Fact]
    public void Settings_and_seed_of_the_command_line_win_and_substitutions_see_them()
    {
        Scenario s = ScenarioFile.Parse(ScenarioFiles.TwoHosts("ping { on = a, to = b, requests = ${vars.asked} }", top: "vars.asked = 5"), "t.conf",
            ["vars.asked=9", "links.w.loss=3%"], seed: 99);
        Assert.Equal(9, s.Programs[0].Parameters.Get(PingProgram.Requests));
        Assert.Equal(0.03, s.Links[0].Forward.Loss);
        Assert.Equal(99ul, s.Seed);
    }

    [Fact]
    public void A_segment_too_large_for_its_prefix_gets_a_shorter_one()
    {
        Scenario s = ScenarioFile.Parse("""
            hosts { h { count = 300 } }
            switches { sw {} }
            links { l { between = [h, sw] } }
            programs { ping { on = h1, to = h300 } }
            """, "t.conf");
        Assert.Equal(23, s.Hosts[0].Devices[0].Addresses[0].PrefixLength);
        Assert.Equal("10.0.1.44", s.Host("h300")!.Address.ToString());
    }
}
