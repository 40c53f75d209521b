// What a host says of its groups, against what a real kernel (Linux 6.18, two ends of a veth) said when its sockets did the same; wire formats by round trip.

using System.Globalization;

namespace ActorNet.Protocols.Tests.Groups;

public sealed class IgmpTests
{
    private const int AddMembership = 35, DropMembership = 36, BlockSource = 38, AddSource = 39, DropSource = 40, Msfilter = 41;

    [Fact]
    public void Filters_of_two_sockets_are_reported_as_the_kernel_reports_them()
    {
        var h = new Host();
        Sk u = h.Socket(), v = h.Socket();
        h.Expect(() => u.Set(AddMembership, "239.1.1.1", "10.0.0.1"), "TO_EX 239.1.1.1", "TO_EX 239.1.1.1");
        h.Expect(() => u.Set(BlockSource, "239.1.1.1", "10.0.0.1", "1.1.1.1"), "BLOCK 239.1.1.1 1.1.1.1", "BLOCK 239.1.1.1 1.1.1.1");
        h.Expect(() => v.Set(AddSource, "239.1.1.1", "10.0.0.1", "1.1.1.1"), "ALLOW 239.1.1.1 1.1.1.1", "ALLOW 239.1.1.1 1.1.1.1");
        h.Expect(() => u.Set(DropMembership, "239.1.1.1", "10.0.0.1"), "TO_IN 239.1.1.1 1.1.1.1", "TO_IN 239.1.1.1 1.1.1.1");
        h.Expect(() => v.Set(AddSource, "239.1.1.1", "10.0.0.1", "2.2.2.2"), "ALLOW 239.1.1.1 2.2.2.2", "ALLOW 239.1.1.1 2.2.2.2");
        h.Expect(() => v.Set(DropSource, "239.1.1.1", "10.0.0.1", "1.1.1.1"), "BLOCK 239.1.1.1 1.1.1.1", "BLOCK 239.1.1.1 1.1.1.1");
        h.Expect(() => h.Query3("0.0.0.0"), "IS_IN 239.1.1.1 2.2.2.2");
        h.Expect(() => h.Query3("239.1.1.1"), "IS_IN 239.1.1.1 2.2.2.2");
        h.Expect(() => h.Query3("239.1.1.1", "2.2.2.2", "3.3.3.3"), "IS_IN 239.1.1.1 2.2.2.2");
        h.Expect(() => h.Query3("239.1.1.1", "3.3.3.3"));
        h.Expect(v.DropMemberships, "BLOCK 239.1.1.1 2.2.2.2", "BLOCK 239.1.1.1 2.2.2.2");
        h.Expect(() => h.Query3("0.0.0.0"));
    }

    [Fact]
    public void A_whole_filter_is_one_change_and_a_leave_that_is_taken_back_is_none()
    {
        var h = new Host();
        Sk u = h.Socket();
        h.Expect(
            () =>
            {
                u.Set(AddMembership, "239.2.2.2", "10.0.0.1");
                u.Set(Msfilter, [.. Bytes("239.2.2.2", "10.0.0.1"), 0, 0, 0, 0, 2, 0, 0, 0, .. Bytes("1.1.1.1", "1.1.1.2")]);
            },
            "TO_EX 239.2.2.2 1.1.1.1,1.1.1.2", "TO_EX 239.2.2.2 1.1.1.1,1.1.1.2");
        h.Expect(() => u.Set(Msfilter, [.. Bytes("239.2.2.2", "10.0.0.1"), 1, 0, 0, 0, 1, 0, 0, 0, .. Bytes("1.1.1.1")]), "TO_IN 239.2.2.2 1.1.1.1", "TO_IN 239.2.2.2 1.1.1.1");
        h.Expect(
            () =>
            {
                u.Set(DropMembership, "239.2.2.2", "10.0.0.1");
                u.Set(AddMembership, "239.2.2.2", "10.0.0.1");
            },
            "TO_EX 239.2.2.2", "TO_EX 239.2.2.2");
    }

    [Fact]
    public void Older_queriers_are_answered_in_their_own_version()
    {
        var h = new Host();
        Sk u = h.Socket(), w = h.Socket();
        h.Expect(() => u.Set(AddMembership, "239.2.2.2", "10.0.0.1"), "TO_EX 239.2.2.2", "TO_EX 239.2.2.2");
        h.Expect(() => h.Query12(5), "16 239.2.2.2");
        h.Expect(() => w.Set(AddMembership, "239.3.3.3", "10.0.0.1"), "16 239.3.3.3", "16 239.3.3.3");
        Assert.Contains("\t\t\t\t030303EF     1 0:00000000\t\t1\n\t\t\t\t020202EF     1 0:00000000\t\t1\n\t\t\t\t010000E0     1 0:00000000\t\t0\n", string.Concat(h.Igmp.ProcRecords(h.Now)), StringComparison.Ordinal);
        Assert.Contains("2\teth0      :     3      V2\n", string.Concat(h.Igmp.ProcRecords(h.Now)), StringComparison.Ordinal);
        h.Expect(u.DropMemberships, "17 224.0.0.2 239.2.2.2");
        h.Expect(() => h.Query12(0), "12 239.3.3.3");
        h.Expect(w.DropMemberships);
        // The querier of version 1 is believed for twice 125 s and 10 s.
        h.Now += Duration.FromSeconds(271);
        h.Expect(() => u.Set(AddMembership, "239.2.2.2", "10.0.0.1"), "TO_EX 239.2.2.2", "TO_EX 239.2.2.2");
    }

