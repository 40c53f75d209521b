// UDP and ping sockets by the rules of udp(7), ip(7) and send(2): every errno, the queue's bound, and what an ICMP error does.

using System.Buffers.Binary;
using ActorNet.Protocols;
using ActorNet.Protocols.Tests.Ipv4Machine;

namespace ActorNet.Protocols.Tests.Sockets;

public class UdpSockTests
{
    private static readonly SockAddr Peer = "10.0.0.2:53";

    private readonly IpBench _b = new();
    private readonly UdpSock _s;

    public UdpSockTests() => _s = new UdpSock(_b.Net, _b.Fib) { Local = "0.0.0.0:4000" };

    private static void Set(Sock s, SockLevel level, int option, int value)
    {
        byte[] v = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(v, value);
        Assert.Equal(Errno.OK, s.Setsockopt(level, option, v, default));
    }

    private static int Get(Sock s, SockLevel level, int option)
    {
        byte[] v = new byte[4];
        Assert.Equal(Errno.OK, s.Getsockopt(level, option, v, out int n, default));
        Assert.Equal(4, n);
        return BinaryPrimitives.ReadInt32LittleEndian(v);
    }

    private SysResult Send(int n, SockAddr? to, MsgFlags flags = 0) => _s.Send(IpBench.Bytes(n), to, flags, _b.Now);

    private SkBuff? Out()
    {
        if (!_s.TryXmit(_b.Now, out SkBuff? skb)) return null;
        return skb;
    }

    /// <summary>A datagram as the demultiplexer hands it over.</summary>
    private SkBuff In(ReadOnlySpan<byte> data, string from = "10.0.0.2:53", bool checksum = true)
    {
        SockAddr f = from;
        byte[] d = new byte[8 + data.Length];
        data.CopyTo(d.AsSpan(8));
        var h = new UdpHeader(f.Port, 4000, (ushort)d.Length);
        if (checksum) h.Emit(d, f.Address, IpAddress.Parse("10.0.0.1"));
        else h.EmitNoCheck(d);
        Assert.Equal(IpVerdict.LOCAL, _b.Ip.Rcv(_b.Packet(f.Address.ToString(), "10.0.0.1", 17, d), _b.Now, out SkBuff? up));
        return up!;
    }

    private SysResult Recv(int room, out SockAddr from, out MsgFlags outFlags, MsgFlags flags = 0) => _s.Recv(new byte[room], flags, _b.Now, out from, out outFlags);

    [Fact]
    public void A_datagram_is_sent_whole_with_the_routes_source_and_a_right_checksum()
    {
        foreach (int size in new[] { 0, 1, 1472, 65_507 })
        {
            Assert.Equal(size, Send(size, Peer).Value);
            SkBuff skb = Out()!;
            Assert.Equal(("10.0.0.1", "10.0.0.2"), (skb.Ip.Saddr.ToString(), skb.Ip.Daddr.ToString()));
            Assert.True(UdpHeader.TryParse(skb.Data, skb.Ip.Saddr, skb.Ip.Daddr, true, out UdpHeader h, out _));
            Assert.Equal(new UdpHeader(4000, 53, (ushort)(8 + size)), h);
            Assert.True(skb.Data[8..].SequenceEqual(IpBench.Bytes(size)));
            Assert.Equal(Errno.OK, _b.Ip.Xmit(skb, _b.Now));
            while (_b.Out() is { } f) f.Free();
        }

        Assert.Equal(4, _b.Net.Mib[Snmp.UdpOutDatagrams]);
        _b.Nothing();
    }

    [Fact]
    public void Sends_that_cannot_be_fail_with_linuxs_errno()
    {
        Assert.Equal(Errno.EDESTADDRREQ, Send(1, null).Errno);
        Assert.Equal(Errno.EINVAL, Send(1, "10.0.0.2:0").Errno);
        Assert.Equal(Errno.EMSGSIZE, Send(65_508, Peer).Errno);
        Assert.Equal(Errno.ENETUNREACH, Send(1, "8.8.8.8:53").Errno);
        Assert.Equal(Errno.EOPNOTSUPP, Send(1, Peer, MsgFlags.OOB).Errno);
        Assert.Equal(Errno.EAFNOSUPPORT, Send(1, new SockAddr(AddressFamily.UNIX, default, 1)).Errno);
        Assert.Equal(Errno.EACCES, Send(1, "10.0.0.255:53").Errno);
        Set(_s, SockLevel.SOCKET, (int)SockOpt.SO_BROADCAST, 1);
        Assert.True(Send(1, "10.0.0.255:53").IsOk);
        Out()!.Free();
        Set(_s, SockLevel.IP, (int)IpOpt.IP_MTU_DISCOVER, (int)PmtuDisc.DO);
        Assert.True(Send(1472, Peer).IsOk);
        Out()!.Free();
        Assert.Equal(Errno.EMSGSIZE, Send(1473, Peer).Errno);
        _b.Fib.UpdatePmtu(IpBench.A("10.0.0.2"), 1000, _b.Now);
        Assert.Equal(Errno.EMSGSIZE, Send(1472, Peer).Errno);
        Set(_s, SockLevel.IP, (int)IpOpt.IP_MTU_DISCOVER, (int)PmtuDisc.PROBE);
        Assert.True(Send(1472, Peer).IsOk); // a probe does not mind what was learnt
        SkBuff probe = Out()!;
        Assert.Equal(Errno.OK, _b.Ip.Xmit(probe, _b.Now));
        Assert.True(_b.TakeOut().Header.DontFragment);
        _b.Nothing();
    }

