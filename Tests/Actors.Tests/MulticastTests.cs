// Groups between hosts: who hears what, and what the wire sees of IGMP.

using System.Buffers.Binary;

namespace ActorNet.Actors.Tests;

[Trait("Engine", "Embedded")]
public class MulticastTests
{
    private static byte[] Addresses(params string[] addresses)
    {
        byte[] b = new byte[4 * addresses.Length];
        for (int i = 0; i < addresses.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(b.AsSpan(4 * i), IpAddress.Parse(addresses[i]).V4);
        return b;
    }

    private static ValueTask Group(Os os, int fd, IpOpt option, params string[] addresses) => os.SetSockOpt(fd, SockLevel.IP, (int)option, Addresses(addresses));

    private static async Task<string> Hear(Os os, int fd)
    {
        byte[] b = new byte[100];
        SysResult r = await os.TryRecv(fd, b, MsgFlags.DONTWAIT);
        return r.IsOk ? System.Text.Encoding.ASCII.GetString(b, 0, (int)r.Value) : r.Errno.ToString();
    }

    [Fact]
    public void Only_who_is_in_a_group_hears_it_and_the_device_counts_only_that()
    {
        using Lab lab = Lab.Pair();
        var heard = new List<string>();
        lab.B.Run("b", async os =>
        {
            int s = await os.Udp(), t = await os.Udp();
            await os.SetSockOpt(s, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
            await os.SetSockOpt(t, SockLevel.SOCKET, (int)SockOpt.SO_REUSEADDR, 1);
            await os.Bind(s, "0.0.0.0:5000");
            await os.Bind(t, "224.1.1.2:5000");
            await os.Delay(Duration.FromMilliseconds(100));
            heard.Add(await Hear(os, s)); // sent at 50 ms, to a group that nobody is in
            await Group(os, s, IpOpt.IP_ADD_MEMBERSHIP, "224.1.1.1", "10.0.0.2");
            Assert.Contains("010101E0     1 ", await os.ReadFile("/proc/net/igmp"), StringComparison.Ordinal);
            await os.Delay(Duration.FromMilliseconds(100));
            heard.Add(await Hear(os, s)); // 150 ms
            await Group(os, s, IpOpt.IP_BLOCK_SOURCE, "224.1.1.1", "10.0.0.2", "10.0.0.1");
            await os.Delay(Duration.FromMilliseconds(100));
            heard.Add(await Hear(os, s)); // 250 ms
            heard.Add(await Hear(os, t)); // another group's
            await os.Close(s);
            Assert.DoesNotContain("010101E0", await os.ReadFile("/proc/net/igmp"), StringComparison.Ordinal);
        });
        lab.A.Run("a", async os =>
        {
            int s = await os.Udp();
            await Group(os, s, IpOpt.IP_MULTICAST_IF, "10.0.0.1");
            for (int i = 0; i < 3; i++)
            {
                await os.Delay(Duration.FromMilliseconds(i == 0 ? 50 : 100));
                await os.TrySendTo(s, System.Text.Encoding.ASCII.GetBytes($"m{i}"), "224.1.1.1:5000");
            }
        });
        lab.Finish();
        Assert.Equal(["EAGAIN", "m1", "EAGAIN", "EAGAIN"], heard);
        NetnsMib mib = lab.B.Net.Mib;
        Assert.Equal(1, mib[Snmp.IpExtInMcastPkts]); // the device let in no other: a filter that blocks one's only source is the device's too
        Assert.Equal(0, mib[Snmp.UdpIgnoredMulti]);
    }

    [Fact]
    public void A_join_and_a_leave_are_reported_twice_each_to_the_routers_with_router_alert()
    {
        using Lab lab = Lab.Pair();
        lab.B.Run("b", async os =>
        {
            int s = await os.Udp();
            await Group(os, s, IpOpt.IP_ADD_MEMBERSHIP, "239.1.1.1", "10.0.0.2");
            await os.Delay(Duration.FromSeconds(5));
            await os.Close(s);
            await os.Delay(Duration.FromSeconds(5));
        });
        lab.Finish();
        // TO_EX, robustness times; on the way out they are multicasts of 40 bytes: 20, the option's 4, the report's 8, one record's 8.
        Assert.Equal(2 + 2, lab.B.Net.Mib[Snmp.IpExtOutMcastPkts]); // and TO_IN as often when the socket closed
        Assert.Equal(4 * 40, lab.B.Net.Mib[Snmp.IpExtOutMcastOctets]);
        Assert.Equal(0, lab.A.Net.Mib[Snmp.IpExtInMcastPkts]); // a is no router: not in 224.0.0.22
    }
}
