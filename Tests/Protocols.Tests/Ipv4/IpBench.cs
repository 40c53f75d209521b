// A host's IP without actors: its machines, wired by hand, for the tests of this folder and its neighbours.

using ActorNet.Protocols;

namespace ActorNet.Protocols.Tests.Ipv4Machine;

internal sealed class IpBench
{
    public static readonly MacAddress Mac0 = new(0x0200_0000_0001), Mac1 = new(0x0200_0000_0002), PeerMac = new(0x0200_0000_0099);

    public IpBench(bool forward = false, ulong seed = 1, SkBuffPool? pool = null)
    {
        Pool = pool ?? new SkBuffPool();
        Net = new Net("h", seed, Pool);
        Net.Sysctl.ip_forward = forward;
        Fib = new Fib(Net);
        Lo = new InDevice("lo", 1, MacAddress.Zero, 65_536) { IsLoopback = true };
        Eth0 = new InDevice("eth0", 2, Mac0, 1500);
        Eth1 = new InDevice("eth1", 3, Mac1, 1500);
        foreach (InDevice d in new[] { Lo, Eth0, Eth1 }) Fib.AddDevice(d);
        Assert.Equal(Errno.OK, Fib.AddAddress(Lo, A("127.0.0.1"), 8));
        Assert.Equal(Errno.OK, Fib.AddAddress(Eth0, A("10.0.0.1"), 24));
        Assert.Equal(Errno.OK, Fib.AddAddress(Eth1, A("10.0.1.1"), 24));
        var igmp = new Igmp(Net, Fib);
        foreach (InDevice d in Fib.Devices) igmp.SetUp(d, up: true, Now);
        Icmp = new Icmp(Net, Fib);
        Ip = new Ipv4(Net, Fib, Icmp);
    }

    public SkBuffPool Pool { get; }

    public Net Net { get; }

    public Fib Fib { get; }

    public InDevice Lo { get; }

    public InDevice Eth0 { get; }

    public InDevice Eth1 { get; }

    public Icmp Icmp { get; }

    public Ipv4 Ip { get; }

    public Instant Now { get; set; } = Instant.FromMilliseconds(1000);

    public static uint A(string text) => IpAddress.Parse(text).V4;

    /// <summary>An IP packet as it would come from a device.</summary>
    public SkBuff Packet(string saddr, string daddr, byte protocol, ReadOnlySpan<byte> payload, int fragOff = 0, ushort id = 7, byte ttl = 64,
        byte tos = 0, byte[]? options = null, InDevice? device = null, PacketType type = PacketType.HOST)
    {
        int hl = 20 + (options?.Length ?? 0);
        SkBuff skb = Pool.Alloc(64, hl + payload.Length);
        Span<byte> b = skb.Put(hl + payload.Length);
        payload.CopyTo(b[hl..]);
        new Ipv4Header((byte)hl, tos, (ushort)b.Length, id, (ushort)fragOff, ttl, protocol, A(saddr), A(daddr)).Emit(b, options);
        skb.Protocol = EtherType.IP;
        skb.IfIndex = (device ?? Eth0).IfIndex;
        skb.PacketType = type;
        return skb;
    }

    /// <summary>A transport's packet on its way down.</summary>
    public SkBuff Datagram(string? saddr, string daddr, byte protocol, ReadOnlySpan<byte> payload, bool df = false, bool allowCut = true)
    {
        SkBuff skb = Pool.Alloc(128, payload.Length);
        skb.Put(payload);
        skb.PacketType = PacketType.OUTGOING;
        skb.Ip.Saddr = saddr is null ? IpAddress.Any4 : IpAddress.Parse(saddr);
        skb.Ip.Daddr = IpAddress.Parse(daddr);
        skb.Ip.Protocol = protocol;
        skb.Ip.DontFragment = df;
        skb.Ip.AllowLocalFragmentation = allowCut;
        skb.Ip.MulticastLoop = true;
        skb.Ip.Ttl = skb.Ip.Daddr.IsMulticast ? (byte)1 : (byte)0; // as InetSock.FillIp does
        return skb;
    }

    public static byte[] Bytes(int n, int seed = 0)
    {
        byte[] b = new byte[n];
        for (int i = 0; i < n; i++) b[i] = (byte)(i * 7 + i / 251 + seed);
        return b;
    }

    /// <summary>What goes out next, or null.</summary>
    public SkBuff? Out() => Ip.TryXmit(out SkBuff? skb) ? skb : null;

    /// <summary>Takes what goes out next, says its header, and frees it.</summary>
    public (Ipv4Header Header, byte[] Payload, int IfIndex, uint NextHop) TakeOut()
    {
        SkBuff skb = Out() ?? throw new InvalidOperationException("nothing goes out");
        Assert.True(Ipv4Header.TryParse(skb.Data, out Ipv4Header h, out _));
        var result = (h, skb.Data[h.HeaderLength..].ToArray(), skb.IfIndex, skb.Ip.NextHop);
        skb.Free();
        return result;
    }

    /// <summary>Expects one ICMP message to go out and gives its header and what it quotes.</summary>
    public (IcmpHeader Icmp, byte[] Quote, Ipv4Header Header) TakeIcmp()
    {
        (Ipv4Header h, byte[] p, _, _) = TakeOut();
        Assert.Equal((byte)IpProtocol.ICMP, h.Protocol);
        Assert.True(IcmpHeader.TryParse(p, true, out IcmpHeader i, out _));
        return (i, p[8..], h);
    }

    public void Nothing()
    {
        Assert.Null(Out());
        Assert.Equal(0, Pool.Outstanding);
    }
}
