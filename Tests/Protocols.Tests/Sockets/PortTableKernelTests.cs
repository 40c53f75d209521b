// Who may bind where, cell by cell as a real kernel answered (bind-matrix.txt), and what came of random calls on one port (bind-traces.txt): both files say
// how they were asked.

using System.Globalization;

namespace ActorNet.Protocols.Tests.Sockets;

public sealed class PortTableKernelTests
{
    private const ushort Port = 40_000;
    private static readonly IpAddress s_peer = IpAddress.Parse("127.0.0.9"), s_client = IpAddress.Parse("127.0.0.8");

    public static TheoryData<string> Matrix() => [.. Read("bind-matrix.txt")];

    [Theory]
    [MemberData(nameof(Matrix))]
    public void A_row_of_the_matrix_of_binds_is_the_kernels(string line)
    {
        string[] w = line.Split(' ');
        string got = "";
        foreach (char holder in "-RPBrpxy")
        {
            foreach (char newcomer in "-RPB") got += Cell(w[0] == "TCP", w[1][0], w[2], w[3] == "o", w[4], holder, newcomer);
            got += ' ';
        }

        Assert.Equal(string.Join(' ', w.Skip(5)), got.Trim());
    }

    [Fact]
    public void Random_calls_on_one_port_end_as_the_kernels()
    {
        int traces = 0;
        List<string> wrong = [];
        foreach (string line in Read("bind-traces.txt"))
        {
            string[] words = line.Split(' ');
            var five = new FiveSockets(words[0] == "TCP");
            for (int i = 1; i < words.Length; i++)
            {
                string[] call = words[i].Split('=');
                string answer = five.Do(call[0]);
                if (call.Length < 2 || call[1] == answer || (five.IsOfGroup(call[1]) && five.IsOfGroup(answer))) continue;
                wrong.Add($"{answer} after {string.Join(' ', words[..(i + 1)])}");
                break;
            }

            traces++;
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {traces}:\n{string.Join('\n', wrong.OrderBy(x => x.Length).Take(10))}");
        Assert.True(traces >= 500);
    }

    private static char Cell(bool tcp, char state, string addresses, bool other, string devices, char holder, char newcomer)
    {
        PortTable<string> t = Table(tcp, new NetSysctl());
        IpAddress first = Address(addresses[0]);
        var request = new PortRequest(first, Device(devices[0]), holder is 'R' or 'B' or 'x', holder is 'P' or 'B' or 'y');
        Assert.Equal(Errno.OK, t.Bind("1", request, Port, out PortHandle h, out _));
        if (state is 'l' or 'a') Assert.Equal(Errno.OK, t.Listen(h));
        if ("rpxy".Contains(holder)) t.SetOptions(h, holder == 'r', holder == 'p', request.BoundIfIndex);
        IpAddress local = first.IsAny ? Address('A') : first;
        if (state is 'c' or 't') Assert.Equal(Errno.OK, t.SetConnected(h, local, SockAddr.In(s_peer, 9999)));
        if (state == 't') t.SetOwner(h, "tw", isTimewait: true);
        if (state == 'a')
        {
            Assert.Equal(Errno.OK, t.Accept(h, "child", local, SockAddr.In(s_client, 9999), out _));
            t.Release(h);
        }

        var second = new PortRequest(Address(addresses[1]), Device(devices[1]), newcomer is 'R' or 'B', newcomer is 'P' or 'B', other ? 1000u : 0);
        if (t.Bind("2", second, Port, out PortHandle h2, out _) != Errno.OK) return 'x';
        return tcp && t.Listen(h2) != Errno.OK ? 'l' : 'o';
    }

    private static PortTable<string> Table(bool tcp, NetSysctl sysctl) =>
        new(tcp ? PortRules.TCP : PortRules.UDP, sysctl, new RandomStream(1, "h", "ports"));

    private static IpAddress Address(char c) => c == '*' ? IpAddress.Any4 : c == 'A' ? IpAddress.Loopback4 : IpAddress.Parse("127.0.0.2");

    private static int Device(char c) => c switch { 'l' => 1, 'd' => 2, _ => 0 };

    private static IEnumerable<string> Read(string name)
    {
        using var reader = new StreamReader(typeof(PortTableKernelTests).Assembly.GetManifestResourceStream(name)!);
        while (reader.ReadLine() is { } line)
            if (!line.StartsWith('#')) yield return line;
    }

    // Does with a table what the calls do with a demultiplexer.
    private sealed class FiveSockets(bool tcp)
    {
        private readonly PortTable<string> _table = Table(tcp, new NetSysctl { ip_local_port_range_min = Port, ip_local_port_range_max = Port });
        private readonly Sk[] _sk = [new(), new(), new(), new(), new()];

        public string Do(string call)
        {
            if (call[0] == 'q') return Deliver(call);
            int i = call[1] - '0';
            ref Sk s = ref _sk[i];
            switch (call[0])
            {
                case 'n': s = new Sk { Uid = call[2] == 'o' ? 1000u : 0 }; return "";
                case '+' or '-':
                    if (call[2] == 'R') s.Reuse = call[0] == '+';
                    else s.ReusePort = call[0] == '+';
                    s.WasReusePort |= s.ReusePort;
                    Update(s);
                    return "";
                case 'd':
                    s.Device = Device(call[2]);
                    Update(s);
                    return "";
                case 'b': return Answer(_table.Bind($"{i}", Request(s, Address(call[2])), Port, out s.Handle, out _));
                case 'l': return Answer(_table.Listen(s.Handle));
                case 'c':
                    if (!s.Handle.IsNone) _table.Release(s.Handle);
                    s.Handle = default;
                    return "";
                case 'k':
                    var peer = SockAddr.In(s_peer, (ushort)(9001 + call[2] - '0'));
                    if (s.Handle.IsNone) return Answer(_table.Connect($"{i}", Request(s, IpAddress.Loopback4), peer, out s.Handle, out _));
                    IpAddress local = _table.Local(s.Handle).Address;
                    return Answer(_table.SetConnected(s.Handle, local.IsAny ? IpAddress.Loopback4 : local, peer));
                case 'u':
                    if (!_table.Disconnect(s.Handle))
                    {
                        s.Handle = default;
                        return "n";
                    }

                    IpAddress left = _table.Local(s.Handle).Address;
                    return left.IsAny ? "*" : left == IpAddress.Loopback4 ? "A" : "B";
                default: throw new FormatException(call);
            }
        }

        private string Deliver(string call)
        {
            (IpAddress from, ushort port) = tcp ? (s_client, (ushort)12_345) : (s_peer, (ushort)(9001 + call[2] - '0'));
            if (!_table.TryLookup(from, port, Address(call[1]), Port, 1, out string? who, out PortHandle handle)) return "-";
            Sk s = _sk[int.Parse(who, CultureInfo.InvariantCulture)];
            return s.ReusePort && _table.Peer(handle).Port == 0 ? "~" : who;
        }

        // Which of a group is chosen is a matter of hashing; one that has taken its option back is still in it.
        public bool IsOfGroup(string who) => who == "~" || (who[0] is >= '0' and <= '4' && _sk[who[0] - '0'].WasReusePort);

        private void Update(Sk s)
        {
            if (!s.Handle.IsNone) _table.SetOptions(s.Handle, s.Reuse, s.ReusePort, s.Device);
        }

        private static PortRequest Request(Sk s, IpAddress a) => new(a, s.Device, s.Reuse, s.ReusePort, s.Uid);

        private static string Answer(Errno e) => e switch { Errno.OK => "o", Errno.EADDRINUSE => "x", Errno.EADDRNOTAVAIL => "v", Errno.EAGAIN => "g", _ => e.ToString() };

        private sealed class Sk
        {
            public PortHandle Handle;
            public bool Reuse, ReusePort, WasReusePort;
            public int Device;
            public uint Uid;
        }
    }
}
