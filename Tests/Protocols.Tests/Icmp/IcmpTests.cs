// ICMP: replies, the rules of who may be told of what, what an error means, and how many may be sent.

using ActorNet.Protocols;
using ActorNet.Protocols.Tests.Ipv4Machine;

namespace ActorNet.Protocols.Tests.IcmpMachine;

public class IcmpTests
{
    private static byte[] Message(IcmpHeader h, ReadOnlySpan<byte> payload)
    {
        byte[] m = new byte[8 + payload.Length];
        payload.CopyTo(m.AsSpan(8));
        h.Emit(m);
        return m;
    }

    private static IcmpResult Rcv(IpBench b, byte[] message, string saddr = "10.0.0.2", string daddr = "10.0.0.1")
    {
        Assert.Equal(IpVerdict.LOCAL, b.Ip.Rcv(b.Packet(saddr, daddr, 1, message), b.Now, out SkBuff? up));
        return b.Icmp.Rcv(up!, b.Now);
    }

    private static byte[] Quote(string saddr, string daddr, byte protocol, ushort sport, ushort dport, int totalLength = 100, uint seq = 77)
    {
        byte[] q = new byte[28];
        new Ipv4Header(20, 0, (ushort)totalLength, 1, Ipv4Header.IP_DF, 60, protocol, IpBench.A(saddr), IpBench.A(daddr)).Emit(q);
        q[20] = (byte)(sport >> 8);
        q[21] = (byte)sport;
        q[22] = (byte)(dport >> 8);
        q[23] = (byte)dport;
        q[27] = (byte)seq;
        return q;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(56)]
    [InlineData(65_507)]
    public void An_echo_comes_back_with_its_data_from_the_address_that_was_asked(int size)
    {
        var b = new IpBench();
        byte[] data = IpBench.Bytes(size);
        IcmpResult r = Rcv(b, Message(IcmpHeader.Echo(IcmpType.ECHO, 5, 9), data));
        Assert.Equal(IcmpVerdict.REPLY, r.Verdict);
        Assert.Equal(("10.0.0.1", "10.0.0.2"), (r.Packet!.Ip.Saddr.ToString(), r.Packet.Ip.Daddr.ToString()));
        Assert.True(IcmpHeader.TryParse(r.Packet.Data, true, out IcmpHeader h, out _));
        Assert.Equal((IcmpType.ECHOREPLY, 5, 9), (h.Type, h.Id, h.Sequence));
        Assert.True(r.Packet.Data[8..].SequenceEqual(data));
        Assert.Equal(Errno.OK, b.Ip.Xmit(r.Packet, b.Now));
        Assert.Equal((1L, 1L, 1L, 1L), (b.Net.Mib[Snmp.IcmpInEchos], b.Net.Mib[Snmp.IcmpOutEchoReps], b.Net.Mib[Snmp.IcmpInMsgs], b.Net.Mib[Snmp.IcmpOutMsgs]));
        while (b.Out() is { } f) f.Free();
        b.Nothing();
    }

    [Fact]
    public void What_is_not_to_be_answered_is_not()
    {
        var b = new IpBench();
        byte[] echo = Message(IcmpHeader.Echo(IcmpType.ECHO, 5, 9), [1, 2, 3]);
        Assert.Equal(IcmpVerdict.DONE, Rcv(b, echo, daddr: "10.0.0.255").Verdict);
        Assert.Equal((1L, 1L), (b.Net.Mib[Snmp.IcmpInErrors], b.Net.Mib.Drops(DropReason.INVALID_PROTO)));
        b.Net.Sysctl.icmp_echo_ignore_broadcasts = false;
        IcmpResult r = Rcv(b, echo, daddr: "10.0.0.255");
        Assert.Equal("10.0.0.1", r.Packet!.Ip.Saddr.ToString());
        r.Packet.Free();
        b.Net.Sysctl.icmp_echo_ignore_all = true;
        Assert.Equal(IcmpVerdict.DONE, Rcv(b, echo).Verdict);
        echo[9] ^= 1;
        Assert.Equal(IcmpVerdict.DONE, Rcv(b, echo).Verdict);
        Assert.Equal((1L, 1L), (b.Net.Mib[Snmp.IcmpInCsumErrors], b.Net.Mib.Drops(DropReason.ICMP_CSUM)));
        Assert.Equal(IcmpVerdict.DONE, Rcv(b, Message(new IcmpHeader((IcmpType)99, 0, 0), [])).Verdict);
        Assert.Equal(1, b.Net.Mib.Drops(DropReason.UNHANDLED_PROTO));
        b.Nothing();
    }

