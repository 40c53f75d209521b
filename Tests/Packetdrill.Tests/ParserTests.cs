// The language, as google/packetdrill's syntax page and its scripts have it.

using ActorNet.Protocols;

namespace ActorNet.Packetdrill.Tests;

public class ParserTests
{
    private static readonly Constants Linux = new();

    private static Script Read(string text) => Parser.Parse("t.pkt", text);

    private static SyscallEvent Call(string text) => (SyscallEvent)Assert.Single(Read(text).Events);

    [Theory]
    [InlineData("0.100 close(3) = 0", false, 100_000, 100_000, -1)]
    [InlineData("2 close(3) = 0", false, 2_000_000, 2_000_000, -1)]
    [InlineData("+.01 close(3) = 0", true, 10_000, 10_000, -1)]
    [InlineData("+0...0.200 close(3) = 0", true, 0, 0, 200_000)]
    [InlineData("0.1...0.2 close(3) = 0", false, 100_000, 100_000, 200_000)]
    [InlineData("1.5~1.7 close(3) = 0", false, 1_500_000, 1_700_000, -1)]
    [InlineData("+0~+.5 close(3) = 0", true, 0, 500_000, -1)]
    public void Every_form_of_time_is_read(string line, bool relative, long earliest, long latest, long end)
    {
        EventTime t = Call(line).Time;
        Assert.Equal((relative, earliest, latest, end), (t.IsRelative, t.Earliest.Microseconds, t.Latest.Microseconds, t.End?.Microseconds ?? -1));
        Assert.False(t.IsAny);
        Assert.True(Call("* close(3) = 0").Time.IsAny);
        Assert.Equal(t, Call(t + " close(3) = 0").Time);
    }

    [Fact]
    public void A_call_over_several_lines_keeps_its_parts()
    {
        SyscallEvent e = Call("""
            // comment
            +0 recvmsg(3, {msg_name(...)=...,
                           msg_iov(2)=[{..., 10}, {"abc", 3}],   /* a comment
                                                                    of two lines */
                           msg_flags=MSG_ERRQUEUE|MSG_TRUNC,
                           msg_control=[{cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=0x40}]}, 0) = -1 EAGAIN (Resource temporarily unavailable)
            """);
        Assert.Equal(("recvmsg", 3, "-1", "EAGAIN", "Resource temporarily unavailable", 2), (e.Name, e.Arguments.Count, e.Result.ToString(), e.Errno, e.Note, e.At.Line));
        var header = (StructExpr)e.Arguments[1];
        Assert.Equal(["msg_name", "msg_iov", "msg_flags", "msg_control"], header.Fields.Select(f => f.Name));
        Assert.Equal("2", header["msg_iov"]!.Count!.ToString());
        Assert.Equal("[{..., 10}, {\"abc\", 3}]", header["msg_iov"]!.Value.ToString());
        Assert.Equal(0x2020, Linux.Evaluate(header["msg_flags"]!.Value));
    }

    [Theory]
    [InlineData("42", 42)]
    [InlineData("-1", -1)]
    [InlineData("0x1F", 31)]
    [InlineData("0644", 420)]
    [InlineData("0", 0)]
    [InlineData("18446744073709551615", -1)]
    [InlineData("O_RDWR|O_NONBLOCK", 0x802)]
    [InlineData("htons(8080)", 0x901F)]
    [InlineData("inet_addr(\"127.0.0.1\")", 0x0100007F)]
    [InlineData("htonl(INADDR_LOOPBACK)", 0x0100007F)]
    [InlineData("sizeof(linger)", 8)]
    [InlineData("sizeof(int)", 4)]
    [InlineData("sizeof(tcp_info)", 280)] // as packetdrill's README of the scripts says of 6.18
    [InlineData("SO_REUSEADDR", 2)]
    [InlineData("EAGAIN", 11)]
    [InlineData("SOL_IP | 3", 3)]
    public void Numbers_are_worth_what_C_says(string text, long value) => Assert.Equal(value, Linux.Evaluate(Parser.ParseExpression(text)));

    [Theory]
    [InlineData("\"a\\n\\t\\r\\\\\\\"\"", "610A090D5C22")]
    [InlineData("\"\\x00\\x7f\\101\\0\"", "007F4100")]
    [InlineData("\"é\"", "C3A9")]
    [InlineData("\"\"", "")]
    public void Strings_have_escapes_and_print_as_they_are_read(string text, string hex)
    {
        var t = (Text)Parser.ParseExpression(text);
        Assert.Equal(hex, Convert.ToHexString(t.Bytes));
        Assert.Equal(t.Bytes, ((Text)Parser.ParseExpression(t.ToString())).Bytes);
    }

