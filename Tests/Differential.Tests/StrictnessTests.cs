// The harness itself is strict: whatever is changed in a script that holds, it does not hold any more.

namespace ActorNet.Differential.Tests;

[Trait("Engine", "Embedded")]
public sealed class StrictnessTests
{
    private const string Holds = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
           +0 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=2}, 8) = 0
           +0 getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=2}, [8]) = 0
           +0 bind(3, ..., ...) = 0
           +0 listen(3, 1) = 0
           +0...0.030 accept(3, ..., ...) = 4
         +.01 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5
         +.02 connect(5, ..., ...) = 0
           +0 write(5, "hello", 5) = 5
           +0 recv(4, "hel", 3, MSG_PEEK) = 3
           +0 read(4, "hello", 100) = 5
           +0 recv(4, ..., 1, MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily unavailable)
           +0 getpeername(5, {sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("127.0.0.1")}, [16]) = 0
           +0 getsockopt(5, SOL_SOCKET, SO_TYPE, [1], [4]) = 0
           +0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0) = 1
           +0...0.080 poll([{fd=4, events=POLLIN, revents=0}], 1, 80) = 0
        """;

    [Fact]
    public void A_script_that_holds_holds() => Assert.Null(Judge(Holds));

    [Theory]
    [InlineData("IPPROTO_TCP) = 3", "IPPROTO_TCP) = 4", "1: kernel, result: 4 against 3")]
    [InlineData("SO_LINGER, {onoff=1, linger=2}, [8]", "SO_LINGER, {onoff=1, linger=3}, [8]", "3: kernel, argument 4.linger: 3 against 2")]
    [InlineData("linger=2}, [8]", "linger=2}, [8, 7]", "3: kernel, argument 5: [8, 7] against [8]")]
    [InlineData("accept(3, ..., ...) = 4", "accept(3, ..., ...) = 5", "6: kernel, result: 5 against 4")]
    [InlineData("+0...0.030 accept", "+0...0.130 accept", "6: kernel, time: it returns at")]
    [InlineData("\"hel\", 3, MSG_PEEK", "\"hal\", 3, MSG_PEEK", "10: kernel, argument 2: \"hal\" against \"hel\"")]
    [InlineData("100) = 5", "100) = 4", "11: kernel, result: 4 against 5")]
    [InlineData("-1 EAGAIN", "-1 EINTR", "12: kernel, errno: EINTR against EAGAIN")]
    [InlineData("-1 EAGAIN", "0", "12: kernel, result: 0 against -1")]
    [InlineData("htons(8080), sin_addr", "htons(8081), sin_addr", "13: kernel, argument 2.sin_port: htons(8081) against htons(8080)")]
    [InlineData("inet_addr(\"127.0.0.1\")", "inet_addr(\"127.0.0.2\")", "13: kernel, argument 2.sin_addr")]
    [InlineData("SO_TYPE, [1]", "SO_TYPE, [2]", "14: kernel, argument 4[0]: 2 against 1")]
    [InlineData("revents=POLLOUT", "revents=POLLIN|POLLOUT", "15: kernel, argument 1[0].revents: POLLIN|POLLOUT against POLLOUT")]
    [InlineData("1, 80) = 0", "1, 10) = 0", "16: kernel, time: it returns at")]
    public void Whatever_is_changed_it_does_not_hold(string was, string becomes, string says)
    {
        Assert.Contains(was, Holds, StringComparison.Ordinal);
        string? difference = Judge(Holds.Replace(was, becomes, StringComparison.Ordinal));
        // Without the kernel the script is held against ActorNet alone.
        Assert.Contains(Kernel.WhyNot is null ? "strict.pkt:" + says : "strict.pkt:" + says.Replace("kernel, ", "", StringComparison.Ordinal), difference, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1, 80) = 0", "1, 90) = 0", "time: it returns at")] // late: wrong in virtual time, and of the kernel only its business
    [InlineData("+0...0.080 poll", "+0 poll", "time: it blocks for 0.08 s, and is not said to")]
    public void Late_is_wrong_in_virtual_time(string was, string becomes, string says)
    {
        Script script = Parser.Parse("strict.pkt", Holds.Replace(was, becomes, StringComparison.Ordinal));
        Assert.Contains(says, new Judge(script, new Constants()).ByScript(HostRun.Play(script, new Constants()), strictTime: true), StringComparison.Ordinal);
    }

    [Fact]
    public void The_sides_are_held_against_each_other_where_the_script_says_nothing()
    {
        Script script = Parser.Parse("strict.pkt", "0 recvfrom(3, ..., 10, 0, ..., ...) = ...");
        var judge = new Judge(script, new Constants());
        Assert.Null(judge.Both(Run("kernel", 3, Errno.OK, "abc", 40_000), Run("ActorNet", 3, Errno.OK, "abc", 50_000))); // ephemeral ports: each its own
        Assert.Contains("result: kernel 3, ActorNet 2", judge.Both(Run("kernel", 3, Errno.OK, "abc", 80), Run("ActorNet", 2, Errno.OK, "abc", 80)), StringComparison.Ordinal);
        Assert.Contains("errno: kernel EAGAIN, ActorNet EINTR", judge.Both(Run("kernel", -1, Errno.EAGAIN, "", 80), Run("ActorNet", -1, Errno.EINTR, "", 80)), StringComparison.Ordinal);
        string? bytes = judge.Both(Run("kernel", 3, Errno.OK, "abc", 80), Run("ActorNet", 3, Errno.OK, "abd", 80));
        Assert.Contains("argument 2: \"abc\" against \"abd\"", bytes, StringComparison.Ordinal);
        Assert.Contains("kernel:    recvfrom(3, \"abc\", 10, 0, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"10.0.0.1\")}, ...) = 3", bytes, StringComparison.Ordinal);
        Assert.Contains("argument 5.sin_port: htons(80) against htons(81)", judge.Both(Run("kernel", 3, Errno.OK, "abc", 80), Run("ActorNet", 3, Errno.OK, "abc", 81)), StringComparison.Ordinal);
        Script silent = Parser.Parse("strict.pkt", "0 recvfrom(3, *, 10, 0, ..., ...) = ...");
        Assert.Null(new Judge(silent, new Constants()).Both(Run("kernel", 3, Errno.OK, "abc", 80), Run("ActorNet", 3, Errno.OK, "abd", 80)));
    }

    [Fact]
    public void One_port_of_the_kernel_is_one_port_of_ActorNet()
    {
        Script script = Parser.Parse("strict.pkt", "0 recvfrom(3, ..., 10, 0, ..., ...) = 3\n+0 recvfrom(3, ..., 10, 0, ..., ...) = 3");
        var judge = new Judge(script, new Constants());
        Assert.Null(judge.Both(Two("kernel", 40_000, 40_001), Two("ActorNet", 50_000, 50_007)));
        Assert.Contains("sin_port", judge.Both(Two("kernel", 40_000, 40_000), Two("ActorNet", 50_000, 50_007)), StringComparison.Ordinal);
        Assert.Contains("sin_port", judge.Both(Two("kernel", 40_000, 40_001), Two("ActorNet", 50_000, 50_000)), StringComparison.Ordinal);

        static ScriptRun Two(string side, int first, int second) =>
            new(side, [Run(side, 3, Errno.OK, "abc", first).Answers[0], Run(side, 3, Errno.OK, "abc", second).Answers[0]], null);
    }

    [Fact]
    public void What_does_not_return_is_said_to()
    {
        Script script = Parser.Parse("strict.pkt", "0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n+0 bind(3, ..., ...) = 0\n+0...0.010 recv(3, ..., 10, 0) = 1\n+.02 close(3) = 0");
        Assert.Contains("strict.pkt:3: does not return", new Judge(script, new Constants()).ByScript(HostRun.Play(script, new Constants()), strictTime: true), StringComparison.Ordinal);
        Script hangs = Parser.Parse("strict.pkt", "0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n+0 bind(3, ..., ...) = 0\n+0 recv(3, ..., 10, 0) = 1\n+.02 close(3) = 0");
        Assert.Contains("strict.pkt:3:1: does not return", new Judge(hangs, new Constants()).ByScript(HostRun.Play(hangs, new Constants()), strictTime: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 socket(AF_INET, SOCK_STREAM, 0) = 3\n+0 < S 0:0(0) win 100", "strict.pkt:2:1: packets are not played here")]
    [InlineData("0 %{ x }%", "strict.pkt:1:1: code is not run here")]
    [InlineData("0 sokket(AF_INET, SOCK_STREAM, 0) = 3", "strict.pkt:1:1: there is no call sokket; the calls are accept, accept4,")]
    [InlineData("0 socket(AF_INET, SOCK_STREAM) = 3", "strict.pkt:1:1: socket takes 3 arguments, not 2")]
    [InlineData("0 socket(AF_INTE, SOCK_STREAM, 0) = 3", "strict.pkt:1:10: there is no constant AF_INTE")]
    [InlineData("0 bind(3, {sin_prt = 3}, 16) = 3", "strict.pkt:1:11: sockaddr_in has no field sin_prt")]
    [InlineData("0 `rm -rf x`", "strict.pkt:1:1: `rm -rf x` is not run here")]
    [InlineData("0 `sysctl -w net.ipv4.tcp_sac=0`", "strict.pkt:1:1:")]
    public void A_script_that_makes_no_sense_is_refused(string text, string says)
    {
        Script script = Parser.Parse("strict.pkt", text);
        Assert.StartsWith(says, Assert.Throws<ScriptException>(() => HostRun.Play(script, new Constants())).Message, StringComparison.Ordinal);
        if (Kernel.WhyNot is null) Assert.StartsWith(says, Assert.Throws<ScriptException>(() => KernelRun.Play(script, new Constants())).Message, StringComparison.Ordinal);
    }

    private static string? Judge(string text) => Differential.Judge(Parser.Parse("strict.pkt", text));

    private static ScriptRun Run(string side, long value, Errno errno, string data, int port)
    {
        Output[] outputs = value < 0 ? [] :
        [
            new Output(1, new Text(System.Text.Encoding.ASCII.GetBytes(data))),
            new Output(4, SockAddrs.Show(SockAddrs.Of(SockAddr.Parse($"10.0.0.1:{port}")).Bytes)),
        ];
        return new ScriptRun(side, [new Answer(value, errno, outputs, Duration.Zero, Duration.Zero)], null);
    }
}
