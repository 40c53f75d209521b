// IPv4's input, forwarding and output: verdicts, reasons, counters and bytes, in Linux's terms.

using ActorNet.Protocols;

namespace ActorNet.Protocols.Tests.Ipv4Machine;

public class Ipv4Tests
{
    private static readonly byte[] Payload = IpBench.Bytes(100);

    private static DropReason Reason(IpBench b, Func<SkBuff> packet)
    {
        long[] before = [.. Enum.GetValues<DropReason>().Select(r => b.Net.Mib.Drops(r))];
        Assert.Equal(IpVerdict.DROPPED, b.Ip.Rcv(packet(), b.Now, out _));
        return Enum.GetValues<DropReason>().Single(r => b.Net.Mib.Drops(r) != before[(int)r]);
    }

    [Fact]
    public void A_datagram_for_this_host_comes_up_with_its_addresses_and_without_padding()
    {
        var b = new IpBench();
        SkBuff skb = b.Packet("10.0.0.2", "10.0.0.1", 17, Payload, tos: 2, ttl: 9);
        skb.Put(6).Clear();
        Assert.Equal(IpVerdict.LOCAL, b.Ip.Rcv(skb, b.Now, out SkBuff? up));
        Assert.True(up!.Data.SequenceEqual(Payload));
        Assert.Equal(("10.0.0.2", "10.0.0.1", 17, 2, 9, 2), (up.Ip.Saddr.ToString(), up.Ip.Daddr.ToString(), up.Ip.Protocol, up.Ip.Tos, up.Ip.Ttl, up.Ip.BoundIfIndex));
        Assert.Equal((1L, 1L, 126L, 1L), (b.Net.Mib[Snmp.IpInReceives], b.Net.Mib[Snmp.IpInDelivers], b.Net.Mib[Snmp.IpExtInOctets], b.Net.Mib[Snmp.IpExtInECT0Pkts]));
        up.Free();
        b.Nothing();
    }

    [Theory]
    [InlineData("224.0.0.5", "10.0.0.1", DropReason.IP_INVALID_SOURCE)]
    [InlineData("255.255.255.255", "10.0.0.1", DropReason.IP_INVALID_SOURCE)]
    [InlineData("0.0.0.5", "10.0.0.1", DropReason.IP_INVALID_SOURCE)]
    [InlineData("10.0.0.2", "0.0.0.5", DropReason.IP_INVALID_DEST)]
    [InlineData("10.0.0.2", "127.0.0.1", DropReason.IP_LOCALNET)]
    [InlineData("127.0.0.1", "10.0.0.1", DropReason.IP_LOCALNET)]
    [InlineData("10.0.0.1", "10.0.0.1", DropReason.IP_LOCAL_SOURCE)]
    [InlineData("10.0.1.1", "255.255.255.255", DropReason.IP_LOCAL_SOURCE)]
    [InlineData("10.0.0.2", "8.8.8.8", DropReason.IP_INADDRERRORS)]
    [InlineData("10.0.0.2", "10.0.1.9", DropReason.IP_INADDRERRORS)]
    [InlineData("10.0.0.2", "239.1.1.1", DropReason.NOT_SPECIFIED)]
    public void Martians_and_strangers_are_dropped_silently_by_a_host(string saddr, string daddr, DropReason reason)
    {
        var b = new IpBench();
        Assert.Equal(reason, Reason(b, () => b.Packet(saddr, daddr, 17, Payload)));
        Assert.Equal(reason == DropReason.IP_INADDRERRORS ? 1 : 0, b.Net.Mib[Snmp.IpInAddrErrors]);
        b.Nothing();
    }