    [Fact]
    public void A_connected_socket_hears_of_refusals_once_and_may_still_send_elsewhere()
    {
        var refused = new IcmpErrorInfo(3, 3, Errno.ECONNREFUSED, true, 0, 0, Peer.Address);
        _s.IcmpError(refused, _b.Now);
        Assert.Equal(Errno.OK, _s.Err); // not connected: not told
        _s.SetConnected("10.0.0.1:4000", Peer);
        _s.IcmpError(refused with { Errno = Errno.EHOSTUNREACH, Fatal = false }, _b.Now);
        Assert.Equal(Errno.OK, _s.Err); // a mere hint
        _s.IcmpError(refused, _b.Now);
        Assert.True((_s.Poll & PollEvents.ERR) != 0);
        Assert.Equal(Errno.ECONNREFUSED, Recv(10, out _, out _).Errno);
        Assert.Equal(Errno.EAGAIN, Recv(10, out _, out _).Errno);
        _s.IcmpError(refused, _b.Now);
        Assert.Equal(Errno.ENETUNREACH, Send(1, "8.8.8.8:1").Errno); // the route is looked for first
        Assert.Equal(Errno.ECONNREFUSED, Send(1, null).Errno);
        Assert.Equal(1, Send(1, null).Value);
        Out()!.Free();
        Assert.Equal(1, Send(1, "10.0.0.7:9").Value); // no EISCONN for datagrams
        SkBuff other = Out()!;
        Assert.Equal("10.0.0.7", other.Ip.Daddr.ToString());
        other.Free();
        _s.IcmpError(refused, _b.Now);
        Assert.Equal((int)Errno.ECONNREFUSED, Get(_s, SockLevel.SOCKET, (int)SockOpt.SO_ERROR));
        Assert.Equal(0, Get(_s, SockLevel.SOCKET, (int)SockOpt.SO_ERROR));

        var unconnected = new UdpSock(_b.Net, _b.Fib) { Local = "0.0.0.0:1" };
        Set(unconnected, SockLevel.IP, (int)IpOpt.IP_RECVERR, 1);
        unconnected.IcmpError(refused with { Errno = Errno.EHOSTUNREACH, Fatal = false }, _b.Now);
        Assert.Equal(Errno.EHOSTUNREACH, unconnected.Err);
        _b.Nothing();
    }

    [Fact]
    public void A_datagram_is_read_whole_or_cut_and_a_peek_leaves_it()
    {
        Assert.Equal(Errno.EAGAIN, Recv(10, out _, out _).Errno);
        _s.Rcv(In([1, 2, 3, 4, 5]), _b.Now);
        _s.Rcv(In([]), _b.Now);
        _s.Rcv(In([9]), _b.Now);
        Assert.True((_s.Poll & PollEvents.IN) != 0);
        Assert.Equal(3, Recv(3, out SockAddr from, out MsgFlags flags, MsgFlags.PEEK).Value);
        Assert.Equal((Peer, MsgFlags.TRUNC), (from, flags));
        Assert.Equal(5, Recv(3, out _, out flags, MsgFlags.TRUNC).Value); // the real length
        Assert.Equal(MsgFlags.TRUNC, flags);
        SysResult empty = Recv(10, out from, out flags);
        Assert.Equal((0L, Errno.OK, Peer, MsgFlags.None), (empty.Value, empty.Errno, from, flags));
        Assert.Equal(1, Recv(1, out _, out flags).Value);
        Assert.Equal(MsgFlags.None, flags);
        Assert.Equal((3L, 0), (_b.Net.Mib[Snmp.UdpInDatagrams], _s.RmemAlloc));
        Assert.Equal(Errno.EAGAIN, Recv(1, out _, out _, MsgFlags.OOB).Errno);
        _b.Nothing();
    }

