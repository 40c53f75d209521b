// Settings below /proc/sys/net: what a write takes, returns and leaves, as Linux 6.18 answered the same writes in a fresh network namespace.

using System.Reflection;
using System.Text;

namespace ActorNet.Protocols.Tests.Sysctl;

public class SysctlTableTests
{
    private readonly NetSysctl _net = new();

    // A jiffies number: only as far as it was understood.
    [Theory]
    [InlineData("5", "1", "5")]
    [InlineData("5\n", "2", "5")]
    [InlineData(" 6 ", "3", "6")]
    [InlineData("7 8", "2", "7")]
    [InlineData("x", "EINVAL", "60")]
    [InlineData("9x", "EINVAL", "60")]
    [InlineData("\n", "EINVAL", "60")]
    [InlineData(" ", "EINVAL", "60")]
    [InlineData("0x10", "4", "16")]
    [InlineData("010", "3", "8")]
    [InlineData("-1", "2", "-1")]
    [InlineData("+5", "EINVAL", "60")]
    [InlineData("99999999999", "EINVAL", "60")]
    [InlineData("4294967296", "EINVAL", "60")]
    [InlineData("2147483647", "EINVAL", "60")]
    [InlineData("8589934", "7", "8589934")]
    [InlineData("8589935", "EINVAL", "60")]
    [InlineData("5\0", "EINVAL", "60")]
    [InlineData("5\n6\n", "2", "5")]
    [InlineData("5\tz", "2", "5")]
    public void Seconds_are_ints_as_strtol_reads_them(string text, string answer, string then) =>
        Check("net.ipv4.tcp_fin_timeout", text, answer, then);

    // An unsigned number: the write is taken whole.
    [Theory]
    [InlineData("net.ipv4.ip_default_ttl", "7 8", "3", "7")]
    [InlineData("net.ipv4.ip_default_ttl", "0", "EINVAL", "64")]
    [InlineData("net.ipv4.ip_default_ttl", "256", "EINVAL", "64")]
    [InlineData("net.ipv4.ip_default_ttl", "9x", "EINVAL", "64")]
    [InlineData("net.ipv4.tcp_sack", "0", "1", "0")]
    [InlineData("net.ipv4.tcp_sack", "2", "1", "2")]
    [InlineData("net.ipv4.tcp_sack", "255", "3", "255")]
    [InlineData("net.ipv4.tcp_sack", "256", "EINVAL", "1")]
    [InlineData("net.ipv4.tcp_sack", "-1", "EINVAL", "1")]
    [InlineData("net.ipv4.tcp_syn_retries", "0", "EINVAL", "6")]
    [InlineData("net.ipv4.tcp_keepalive_probes", "255", "3", "255")]
    public void Bytes_take_a_write_whole(string name, string text, string answer, string then) => Check(name, text, answer, then);

    [Theory]
    [InlineData("1 2 3", "5", "1\t2\t3")]
    [InlineData("5000", "4", "5000\t131072\t6291456")]
    [InlineData("6000 7000", "9", "6000\t7000\t6291456")]
    [InlineData("1 2 3 4", "6", "1\t2\t3")]
    [InlineData("9 8 7", "5", "9\t8\t7")]
    [InlineData("0 1 2", "EINVAL", "4096\t131072\t6291456")]
    [InlineData("1 x", "EINVAL", "1\t131072\t6291456")]
    [InlineData("1\n2\n3\n", "6", "1\t2\t3")]
    [InlineData("1 2 ", "4", "1\t2\t6291456")]
    [InlineData("1,2,3", "EINVAL", "4096\t131072\t6291456")]
    [InlineData("4096 0 5", "EINVAL", "4096\t131072\t6291456")]
    [InlineData("0x20 040 5", "10", "32\t32\t5")]
    public void A_vector_is_set_as_far_as_it_is_good(string text, string answer, string then) => Check("net.ipv4.tcp_rmem", text, answer, then);