    [Fact]
    public void Another_hosts_report_saves_ones_own_and_the_leave()
    {
        var h = new Host();
        Sk u = h.Socket();
        h.Expect(() => u.Set(AddMembership, "239.2.2.2", "10.0.0.1"), "TO_EX 239.2.2.2", "TO_EX 239.2.2.2");
        h.Expect(() =>
        {
            h.Query12(100);
            h.Rcv([0x16, 0, 0, 0, .. Bytes("239.2.2.2")]);
        });
        h.Expect(u.DropMemberships);
    }

    [Fact]
    public void Many_groups_fill_several_reports_and_none_is_larger_than_the_path()
    {
        var h = new Host();
        h.Net.Sysctl.igmp_max_memberships = 1000;
        Sk u = h.Socket();
        for (int i = 0; i < 400; i++) u.Set(AddMembership, $"239.1.{i / 200}.{i % 200}", "10.0.0.1");
        h.Pump(5);
        h.Said.Clear();
        h.Query3("0.0.0.0");
        h.Pump(5);
        Assert.Equal(400, h.Said.Count(s => s.StartsWith("IS_EX", StringComparison.Ordinal)));
        Assert.Equal(400, h.Said.Distinct().Count());
    }

    [Fact]
    public void A_device_hears_a_source_if_any_filter_lets_it_in()
    {
        var h = new Host();
        Sk u = h.Socket(), v = h.Socket();
        Assert.False(h.Eth0.IsMember(A("239.1.1.1")));
        u.Set(AddSource, "239.1.1.1", "10.0.0.1", "1.1.1.1");
        h.Pump(0);
        Assert.True(h.Eth0.IsMember(A("239.1.1.1"), A("1.1.1.1")));
        Assert.False(h.Eth0.IsMember(A("239.1.1.1"), A("1.1.1.2")));
        Assert.True(h.Eth0.IsMember(A("239.1.1.1"), A("1.1.1.2"), IpProtocol.IGMP));
        v.Set(AddMembership, "239.1.1.1", "10.0.0.1");
        v.Set(BlockSource, "239.1.1.1", "10.0.0.1", "1.1.1.3");
        h.Pump(0);
        Assert.True(h.Eth0.IsMember(A("239.1.1.1"), A("1.1.1.2")));
        Assert.False(h.Eth0.IsMember(A("239.1.1.1"), A("1.1.1.3")));
        Assert.True(u.McFilter.Allows(A("239.1.1.1"), A("1.1.1.1"), 2));
        Assert.False(u.McFilter.Allows(A("239.1.1.1"), A("1.1.1.2"), 2));
        Assert.False(v.McFilter.Allows(A("239.1.1.1"), A("1.1.1.3"), 2));
        Assert.True(v.McFilter.Allows(A("239.9.9.9"), A("1.1.1.3"), 2)); // IP_MULTICAST_ALL
    }

    [Fact]
    public void Queries_and_reports_survive_any_bytes_and_come_back_as_they_went()
    {
        var random = new RandomStream(3, "test", "igmp");
        byte[] b = new byte[64];
        for (int i = 0; i < 20_000; i++)
        {
            Span<byte> bytes = b.AsSpan(0, (int)random.Below(64));
            foreach (ref byte x in bytes) x = (byte)random.Below(256);
            if (bytes.Length > 0 && i % 2 == 0) bytes[0] = 0x22;
            Assert.False(IgmpMessage.TryParse(bytes, out _, out _) && bytes.Length < IgmpMessage.Length);
            if (IgmpQuery.TryParse(bytes, out IgmpQuery q)) Assert.InRange(q.SourceCount, 0, 13);
            if (!IgmpReport.TryParse(bytes, out IgmpReport r)) continue;
            while (r.TryRead(out _, out _, out _))
            {
            }
        }

        for (int i = 0; i < 1000; i++)
        {
            uint[] sources = [random.NextUInt32(), random.NextUInt32()];
            int response = (int)random.Below(31_744), interval = (int)random.Below(31_744), robustness = (int)random.Below(8);
            uint group = random.NextUInt32();
            IgmpQuery.Emit(b, group, response, i % 2 == 0, robustness, interval, sources);
            Assert.True(IgmpMessage.TryParse(b.AsSpan(0, 20), out IgmpMessage m, out _));
            Assert.Equal(new IgmpMessage(IgmpType.HOST_MEMBERSHIP_QUERY, b[1], group), m);
            Assert.True(IgmpQuery.TryParse(b.AsSpan(0, 20), out IgmpQuery q));
            Assert.Equal((group, i % 2 == 0, robustness, sources[1]), (q.Group, q.SuppressRouterSide, q.Robustness, q.Source(1)));
            Assert.True(q.MaxResponse <= response && response - q.MaxResponse <= response / 16, $"{response} became {q.MaxResponse}");
            Assert.True(q.QueryInterval <= interval && interval - q.QueryInterval <= interval / 16);
        }
    }

