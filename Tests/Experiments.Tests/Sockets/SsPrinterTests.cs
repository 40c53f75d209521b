// ss's own words: each text below is what iproute2 6.1's ss wrote into a file about sockets of a Linux 6.18 namespace; the entries are what it had been told.

using ActorNet.Protocols;
using ActorNet.Protocols.Tcp;

namespace ActorNet.Experiments.Tests.Sockets;

public class SsPrinterTests
{
    private static readonly SocketTable s_table = new("h", "")
    {
        At = Instant.FromSeconds(100),
        Sockets =
        [
            Entry("tcp", TcpState.LISTEN, "127.0.0.1:8080", "0.0.0.0:0", "wq=5 ino=243478 sk=4102 rb=131072 tb=16384", ("users", "(\"python3\",pid=2101,fd=3)")),
            Entry("tcp", TcpState.ESTABLISHED, "127.0.0.1:38426", "127.0.0.1:8080", $"ino=243479 sk=4100 mark=7 rb=131072 tb=3939840 timer=2 timer_at_ns={7_299_000_000_000}", ("users", "(\"python3\",pid=2101,fd=4)")),
            Entry("tcp", TcpState.TIME_WAIT, "127.0.0.1:38434", "127.0.0.1:8080", $"sk=4103 timer=3 timer_at_ns={159_900_000_000}"),
            Entry("tcp", TcpState.ESTABLISHED, "127.0.0.1:8080", "127.0.0.1:38426", "rq=5000 ino=243480 sk=4101 r=5832 rb=131072 tb=3939840 f=2360", ("users", "(\"python3\",pid=2101,fd=5)")),
            Entry("udp", TcpState.CLOSE, "0.0.0.0:53", "0.0.0.0:0", "rq=832 ino=243481 sk=4104 r=832 rb=212992 tb=212992 f=3264", ("users", "(\"python3\",pid=2101,fd=6)")),
            Entry("udp", TcpState.ESTABLISHED, "127.0.0.1:50160", "127.0.0.1:53", "ino=243482 sk=4099 rb=212992 tb=212992", ("users", "(\"python3\",pid=2101,fd=7)")),
            Entry("raw", TcpState.CLOSE, "0.0.0.0:1", "0.0.0.0:0", "ino=243483 sk=4105 rb=212992 tb=212992"),
        ],
    };

    // The kernel gives the pair of one connection in the order of its hash; ours is the order of making: the second pair of rows is the other way round there.
    [Theory]
    [InlineData("-tan", """
        State     Recv-Q Send-Q Local Address:Port  Peer Address:Port Process|
        LISTEN    0      5          127.0.0.1:8080       0.0.0.0:*           |
        ESTAB     0      0          127.0.0.1:38426    127.0.0.1:8080        |
        ESTAB     5000   0          127.0.0.1:8080     127.0.0.1:38426       |
        TIME-WAIT 0      0          127.0.0.1:38434    127.0.0.1:8080        |
        """)]
    [InlineData("-t", """
        State Recv-Q Send-Q Local Address:Port     Peer Address:Port    Process|
        ESTAB 0      0          127.0.0.1:38426       127.0.0.1:http-alt       |
        ESTAB 5000   0          127.0.0.1:http-alt    127.0.0.1:38426          |
        """)]
    [InlineData("-tl", """
        State  Recv-Q Send-Q Local Address:Port     Peer Address:PortProcess|
        LISTEN 0      5          127.0.0.1:http-alt      0.0.0.0:*          |
        """)]
    [InlineData("-tano", """
        State     Recv-Q Send-Q Local Address:Port  Peer Address:Port Process                    |
        LISTEN    0      5          127.0.0.1:8080       0.0.0.0:*                               |
        ESTAB     0      0          127.0.0.1:38426    127.0.0.1:8080  timer:(keepalive,119min,0)|
        ESTAB     5000   0          127.0.0.1:8080     127.0.0.1:38426                           |
        TIME-WAIT 0      0          127.0.0.1:38434    127.0.0.1:8080  timer:(timewait,59sec,0)  |
        """)]
    [InlineData("-tanp", """
        State     Recv-Q Send-Q Local Address:Port  Peer Address:Port Process                           |
        LISTEN    0      5          127.0.0.1:8080       0.0.0.0:*     users:(("python3",pid=2101,fd=3))|
        ESTAB     0      0          127.0.0.1:38426    127.0.0.1:8080  users:(("python3",pid=2101,fd=4))|
        ESTAB     5000   0          127.0.0.1:8080     127.0.0.1:38426 users:(("python3",pid=2101,fd=5))|
        TIME-WAIT 0      0          127.0.0.1:38434    127.0.0.1:8080                                   |
        """)]
    [InlineData("-tane", """
        State     Recv-Q Send-Q Local Address:Port  Peer Address:Port Process                                                               |
        LISTEN    0      5          127.0.0.1:8080       0.0.0.0:*     ino:243478 sk:1006 cgroup:/ <->                                      |
        ESTAB     0      0          127.0.0.1:38426    127.0.0.1:8080  timer:(keepalive,119min,0) ino:243479 sk:1004 fwmark:0x7 cgroup:/ <->|
        ESTAB     5000   0          127.0.0.1:8080     127.0.0.1:38426 ino:243480 sk:1005 cgroup:/ <->                                      |
        TIME-WAIT 0      0          127.0.0.1:38434    127.0.0.1:8080  timer:(timewait,59sec,0) ino:0 sk:1007                               |
        """)]
    [InlineData("-tunlp", """
        Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess                           |
        udp   UNCONN 832    0            0.0.0.0:53        0.0.0.0:*    users:(("python3",pid=2101,fd=6))|
        tcp   LISTEN 0      5          127.0.0.1:8080      0.0.0.0:*    users:(("python3",pid=2101,fd=3))|
        """)]
    [InlineData("-u", """
        Recv-Q Send-Q Local Address:Port  Peer Address:Port  Process|
        0      0          127.0.0.1:50160    127.0.0.1:domain       |
        """)]
    [InlineData("-w", """
        Recv-Q Send-Q Local Address:Port Peer Address:PortProcess|
        """)]
    [InlineData("-wan", """
        State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess|
        UNCONN 0      0            0.0.0.0:1         0.0.0.0:*          |
        """)]
    [InlineData("-tun", """
        Netid State Recv-Q Send-Q Local Address:Port  Peer Address:Port Process|
        udp   ESTAB 0      0          127.0.0.1:50160    127.0.0.1:53          |
        tcp   ESTAB 0      0          127.0.0.1:38426    127.0.0.1:8080        |
        tcp   ESTAB 5000   0          127.0.0.1:8080     127.0.0.1:38426       |
        """)]
    [InlineData("-tn state time-wait", """
        Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess|
        0      0          127.0.0.1:38434    127.0.0.1:8080       |
        """)]
    [InlineData("-tan sport = :8080", """
        State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process|
        LISTEN 0      5          127.0.0.1:8080      0.0.0.0:*           |
        ESTAB  5000   0          127.0.0.1:8080    127.0.0.1:38426       |
        """)]
    [InlineData("-tanH", """
        LISTEN    0      5      127.0.0.1:8080    0.0.0.0:*    |
        ESTAB     0      0      127.0.0.1:38426 127.0.0.1:8080 |
        ESTAB     5000   0      127.0.0.1:8080  127.0.0.1:38426|
        TIME-WAIT 0      0      127.0.0.1:38434 127.0.0.1:8080 |
        """)]
    [InlineData("-6tan", """
        State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess|
        """)]
    public void Columns_are_those_of_ss(string arguments, string expected) => Assert.Equal(Lines(expected), Lines(Print(arguments), marked: false));