    [Fact]
    public void Everything_that_is_no_call_is_kept_as_text()
    {
        Script s = Read("""
            --tolerance_usecs=10000
            --local_ip=192.168.0.1
            `../common/defaults.sh
             ../common/set_sysctls.py /proc/sys/net/ipv4/tcp_timestamps=0`
            # a comment
               +0 < S 0:0(0) win 32792 <mss 1000,nop,wscale 7> // the rest of a line
               +0 > S. 0:0(0) ack 1 <...>
              +.1 %{
            assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd
            }%
               +0 `sysctl -q net.ipv4.tcp_sack=0`
               +0 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR|O_NONBLOCK)
            """);
        Assert.Equal([("tolerance_usecs", "10000"), ("local_ip", "192.168.0.1")], s.Options.Select(o => (o.Name, o.Value)));
        Assert.StartsWith("../common/defaults.sh", Assert.IsType<CommandEvent>(s.Events[0]).Text, StringComparison.Ordinal);
        PacketEvent syn = Assert.IsType<PacketEvent>(s.Events[1]);
        Assert.Equal((true, "S 0:0(0) win 32792 <mss 1000,nop,wscale 7>", 6), (syn.Inbound, syn.Text, syn.At.Line));
        Assert.False(Assert.IsType<PacketEvent>(s.Events[2]).Inbound);
        Assert.Contains("tcpi_snd_cwnd == 10", Assert.IsType<CodeEvent>(s.Events[3]).Text, StringComparison.Ordinal);
        Assert.Equal(100_000, s.Events[3].Time.Earliest.Microseconds);
        Assert.Equal("sysctl -q net.ipv4.tcp_sack=0", Assert.IsType<CommandEvent>(s.Events[4]).Text);
        Assert.Equal("flags O_RDWR|O_NONBLOCK", Assert.IsType<SyscallEvent>(s.Events[5]).Note);
    }

    [Theory]
    [InlineData("+0 close(3 = 0", "t.pkt:1:12: expected ',' or ')', found '='")]
    [InlineData("0 close(3)\n+1 close(3) = 0", "t.pkt:2:1: expected '=' and what close returns, found '+'")]
    [InlineData("+x close(3) = 0", "t.pkt:1:2: expected a time in seconds, found 'x'")]
    [InlineData("+0 close(3) = -1 EFOO", "t.pkt:1:1: EFOO is not the name of an errno")]
    [InlineData("+0 close(12b) = 0", "t.pkt:1:10: expected a whole number, found '12b'")]
    [InlineData("+0 close(089) = 0", "t.pkt:1:10: expected a whole number, found '089'")]
    [InlineData("+0 write(3, \"abc, 3) = 3", "t.pkt:1:13: this string has no end: \" is missing")]
    [InlineData("+0 write(3, \"\\q\", 3) = 3", "t.pkt:1:13: \\q is not an escape")]
    [InlineData("/* no end", "t.pkt:1:1: this comment has no end: */ is missing")]
    [InlineData("+0...0.1 < S 0:0(0)", "t.pkt:1:10: expected a system call: only those have an end time, found '<'")]
    [InlineData("+0 poll([{fd=3, events=}], 1, 0) = 0", "t.pkt:1:24: expected an expression, found '}'")]
    [InlineData("+0~1 close(3) = 0", "t.pkt:1:4: expected '+': both ends of a relative range have one, found '1'")]
    [InlineData("+0", "t.pkt:1:3: expected a system call, a packet (< or >), a `command` or a %{ code block }%, found the end of the file")]
    public void What_is_wrong_is_said_with_its_place(string text, string message) =>
        Assert.Equal(message, Assert.Throws<ScriptException>(() => Read(text)).Message);

    [Fact]
    public void Scripts_of_the_suite_are_read_whole()
    {
        // Read where they lie beside the repository; they are not part of it.
        string folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../../shared/packetdrill"));
        if (!Directory.Exists(folder)) return;
        foreach (string file in Directory.EnumerateFiles(folder, "*.pkt", SearchOption.AllDirectories)) Assert.NotEmpty(Parser.Parse(file, File.ReadAllText(file)).Events);
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_its_place()
    {
        // Pieces of the language in any order, cut anywhere.
        string[] pieces = ["+0 ", "0...1 ", "*", "close(3) = 0\n", "[", "]", "{", "}", "(", ")", "\"a", "\"", "\\", "|", "-1", "0x", "...", "%{", "}%", "`", "<", ">", "/*", "*/", "//", "\n", "= ", "E", ",", "--a=", "~", "é"];
        var random = new RandomStream(1, "test", "text");
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, 1 + (int)random.Below(12)).Select(_ => pieces[random.Below((uint)pieces.Length)]));
            try
            {
                Read(text);
            }
            catch (ScriptException e)
            {
                Assert.StartsWith("t.pkt:", e.Message, StringComparison.Ordinal);
            }
        }
    }
}