    [Theory]
    [InlineData("8080", "4", "8080")]
    [InlineData("1-10,20,30-40\n", "14", "1-10,20,30-40")]
    [InlineData("40-30", "EINVAL", "")]
    [InlineData("65536", "EINVAL", "")]
    [InlineData("\n", "1", "")]
    [InlineData("1,2,3,4,6", "9", "1-4,6")]
    [InlineData("5 6", "EINVAL", "")]
    [InlineData("7,", "2", "7")]
    [InlineData("1,\n", "3", "1")]
    [InlineData(",7", "EINVAL", "")]
    [InlineData("1, 2", "EINVAL", "")]
    [InlineData("5-", "EINVAL", "")]
    [InlineData("5-5", "3", "5")]
    [InlineData("5\n6", "3", "5-6")]
    [InlineData("1,,2", "EINVAL", "")]
    [InlineData("0x10", "4", "16")]
    [InlineData("010", "3", "8")]
    [InlineData("1-3-5", "EINVAL", "")]
    [InlineData("1-70000", "EINVAL", "")]
    [InlineData("10-12,11-20", "11", "10-20")]
    [InlineData(" 5", "EINVAL", "")]
    public void Reserved_ports_are_a_list_of_ranges(string text, string answer, string then) => Check("net.ipv4.ip_local_reserved_ports", text, answer, then);

    [Fact]
    public void A_write_behind_the_start_is_passed_over_but_ports_are_added_and_names_go_on()
    {
        Check("net.ipv4.ip_local_reserved_ports", "1,2", "3", "1-2");
        Assert.Equal(("1-2,5", Errno.OK), More("net.ipv4.ip_local_reserved_ports", 3, "5"));
        Check("net.ipv4.tcp_fin_timeout", "11", "2", "11");
        Assert.Equal(("11", Errno.OK), More("net.ipv4.tcp_fin_timeout", 2, "12"));
        Check("net.ipv4.tcp_congestion_control", "reno", "4", "reno");
        Assert.Equal(("reno", Errno.ENOENT), More("net.ipv4.tcp_congestion_control", 4, "bbr"));

        (string, Errno) More(string name, long at, string text)
        {
            CtlTable entry = SysctlTable.Find(name, out _)!;
            Errno e = entry.Append(new SysctlScope(_net), at, Encoding.ASCII.GetBytes(text), out _);
            return (entry.Read(new SysctlScope(_net)), e);
        }
    }

    [Theory]
    [InlineData("1024 1024", "9", "1024\t1024")]
    [InlineData("2000 65535", "10", "2000\t65535")]
    [InlineData("1023 5000", "EINVAL", "32768\t60999")]
    [InlineData("40000", "5", "40000\t60999")]
    [InlineData("5000 4000", "EINVAL", "32768\t60999")]
    [InlineData("1024 65536", "EINVAL", "32768\t60999")]
    [InlineData("3000 4000 x", "10", "3000\t4000")]
    [InlineData("\n", "EINVAL", "32768\t60999")]
    public void The_port_range_must_fit(string text, string answer, string then) => Check("net.ipv4.ip_local_port_range", text, answer, then);

    [Theory]
    [InlineData("net.ipv4.tcp_congestion_control", "reno", "4", "reno")]
    [InlineData("net.ipv4.tcp_congestion_control", "reno\n\n", "6", "reno")]
    [InlineData("net.ipv4.tcp_congestion_control", "reno\ncubic", "10", "reno")]
    [InlineData("net.ipv4.tcp_congestion_control", "reno ", "ENOENT", "cubic")]
    [InlineData("net.ipv4.tcp_congestion_control", "nosuch", "ENOENT", "cubic")]
    [InlineData("net.ipv4.tcp_congestion_control", "bbr", "3", "bbr")]
    [InlineData("net.ipv4.tcp_allowed_congestion_control", " dctcp  reno\n", "13", "reno dctcp")]
    [InlineData("net.ipv4.tcp_allowed_congestion_control", "reno nosuch", "ENOENT", "reno cubic")]
    [InlineData("net.ipv4.tcp_pacing_ss_ratio", "1000", "4", "1000")]
    [InlineData("net.ipv4.tcp_pacing_ss_ratio", "1001", "EINVAL", "200")]
    [InlineData("net.ipv4.tcp_pacing_ca_ratio", "-1", "EINVAL", "120")]
    [InlineData("net.ipv4.ip_forward", "2", "1", "2")]
    [InlineData("net.ipv4.ip_forward", "-1", "2", "-1")]
    [InlineData("net.ipv4.ip_forward", "1 2", "2", "1")]
    [InlineData("net.ipv4.ip_unprivileged_port_start", "32769", "EINVAL", "1024")]
    [InlineData("net.ipv4.tcp_mem", "1 x", "EINVAL", "1\t65536\t98304")]
    [InlineData("net.ipv4.tcp_mem", "1 2 3 5", "6", "1\t2\t3")]
    [InlineData("net.core.rmem_max", "-1", "EINVAL", "4194304")]
    public void Other_kinds(string name, string text, string answer, string then) => Check(name, text, answer, then);