    [Fact]
    public void Memory_comes_on_a_line_of_its_own_behind_a_tab_and_oneline_keeps_it()
    {
        string[] lines = Lines(Print("-uanpme"), marked: false);
        Assert.Equal("UNCONN 832    0            0.0.0.0:53         0.0.0.0:*    users:((\"python3\",pid=2101,fd=6)) ino:243481 sk:1008 cgroup:/ <->", lines[3]);
        Assert.Equal("\t skmem:(r832,rb212992,t0,tb212992,f3264,w0,o0,bl0,d0)", lines[4]);
        Assert.Equal("ESTAB  0      0          127.0.0.1:50160    127.0.0.1:53   users:((\"python3\",pid=2101,fd=7)) ino:243482 sk:1003 cgroup:/ <->", lines[1]);
        Assert.Contains("127.0.0.1:8080       0.0.0.0:*     skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d0)", Print("-tanmO"), StringComparison.Ordinal);
    }

    // The numbers are what TCP_INFO said of a connection with reno.
    [Theory]
    [InlineData("-tni", "\t reno wscale:10,10 rto:204 rtt:0.034/0.017 mss:32741 pmtu:65535 rcvmss:536 advmss:65483 cwnd:10 bytes_acked:1 segs_out:2 segs_in:1 send 77037647059bps lastsnd:16 lastrcv:16 lastack:16 pacing_rate 154075294112bps delivered:1 app_limited rcv_space:65495 rcv_ssthresh:65495 minrtt:0.034 snd_wnd:65483")]
    [InlineData("-tnie", "\t ts sack reno wscale:10,10 rto:204 rtt:0.034/0.017 mss:32741 pmtu:65535 rcvmss:536 advmss:65483 cwnd:10 bytes_acked:1 segs_out:2 segs_in:1 send 77037647059bps lastsnd:16 lastrcv:16 lastack:16 pacing_rate 154075294112bps delivered:1 app_limited rcv_space:65495 rcv_ssthresh:65495 minrtt:0.034 snd_wnd:65483")]
    [InlineData("-ti", "\t reno wscale:10,10 rto:204 rtt:0.034/0.017 mss:32741 pmtu:65535 rcvmss:536 advmss:65483 cwnd:10 bytes_acked:1 segs_out:2 segs_in:1 send 77Gbps lastsnd:16 lastrcv:16 lastack:16 pacing_rate 154Gbps delivered:1 app_limited rcv_space:65495 rcv_ssthresh:65495 minrtt:0.034 snd_wnd:65483")]
    public void Info_is_in_the_order_and_words_of_ss(string arguments, string expected)
    {
        SocketEntry e = Entry("tcp", TcpState.ESTABLISHED, "127.0.0.1:49652", "127.0.0.1:8080",
            "rb=131072 tcpi_options=7 tcpi_wscale=170 tcpi_flags=1 tcpi_rto=204000 tcpi_rtt=34 tcpi_rttvar=17 tcpi_snd_mss=32741 tcpi_pmtu=65535 tcpi_rcv_mss=536 tcpi_advmss=65483 "
            + "tcpi_snd_cwnd=10 tcpi_snd_ssthresh=2147483647 tcpi_bytes_acked=1 tcpi_segs_out=2 tcpi_segs_in=1 tcpi_last_data_sent_at=99984 tcpi_last_data_recv_at=99984 tcpi_last_ack_recv_at=99984 "
            + "tcpi_pacing_rate=19259411764 tcpi_max_pacing_rate=-1 tcpi_delivered=1 tcpi_reordering=3 tcpi_rcv_space=65495 tcpi_rcv_ssthresh=65495 tcpi_min_rtt=34 tcpi_snd_wnd=65483 tcpi_rcv_wnd=65483",
            ("cong", "reno"));
        var table = new SocketTable("h", "") { At = Instant.FromSeconds(100), Sockets = [e] };
        Assert.Equal(expected, Print(arguments, table).TrimEnd('\n').Split('\n')[^1].TrimEnd());
    }

