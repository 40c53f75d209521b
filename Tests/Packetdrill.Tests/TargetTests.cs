// The same scripts against the whole stack of actors and against the bare machines: what one sends, the other sends, bit for bit and at the same times.

namespace ActorNet.Packetdrill.Tests;

public class TargetTests
{
    private const string Blocking = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
           +0 bind(3, ..., ...) = 0
           +0 listen(3, 1) = 0
           +0...0.2 accept(3, ..., ...) = 4
          +.1 < S 0:0(0) win 32792 <mss 1000>
           +0 > S. 0:0(0) ack 1 <mss 1460>
          +.1 < . 1:1(0) ack 1 win 257
           +0...0.3 read(4, ..., 100) = 10
          +.3 < P. 1:11(10) ack 1 win 257
           +0 > . 1:1(0) ack 11
        """;

    /// <summary>Passes on both, with the same packets; or says why it is not applicable to the bare machines.</summary>
    internal static void PassesOnBoth(Func<Target, PacketResult> play)
    {
        PacketResult host = play(Target.Host), machine = play(Target.Machine);
        Assert.True(host.Verdict == Verdict.Passed, $"host: {host.Verdict}: {host.Why}");
        if (machine.Verdict == Verdict.NotApplicable)
        {
            Assert.False(string.IsNullOrEmpty(machine.Why));
            return;
        }

        Assert.True(machine.Verdict == Verdict.Passed, $"machine: {machine.Verdict}: {machine.Why}");
        Assert.True(host.Trace == machine.Trace, "host and machine have not sent the same packets at the same times");
    }

    private static PacketResult Play(string text, Target target = Target.Machine) => PacketRun.Play(Parser.Parse("test.pkt", text), [], target: target);

    [Fact]
    public void A_call_that_blocks_returns_on_the_bare_machine_when_its_time_has_come() => PassesOnBoth(t => Play(Blocking, t));

    [Theory]
    [InlineData("+0...0.2 accept", "+0...0.1 accept")]
    [InlineData("+0...0.3 read", "+0...0.2 read")]
    [InlineData("= 10", "= 9")]
    [InlineData("> . 1:1(0) ack 11", "> . 1:1(0) ack 10")]
    [InlineData("+0 > S. 0:0(0)", "+.1 > S. 0:0(0)")]
    public void The_bare_machine_is_judged_as_strictly(string good, string bad)
    {
        Assert.Contains(good, Blocking, StringComparison.Ordinal);
        Assert.Equal(Verdict.Failed, Play(Blocking.Replace(good, bad, StringComparison.Ordinal)).Verdict);
    }

    [Fact]
    public void A_call_that_never_returns_fails_on_the_bare_machine()
    {
        PacketResult r = Play("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 bind(3, ..., ...) = 0\n+0 listen(3, 1) = 0\n+0 accept(3, ..., ...) = 4");
        Assert.Equal(Verdict.Failed, r.Verdict);
        Assert.Contains("does not return", r.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 pipe2([3, 4], 0) = 0", "pipe2()")]
    [InlineData("0 epoll_create(1) = 3", "epoll_create()")]
    [InlineData("0 open(\"/proc/net/tcp\", O_RDONLY) = 3", "open()")]
    [InlineData("`cat /proc/net/tcp`", "/proc/net/tcp")]
    public void What_only_the_actor_layer_has_makes_a_script_not_applicable_to_the_bare_machine_and_says_so(string line, string named)
    {
        PacketResult r = Play(line);
        Assert.Equal(Verdict.NotApplicable, r.Verdict);
        Assert.Contains(named, r.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Datagrams_and_pings_go_through_the_bare_machine() => PassesOnBoth(t => Play("""
            0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3
           +0 bind(3, ..., ...) = 0
           +0 connect(3, ..., ...) = 0
           +0 send(3, ..., 10, 0) = 10
           +0 > udp (10)
           +0 < udp (20)
           +0 poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, 0) = 1
           +0 read(3, ..., 100) = 20
           +0...0.25 poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, -1) = 1
         +.25 < udp (5)
           +0 ioctl(3, SIOCINQ, [5]) = 0
           +0 recv(3, ..., 100, MSG_DONTWAIT) = 5
           +0 recv(3, ..., 100, MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily unavailable)
        """, t));

    [Fact]
    public void A_host_talks_to_itself_without_actors() => PassesOnBoth(t => Play("""
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
           +0 bind(3, {sa_family = AF_INET, sin_port = htons(7777), sin_addr = inet_addr("127.0.0.1")}, 16) = 0
           +0 listen(3, 1) = 0
           +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4
           +0 connect(4, {sa_family = AF_INET, sin_port = htons(7777), sin_addr = inet_addr("127.0.0.1")}, 16) = 0
           +0 accept(3, ..., ...) = 5
           +0 write(4, "hello", 5) = 5
          +.1 read(5, "hello", 100) = 5
           +0 close(4) = 0
          +.1 read(5, ..., 100) = 0
           +0 close(5) = 0
           +0 close(3) = 0
        """, t));
}