    [Fact]
    public void Checksums_are_verified_and_zero_means_none()
    {
        SkBuff bad = In([1, 2, 3]);
        bad.Data[9] ^= 1;
        Assert.Equal(DropReason.UDP_CSUM, _s.Rcv(bad, _b.Now));
        Assert.Equal((1L, 1L), (_b.Net.Mib[Snmp.UdpInCsumErrors], _b.Net.Mib[Snmp.UdpInErrors]));
        Assert.Equal(DropReason.NOT_DROPPED_YET, _s.Rcv(In([1, 2, 3], checksum: false), _b.Now));
        Assert.Equal(3, Recv(9, out _, out _).Value);
        SkBuff tiny = In([1]);
        tiny.Trim(7);
        Assert.Equal(DropReason.PKT_TOO_SMALL, _s.Rcv(tiny, _b.Now));
        Set(_s, SockLevel.SOCKET, (int)SockOpt.SO_NO_CHECK, 1);
        Send(3, Peer);
        SkBuff none = Out()!;
        Assert.Equal(0, new UdpView(none.Data).Check);
        none.Free();
        _b.Nothing();
    }

    [Fact]
    public void The_queue_is_bounded_by_truesize_and_a_reader_makes_room()
    {
        Set(_s, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF, 5000);
        Assert.Equal(10_000, Get(_s, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF));
        int taken = 0;
        for (int i = 0; i < 100; i++) taken += _s.Rcv(In([1]), _b.Now) == DropReason.NOT_DROPPED_YET ? 1 : 0;
        Assert.InRange(_s.RmemAlloc, 10_000 - 832, 10_000); // none goes beyond (Linux 6.18: 9,984 of 10,000)
        Assert.Equal(100 - taken, _s.Drops);
        Assert.Equal((100L - taken, 100L - taken, 100L - taken), (_b.Net.Mib[Snmp.UdpRcvbufErrors], _b.Net.Mib[Snmp.UdpInErrors], _b.Net.Mib.Drops(DropReason.SOCKET_RCVBUFF)));
        Assert.Equal(Errno.OK, Recv(1, out _, out _).Errno);
        Assert.Equal(DropReason.NOT_DROPPED_YET, _s.Rcv(In([1]), _b.Now));
        _s.Close(_b.Now);
        Assert.True(_s.IsDead);
        Assert.Equal(0, _s.RmemAlloc);
        _b.Nothing();
    }

    [Fact]
    public void Shutdown_ends_reading_and_writing_and_says_enotconn_without_a_peer()
    {
        Assert.Equal(Errno.ENOTCONN, _s.Shutdown(ShutdownHow.RDWR, _b.Now));
        SysResult end = Recv(1, out _, out _);
        Assert.Equal((0L, Errno.OK), (end.Value, end.Errno));
        Assert.Equal(Errno.EPIPE, Send(1, Peer).Errno);
        Assert.True((_s.Poll & PollEvents.HUP) != 0);
        Assert.Equal(Errno.EINVAL, _s.Shutdown((ShutdownHow)3, _b.Now));
        var connected = new UdpSock(_b.Net, _b.Fib);
        connected.SetConnected("10.0.0.1:1", Peer);
        Assert.Equal(Errno.OK, connected.Shutdown(ShutdownHow.WR, _b.Now));
    }