    [Theory]
    [InlineData(59_900, "59sec")]
    [InlineData(1_250, "1.250ms")]
    [InlineData(696, "696ms")]
    [InlineData(7_199_000, "119min")]
    [InlineData(125_500, "2min5sec")]
    [InlineData(52, "052ms")]
    public void Timers_are_written_as_ss_writes_them(int ms, string text)
    {
        var table = new SocketTable("h", "") { Sockets = [Entry("tcp", TcpState.ESTABLISHED, "10.0.0.1:1", "10.0.0.2:2", $"rb=1 timer=1 retrans=3 timer_at_ns={ms * 1_000_000L}")] };
        Assert.Contains($" timer:(on,{text},3)", Print("-tno", table), StringComparison.Ordinal);
    }

    [Fact]
    public void The_summary_adds_up_as_that_of_ss()
    {
        var table = new SocketTable("h", "") { Stat = new Actors.SockStat { Used = 33, TcpInuse = 3, TcpTw = 1, TcpAlloc = 4, TcpEstab = 2, UdpInuse = 2, RawInuse = 1 } };
        Assert.Equal("Total: 33\nTCP:   5 (estab 2, closed 2, orphaned 0, timewait 1)\n\nTransport Total     IP        IPv6\nRAW\t  1         1         0        \n"
            + "UDP\t  2         2         0        \nTCP\t  3         3         0        \nINET\t  6         6         0        \nFRAG\t  0         0         0        \n\n", Print("-s", table));
    }

    [Fact]
    public void Several_hosts_come_each_under_its_name_and_one_can_be_chosen()
    {
        SocketTable[] tables = [new("a", "") { At = Instant.FromSeconds(2) }, new("b", "blue")];
        Assert.Contains("==> a at 2.000000000s <==\n", SsPrinter.Print(tables, Parse("-t")), StringComparison.Ordinal);
        Assert.DoesNotContain("==>", SsPrinter.Print(tables, Parse("-t --host b/blue")), StringComparison.Ordinal);
        Assert.DoesNotContain("==>", SsPrinter.Print(tables, Parse("-t -N blue")), StringComparison.Ordinal);
        Assert.Equal("no host c in this run: a, b/blue", Assert.Throws<SsException>(() => SsPrinter.Print(tables, Parse("--host c"))).Message);
    }

    internal static SocketEntry Entry(string netid, TcpState state, string local, string peer, string numbers, params (string Name, string Text)[] texts)
    {
        var e = new SocketEntry();
        (e.Texts["netid"], e.Texts["local"], e.Texts["peer"]) = (netid, local, peer);
        foreach ((string name, string text) in texts) e.Texts[name] = text;
        e.Numbers["state"] = (int)state;
        foreach (string n in numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries)) e.Numbers[n.Split('=')[0]] = long.Parse(n.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture);
        return e;
    }

    internal static SsOptions Parse(string arguments) => SsOptions.Parse([.. "run ".Split(' ', StringSplitOptions.RemoveEmptyEntries), .. arguments.Split(' ')], _ => Duration.Zero);

    private static string Print(string arguments, SocketTable? table = null) => SsPrinter.Print([table ?? s_table], Parse(arguments));

    // A mark shows where a line ends.
    private static string[] Lines(string text, bool marked = true) => [.. text.TrimEnd('\n').Split('\n').Select(l => marked ? l.TrimEnd('\r')[..^1] : l)];
}
