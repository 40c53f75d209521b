// The runner judges strictly: change one thing in a script that passes, and it fails, and says where.

namespace ActorNet.Packetdrill.Tests;

public class PacketScriptTests
{
    private const string Good = """
        // A connection, ten bytes, and who closes first.
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
           +0 bind(3, ..., ...) = 0
           +0 listen(3, 1) = 0
          +.1 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
           +0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 7>
          +.1 < . 1:1(0) ack 1 win 257
           +0 accept(3, ..., ...) = 4
           +0 write(4, ..., 2500) = 2500
           +0 > P. 1:2501(2500) ack 1
           +0 %{ assert tcpi_unacked == 3 and tcpi_snd_cwnd == 10, tcpi_unacked }%
          +.1 < P. 1:11(10) ack 2501 win 257
           +0 read(4, ..., 100) = 10
           +0 > . 2501:2501(0) ack 11
           +0 close(4) = 0
           +0 > F. 2501:2501(0) ack 11
          +.1 < F. 11:11(0) ack 2502 win 257
           +0 > . 2502:2502(0) ack 12
        """;

    private static PacketResult Play(string text) => PacketRun.Play(Parser.Parse("test.pkt", text), []);

    [Fact]
    public void A_script_that_says_what_happens_passes()
    {
        PacketResult r = Play(Good);
        Assert.True(r.Verdict == Verdict.Passed, r.Why);
    }

    [Theory]
    [InlineData("S. 0:0(0) ack 1 <mss 1460", "S. 0:0(0) ack 1 <mss 1461", 6)] // an option's value
    [InlineData("nop,nop,sackOK,nop,wscale 7>\n  +.1 < . 1:1", "nop,sackOK,nop,nop,wscale 7>\n  +.1 < . 1:1", 6)] // the order of options
    [InlineData("> P. 1:2501(2500) ack 1", "> P. 1:2500(2499) ack 1", 10)] // a length
    [InlineData("> P. 1:2501(2500) ack 1", "> . 1:2501(2500) ack 1", 10)] // a flag
    [InlineData("> P. 1:2501(2500) ack 1", "> P. 1:2501(2500) ack 2", 10)] // an acknowledgement
    [InlineData("tcpi_unacked == 3", "tcpi_unacked == 4", 11)] // an assertion
    [InlineData("read(4, ..., 100) = 10", "read(4, ..., 100) = 11", 13)] // a result
    [InlineData("+0 > . 2501:2501(0) ack 11", "+.04 > . 2501:2501(0) ack 11", 14)] // early
    [InlineData("   +0 > F. 2501:2501(0) ack 11\n", "", 17)] // one that comes and is not expected
    [InlineData("> . 2502:2502(0) ack 12", "> . 2502:2502(0) ack 12\n   +.5 > . 2502:2502(0) ack 12", 19)] // one that does not come
    public void Change_one_thing_and_it_fails_at_that_line(string good, string bad, int line)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        PacketResult r = Play(Good.Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal(Verdict.Failed, r.Verdict);
        Assert.Contains($"test.pkt:{line}", r.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("< S 0:5(4) win 1", "does not add up")]
    [InlineData("< Q 0:0(0) win 1", "flags out of SFRP")]
    [InlineData("< S 0:0(0) win 1 <mss 1,bogus>", "a TCP option")]
    [InlineData("< icmp strange [1:2(1)]", "an ICMP type and code")]
    [InlineData("< S 0:0(0) win", "more")]
    public void A_packet_that_is_none_says_what_was_expected(string packet, string expected)
    {
        ScriptException e = Assert.Throws<ScriptException>(() => Play("0 socket(..., SOCK_STREAM, 0) = 3\n+0 " + packet));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("test.pkt:2", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tc qdisc replace dev tun0 root fq", "paces")]
    [InlineData("tc qdisc add dev tun0 root netem delay 10ms", "delays")]
    [InlineData("tc qdisc add dev tun0 root tbf rate 1mbit burst 1540 latency 1ms", "rate")]
    [InlineData("iptables -F", "iptables -F")]
    public void A_command_that_the_host_does_not_have_makes_a_script_not_applicable_and_says_why(string command, string why)
    {
        PacketResult r = Play($"`{command}`\n0 socket(..., SOCK_STREAM, 0) = 3");
        Assert.Equal(Verdict.NotApplicable, r.Verdict);
        Assert.Contains(why, r.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tc qdisc replace dev tun0 root pfifo_fast")]
    [InlineData("tc qdisc replace dev tun0 root fq_codel")]
    [InlineData("tc qdisc add dev tun0 root pfifo limit 100")]
    [InlineData("tc qdisc delete dev tun0 root 2>/dev/null ; tc qdisc add dev tun0 root bfifo")]
    public void Queues_that_come_to_a_plain_one_are_taken(string command) =>
        Assert.Equal(Verdict.Passed, Play($"`{command}`\n0 socket(..., SOCK_STREAM, 0) = 3").Verdict);
}