    [Fact]
    public void A_timestamp_is_answered_with_the_time_of_day()
    {
        var b = new IpBench { Now = Instant.FromSeconds(86_400 + 12) };
        IcmpResult r = Rcv(b, Message(new IcmpHeader(IcmpType.TIMESTAMP, 0, 0x0005_0009), [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Equal([0, 0, 1, 0, 0, 0, 0x2E, 0xE0, 0, 0, 0x2E, 0xE0], r.Packet!.Data[8..].ToArray());
        r.Packet.Free();
        b.Nothing();
    }

    [Theory]
    [InlineData(3, 0, Errno.ENETUNREACH, false)]
    [InlineData(3, 1, Errno.EHOSTUNREACH, false)]
    [InlineData(3, 2, Errno.ENOPROTOOPT, true)]
    [InlineData(3, 3, Errno.ECONNREFUSED, true)]
    [InlineData(3, 5, Errno.EOPNOTSUPP, false)]
    [InlineData(3, 7, Errno.EHOSTDOWN, true)]
    [InlineData(3, 8, Errno.ENONET, true)]
    [InlineData(3, 13, Errno.EHOSTUNREACH, true)]
    [InlineData(11, 0, Errno.EHOSTUNREACH, false)]
    [InlineData(12, 0, Errno.EPROTO, true)]
    public void An_error_reaches_the_quoted_socket_with_its_errno(byte type, byte code, Errno errno, bool fatal)
    {
        var b = new IpBench();
        IcmpResult r = Rcv(b, Message(new IcmpHeader((IcmpType)type, code, 0), Quote("10.0.0.1", "9.9.9.9", 17, 1111, 53)), saddr: "10.0.0.254");
        Assert.Equal(IcmpVerdict.ERROR, r.Verdict);
        Assert.Equal(new IcmpErrorInfo(type, code, errno, fatal, 0, 77, IpAddress.Parse("10.0.0.254")), r.Error with { Seq = 77, Quoted = null, Destination = default, Pointer = 0 });
        Assert.Equal((IpProtocol.UDP, 1111, 53, "10.0.0.1", "9.9.9.9"), (r.Quote.Protocol, r.Quote.Sport, r.Quote.Dport, r.Quote.Saddr.ToString(), r.Quote.Daddr.ToString()));
        b.Nothing();
    }

    [Theory]
    [InlineData(1400, 1500, 1400)]
    [InlineData(0, 1500, 552)]
    [InlineData(68, 1500, 552)]
    public void Fragmentation_needed_of_an_echo_reply_lowers_the_path_mtu(int mtu, int total, int expected)
    {
        var b = new IpBench();
        b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = IpBench.A("10.0.0.254") });
        IcmpResult r = Rcv(b, Message(new IcmpHeader(IcmpType.DEST_UNREACH, IcmpCode.FRAG_NEEDED, (uint)mtu), Quote("10.0.0.1", "9.9.9.9", 1, 0, 2, total)));
        Assert.Equal((IcmpVerdict.ERROR, Errno.EMSGSIZE), (r.Verdict, r.Error.Errno));
        Assert.Equal(mtu, r.Error.Mtu);
        Assert.Equal(expected, b.Fib.Output(IpBench.A("9.9.9.9"), 0, 0, b.Now).Mtu);
        b.Nothing();
    }

    // What a 6.18 kernel does: without a socket to judge it, the route stays as it is.
    [Theory]
    [InlineData(6)]
    [InlineData(17)]
    [InlineData(1)]
    public void Fragmentation_needed_of_a_sockets_packet_is_for_the_socket_to_judge(byte protocol)
    {
        var b = new IpBench();
        b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = IpBench.A("10.0.0.254") });
        IcmpResult r = Rcv(b, Message(new IcmpHeader(IcmpType.DEST_UNREACH, IcmpCode.FRAG_NEEDED, 1400), Quote("10.0.0.1", "9.9.9.9", protocol, 0x0800, 53)));
        Assert.True(r.Error.IsFragNeeded);
        Assert.Equal(1500, b.Fib.Output(IpBench.A("9.9.9.9"), 0, 0, b.Now).Mtu);
        b.Nothing();
    }

    [Fact]
    public void Errors_that_cannot_be_ours_change_nothing()
    {
        var b = new IpBench();
        b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = IpBench.A("10.0.0.254") });
        Assert.Equal(IcmpVerdict.DONE, Rcv(b, Message(new IcmpHeader(IcmpType.DEST_UNREACH, IcmpCode.FRAG_NEEDED, 600), Quote("7.7.7.7", "9.9.9.9", 6, 1, 2))).Verdict);
        Assert.Equal(1500, b.Fib.Output(IpBench.A("9.9.9.9"), 0, 0, b.Now).Mtu);
        Assert.Equal(IcmpVerdict.DONE, Rcv(b, Message(new IcmpHeader(IcmpType.TIME_EXCEEDED, IcmpCode.EXC_FRAGTIME, 0), Quote("10.0.0.1", "9.9.9.9", 6, 1, 2))).Verdict);
        Assert.Equal(IcmpVerdict.DONE, Rcv(b, Message(new IcmpHeader(IcmpType.DEST_UNREACH, 3, 0), Quote("10.0.0.1", "10.0.0.255", 17, 1, 2))).Verdict);
        Assert.Equal(IcmpVerdict.DONE, Rcv(b, Message(new IcmpHeader(IcmpType.DEST_UNREACH, 3, 0), Quote("10.0.0.1", "9.9.9.9", 17, 1, 2).AsSpan(0, 24))).Verdict);
        Assert.Equal(1, b.Net.Mib[Snmp.IcmpInErrors]);
        b.Nothing();
    }

    [Fact]
    public void Nobody_is_told_about_errors_later_fragments_broadcasts_or_nobodys_packets()
    {
        var b = new IpBench();
        byte[] error = Message(new IcmpHeader(IcmpType.DEST_UNREACH, 3, 0), Quote("10.0.0.1", "9.9.9.9", 17, 1, 2));
        byte[] echo = Message(IcmpHeader.Echo(IcmpType.ECHO, 1, 1), []);
        byte[] unknown = Message(new IcmpHeader((IcmpType)77, 0, 0), []);
        (SkBuff Skb, bool Allowed)[] cases =
        [
            (b.Packet("10.0.0.2", "10.0.0.1", 17, [1, 2, 3]), true),
            (b.Packet("10.0.0.2", "10.0.0.1", 17, new byte[8], Ipv4Header.IP_MF), true),
            (b.Packet("10.0.0.2", "10.0.0.1", 17, new byte[8], 4), false),
            (b.Packet("10.0.0.2", "10.0.0.1", 1, error), false),
            (b.Packet("10.0.0.2", "10.0.0.1", 1, echo), true),
            (b.Packet("10.0.0.2", "10.0.0.1", 1, unknown), false),
            (b.Packet("10.0.0.2", "10.0.0.255", 17, new byte[8]), false),
            (b.Packet("10.0.0.2", "224.0.0.1", 17, new byte[8]), false),
            (b.Packet("10.0.0.2", "10.0.0.1", 17, new byte[8], type: PacketType.BROADCAST), false),
            (b.Packet("0.0.0.0", "10.0.0.1", 17, new byte[8]), false),
            (b.Packet("224.0.0.7", "10.0.0.1", 17, new byte[8]), false),
        ];
        for (int i = 0; i < cases.Length; i++)
        {
            cases[i].Skb.NetworkHeader = cases[i].Skb.DataOffset;
            bool made = b.Icmp.TryMakeError(cases[i].Skb, IcmpType.DEST_UNREACH, IcmpCode.PORT_UNREACH, 0, b.Now, out SkBuff? e);
            Assert.True(cases[i].Allowed == made, $"case {i}");
            e?.Free();
            cases[i].Skb.Free();
        }

        b.Nothing();
    }

    [Fact]
    public void One_destination_gets_six_errors_at_once_and_then_one_a_second()
    {
        var b = new IpBench();
        int Burst(int n)
        {
            int made = 0;
            for (int i = 0; i < n; i++)
            {
                SkBuff about = b.Packet("10.0.0.2", "10.0.0.1", 17, new byte[8]);
                about.NetworkHeader = about.DataOffset;
                if (b.Icmp.TryMakeError(about, IcmpType.DEST_UNREACH, IcmpCode.PORT_UNREACH, 0, b.Now, out SkBuff? e)) made++;
                e?.Free();
                about.Free();
            }

            return made;
        }

        Assert.Equal(6, Burst(10));
        Assert.Equal(4, b.Net.Mib[Snmp.IcmpOutRateLimitHost]);
        b.Now += Duration.FromMilliseconds(999);
        Assert.Equal(0, Burst(3));
        b.Now += Duration.FromMilliseconds(1);
        Assert.Equal(1, Burst(3));
        b.Now += Duration.FromSeconds(100);
        Assert.Equal(6, Burst(10));
        b.Nothing();
    }

    [Fact]
    public void The_host_as_a_whole_sends_about_fifty_at_once_and_never_limits_path_mtu_discovery()
    {
        var b = new IpBench();
        int Burst(byte code)
        {
            int made = 0;
            for (int i = 1; i < 200; i++)
            {
                SkBuff about = b.Packet($"10.0.0.{i + 1}", "10.0.0.1", 17, new byte[8]);
                about.NetworkHeader = about.DataOffset;
                if (b.Icmp.TryMakeError(about, IcmpType.DEST_UNREACH, code, 600, b.Now, out SkBuff? e)) made++;
                e?.Free();
                about.Free();
            }

            return made;
        }

        int first = Burst(IcmpCode.PORT_UNREACH);
        Assert.InRange(first, 30, 80); // a credit of one on average, but not predictably
        Assert.Equal(199 - first, b.Net.Mib[Snmp.IcmpOutRateLimitGlobal]);
        Assert.Equal(199, Burst(IcmpCode.FRAG_NEEDED));
        b.Now += Duration.FromMilliseconds(20);
        Assert.InRange(Burst(IcmpCode.PORT_UNREACH), 10, 40); // 1,000 a second
        b.Nothing();
    }
}
