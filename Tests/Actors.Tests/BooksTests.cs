// The audit at the end of a run, the names of settings, and what the builder refuses.

using ActorNet.Devices.Wires;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class BooksTests
{
    [Fact]
    public void A_packet_that_is_kept_is_missed_at_the_end()
    {
        using Lab lab = Lab.Pair();
        SkBuff leaked = lab.Network.Pool.Alloc(100);
        lab.Network.RunUntil(Instant.FromSeconds(1));
        lab.Network.Destroy();
        Assert.Equal("1 packets were not freed", Assert.Single(lab.Network.Audit()));
        leaked.Free();
        Assert.Empty(lab.Network.Audit());
    }

    [Fact]
    public void A_run_that_is_broken_off_in_mid_transfer_leaves_nothing_behind()
    {
        for (int ms = 1; ms < 200; ms += 7)
        {
            using Lab lab = Lab.Pair(new WireSpec { Rate = 5_000_000, Delay = Duration.FromMilliseconds(30), Loss = 0.05, QueuePackets = 50 }, (ulong)ms);
            lab.B.Run("server", async os =>
            {
                int l = await os.Listening("0.0.0.0:80", 2);
                int u = await os.Udp();
                await os.Bind(u, "0.0.0.0:9");
                (int c, _) = await os.Accept(l);
                await os.Delay(Duration.FromMilliseconds(50));
                await os.ReadToEnd(c);
            });
            for (int i = 0; i < 4; i++)
            {
                lab.A.Run("client" + i, async os =>
                {
                    int u = await os.Udp();
                    await os.SendTo(u, new byte[5000], "10.0.0.2:9");
                    int s = await os.Dial("10.0.0.2:80");
                    await os.SendAll(s, new byte[1_000_000]);
                });
            }

            lab.Network.RunUntil(Instant.FromMilliseconds(ms * 5));
            lab.End();
        }
    }

    [Fact]
    public void A_call_that_nobody_made_cannot_be_answered()
    {
        var call = new Syscall.Bind();
        Assert.Throws<InvalidOperationException>(() => call.Answer(0));
    }

    [Fact]
    public void Calls_may_come_from_outside_as_messages()
    {
        using Lab lab = Lab.Pair();
        var answers = new List<string>();
        lab.A.Run("idle", os => os.Delay(Duration.FromSeconds(1)).AsTask());
        lab.Network.Boot();
        IActorRef asker = lab.System.ActorOf(Props.Create(() => new Asker(answers)).AsHost(), "asker");
        lab.System.RunUntil(1_000_000);
        lab.System.ActorSelection("/user/a/proc/1").Tell(new Syscall.Socket { Family = AddressFamily.INET, Type = SocketType.DGRAM }, asker);
        lab.System.RunUntil(2_000_000);
        lab.System.ActorSelection("/user/a/proc/1").Tell(new Syscall.Listen { Fd = 0 }, asker);
        lab.Finish();
        Assert.Equal(["socket 0", "listen -1 EOPNOTSUPP"], answers);
    }

    [Theory]
    [InlineData("net.ipv4.ip_forward", "1", null)]
    [InlineData("net/ipv4/tcp_rmem", "4096 131072 6291456", null)]
    [InlineData("net.ipv4.ip_local_port_range", "1024 2000", null)]
    [InlineData("net.ipv4.ip_local_port_range", "2000 1024", "net.ipv4.ip_local_port_range is 2 numbers that do not fall, not '2000 1024'")]
    [InlineData("net.ipv4.ip_forward", "yes", "net.ipv4.ip_forward is 0 or 1, not 'yes'")]
    [InlineData("net.ipv4.ip_default_ttl", "300", "net.ipv4.ip_default_ttl is a number from 1 to 255, not '300'")]
    [InlineData("net.ipv4.ip_forwrad", "1", "there is no sysctl 'net.ipv4.ip_forwrad'; did you mean 'net.ipv4.ip_forward'?")]
    [InlineData("somaxconn", "1", "there is no sysctl 'somaxconn'; did you mean 'net.core.somaxconn'?")]
    public void Sysctls_have_the_kernels_names_and_ranges(string name, string value, string? error)
    {
        Assert.Equal(error is null, SysctlNames.TrySet(new NetSysctl(), name, value, out string? said));
        Assert.Equal(error, said);
    }

    [Fact]
    public void The_builder_refuses_with_one_clear_line()
    {
        using var lab = new Lab();
        SimHost a = lab.A;
        a.AddDevice("eth0").AddAddress("eth0", "10.0.0.1/24");
        Assert.StartsWith("host a has a device eth0 already", Refusal(() => a.AddDevice("eth0")));
        Assert.StartsWith("host a: eth0 has the address 10.0.0.1/24 already", Refusal(() => a.AddAddress("eth0", "10.0.0.1/24")));
        Assert.StartsWith("host a: '10.0.0.1' is not ADDRESS/LENGTH", Refusal(() => a.AddAddress("eth0", "10.0.0.1")));
        Assert.StartsWith("host a has no device eth7", Refusal(() => a.AddAddress("eth7", "10.0.0.1/24")));
        Assert.StartsWith("host a: route default via 10.9.9.9: the gateway is not on a link", Refusal(() => a.AddRoute("default", "10.9.9.9")));
        Assert.StartsWith("there are two hosts called a", Refusal(() => lab.Network.AddHost("a")));
        Assert.StartsWith("'x y' is not a name for a host", Refusal(() => lab.Network.AddHost("x y")));
        lab.Network.Link(a, "eth0", lab.B, "eth0", new WireSpec());
        Assert.StartsWith("a eth0 has a cable already", Refusal(() => lab.Network.Link(a, "eth0", lab.B, "eth1", new WireSpec())));
        Assert.StartsWith("a eth1: loss must be between 0 and 1", Refusal(() => lab.Network.Link(a, "eth1", lab.B, "eth1", new WireSpec { Loss = 2 })));

        static string Refusal(Action what) => Assert.Throws<ArgumentException>(what).Message;
    }

    private sealed class Asker(List<string> answers) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            var call = (Syscall)message;
            answers.Add($"{call.Nr} {call.Result}");
        }
    }
}