    [Fact]
    public void Options_are_kept_doubled_clamped_or_refused_as_in_linux()
    {
        Assert.Equal((int)SocketType.DGRAM, Get(_s, SockLevel.SOCKET, (int)SockOpt.SO_TYPE));
        Assert.Equal(2, Get(_s, SockLevel.SOCKET, (int)SockOpt.SO_DOMAIN));
        Assert.Equal(17, Get(_s, SockLevel.SOCKET, (int)SockOpt.SO_PROTOCOL));
        Set(_s, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF, 1);
        Assert.Equal(2304, Get(_s, SockLevel.SOCKET, (int)SockOpt.SO_RCVBUF));
        Set(_s, SockLevel.SOCKET, (int)SockOpt.SO_SNDBUF, int.MaxValue);
        Assert.Equal(2 * 4_194_304, Get(_s, SockLevel.SOCKET, (int)SockOpt.SO_SNDBUF)); // twice wmem_max
        Assert.Equal(64, Get(_s, SockLevel.IP, (int)IpOpt.IP_TTL));
        Set(_s, SockLevel.IP, (int)IpOpt.IP_TTL, 9);
        Set(_s, SockLevel.IP, (int)IpOpt.IP_TOS, 0x10);
        Assert.Equal(6, Get(_s, SockLevel.SOCKET, (int)SockOpt.SO_PRIORITY));
        Send(1, Peer);
        SkBuff skb = Out()!;
        Assert.Equal((9, 0x10, 6), (skb.Ip.Ttl, skb.Ip.Tos, skb.Priority));
        skb.Free();
        foreach ((IpOpt o, int v) in new[] { (IpOpt.IP_TTL, 0), (IpOpt.IP_TTL, 256), (IpOpt.IP_MTU_DISCOVER, 6), (IpOpt.IP_MULTICAST_TTL, 256) })
        {
            byte[] b = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(b, v);
            Assert.Equal(Errno.EINVAL, _s.Setsockopt(SockLevel.IP, (int)o, b, default));
        }

        Assert.Equal(Errno.ENOPROTOOPT, _s.Setsockopt(SockLevel.IP, 200, new byte[4], default));
        Assert.Equal(Errno.ENOPROTOOPT, _s.Setsockopt(SockLevel.SOCKET, (int)SockOpt.SO_TYPE, new byte[4], default));
        Assert.Equal(Errno.ENOTCONN, _s.Getsockopt(SockLevel.IP, (int)IpOpt.IP_MTU, new byte[4], out _, default));
        _s.SetConnected("10.0.0.1:4000", Peer);
        Assert.Equal(1500, Get(_s, SockLevel.IP, (int)IpOpt.IP_MTU));
        byte[] one = new byte[1];
        Assert.Equal(Errno.OK, _s.Getsockopt(SockLevel.IP, (int)IpOpt.IP_TTL, one, out int n, default));
        Assert.Equal((1, 9), (n, one[0]));
        Assert.Equal(Errno.EINVAL, _s.Setsockopt(SockLevel.IP, (int)IpOpt.IP_OPTIONS, [Ipv4Options.RR, 3, 1, 0], default));
        Assert.Equal(Errno.OK, _s.Setsockopt(SockLevel.IP, (int)IpOpt.IP_OPTIONS, [Ipv4Options.RA, 4, 0, 0], default));
        Send(1, null);
        _b.Ip.Xmit(Out()!, _b.Now);
        Assert.Equal(24, _b.TakeOut().Header.HeaderLength);
        _b.Nothing();
    }

    [Fact]
    public void A_connected_socket_numbers_its_packets_itself()
    {
        _s.SetConnected("10.0.0.1:4000", Peer);
        ushort[] ids = new ushort[3];
        for (int i = 0; i < 3; i++)
        {
            Send(1, null);
            _b.Ip.Xmit(Out()!, _b.Now);
            ids[i] = _b.TakeOut().Header.Id;
        }

        Assert.Equal((ushort)(ids[0] + 1), ids[1]);
        Assert.Equal((ushort)(ids[1] + 1), ids[2]);
    }

    [Fact]
    public void A_ping_socket_sends_only_echoes_under_its_own_identification_and_reads_the_replies()
    {
        var p = new PingSock(_b.Net, _b.Fib) { Local = "0.0.0.0:77" };
        byte[] echo = [8, 0, 0xAB, 0xCD, 0, 1, 0, 5, 1, 2, 3, 4];
        Assert.Equal(12, p.Send(echo, "10.0.0.2:0", 0, _b.Now).Value);
        Assert.True(p.TryXmit(_b.Now, out SkBuff? skb));
        Assert.True(IcmpHeader.TryParse(skb.Data, true, out IcmpHeader h, out _));
        Assert.Equal((IcmpType.ECHO, 77, 5), (h.Type, h.Id, h.Sequence));
        skb.Free();
        Assert.Equal(Errno.EINVAL, p.Send(echo.AsSpan(0, 7), Peer, 0, _b.Now).Errno);
        echo[0] = 0;
        Assert.Equal(Errno.EINVAL, p.Send(echo, Peer, 0, _b.Now).Errno);

        byte[] reply = new byte[12];
        IcmpHeader.Echo(IcmpType.ECHOREPLY, 77, 5).Emit(reply);
        _b.Ip.Rcv(_b.Packet("10.0.0.2", "10.0.0.1", 1, reply), _b.Now, out SkBuff? up);
        IcmpResult r = _b.Icmp.Rcv(up!, _b.Now);
        Assert.Equal((IcmpVerdict.ECHOREPLY, 77), (r.Verdict, r.Id));
        p.Rcv(r.Packet!, _b.Now);
        byte[] got = new byte[20];
        Assert.Equal(12, p.Recv(got, 0, _b.Now, out SockAddr from, out _).Value);
        Assert.Equal("10.0.0.2:0", from.ToString());
        Assert.True(reply.AsSpan().SequenceEqual(got.AsSpan(0, 12)));
        _b.Nothing();
    }
}