    [Fact]
    public void Faulty_headers_are_counted_where_linux_counts_them()
    {
        var b = new IpBench();
        Assert.Equal(DropReason.OTHERHOST, Reason(b, () => b.Packet("10.0.0.2", "10.0.0.1", 17, Payload, type: PacketType.OTHERHOST)));
        Assert.Equal(0, b.Net.Mib[Snmp.IpInReceives]);
        Assert.Equal(DropReason.IP_CSUM, Reason(b, () => Harm(p => p[10] ^= 1)));
        Assert.Equal((1L, 1L), (b.Net.Mib[Snmp.IpInHdrErrors], b.Net.Mib[Snmp.IpExtInCsumErrors]));
        Assert.Equal(DropReason.PKT_TOO_SMALL, Reason(b, () => Harm(p => { p[2] = 9; Ipv4View.SendCheck(p.AsSpan(0, 20)); })));
        Assert.Equal((1L, 1L), (b.Net.Mib[Snmp.IpInHdrErrors], b.Net.Mib[Snmp.IpExtInTruncatedPkts]));
        Assert.Equal(DropReason.IP_INHDR, Reason(b, () => Harm(p => p[0] = 0x65)));
        Assert.Equal(2, b.Net.Mib[Snmp.IpInHdrErrors]);
        b.Nothing();

        SkBuff Harm(Action<byte[]> how)
        {
            SkBuff skb = b.Packet("10.0.0.2", "10.0.0.1", 17, Payload);
            byte[] bytes = skb.Data.ToArray();
            how(bytes);
            bytes.CopyTo(skb.Data);
            return skb;
        }
    }

    [Fact]
    public void Broadcast_and_all_hosts_multicast_are_for_this_host()
    {
        var b = new IpBench();
        foreach ((string daddr, Snmp counter) in new[] { ("255.255.255.255", Snmp.IpExtInBcastPkts), ("10.0.0.255", Snmp.IpExtInBcastPkts), ("224.0.0.1", Snmp.IpExtInMcastPkts) })
        {
            long before = b.Net.Mib[counter];
            Assert.Equal(IpVerdict.LOCAL, b.Ip.Rcv(b.Packet("10.0.0.2", daddr, 17, Payload, type: PacketType.BROADCAST), b.Now, out SkBuff? up));
            Assert.Equal(before + 1, b.Net.Mib[counter]);
            up!.Free();
        }

        Assert.Equal(IpVerdict.LOCAL, b.Ip.Rcv(b.Packet("0.0.0.0", "255.255.255.255", 17, Payload, type: PacketType.BROADCAST), b.Now, out SkBuff? dhcp));
        dhcp!.Free();
        b.Nothing();
    }

