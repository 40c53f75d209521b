// /proc/net and /proc/sys/net as programs read and write them. Lines and answers are those that Linux 6.18 gave in a fresh network namespace; what differs
// from run to run there (inodes, pointers) is left out.

using System.Text;
using System.Text.RegularExpressions;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class ProcTests
{
    private static void OnA(Func<Os, Task> main, Action<Lab>? prepare = null, Credentials? credentials = null)
    {
        using Lab lab = Lab.Pair();
        prepare?.Invoke(lab);
        lab.A.Run("a", main, Instant.FromMilliseconds(1), credentials: credentials);
        lab.Finish();
    }

    [Fact]
    public void Empty_tables_have_the_kernels_heads() => OnA(async os =>
    {
        Assert.Equal("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n", await os.ReadFile("/proc/net/tcp"));
        Assert.Equal("   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            \n", await os.ReadFile("/proc/net/udp"));
        Assert.Equal("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n", await os.ReadFile("/proc/net/raw"));
        Assert.Equal("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops             \n", await os.ReadFile("/proc/net/icmp"));
        Assert.Equal(await os.ReadFile("/proc/net/udp"), await os.ReadFile("/proc/net/udplite"));
        Assert.Equal("IP address       HW type     Flags       HW address            Mask     Device\n", await os.ReadFile("/proc/net/arp"));
        Assert.Equal("sockets: used 0\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\nUDP: inuse 0 mem 0\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n", await os.ReadFile("/proc/net/sockstat"));
        string dev = await os.ReadFile("/proc/net/dev");
        Assert.StartsWith("Inter-|   Receive                                                |  Transmit\n"
            + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n"
            + "    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n  eth0:", dev);
        Assert.Matches("^([0-9a-f]{8} ){14}[0-9a-f]{8}\n$", await os.ReadFile("/proc/net/softnet_stat"));
    });

    [Fact]
    public void Sockets_are_lines_of_the_kernels_widths() => OnA(async os =>
    {
        int listener = await os.Tcp(), client = await os.Tcp(), u = await os.Udp(), u2 = await os.Udp();
        await os.Bind(listener, "127.0.0.1:8080");
        Assert.Equal(1, (await os.ReadFile("/proc/net/tcp")).Count(c => c == '\n')); // bound is not hashed
        await os.Listen(listener, 5);
        await os.Connect(client, "127.0.0.1:8080");
        (int accepted, SockAddr peer) = await os.Accept(listener);
        await os.Send(client, new byte[5000]);
        await os.Delay(Duration.FromMilliseconds(100));
        string[] tcp = Lines(await os.ReadFile("/proc/net/tcp"));
        Assert.All(tcp, l => Assert.Equal(149, l.Length));
        Assert.Equal(4, tcp.Length);
        Assert.StartsWith("   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ", tcp[1]);
        Assert.EndsWith(" 100 0 0 10 0", tcp[1].TrimEnd());
        Assert.Single(tcp, l => Regex.IsMatch(l, $"^   [12]: 0100007F:{peer.Port:X4} 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 [0-9]+ 1 [0-9a-f]{{16}} 20 0 "));
        Assert.Single(tcp, l => l.Contains($" 0100007F:1F90 0100007F:{peer.Port:X4} 01 00000000:00001388 00:00000000", StringComparison.Ordinal));
        await os.Bind(u, "0.0.0.0:53");
        await os.Connect(u2, "127.0.0.1:53");
        await os.Send(u2, "abc"u8.ToArray());
        await os.Delay(Duration.FromMilliseconds(1));
        string[] udp = Lines(await os.ReadFile("/proc/net/udp"));
        Assert.All(udp, l => Assert.Equal(127, l.Length));
        Assert.Matches("^   53: 00000000:0035 00000000:0000 07 00000000:00000[0-9A-F]{3} 00:00000000 00000000     0        0 [0-9]+ 2 [0-9a-f]{16} 0 *$", udp[1]);
        Assert.Matches("^[ 0-9]{5}: 0100007F:[0-9A-F]{4} 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 [0-9]+ 2 [0-9a-f]{16} 0 *$", udp[2]);
        Assert.StartsWith("sockets: used 5\nTCP: inuse 3 orphan 0 tw 0 alloc 3 mem ", await os.ReadFile("/proc/net/sockstat"));

        // The side that closes first stays in TIME_WAIT, without an inode.
        await os.Close(client);
        await os.ReadToEnd(accepted);
        await os.Close(accepted);
        await os.Delay(Duration.FromMilliseconds(100));
        tcp = Lines(await os.ReadFile("/proc/net/tcp"));
        Assert.Equal(3, tcp.Length);
        Assert.Matches($"^   1: 0100007F:{peer.Port:X4} 0100007F:1F90 06 00000000:00000000 03:0000[0-9A-F]{{4}} 00000000     0        0 0 3 [0-9a-f]{{16}} *$", tcp[2]);
        Assert.StartsWith("sockets: used 3\nTCP: inuse 1 orphan 0 tw 1 alloc ", await os.ReadFile("/proc/net/sockstat"));
    });

    [Fact]
    public void A_handshake_and_a_resolution_under_way_show_their_timers() => OnA(async os =>
    {
        int fd = await os.Tcp();
        await os.Fcntl(fd, FcntlCmd.F_SETFL, (int)FileFlags.NONBLOCK);
        Assert.Equal(Errno.EINPROGRESS, (await os.TryConnect(fd, "10.0.0.77:80")).Errno);
        await os.Delay(Duration.FromMilliseconds(1310));
        string[] tcp = Lines(await os.ReadFile("/proc/net/tcp"));
        Assert.Matches("^   0: 0100000A:[0-9A-F]{4} 4D00000A:0050 02 00000001:00000000 01:000000[0-9A-F]{2} 00000001     0        0 [0-9]+ 2 [0-9a-f]{16} 100 0 0 1 7 *$", tcp[1]);
        Assert.Equal("10.0.0.77        0x1         0x0         00:00:00:00:00:00     *        eth0", Lines(await os.ReadFile("/proc/net/arp"))[1]);
        Assert.Equal("eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0".PadRight(127), Lines(await os.ReadFile("/proc/net/route"))[1]);
        await os.Connect(await os.Udp(), "10.0.0.2:9");
        int ping = await os.Udp();
        await os.SendTo(ping, new byte[1], "10.0.0.2:9");
        await os.Delay(Duration.FromMilliseconds(10));
        Assert.Contains("10.0.0.2         0x1         0x2         02:00:00:00:02:02     *        eth0\n", await os.ReadFile("/proc/net/arp"));
    });

    [Fact]
    public void Routes_have_their_flags() => OnA(
        async os =>
        {
            string[] lines = Lines(await os.ReadFile("/proc/net/route"));
            Assert.Equal(
                [
                    "eth0\t00000000\t0900000A\t0003\t0\t0\t0\t00000000\t0\t0\t0", "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
                    "eth0\t0100070A\t00000000\t0005\t0\t0\t5\tFFFFFFFF\t0\t0\t0", "eth0\t0000090A\t0700000A\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0",
                ],
                lines.Skip(1).Select(l => l.TrimEnd()));
            Assert.All(lines, l => Assert.Equal(127, l.Length));
        },
        lab => lab.A.AddRoute("10.9.0.0/16", "10.0.0.7").AddRoute("10.7.0.1/32", device: "eth0", metric: 5).AddRoute("default", "10.0.0.9"));

    [Fact]
    public void Counters_have_the_kernels_names_in_its_order() => OnA(async os =>
    {
        int u = await os.Udp();
        await os.SendTo(u, "x"u8.ToArray(), "127.0.0.1:9"); // nobody there: an ICMP error comes back
        await os.Delay(Duration.FromMilliseconds(10));
        string[] snmp = Lines(await os.ReadFile("/proc/net/snmp"));
        Assert.Equal("Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits", snmp[0]);
        Assert.Equal("Ip: 2 64 2 0 0 0 0 0 2 2 0 0 0 0 0 0 0 0 0 2", snmp[1]);
        Assert.Equal("Icmp: 1 0 0 1 0 0 0 0 0 0 0 0 0 0 1 0 0 0 1 0 0 0 0 0 0 0 0 0 0", snmp[3]);
        Assert.Equal(("IcmpMsg: InType3 OutType3", "IcmpMsg: 1 1"), (snmp[4], snmp[5]));
        Assert.Equal("Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors", snmp[6]);
        Assert.Equal("Tcp: 1 200 120000 -1 0 0 0 0 0 0 0 0 0 0 0", snmp[7]);
        Assert.Equal("Udp: 0 1 0 1 0 0 0 0 0", snmp[9]);
        string[] netstat = Lines(await os.ReadFile("/proc/net/netstat"));
        for (int i = 0; i < netstat.Length; i += 2) Assert.Equal(netstat[i].Split(' ').Length, netstat[i + 1].Split(' ').Length);
        Assert.Equal(["TcpExt", "IpExt"], netstat.Where((_, i) => i % 2 == 0).Select(l => l.Split(':')[0]));
    });

    // Kernel: [4050, 4050, 1050, 0], and so on: whole records while a page has room for them.
    [Fact]
    public void A_read_gives_whole_records_of_one_page() => OnA(async os =>
    {
        for (int i = 0; i < 60; i++)
        {
            int l = await os.Tcp();
            await os.Bind(l, SockAddr.In(IpAddress.Loopback4, (ushort)(10_000 + i)));
            await os.Listen(l, 5);
        }

        byte[] b = new byte[65_536];
        int fd = await os.Open("/proc/net/tcp");
        Assert.Equal("4050 4050 1050 0 0", await Reads(65_536, 65_536, 65_536, 65_536, 65_536));
        Assert.Equal(0, await os.Lseek(fd, 0, 0));
        Assert.Equal("10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10", await Reads([.. Enumerable.Repeat(10, 20)]));
        Assert.Equal("4150", await Reads(65_536));
        await os.Lseek(fd, 0, 0);
        Assert.Equal("1000 1000 1000", await Reads(1000, 1000, 1000));
        Assert.Equal(Errno.EINVAL, (await os.TryLseek(fd, 0, 2)).Errno);
        Assert.Equal(Errno.EINVAL, (await os.TryLseek(fd, -1, 0)).Errno);
        await os.Lseek(fd, 0, 0);
        Assert.Equal("200", await Reads(200));
        Assert.Equal(100, await os.Lseek(fd, 100, 0));
        Assert.Equal(60, await os.Read(fd, b.AsMemory(0, 60)));
        Assert.Equal(new string(' ', 49) + "\n   0: 0100", Encoding.ASCII.GetString(b, 0, 60));
        Assert.Equal(160, await os.Lseek(fd, 0, 1));
        Assert.Equal(1_000_000, await os.Lseek(fd, 1_000_000, 0));
        Assert.Equal("0", await Reads(10));
        fd = await os.Open("/proc/net/netstat");
        Assert.Equal("100", await Reads(100));
        Assert.True(int.Parse(await Reads(65_536), System.Globalization.CultureInfo.InvariantCulture) > 2000); // one record, however long

        async Task<string> Reads(params int[] sizes)
        {
            var got = new List<int>();
            foreach (int n in sizes) got.Add(await os.Read(fd, b.AsMemory(0, n)));
            return string.Join(' ', got);
        }
    });

    // open(path, flags): then what a write and a read answer.
    [Theory]
    [InlineData("/proc/net/tcp", FileFlags.RDONLY, "")]
    [InlineData("/proc/net/tcp", FileFlags.WRONLY, "EACCES")]
    [InlineData("/proc/net/tcp", FileFlags.RDWR, "EACCES")]
    [InlineData("/proc/net/tcp", FileFlags.CREAT | FileFlags.EXCL | FileFlags.RDWR, "EEXIST")]
    [InlineData("/proc/net/tcp", FileFlags.DIRECTORY, "ENOTDIR")]
    [InlineData("/proc/net/snmp", FileFlags.WRONLY, "write EACCES")]
    [InlineData("/proc/net", FileFlags.RDONLY, "read EISDIR")]
    [InlineData("/proc/net", FileFlags.WRONLY, "EISDIR")]
    [InlineData("/proc/net", FileFlags.CREAT | FileFlags.EXCL | FileFlags.RDWR, "EEXIST")]
    [InlineData("/proc/sys/net/", FileFlags.DIRECTORY, "read EISDIR")]
    [InlineData("/proc/net/nosuch", FileFlags.CREAT | FileFlags.RDWR, "ENOENT")]
    [InlineData("/proc/sys/net/ipv4/nosuch", FileFlags.RDONLY, "ENOENT")]
    [InlineData("/proc/net/tcp/x", FileFlags.RDONLY, "ENOTDIR")]
    [InlineData("/proc/net/tcp/", FileFlags.RDONLY, "ENOTDIR")]
    [InlineData("/proc/net/tcp/", FileFlags.CREAT | FileFlags.RDWR, "EISDIR")]
    [InlineData("/proc/sys/net/ipv4/tcp_available_congestion_control", FileFlags.RDWR, "EACCES")]
    [InlineData("/proc/self/net/../net/./tcp", FileFlags.RDONLY, "")]
    [InlineData("//proc///net/dev", FileFlags.RDONLY, "")]
    [InlineData("", FileFlags.RDONLY, "ENOENT")]
    [InlineData("/etc/passwd", FileFlags.RDONLY, "ENOENT")]
    public void Opening_checks_in_the_kernels_order(string path, FileFlags flags, string answer) => OnA(async os =>
    {
        SysResult r = await os.TryOpen(path, flags);
        string said = r.IsOk ? "" : r.Errno.ToString();
        if (r.IsOk && (flags & FileFlags.AccessMode) != FileFlags.RDONLY && await Try(os.Write((int)r.Value, "1"u8.ToArray())) is { IsOk: false } w) said = "write " + w.Errno;
        if (r.IsOk && (flags & FileFlags.AccessMode) == FileFlags.RDONLY && await Try(os.Read((int)r.Value, new byte[10])) is { IsOk: false } d) said = "read " + d.Errno;
        Assert.Equal(answer, said);
        if (r.IsOk) Assert.Equal((int)(flags & (FileFlags.AccessMode | FileFlags.DIRECTORY)) | 0x8000, await os.Fcntl((int)r.Value, FcntlCmd.F_GETFL));
    });

    [Fact]
    public void A_setting_is_read_at_once_and_written_from_the_start() => OnA(async os =>
    {
        const string Ttl = "/proc/sys/net/ipv4/ip_default_ttl", Fin = "/proc/sys/net/ipv4/tcp_fin_timeout";
        byte[] b = new byte[100];
        Assert.Equal("64\n", await os.ReadFile(Ttl));
        int fd = await os.Open(Ttl, FileFlags.RDWR);
        Assert.Equal((1, 0), (await os.Read(fd, b.AsMemory(0, 1)), await os.Read(fd, b)));
        await os.Lseek(fd, 1, 0);
        Assert.Equal(0, await os.Read(fd, b));
        await os.Lseek(fd, 0, 0);
        Assert.Equal((2, 2), (await os.Write(fd, "12"u8.ToArray()), await os.Write(fd, "34"u8.ToArray())));
        Assert.Equal(("34\n", 0), (await os.ReadFile(Ttl), await os.Lseek(fd, 0, 1))); // a byte's write does not move on
        int fin = await os.Open(Fin, FileFlags.RDWR);
        Assert.Equal((2, 2), (await os.Write(fin, "11"u8.ToArray()), await os.Write(fin, "12"u8.ToArray())));
        Assert.Equal("11\n", await os.ReadFile(Fin)); // what does not begin at the start is passed over
        await os.Lseek(fin, 0, 0);
        Assert.Equal(Errno.EINVAL, (await Try(os.Write(fin, "x"u8.ToArray()))).Errno);
        await os.WriteFile("/proc/sys/net/ipv4/tcp_rmem", "4096 8192 16384\n");
        Assert.Equal("4096\t8192\t16384\n", await os.ReadFile("/proc/sys/net/ipv4/tcp_rmem"));
        byte[] value = new byte[4];
        await os.GetSockOpt(await os.Tcp(), SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF, value);
        Assert.Equal(8192, BitConverter.ToInt32(value)); // and it is honoured
        await os.WriteFile("/proc/sys/net/ipv4/neigh/eth0/ucast_solicit", "7");
        Assert.Equal(("3\n", "7\n"), (await os.ReadFile("/proc/sys/net/ipv4/neigh/default/ucast_solicit"), await os.ReadFile("/proc/sys/net/ipv4/neigh/eth0/ucast_solicit")));
    });

    [Fact]
    public void Who_is_neither_root_nor_network_administrator_may_only_read() => OnA(
        async os =>
        {
            Assert.Equal("1\n", await os.ReadFile("/proc/sys/net/ipv4/tcp_sack"));
            foreach (string path in (string[])["/proc/sys/net/ipv4/tcp_sack", "/proc/net/snmp", "/proc/net/tcp"])
            {
                Assert.Equal(Errno.EACCES, (await os.TryOpen(path, FileFlags.WRONLY)).Errno);
                Assert.Equal(Errno.EACCES, (await os.TryOpen(path, FileFlags.RDWR)).Errno);
            }
        },
        credentials: new Credentials(1000, 1000, 0));

    [Fact]
    public void The_network_administrator_writes_settings_whatever_his_uid() => OnA(
        async os =>
        {
            await os.WriteFile("/proc/sys/net/ipv4/tcp_sack", "0");
            Assert.Equal("0\n", await os.ReadFile("/proc/sys/net/ipv4/tcp_sack"));
        },
        credentials: new Credentials(1000, 1000, 1UL << (int)Capability.NET_ADMIN));

    [Fact]
    public void Directories_list_what_is_in_them_and_sockets_have_no_positions() => OnA(async os =>
    {
        Assert.Equal([".", "..", "core", "ipv4"], await Names("/proc/sys/net"));
        Assert.Equal([".", "..", "all", "default", "eth0", "lo"], await Names("/proc/sys/net/ipv4/conf"));
        Assert.Equal([".", "..", "default", "eth0", "lo"], await Names("/proc/sys/net/ipv4/neigh"));
        Assert.Contains("tcp", await Names("/proc/net"));
        int s = await os.Udp();
        Assert.Equal(Errno.ESPIPE, (await os.TryLseek(s, 0, 0)).Errno);
        Assert.Equal(Errno.ENOTDIR, (await os.TryGetdents(s, new byte[100])).Errno);
        Assert.Equal(Errno.ENOTDIR, (await os.TryGetdents(await os.Open("/proc/net/tcp"), new byte[100])).Errno);

        async Task<List<string>> Names(string path)
        {
            int fd = await os.Open(path, FileFlags.DIRECTORY);
            byte[] b = new byte[100];
            List<string> names = [];
            while (true)
            {
                int n = (int)(await os.TryGetdents(fd, b)).Value;
                if (n == 0) break;
                for (int at = 0; at < n; at += BitConverter.ToInt16(b, at + 16)) names.Add(Encoding.ASCII.GetString(b, at + 19, Array.IndexOf(b, (byte)0, at + 19) - at - 19));
            }

            names.Sort(StringComparer.Ordinal);
            return names;
        }
    });

    private static async Task<SysResult> Try(ValueTask<int> call)
    {
        try
        {
            return await call;
        }
        catch (ErrnoException e)
        {
            return e.Errno;
        }
    }

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');
}
