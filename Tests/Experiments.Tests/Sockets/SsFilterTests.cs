// ss's filters and options: what is chosen, and what is refused in which words.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Experiments.Tests.Sockets;

public class SsFilterTests
{
    private static readonly SocketEntry[] s_entries =
    [
        SsPrinterTests.Entry("tcp", TcpState.LISTEN, "127.0.0.1:8080", "0.0.0.0:0", "sk=1"),
        SsPrinterTests.Entry("tcp", TcpState.LISTEN, "0.0.0.0:99", "0.0.0.0:0", "sk=2", ("dev", "lo")),
        SsPrinterTests.Entry("tcp", TcpState.ESTABLISHED, "127.0.0.1:49652", "127.0.0.1:8080", "sk=3 mark=7"),
        SsPrinterTests.Entry("tcp", TcpState.ESTABLISHED, "127.0.0.1:8080", "127.0.0.1:49652", "sk=4"),
        SsPrinterTests.Entry("tcp", TcpState.FIN_WAIT1, "10.1.0.1:80", "10.2.3.4:5000", "sk=5"),
    ];

    // Which of the five; what real ss chose of the first four is noted where it was asked.
    [Theory]
    [InlineData("", "1 2 3 4 5")]
    [InlineData("sport gt :8000", "1 3 4")] // asked
    [InlineData("src 127.0.0.0/8", "1 3 4")] // asked
    [InlineData("dst 127.0.0.1:8080", "3")] // asked
    [InlineData("dev lo", "2")] // asked
    [InlineData("dev != lo", "1 3 4 5")]
    [InlineData("sport != 8080", "2 3 5")] // asked
    [InlineData("src :8080", "1 4")] // asked
    [InlineData("sport = http-alt", "1 4")] // asked
    [InlineData("dport lt 9000 sport gt 10", "1 2 3 5")] // asked: terms beside each other mean both
    [InlineData("!(sport = :8080)", "2 3 5")] // asked
    [InlineData("src 127.0.0.1 | sport = :99", "1 2 3 4")] // asked
    [InlineData("dst *:8080", "3")] // asked
    [InlineData("sport <= :99", "2 5")] // asked
    [InlineData("dport == :8080", "3")] // asked
    [InlineData("( sport = :8080 or dport = :8080 ) and not dst 127.0.0.1", "1")]
    [InlineData("( sport = :8080 || dport = :8080 ) && ! dst 127.0.0.1", "1")]
    [InlineData("sport = :80 or sport = :99 and dev lo", "2 5")]
    [InlineData("fwmark = 0x7", "3")]
    [InlineData("fwmark = 0x1/0x1", "3")]
    [InlineData("dst 10.2.0.0/16", "5")]
    public void Expressions(string filter, string chosen)
    {
        SsFilter f = SsFilter.Parse(filter.Split(' '));
        Assert.Equal(chosen, string.Join(' ', s_entries.Where(f.Matches).Select(e => e["sk"])));
    }

    [Theory]
    [InlineData("state established", "ESTABLISHED")]
    [InlineData("state syn-sent state closing", "SYN_SENT CLOSING")]
    [InlineData("state all exclude listening exclude connected", "CLOSE")]
    [InlineData("state bucket", "SYN_RECV TIME_WAIT")]
    [InlineData("state big", "ESTABLISHED SYN_SENT FIN_WAIT1 FIN_WAIT2 CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING")]
    [InlineData("state connected", "ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE_WAIT LAST_ACK CLOSING")]
    [InlineData("state synchronized", "ESTABLISHED SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE_WAIT LAST_ACK CLOSING")]
    [InlineData("exclude established", "SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING")]
    public void States(string filter, string states) =>
        Assert.Equal(states, string.Join(' ', Enumerable.Range(1, 11).Where(s => (SsFilter.Parse(filter.Split(' ')).States >> s & 1) != 0).Select(s => (TcpState)s)));

    [Theory]
    [InlineData("run -tan state bogus", "'bogus' is no state")]
    [InlineData("run -tan bogus", "'bogus' is not expected in a filter here")]
    [InlineData("run -tan src 1.2.3", "an inet prefix is expected rather than \"1.2.3\"")]
    [InlineData("run -tan sport = :99999", "':99999' is no port")]
    [InlineData("run -tan sport = :80 and", "a filter ends too early")]
    [InlineData("run -tan ( sport = :80", "a filter lacks ')'")]
    [InlineData("run -tan sport = :80 )", "')' is not expected")]
    [InlineData("run -K", "-K: sockets of a run are shown, not closed")]
    [InlineData("run -Q", "invalid option -- 'Q'")]
    [InlineData("run --bogus", "unrecognized option '--bogus'")]
    [InlineData("run -A bogus", "\"bogus\" is illegal socket table id")]
    [InlineData("-tan --at", "--at needs a value")]
    [InlineData("-tan", "which run?")]
    public void What_is_wrong_is_said_in_one_line(string arguments, string message) =>
        Assert.StartsWith(message, Assert.Throws<SsException>(() => SsOptions.Parse(arguments.Split(' '), _ => default)).Message, StringComparison.Ordinal);
}
