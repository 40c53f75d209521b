// What three witnesses say of the sockets of a host at every virtual second of a lossy run: `ss -tanm` (from outside), /proc/net and getsockopt (TCP_INFO,
// SO_MEMINFO) (from a program on the host), against each other and against what the programs and the host's books know themselves.

using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using ActorNet.Actors;
using ActorNet.Devices.Wires;
using ActorNet.Protocols;

namespace ActorNet.Experiments.Tests.Sockets;

[Trait("Engine", "Embedded")]
public class AgreementTests
{
    private const int Seconds = 30;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(42)]
    public void Ss_proc_and_TCP_INFO_agree_at_every_second_of_a_lossy_run(ulong seed)
    {
        ActorSystem system = EngineRun.Create("agree", ConfigurationFactory.ParseString("akka.loglevel = OFF"), EngineMode.Virtual);
        try
        {
            var network = new Network(system, seed);
            SimHost a = network.AddHost("a"), b = network.AddHost("b");
            var wire = new WireSpec { Rate = 20_000_000, Delay = Duration.FromMilliseconds(5), Loss = 0.02 };
            network.Link(a, "eth0", b, "eth0", wire);
            a.AddAddress("eth0", "10.0.0.1/24");
            b.AddAddress("eth0", "10.0.0.2/24");
            var client = new Witness();
            var server = new Witness();
            a.Run("client", os => Client(os, client));
            b.Run("server", os => Server(os, server));
            bool lost = false, waited = false, queued = false;
            for (int s = 1; s <= Seconds; s++)
            {
                network.RunUntil(Instant.FromSeconds(s));
                foreach ((SimHost host, Witness w) in ((SimHost, Witness)[])[(a, client), (b, server)])
                {
                    if (w.Second == 0 && s < 10) continue; // a SYN was lost: it is not looking yet
                    Assert.Equal(s, w.Second);
                    SocketTable table = SocketTable.Of(network).Single(t => t.Host == host.Name);
                    string[] ss = Ss(table);
                    Compare(w, ss, host, s);
                    lost |= w.Info.Values.Any(i => I(i, 100) > 0);
                    waited |= w.Info.Values.Any(i => I(i, 144) > 0);
                    queued |= ss.Any(l => Regex.IsMatch(l, "^ESTAB +[1-9]"));
                }
            }

            Assert.True(lost && waited && queued, "the run shows retransmissions, unsent and unread data");
            network.StopPrograms();
            network.Destroy();
            Assert.Empty(network.Audit());
        }
        finally
        {
            system.Terminate();
        }
    }

    // Every row of one witness is in the others, with the same numbers.
    private static void Compare(Witness w, string[] ss, SimHost host, int second)
    {
        string[] proc = w.Tcp.TrimEnd('\n').Split('\n')[1..];
        string at = $"{host.Name} at {second} s";
        Assert.True(proc.Length == ss.Length / 2, $"{at}: {proc.Length} rows in /proc/net/tcp, {ss.Length / 2} in ss");
        long held = 0;
        foreach (string line in proc)
        {
            Match p = Regex.Match(line, @"^ *\d+: (\w{8}):(\w{4}) (\w{8}):(\w{4}) (\w\w) (\w{8}):(\w{8}) (\w\w):(\w{8}) (\w{8}) +(\d+) +(\d+) (\d+) (\d+) \w+ (\d+) (\d+) (\d+) (\d+) (-?\d+)");
            Assert.True(p.Success, $"{at}: {line}");
            string local = End(p.Groups[1].Value, p.Groups[2].Value), peer = End(p.Groups[3].Value, p.Groups[4].Value);
            int row = Array.FindIndex(ss, l => Regex.IsMatch(l, $@"^\S+ +\d+ +\d+ +{Regex.Escape(local)} +{Regex.Escape(peer)} *$"));
            Assert.True(row >= 0, $"{at}: {local} {peer} is not in ss:\n{string.Join('\n', ss)}");
            string[] cells = ss[row].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int state = Hex(p, 5);
            Assert.Equal((at, state == 10 ? "LISTEN" : "ESTAB"), (at, cells[0]));
            Assert.Equal((at, local, Hex(p, 7)), (at, local, int.Parse(cells[1], CultureInfo.InvariantCulture)));
            if (state != 10) Assert.Equal((at, local, Hex(p, 6)), (at, local, int.Parse(cells[2], CultureInfo.InvariantCulture)));
            long[] mem = [.. Regex.Matches(ss[row + 1], @"[a-z]+(\d+)[,)]").Select(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
            Assert.Equal(9, mem.Length);
            held += mem[0] + mem[4] + mem[5];
            if (!w.Info.TryGetValue(local + " " + peer, out byte[]? info)) continue; // who waits in the accept queue has no descriptor

            // TCP_INFO and SO_MEMINFO of the same socket.
            Assert.Equal((at, local, (long)state), (at, local, info[0]));
            Assert.Equal((at, local, string.Join(' ', mem)), (at, local, string.Join(' ', w.Memory[local + " " + peer])));
            if (state == 10) continue;
            Assert.Equal((at, (long)Hex(p, 10)), (at, info[2])); // retransmits
            Assert.Equal((at, long.Parse(p.Groups[12].Value, CultureInfo.InvariantCulture)), (at, info[3])); // probes
            Assert.Equal((at, long.Parse(p.Groups[15].Value, CultureInfo.InvariantCulture)), (at, I(info, 8) / 10_000)); // rto
            Assert.Equal((at, long.Parse(p.Groups[18].Value, CultureInfo.InvariantCulture)), (at, I(info, 80))); // snd_cwnd
            long ssthresh = I(info, 76);
            Assert.Equal((at, long.Parse(p.Groups[19].Value, CultureInfo.InvariantCulture)), (at, ssthresh == 0x7FFF_FFFF ? -1 : ssthresh));
            Assert.NotEqual("0", p.Groups[13].Value); // it has a descriptor

            // What is queued: from the programs' own count and from the machine's.
            long unacked = I(info, 24), notsent = I(info, 144);
            Assert.True(Hex(p, 6) >= notsent && (unacked > 0 || Hex(p, 6) == notsent), $"{at}: tx_queue {Hex(p, 6)}, {unacked} segments out, {notsent} bytes unsent");
            if (w.Read.TryGetValue(peer, out long read)) Assert.Equal((at, peer, L(info, 128) - read), (at, peer, Hex(p, 7)));
            if (w.Read.ContainsKey(peer)) Assert.Equal((at, 0), (at, Hex(p, 6)));
            Assert.Equal((at, 0L), (at, mem[2])); // nothing of TCP waits below
            Assert.True((mem[0] == 0) == (Hex(p, 7) == 0 && I(info, 224) == 0) || mem[0] >= Hex(p, 7), $"{at}: {mem[0]} bytes charged for {Hex(p, 7)} to read");
        }

        // The books of the whole host.
        Match stat = Regex.Match(w.Sockstat, @"^sockets: used (\d+)\nTCP: inuse (\d+) orphan (\d+) tw (\d+) alloc (\d+) mem (\d+)\n");
        Assert.Equal((at, proc.Length), (at, int.Parse(stat.Groups[2].Value, CultureInfo.InvariantCulture)));
        Assert.Equal((at, held), (at, long.Parse(stat.Groups[6].Value, CultureInfo.InvariantCulture) * 4096)); // tcp_memory_allocated is what the sockets hold
        Assert.Equal((at, host.Net.TcpMemory.Allocated * 4096), (at, held));
        Dictionary<string, long> snmp = Snmp(w.Snmp);
        Assert.Equal((at, proc.LongCount(l => l.Contains(" 01 ", StringComparison.Ordinal))), (at, snmp["CurrEstab"]));
        Assert.Equal((at, w.Info.Values.Sum(i => i[0] == 10 ? 0 : I(i, 100))), (at, snmp["RetransSegs"]));
        Assert.Equal((at, snmp["RetransSegs"]), (at, host.Net.Mib[Protocols.Snmp.TcpRetransSegs]));
    }

    private static async Task Client(Os os, Witness w)
    {
        await os.Delay(Duration.FromMilliseconds(10));
        List<int> fds = [];
        for (int i = 0; i < 3; i++)
        {
            int fd = await os.Socket(AddressFamily.INET, SocketType.STREAM);
            await os.Connect(fd, "10.0.0.2:7000");
            fds.Add(fd);
        }

        await os.SetSockOpt(fds[2], SockLevel.SOCKET, (int)SockOpt.SO_KEEPALIVE, 1); // says nothing, but is there
        for (int i = 0; i < 2; i++)
        {
            int fd = fds[i];
            os.Spawn(async () =>
            {
                byte[] data = new byte[100_000];
                while (true) await os.Send(fd, data);
            });
        }

        await Watch(os, fds, w);
    }

    private static async Task Server(Os os, Witness w)
    {
        List<int> fds = [await os.Socket(AddressFamily.INET, SocketType.STREAM)];
        await os.Bind(fds[0], "0.0.0.0:7000");
        await os.Listen(fds[0], 8);
        os.Spawn(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                (int fd, SockAddr peer) = await os.Accept(fds[0]);
                fds.Add(fd);
                w.Read[peer.ToString()] = 0;
                bool slow = i == 1;
                os.Spawn(async () =>
                {
                    byte[] buffer = new byte[20_000];
                    while (true)
                    {
                        w.Read[peer.ToString()] += await os.Recv(fd, buffer);
                        if (slow) await os.Delay(Duration.FromMilliseconds(100));
                    }
                });
            }
        });
        await Watch(os, fds, w);
    }

    // Looks at everything at each full second.
    private static async Task Watch(Os os, List<int> fds, Witness w)
    {
        for (int s = (int)os.Now.Seconds + 1; ; s++)
        {
            await os.Delay(Instant.FromSeconds(s) - os.Now);
            w.Info.Clear();
            w.Memory.Clear();
            foreach (int fd in fds.ToArray())
            {
                byte[] info = new byte[280], mem = new byte[36];
                await os.GetSockOpt(fd, SockLevel.TCP, (int)TcpOpt.TCP_INFO, info);
                await os.GetSockOpt(fd, SockLevel.SOCKET, (int)SockOpt.SO_MEMINFO, mem);
                SysResult peer = await os.TryGetPeerName(fd);
                string ends = $"{await os.GetSockName(fd)} {(peer.IsOk ? (await os.GetPeerName(fd)).ToString() : "0.0.0.0:*")}";
                w.Info[ends] = info;
                w.Memory[ends] = [.. Enumerable.Range(0, 9).Select(i => (long)BinaryPrimitives.ReadInt32LittleEndian(mem.AsSpan(i * 4)))];
            }

            (w.Tcp, w.Sockstat, w.Snmp) = (await os.ReadFile("/proc/net/tcp"), await os.ReadFile("/proc/net/sockstat"), await os.ReadFile("/proc/net/snmp"));
            w.Second = s;
        }
    }

    // `ss -tanm`: two lines to a socket, without the head.
    private static string[] Ss(SocketTable table) =>
        SsPrinter.Print([table], SsOptions.Parse(["run", "-tanm", "--host", table.Host], _ => Duration.Zero)).TrimEnd('\n').Split('\n')[1..];

    private static Dictionary<string, long> Snmp(string text)
    {
        string[] lines = [.. text.Split('\n').Where(l => l.StartsWith("Tcp:", StringComparison.Ordinal))];
        return lines[0].Split(' ').Zip(lines[1].Split(' ')).Skip(1).ToDictionary(p => p.First, p => long.Parse(p.Second, CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    private static string End(string address, string port)
    {
        uint a = BinaryPrimitives.ReverseEndianness(uint.Parse(address, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        int p = int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return $"{IpAddress.FromV4(a)}:{(p == 0 ? "*" : p.ToString(CultureInfo.InvariantCulture))}";
    }

    private static int Hex(Match m, int group) => (int)uint.Parse(m.Groups[group].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static long I(byte[] info, int at) => BinaryPrimitives.ReadUInt32LittleEndian(info.AsSpan(at));

    private static long L(byte[] info, int at) => BinaryPrimitives.ReadInt64LittleEndian(info.AsSpan(at));

    private sealed class Witness
    {
        public Dictionary<string, byte[]> Info { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, long[]> Memory { get; } = new(StringComparer.Ordinal);

        /// <summary>Bytes that the program has read from each peer.</summary>
        public Dictionary<string, long> Read { get; } = new(StringComparer.Ordinal);

        public int Second { get; set; }

        public string Tcp { get; set; } = "";

        public string Sockstat { get; set; } = "";

        public string Snmp { get; set; } = "";
    }
}