    [Fact]
    public void Ip_forward_is_every_devices_and_a_device_may_differ()
    {
        var fib = new Fib(new Net("h", 1, new SkBuffPool()));
        var eth0 = new InDevice("eth0", 2, default, 1500);
        fib.AddDevice(eth0);
        Set("net.ipv4.ip_forward", "1");
        Assert.Equal("1 1 1 1", All());
        Set("net.ipv4.conf.eth0.forwarding", "0");
        Assert.Equal("1 1 1 0", All());
        Assert.False(eth0.Forwards(_net));
        Set("net.ipv4.conf.default.forwarding", "0");
        Assert.Equal("1 1 0 0", All());
        Set("net.ipv4.conf.all.forwarding", "0");
        Set("net.ipv4.conf.all.forwarding", "1");
        Assert.Equal("1 1 1 1", All());

        string All() => string.Join(' ', ((string[])["net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding", "net.ipv4.conf.eth0.forwarding"]).Select(Get));

        string Get(string name) => SysctlTable.Find(name, out string? device)!.Read(new SysctlScope(_net, device == "eth0" ? eth0 : null, fib));

        void Set(string name, string value) =>
            Assert.Equal(Errno.OK, SysctlTable.Find(name, out string? device)!.Write(new SysctlScope(_net, device == "eth0" ? eth0 : null, fib), Encoding.ASCII.GetBytes(value), out _));
    }

    [Fact]
    public void A_devices_neighbour_settings_are_its_own_once_set()
    {
        var eth0 = new InDevice("eth0", 2, default, 1500);
        CtlTable entry = SysctlTable.Find("net.ipv4.neigh.eth0.ucast_solicit", out string? device)!;
        Assert.Equal("eth0", device);
        entry.Write(new SysctlScope(_net), "5"u8, out _);
        Assert.Equal(("5", "5"), (entry.Read(new SysctlScope(_net)), entry.Read(new SysctlScope(_net, eth0))));
        entry.Write(new SysctlScope(_net, eth0), "7"u8, out _);
        Assert.Equal(("5", "7"), (entry.Read(new SysctlScope(_net)), entry.Read(new SysctlScope(_net, eth0))));
        Assert.Null(SysctlTable.Find("net.ipv4.neigh.eth0.gc_thresh1", out _)); // the table's, not a device's
        Assert.Null(SysctlTable.Find("net.ipv4.neigh.DEV.nosuch", out _));
        Assert.Null(SysctlTable.Find("net.ipv4.nosuch", out _));
    }

    [Fact]
    public void Every_field_of_the_settings_has_a_name_below_proc_sys()
    {
        // A setting that cannot be written has no effect that a test could see: each field is changed through some name of the table.
        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (CtlTable entry in SysctlTable.All.Where(e => e.Mode != CtlTable.ReadOnly))
        {
            var net = new NetSysctl();
            string[] before = Values(net);
            string was = entry.Read(new SysctlScope(net));
            foreach (string text in (string[])["1", "2", "0", "3 4 5", "2000 3000", "1-3", "1-2-3-4", "reno", "7", "40000", "5000", "100"])
            {
                entry.Write(new SysctlScope(net), Encoding.ASCII.GetBytes(text), out _);
                string[] after = Values(net);
                for (int i = 0; i < before.Length; i++)
                {
                    if (before[i] != after[i]) reached.Add(Fields[i].Name);
                }
            }

            Assert.True(was == entry.Read(new SysctlScope(new NetSysctl())), entry.Name); // reading changes nothing
        }

        Assert.Equal([], Fields.Select(f => f.Name).Where(f => !reached.Contains(f)));
    }

    private static readonly FieldInfo[] Fields = typeof(NetSysctl).GetFields(BindingFlags.Public | BindingFlags.Instance);

    private static string[] Values(NetSysctl net) => [.. Fields.Select(f => f.GetValue(net) is bool[] or System.Collections.IEnumerable and not string ? string.Join(',', ((System.Collections.IEnumerable)f.GetValue(net)!).Cast<object>()) : $"{f.GetValue(net)}")];

    private void Check(string name, string text, string answer, string then)
    {
        CtlTable entry = SysctlTable.Find(name, out _)!;
        Errno e = entry.Write(new SysctlScope(_net), Encoding.ASCII.GetBytes(text), out int consumed);
        Assert.Equal((answer, then), (e == Errno.OK ? consumed.ToString(System.Globalization.CultureInfo.InvariantCulture) : e.ToString(), entry.Read(new SysctlScope(_net))));
    }
}
