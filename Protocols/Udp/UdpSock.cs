// struct udp_sock: User Datagram Protocol (RFC 768) as net/ipv4/udp.c has it: udp_sendmsg, udp_queue_rcv_skb, udp_recvmsg.

namespace ActorNet.Protocols;

/// <summary>A UDP socket's machine. Its driver binds it before the first send.</summary>
public sealed class UdpSock(Net net, Fib fib) : DatagramSock(net, fib, IpProtocol.UDP)
{
    /// <summary>
    /// Sends one datagram. EMSGSIZE: more than 65,507 bytes, or than the path takes when DF is forced; EDESTADDRREQ, EINVAL (port 0), EACCES, EPIPE,
    /// ENETUNREACH; EOPNOTSUPP for MSG_OOB and MSG_MORE.
    /// </summary>
    public override SysResult Send(ReadOnlySpan<byte> data, SockAddr? to, ReadOnlySpan<byte> control, MsgFlags flags, Instant now)
    {
        if (data.Length > 0xFFFF) return Errno.EMSGSIZE;
        RouteOut route = default;
        Errno e = Destination(to, flags, needsPort: true, out SockAddr peer);
        if (e == Errno.OK && to is not null && Net.Cgroup is { } cgroup)
        {
            e = cgroup.Sendmsg4(this, ref peer);
            if (e == Errno.OK && peer.Port == 0) e = Errno.EINVAL; // what a program leaves is checked again
        }

        if (e != Errno.OK) return e;
        var ipc = new IpcmCookie(this);
        e = ipc.Read(control, this);
        if (e == Errno.OK) e = Route(peer.Address, ref ipc, now, out route);
        if (e != Errno.OK) return e;
        int length = UdpHeader.Length + data.Length;
        if (data.Length > UdpHeader.MaxPayload || !Fits(length, route))
        {
            QueueLocalError(Errno.EMSGSIZE, IpAddress.FromV4(route.Daddr), Peer.Port, route.Mtu, now);
            return Errno.EMSGSIZE;
        }

        e = MaySend();
        if (e != Errno.OK) return e;

        SkBuff skb = Net.Pool.Alloc(Headroom, length);
        IpAddress saddr = IpAddress.FromV4(route.Saddr), daddr = IpAddress.FromV4(route.Daddr);
        Span<byte> datagram = skb.Put(length);
        var header = new UdpHeader(Local.Port, peer.Port, (ushort)length);
        if (NoCheck)
        {
            data.CopyTo(datagram[UdpHeader.Length..]);
            header.EmitNoCheck(datagram);
        }
        else
        {
            uint sum = InternetChecksum.CopyAndSum(data, datagram[UdpHeader.Length..]);
            header.Emit(datagram, saddr, daddr, sum);
        }

        skb.TransportHeader = skb.DataOffset;
        FillIp(skb, saddr, daddr, IsConnected && to is null);
        ipc.Apply(skb);
        Net.Mib.Inc(Snmp.UdpOutDatagrams);
        Transmit(skb);
        return data.Length;
    }

    /// <summary>Takes one datagram: data at the UDP header.</summary>
    public override DropReason Rcv(SkBuff skb, Instant now)
    {
        if (!UdpHeader.TryParse(skb.Data, skb.Ip.Saddr, skb.Ip.Daddr, skb.IpSummed != SkbChecksum.UNNECESSARY, out UdpHeader h, out DropReason reason))
        {
            if (reason == DropReason.UDP_CSUM) Net.Mib.Inc(Snmp.UdpInCsumErrors);
            Net.Mib.Inc(Snmp.UdpInErrors);
            return Net.Mib.Drop(skb, reason);
        }

        if (MinTtl > skb.Ip.Ttl) return Net.Mib.Drop(skb, DropReason.SOCKET_FILTER);
        if (skb.Tstamp == default) skb.Tstamp = now;
        skb.Trim(h.Len);
        skb.Pull(UdpHeader.Length);
        if (Enqueue(skb)) return DropReason.NOT_DROPPED_YET;
        Net.Mib.Inc(Snmp.UdpRcvbufErrors);
        Net.Mib.Inc(Snmp.UdpInErrors);
        return Net.Mib.Drop(skb, DropReason.SOCKET_RCVBUFF);
    }

    /// <summary>Since 6.16 only an empty queue takes a datagram that is larger than what is left.</summary>
    protected override bool IsFull(int truesize) => RmemAlloc > 0 && RmemAlloc + truesize > Rcvbuf;

    protected override int QuotedHeader => UdpHeader.Length;

    protected override ushort QuotedPort(in IcmpErrorInfo error) => error.Quoted is { Transport: { Length: >= 4 } t } ? BinaryPrimitives.ReadUInt16BigEndian(t.AsSpan(2)) : (ushort)0;

    protected override void OnRead() => Net.Mib.Inc(Snmp.UdpInDatagrams);

    protected override SockAddr Source(SkBuff skb)
    {
        SockAddr from = SockAddr.In(skb.Ip.Saddr, new UdpView(skb.From(skb.TransportHeader)).Source);
        Net.Cgroup?.Recvmsg4(this, ref from);
        return from;
    }
}