    [Fact]
    public void An_unknown_protocol_is_answered_with_protocol_unreachable_unless_registered()
    {
        var b = new IpBench();
        Assert.Equal(DropReason.IP_NOPROTO, Reason(b, () => b.Packet("10.0.0.2", "10.0.0.1", 99, Payload)));
        (IcmpHeader icmp, byte[] quote, Ipv4Header h) = b.TakeIcmp();
        Assert.Equal((IcmpType.DEST_UNREACH, IcmpCode.PROT_UNREACH), (icmp.Type, icmp.Code));
        Assert.Equal((IpBench.A("10.0.0.1"), IpBench.A("10.0.0.2"), 0xC0), (h.Saddr, h.Daddr, h.Tos));
        Assert.Equal(120, quote.Length);
        Assert.Equal(1, b.Net.Mib[Snmp.IpInUnknownProtos]);
        b.Ip.Register(99);
        Assert.Equal(IpVerdict.LOCAL, b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.0.1", 99, Payload), b.Now, out SkBuff? up));
        up!.Free();
        b.Nothing();
    }

    [Fact]
    public void A_router_forwards_with_one_hop_less_and_a_right_checksum()
    {
        var b = new IpBench(forward: true);
        Assert.Equal(IpVerdict.TAKEN, b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.1.9", 6, Payload, ttl: 2), b.Now, out _));
        (Ipv4Header h, byte[] payload, int ifIndex, uint hop) = b.TakeOut();
        Assert.Equal((1, b.Eth1.IfIndex, IpBench.A("10.0.1.9")), (h.Ttl, ifIndex, hop));
        Assert.Equal(Payload, payload);
        Assert.Equal((1L, 1L, 0L), (b.Net.Mib[Snmp.IpForwDatagrams], b.Net.Mib[Snmp.IpOutTransmits], b.Net.Mib[Snmp.IpOutRequests]));

        Assert.Equal(DropReason.TTL_EXPIRED, Reason(b, () => b.Packet("10.0.0.2", "10.0.1.9", 6, Payload, ttl: 1)));
        (IcmpHeader icmp, _, Ipv4Header ih) = b.TakeIcmp();
        Assert.Equal((IcmpType.TIME_EXCEEDED, IcmpCode.EXC_TTL, IpBench.A("10.0.0.1")), (icmp.Type, icmp.Code, ih.Saddr));

        Assert.Equal(DropReason.IP_INNOROUTES, Reason(b, () => b.Packet("10.0.0.2", "8.8.8.8", 6, Payload)));
        Assert.Equal(IcmpCode.NET_UNREACH, b.TakeIcmp().Icmp.Code);
        b.Fib.AddRoute(new FibRoute { Prefix = IpBench.A("9.9.9.0"), PrefixLength = 24, Type = RouteType.PROHIBIT });
        Assert.Equal(DropReason.NOT_SPECIFIED, Reason(b, () => b.Packet("10.0.0.2", "9.9.9.9", 6, Payload)));
        Assert.Equal(IcmpCode.PKT_FILTERED, b.TakeIcmp().Icmp.Code);
        b.Fib.AddRoute(new FibRoute { Prefix = IpBench.A("9.9.8.0"), PrefixLength = 24, Type = RouteType.BLACKHOLE });
        Assert.Equal(DropReason.NOT_SPECIFIED, Reason(b, () => b.Packet("10.0.0.2", "9.9.8.9", 6, Payload)));
        Assert.Equal(DropReason.NOT_SPECIFIED, Reason(b, () => b.Packet("10.0.0.2", "10.0.1.9", 6, Payload, type: PacketType.BROADCAST)));
        b.Nothing();
    }

    [Fact]
    public void What_is_larger_than_the_next_link_is_cut_or_with_df_reported_with_its_mtu()
    {
        var b = new IpBench(forward: true);
        b.Eth1.Mtu = 600;
        byte[] big = IpBench.Bytes(1400);
        Assert.Equal(DropReason.PKT_TOO_BIG, Reason(b, () => b.Packet("10.0.0.2", "10.0.1.9", 6, big, Ipv4Header.IP_DF)));
        (IcmpHeader icmp, byte[] quote, Ipv4Header h) = b.TakeIcmp();
        Assert.Equal((IcmpCode.FRAG_NEEDED, 600u, 548, 576), (icmp.Code, icmp.Rest, quote.Length, h.TotalLength));

        Assert.Equal(IpVerdict.TAKEN, b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.1.9", 6, big), b.Now, out _));
        var far = new IpBench();
        SkBuff? whole = null;
        int n = 0;
        for (; b.Out() is { } f; n++)
        {
            Assert.True(f.Length <= 600);
            Assert.Null(whole);
            SkBuff copy = far.Pool.Alloc(64, f.Length);
            copy.Put(f.Data);
            Ipv4View.SetDaddr(copy.Data, IpBench.A("10.0.0.1"));
            copy.IfIndex = 2;
            f.Free();
            far.Ip.Rcv(copy, far.Now, out whole);
        }

        Assert.Equal(3, n);
        Assert.True(whole!.Data.SequenceEqual(big));
        whole.Free();
        Assert.Equal((3L, 1L), (b.Net.Mib[Snmp.IpFragCreates], b.Net.Mib[Snmp.IpFragOKs]));
        far.Nothing();
        b.Nothing();
    }

    [Fact]
    public void Fragments_of_fragments_keep_their_place_and_only_copied_options()
    {
        var b = new IpBench(forward: true);
        b.Eth1.Mtu = 100;
        // Router alert is copied; a record route (no room left) stands in the first fragment only.
        byte[] options = [Ipv4Options.RA, 4, 0, 0, Ipv4Options.RR, 7, 8, 0, 0, 0, 0, Ipv4Options.EOL];
        b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.1.9", 17, IpBench.Bytes(160), Ipv4Header.IP_MF | 100, options: options), b.Now, out _);
        int at = 800;
        for (int i = 0; i < 3; i++)
        {
            SkBuff f = b.Out()!;
            Assert.True(Ipv4Header.TryParse(f.Data, out Ipv4Header h, out _));
            Assert.Equal((32, at, true), (h.HeaderLength, h.FragmentOffset, h.MoreFragments)); // the original was not the last either
            Assert.Equal(Ipv4Options.RA, f.Data[20]);
            Assert.Equal(i == 0 ? Ipv4Options.RR : Ipv4Options.NOP, f.Data[24]);
            at += h.TotalLength - h.HeaderLength;
            f.Free();
        }

        Assert.Equal(960, at);
        b.Nothing();
    }

    [Fact]
    public void Options_are_checked_source_routes_refused_and_routes_recorded()
    {
        var b = new IpBench(forward: true);
        Assert.Equal(DropReason.IP_INHDR, Reason(b, () => b.Packet("10.0.0.2", "10.0.0.1", 17, Payload, options: [Ipv4Options.RR, 9, 4, 0])));
        (IcmpHeader icmp, _, _) = b.TakeIcmp();
        Assert.Equal((IcmpType.PARAMETERPROB, 20u << 24), (icmp.Type, icmp.Rest));
        Assert.Equal(DropReason.NOT_SPECIFIED, Reason(b, () => b.Packet("10.0.0.2", "10.0.0.1", 17, Payload, options: [Ipv4Options.LSRR, 7, 4, 10, 0, 1, 9, 0])));

        byte[] record = [Ipv4Options.RR, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.1.9", 17, Payload, options: record), b.Now, out _);
        SkBuff f = b.Out()!;
        Assert.True(new Ipv4View(f.Data).ChecksumIsValid);
        Assert.Equal([Ipv4Options.RR, 11, 8, 10, 0, 1, 1], f.Data.Slice(20, 7).ToArray());
        f.Free();

        byte[] stamp = [Ipv4Options.TS, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.1.9", 17, Payload, options: stamp), b.Now, out _);
        f = b.Out()!;
        Assert.Equal([Ipv4Options.TS, 12, 13, 1, 10, 0, 1, 1, 0, 0, 3, 232], f.Data.Slice(20, 12).ToArray());
        f.Free();
        b.Nothing();
    }

    [Fact]
    public void Any_options_are_read_or_refused_and_forwarding_them_never_throws()
    {
        var random = new RandomStream(8, "test", "options");
        byte[] kinds = [0, 1, 7, 68, 131, 137, 148, 130, 3, 4, 5, 8, 11, 12, 39];
        int good = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] o = new byte[4 * (1 + random.Below(10))];
            for (int j = 0; j < o.Length; j++) o[j] = random.Below(4) == 0 ? (byte)random.Below(256) : kinds[random.Below((uint)kinds.Length)];
            bool ok = Ipv4Options.TryParse(o, out Ipv4Options value, out int pointer);
            if (!ok)
            {
                Assert.InRange(pointer, 20, 20 + o.Length);
                continue;
            }

            good++;
            byte[] header = new byte[20 + o.Length];
            new Ipv4Header((byte)header.Length, 0, (ushort)header.Length, 1, 0, 9, 17, 1, 2).Emit(header, o);
            value.WriteForwarder(header, 0x0A000001, Instant.Zero);
            Assert.True(new Ipv4View(header).ChecksumIsValid);
        }

        Assert.InRange(good, 100, 19_900);
    }

    [Fact]
    public void Output_fills_the_header_and_chooses_identifications_as_linux_does()
    {
        var b = new IpBench();
        Assert.Equal(Errno.OK, b.Ip.Xmit(b.Datagram(null, "10.0.0.9", 17, Payload, df: true), b.Now));
        (Ipv4Header h, byte[] payload, int ifIndex, _) = b.TakeOut();
        Assert.Equal(new Ipv4Header(20, 0, 120, 0, Ipv4Header.IP_DF, 64, 17, IpBench.A("10.0.0.1"), IpBench.A("10.0.0.9")), h);
        Assert.Equal((2, true), (ifIndex, payload.AsSpan().SequenceEqual(Payload)));

        // Without DF: a counter of the destination's bucket, that moves by one within one instant.
        b.Ip.Xmit(b.Datagram(null, "10.0.0.9", 17, Payload), b.Now);
        ushort first = b.TakeOut().Header.Id;
        b.Ip.Xmit(b.Datagram(null, "10.0.0.9", 17, Payload), b.Now);
        Assert.Equal((ushort)(first + 1), b.TakeOut().Header.Id);

        // A connected socket brings its own.
        SkBuff skb = b.Datagram(null, "10.0.0.9", 17, Payload, df: true);
        skb.Ip.HasId = true;
        skb.Ip.Id = 4711;
        b.Ip.Xmit(skb, b.Now);
        Assert.Equal(4711, b.TakeOut().Header.Id);

        Assert.Equal(Errno.ENETUNREACH, b.Ip.Xmit(b.Datagram(null, "8.8.8.8", 17, Payload), b.Now));
        Assert.Equal((1L, 1L, 4L), (b.Net.Mib[Snmp.IpOutNoRoutes], b.Net.Mib.Drops(DropReason.IP_OUTNOROUTES), b.Net.Mib[Snmp.IpOutRequests]));
        b.Nothing();

        var again = new IpBench();
        again.Ip.Xmit(again.Datagram(null, "10.0.0.9", 17, Payload), b.Now);
        Assert.Equal(first, again.TakeOut().Header.Id); // from the seed alone
    }

    [Fact]
    public void A_datagram_larger_than_the_path_is_cut_here_or_refused_with_emsgsize()
    {
        var b = new IpBench();
        byte[] big = IpBench.Bytes(4000);
        // IP_PMTUDISC_WANT: DF goes, and it is cut.
        Assert.Equal(Errno.OK, b.Ip.Xmit(b.Datagram(null, "10.0.0.9", 17, big, df: true), b.Now));
        int at = 0;
        ushort? id = null;
        for (int i = 0; i < 3; i++)
        {
            (Ipv4Header h, byte[] part, _, _) = b.TakeOut();
            Assert.Equal((at, i < 2, id ?? h.Id), (h.FragmentOffset, h.MoreFragments, h.Id));
            Assert.True(big.AsSpan(at, part.Length).SequenceEqual(part));
            id = h.Id;
            at += part.Length;
        }

        Assert.Equal(4000, at);
        // IP_PMTUDISC_DO: the sender is told, by errno and by an ICMP message to itself over lo.
        Assert.Equal(Errno.EMSGSIZE, b.Ip.Xmit(b.Datagram(null, "10.0.0.9", 17, big, df: true, allowCut: false), b.Now));
        (IcmpHeader icmp, _, Ipv4Header ih) = b.TakeIcmp();
        Assert.Equal((IcmpCode.FRAG_NEEDED, 1500u, IpBench.A("10.0.0.1"), IpBench.A("10.0.0.1")), (icmp.Code, icmp.Rest, ih.Saddr, ih.Daddr));
        b.Nothing();
    }

    [Fact]
    public void Broadcasts_and_joined_groups_are_looped_back()
    {
        var b = new IpBench();
        b.Ip.Xmit(b.Datagram(null, "10.0.0.255", 17, Payload), b.Now);
        Assert.Equal(0xFFu, b.TakeOut().NextHop & 0xFF);
        Assert.True(b.Ip.TryDeliver(out SkBuff? copy));
        Assert.True(copy.Data.SequenceEqual(Payload));
        copy.Free();
        new Igmp(b.Net, b.Fib).Apply(new McChange(McChangeKind.Join, b.Eth0.IfIndex, IpBench.A("239.1.1.1"), McMode.EXCLUDE, [], false), b.Now);
        b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = IpBench.A("10.0.0.254") });
        b.Ip.Xmit(b.Datagram(null, "239.1.1.1", 17, Payload), b.Now);
        (_, _, _, uint hop) = b.TakeOut();
        Assert.Equal(IpBench.A("239.1.1.1"), hop);
        Assert.True(b.Ip.TryDeliver(out copy));
        copy.Free();
        b.Ip.Xmit(b.Datagram(null, "239.1.1.2", 17, Payload), b.Now); // not joined
        b.TakeOut();
        Assert.False(b.Ip.TryDeliver(out _));
        SkBuff here = b.Datagram(null, "239.1.1.1", 17, Payload);
        here.Ip.Ttl = 0; // does not leave the host
        b.Ip.Xmit(here, b.Now);
        Assert.Null(b.Out());
        Assert.True(b.Ip.TryDeliver(out copy));
        copy.Free();
        b.Nothing();
    }

    [Fact]
    public void A_failed_next_hop_is_told_to_the_sender()
    {
        var b = new IpBench(forward: true);
        b.Ip.Rcv(b.Packet("10.0.0.2", "10.0.1.9", 6, Payload), b.Now, out _);
        b.Ip.LinkFailure(b.Out()!, b.Now);
        (IcmpHeader icmp, _, Ipv4Header h) = b.TakeIcmp();
        Assert.Equal((IcmpCode.HOST_UNREACH, IpBench.A("10.0.0.2")), (icmp.Code, h.Daddr));
        Assert.Equal(1, b.Net.Mib.Drops(DropReason.NEIGH_FAILED));

        b.Ip.Xmit(b.Datagram(null, "10.0.0.9", 17, Payload), b.Now);
        b.Ip.LinkFailure(b.Out()!, b.Now);
        SkBuff skb = b.Out()!; // to ourselves over lo, for the socket that sent it
        skb.PacketType = PacketType.HOST;
        Assert.Equal(b.Lo.IfIndex, skb.IfIndex);
        Assert.Equal(IpVerdict.LOCAL, b.Ip.Rcv(skb, b.Now, out SkBuff? up));
        IcmpResult r = b.Icmp.Rcv(up!, b.Now);
        Assert.Equal((IcmpVerdict.ERROR, Errno.EHOSTUNREACH, false), (r.Verdict, r.Error.Errno, r.Error.Fatal));
        Assert.Equal("10.0.0.9", r.Quote.Daddr.ToString());
        b.Nothing();
    }

    [Fact]
    public void Any_bytes_at_all_leave_no_packet_behind()
    {
        var random = new RandomStream(9, "test", "ipfuzz");
        var b = new IpBench(forward: true);
        b.Fib.AddRoute(new FibRoute { Prefix = 0, PrefixLength = 0, Gateway = IpBench.A("10.0.0.254") });
        for (int i = 0; i < 40_000; i++)
        {
            byte[] o = new byte[4 * random.Below(4)];
            for (int j = 0; j < o.Length; j++) o[j] = (byte)random.Below(256);
            SkBuff skb = b.Packet(random.Below(2) == 0 ? "10.0.0.2" : "10.0.1.7", random.Below(2) == 0 ? "10.0.0.1" : "10.0.1.9", (byte)random.Below(20), IpBench.Bytes((int)random.Below(200), i),
                (int)(random.NextUInt32() & random.NextUInt32() & 0xFFFF), (ushort)random.Below(8), (byte)random.Below(3), (byte)i, o);
            if (random.Below(3) == 0) skb.Data[(int)random.Below((uint)skb.Length)] ^= (byte)(1 << (int)random.Below(8));
            if (random.Below(2) == 0 && skb.Length >= 60) Ipv4View.SendCheck(skb.Data[..((skb.Data[0] & 15) * 4 is var n and >= 20 ? n : 20)]);
            b.Now += Duration.FromMilliseconds(random.Below(300));
            if (b.Ip.NextTimer <= b.Now) b.Ip.OnTimer(b.Now);
            if (b.Ip.Rcv(skb, b.Now, out SkBuff? up) == IpVerdict.LOCAL)
            {
                if (up!.Ip.Protocol == 1)
                {
                    IcmpResult r = b.Icmp.Rcv(up, b.Now);
                    if (r.Verdict == IcmpVerdict.REPLY) b.Ip.Xmit(r.Packet!, b.Now);
                    if (r.Verdict == IcmpVerdict.ECHOREPLY) r.Packet!.Free();
                }
                else
                {
                    up.Free();
                }
            }

            while (b.Out() is { } f)
            {
                Assert.True(Ipv4Header.TryParse(f.Data, out _, out _));
                f.Free();
            }
        }

        b.Ip.Destroy();
        b.Nothing();
    }
}
