// A datagram socket's buffers by truesize. Numbers are what Linux 6.18 showed on lo, and on a veth device behind a slow tbf: /proc/net/udp, SIOCOUTQ, poll, send.

using System.Buffers.Binary;
using ActorNet.Protocols;
using ActorNet.Protocols.Tests.Ipv4Machine;

namespace ActorNet.Protocols.Tests.Sockets;

public class DatagramMemoryTests
{
    private readonly IpBench _b = new();
    private readonly UdpSock _s;
    private int _woken;

    public DatagramMemoryTests()
    {
        _s = new UdpSock(_b.Net, _b.Fib) { Local = "10.0.0.1:4000" };
        _b.Net.OnWriteSpace = _ => _woken++;
        byte[] size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, 5000);
        Assert.Equal(Errno.OK, _s.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_SNDBUF, size, _b.Now)); // 10,000
    }

    private int Wmem => BinaryPrimitives.ReadInt32LittleEndian(MemInfo().AsSpan(8));

    private byte[] MemInfo()
    {
        var info = new byte[36];
        Assert.Equal(Errno.OK, _s.Getsockopt(SockLevel.SOCKET, (int)SockOpt.SO_MEMINFO, info, out _, _b.Now));
        return info;
    }

    private SysResult Send(int n, MsgFlags flags = MsgFlags.DONTWAIT) => _s.Send(IpBench.Bytes(n), (SockAddr)"10.0.0.2:9", flags, _b.Now);

    private List<SkBuff> Out()
    {
        var sent = new List<SkBuff>();
        while (_s.TryXmit(_b.Now, out SkBuff? skb)) sent.Add(skb);
        return sent;
    }

    [Theory]
    [InlineData(0, 832)]
    [InlineData(197, 832)]
    [InlineData(198, 1280)]
    [InlineData(645, 1280)]
    [InlineData(646, 2304)]
    [InlineData(1669, 2304)]
    [InlineData(1670, 4352)]
    [InlineData(3717, 4352)]
    [InlineData(3718, 8448)]
    [InlineData(7872, 16_640)]
    [InlineData(16_064, 16_896)]
    [InlineData(65_000, 65_832)]
    public void A_datagram_over_lo_has_this_truesize(int data, int truesize) => Assert.Equal(truesize, Truesize.Of(data + 28));

    [Fact]
    public void What_is_on_its_way_fills_the_send_buffer_and_poll_shows_half_of_it()
    {
        var wmem = new List<(int, bool)>();
        while (Send(1400).IsOk) wmem.Add((Wmem, (_s.Poll & PollEvents.OUT) != 0));
        Assert.Equal([(2304, true), (4608, true), (6912, false), (9216, false), (11_520, false)], wmem);
        Assert.Equal(Errno.EAGAIN, Send(1400).Errno);
        Assert.Equal(2, _b.Net.Mib[Snmp.UdpSndbufErrors]);
        foreach (SkBuff skb in Out()) skb.Free();
        Assert.True(_woken > 0);
        _s.Advance(_b.Now);
        Assert.Equal((0, true), (Wmem, (_s.Poll & PollEvents.OUT) != 0));
        Assert.True((_s.TakeWakes() & PollEvents.OUT) != 0);
        _s.Destroy();
        _b.Nothing();
    }

    [Fact]
    public void A_datagram_is_charged_for_its_fragments_and_each_fragment_carries_its_share()
    {
        Assert.True(Send(5000).IsOk);
        Assert.Equal(8192, Wmem);
        Assert.True(Send(5000).IsOk);
        Assert.Equal(Errno.EAGAIN, Send(5000).Errno);
        Out()[1].Free();
        Assert.Equal(8192, Wmem);
        _s.Destroy();
    }

    [Fact]
    public void Fragments_beyond_twice_the_buffer_are_enobufs()
    {
        Assert.Equal(Errno.ENOBUFS, Send(60_000, MsgFlags.None).Errno);
        Assert.Equal((1, 1), ((int)_b.Net.Mib[Snmp.UdpSndbufErrors], (int)_b.Net.Mib[Snmp.IpOutDiscards]));
        Assert.Equal(Errno.ENOBUFS, Send(14_000).Errno);
        Assert.Empty(Out());
        Assert.True(Send(13_000).IsOk); // the last fragment may go beyond
        _s.Destroy();
    }

    [Fact]
    public void A_device_that_has_taken_a_packet_holds_its_charge_until_it_has_left()
    {
        while (Send(1400).IsOk)
        {
        }

        Instant at = _b.Now;
        foreach (SkBuff skb in Out())
        {
            at += Duration.FromMilliseconds(1);
            skb.OrphanAt(at, _b.Now);
            skb.Free(); // as good as on another host
        }

        Assert.Equal(11_520, Wmem);
        Assert.Equal(_b.Now + Duration.FromMilliseconds(1), _s.NextTimer);
        _s.OnTimer(_b.Now + Duration.FromMilliseconds(2));
        Assert.Equal(6912, Wmem);
        Assert.False((_s.Poll & PollEvents.OUT) != 0);
        _s.OnTimer(_b.Now + Duration.FromMilliseconds(3));
        Assert.Equal((4608, true), (Wmem, (_s.Poll & PollEvents.OUT) != 0));
        _s.Destroy();
    }
}
