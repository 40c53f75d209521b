// Every parser: any bytes give a value or a reason, never an exception; what is emitted reads back as it was.

using ActorNet.Protocols;

namespace ActorNet.Protocols.Tests.Wire;

public class WireFormatTests
{
    private static readonly IpAddress A = IpAddress.Parse("10.0.0.1"), B = IpAddress.Parse("10.0.0.2");
    private readonly RandomStream _random = new(2, "test", "wire");

    private MacAddress Mac() => new(_random.NextUInt64() & 0xFFFF_FFFF_FFFF);

    private byte[] Bytes(int n)
    {
        byte[] b = new byte[n];
        for (int i = 0; i < n; i++) b[i] = (byte)_random.Below(256);
        return b;
    }

    [Fact]
    public void Any_bytes_give_a_value_or_a_reason()
    {
        for (int i = 0; i < 60_000; i++)
        {
            byte[] b = Bytes((int)_random.Below(90));
            // Half of them nearly right, so that the later checks are reached.
            if (b.Length > 20 && (i & 1) == 0)
            {
                b[0] = (byte)(0x40 | 5 + _random.Below(4));
                b[2] = 0;
                if (b.Length >= (b[0] & 15) * 4 && (i & 2) == 0) Ipv4View.SendCheck(b.AsSpan(0, (b[0] & 15) * 4));
            }

            One(EthernetHeader.TryParse(b, out EthernetHeader _, out DropReason r), r);
            One(ArpPacket.TryParse(b, out ArpPacket _, out r), r);
            bool ip = Ipv4Header.TryParse(b, out Ipv4Header h, out r);
            One(ip, r);
            if (ip) Assert.True(h.HeaderLength >= 20 && h.TotalLength <= b.Length && h.HeaderLength <= h.TotalLength);
            One(UdpHeader.TryParse(b, A, B, (i & 1) == 0, out UdpHeader u, out r), r);
            Assert.True(u.Len <= b.Length);
            One(IcmpHeader.TryParse(b, (i & 4) == 0, out IcmpHeader _, out r), r);
        }

        static void One(bool ok, DropReason reason) => Assert.Equal(ok, reason == DropReason.NOT_DROPPED_YET);
    }

    [Fact]
    public void What_is_emitted_reads_back()
    {
        for (int i = 0; i < 3000; i++)
        {
            byte[] b = Bytes(100);
            var eth = new EthernetHeader(Mac(), Mac(), (ushort)(0x600 + _random.Below(0x7000)), i % 2 == 0 ? -1 : (int)_random.Below(65_536));
            if (eth.Type == EtherType.VLAN) eth = eth with { Type = EtherType.IP };
            eth.Emit(b);
            Assert.True(EthernetHeader.TryParse(b, out EthernetHeader eth2, out _));
            Assert.Equal(eth, eth2);

            var arp = new ArpPacket((ArpOperation)(1 + i % 2), Mac(), _random.NextUInt32(), Mac(), _random.NextUInt32());
            arp.Emit(b);
            Assert.True(ArpPacket.TryParse(b, out ArpPacket arp2, out _));
            Assert.Equal(arp, arp2);

            byte ihl = (byte)(20 + 4 * _random.Below(11));
            var ip = new Ipv4Header(ihl, (byte)i, (ushort)(ihl + _random.Below((uint)(100 - ihl))), (ushort)_random.NextUInt32(),
                (ushort)_random.NextUInt32(), (byte)_random.NextUInt32(), (byte)_random.NextUInt32(), _random.NextUInt32(), _random.NextUInt32());
            ip.Emit(b, Bytes(ihl - 20));
            Assert.True(Ipv4Header.TryParse(b, out Ipv4Header ip2, out _));
            Assert.Equal(ip, ip2);

            byte[] d = Bytes(8 + (int)_random.Below(200));
            var udp = new UdpHeader((ushort)_random.NextUInt32(), (ushort)_random.NextUInt32(), (ushort)d.Length);
            udp.Emit(d, A, B, i % 2 == 0 ? null : InternetChecksum.Sum(d.AsSpan(8)));
            Assert.True(UdpHeader.TryParse(d, A, B, true, out UdpHeader udp2, out _));
            Assert.Equal(udp, udp2);
            Assert.NotEqual(0, new UdpView(d).Check);
            d[(int)_random.Below((uint)d.Length)] ^= 0x10;
            if (new UdpView(d).Len == udp.Len && new UdpView(d).Check != 0) Assert.False(UdpHeader.TryParse(d, A, B, true, out _, out _));

            byte[] m = Bytes(8 + (int)_random.Below(100));
            var icmp = new IcmpHeader((IcmpType)_random.Below(20), (byte)i, _random.NextUInt32());
            icmp.Emit(m);
            Assert.True(IcmpHeader.TryParse(m, true, out IcmpHeader icmp2, out _));
            Assert.Equal(icmp, icmp2);
            m[^1] ^= 1;
            Assert.False(IcmpHeader.TryParse(m, true, out _, out DropReason reason));
            Assert.Equal(DropReason.ICMP_CSUM, reason);
        }
    }

    [Fact]
    public void Patches_keep_the_header_checksum_right()
    {
        for (int i = 0; i < 3000; i++)
        {
            byte[] b = Bytes(20);
            new Ipv4Header(20, 0, 20, (ushort)_random.NextUInt32(), 0, (byte)(1 + _random.Below(255)), 6, _random.NextUInt32(), _random.NextUInt32()).Emit(b);
            int ttl = b[8];
            Assert.Equal(ttl - 1, Ipv4View.DecreaseTtl(b));
            Assert.Equal(ttl - 1, new Ipv4View(b).Ttl);
            Assert.True(new Ipv4View(b).ChecksumIsValid);
            Ipv4View.SetTos(b, (byte)i);
            uint a = _random.NextUInt32(), c = _random.NextUInt32();
            Ipv4View.SetSaddr(b, a);
            Ipv4View.SetDaddr(b, c);
            var v = new Ipv4View(b);
            Assert.True(v.ChecksumIsValid);
            Assert.Equal(((byte)i, a, c), (v.Tos, v.Saddr, v.Daddr));
        }
    }

    [Fact]
    public void Ipv4_faults_have_the_reason_that_ip_rcv_core_gives()
    {
        byte[] good = new byte[40];
        new Ipv4Header(24, 0, 40, 7, 0, 64, 17, 0x0A000001, 0x0A000002).Emit(good, [1, 1, 1, 0]);
        Assert.Equal(DropReason.NOT_DROPPED_YET, Reason(_ => { }));
        Assert.Equal(DropReason.IP_INHDR, Reason(b => { }, 19));
        Assert.Equal(DropReason.IP_INHDR, Reason(b => { }, 22));
        Assert.Equal(DropReason.PKT_TOO_SMALL, Reason(b => { }, 39));
        Assert.Equal(DropReason.IP_INHDR, Reason(b => b[0] = 0x66));
        Assert.Equal(DropReason.IP_INHDR, Reason(b => b[0] = 0x44));
        Assert.Equal(DropReason.IP_CSUM, Reason(b => b[8]--));
        Assert.Equal(DropReason.IP_INHDR, Reason(b => { b[3] = 23; Ipv4View.SendCheck(b.AsSpan(0, 24)); }));

        DropReason Reason(Action<byte[]> harm, int length = 40)
        {
            byte[] b = [.. good];
            harm(b);
            Assert.Equal(Ipv4Header.TryParse(b.AsSpan(0, length), out _, out DropReason r), r == DropReason.NOT_DROPPED_YET);
            return r;
        }
    }
}