    private static uint A(string address) => IpAddress.Parse(address).V4;

    private static byte[] Bytes(params string[] addresses) => [.. addresses.SelectMany(a => BitConverter.GetBytes(A(a)).Reverse())];

    private sealed class Sk(Net net, Fib fib)
    {
        public UdpSock Udp { get; } = new(net, fib);

        public McFilter McFilter => Udp.McFilter!;

        public void Set(int option, params string[] addresses) => Set(option, Bytes(addresses));

        public void Set(int option, byte[] value) => Assert.Equal(Errno.OK, Udp.SetDeviceOption(option, value, fib));

        public void DropMemberships() => Udp.DropMemberships();
    }

    /// <summary>A host with one Ethernet device, whose IGMP messages are read.</summary>
    private sealed class Host
    {
        private static readonly string[] s_records = ["", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"];
        private readonly List<UdpSock> _sockets = [];

        public Host()
        {
            Net = new Net("h", 1, new SkBuffPool());
            Fib = new Fib(Net);
            Eth0 = new InDevice("eth0", 2, default, 1500);
            Fib.AddDevice(Eth0);
            Fib.AddAddress(Eth0, A("10.0.0.1"), 24);
            Igmp = new Igmp(Net, Fib);
            Igmp.SetUp(Eth0, up: true, Now);
        }

        public Net Net { get; }

        public Fib Fib { get; }

        public InDevice Eth0 { get; }

        public Igmp Igmp { get; }

        public Instant Now { get; set; } = Instant.FromSeconds(1);

        public List<string> Said { get; } = [];

        public Sk Socket()
        {
            var sk = new Sk(Net, Fib);
            _sockets.Add(sk.Udp);
            return sk;
        }

        public void Expect(Action act, params string[] said)
        {
            Said.Clear();
            act();
            Pump(30);
            Assert.Equal(said, Said);
        }

        public void Pump(double seconds)
        {
            foreach (UdpSock sk in _sockets)
                foreach (McChange c in sk.TakeMcChanges() ?? []) Igmp.Apply(c, Now);
            Instant end = Now + Duration.FromSeconds(seconds);
            while (true)
            {
                while (Igmp.TryXmit(out SkBuff? skb)) Read(skb);
                if (Igmp.NextTimer > end) break;
                Now = Igmp.NextTimer;
                Igmp.OnTimer(Now);
            }

            Now = end;
        }

        public void Query3(string group, params string[] sources)
        {
            byte[] b = new byte[12 + 4 * sources.Length];
            IgmpQuery.Emit(b, A(group), 5, false, 2, 125, [.. sources.Select(A)]);
            Rcv(b, emitted: true);
        }

        public void Query12(byte code) => Rcv([0x11, code, 0, 0, 0, 0, 0, 0]);

        public void Rcv(byte[] message, bool emitted = false)
        {
            if (!emitted) BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), InternetChecksum.Compute(message));
            SkBuff skb = Net.Pool.Alloc(64, message.Length);
            message.CopyTo(skb.Put(message.Length));
            skb.IfIndex = 2;
            skb.PacketType = PacketType.MULTICAST;
            Igmp.Rcv(skb, Now);
        }

        private void Read(SkBuff skb)
        {
            Assert.True(skb.Length + 24 <= 1500);
            Assert.Equal(((byte)1, (byte)0xC0, 2), (skb.Ip.Ttl, skb.Ip.Tos, skb.Ip.BoundIfIndex));
            Assert.Equal([148, 4, 0, 0], skb.Ip.Options);
            Assert.True(IgmpMessage.TryParse(skb.Data, out IgmpMessage m, out _));
            if (IgmpReport.TryParse(skb.Data, out IgmpReport r))
            {
                Assert.Equal(IpAddress.Parse("224.0.0.22"), skb.Ip.Daddr);
                while (r.TryRead(out IgmpRecordType type, out uint group, out uint[] sources))
                    Said.Add($"{s_records[(int)type]} {IpAddress.FromV4(group)} {string.Join(',', sources.Select(s => IpAddress.FromV4(s).ToString()))}".TrimEnd());
            }
            else
            {
                string to = skb.Ip.Daddr.V4 == m.Group ? "" : $"{skb.Ip.Daddr} ";
                Said.Add(string.Create(CultureInfo.InvariantCulture, $"{(int)m.Type:x} {to}{IpAddress.FromV4(m.Group)}"));
            }

            skb.Free();
        }
    }
}
