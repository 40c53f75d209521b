// struct udp_sock: User Datagram Protocol (RFC 768) as net/ipv4/udp.c has it: udp_sendmsg, udp_queue_rcv_skb, udp_recvmsg.

namespace ActorNet.Protocols;

/// <summary>A UDP socket's machine. Its driver binds it before the first send.</summary>
public sealed partial class UdpSock(Net net, Fib fib) : DatagramSock(net, fib, IpProtocol.UDP)
{
    /// <summary>
    /// Sends one datagram, or adds to one that is corked. EMSGSIZE: more than 65,507 bytes, or than the path takes when DF is forced; EDESTADDRREQ, EINVAL
    /// (port 0, a bad control message, too many segments), EACCES, EPIPE, ENETUNREACH, EAGAIN and ENOBUFS (SO_SNDBUF); EOPNOTSUPP for MSG_OOB.
    /// </summary>
    public override SysResult Send(ReadOnlySpan<byte> data, SockAddr? to, ReadOnlySpan<byte> control, MsgFlags flags, Instant now)
    {
        if (data.Length > 0xFFFF) return Errno.EMSGSIZE;
        bool corks = _user is { Cork: true } || (flags & MsgFlags.MORE) != 0;
        if (_cork is not null && (flags & MsgFlags.OOB) == 0) return Append(data, corks, flags, now); // whatever address it names
        RouteOut route = default;
        Errno e = Destination(to, flags, needsPort: true, out SockAddr peer);
        if (e == Errno.OK && to is not null && Net.Cgroup is { } cgroup)
        {
            e = cgroup.Sendmsg4(this, ref peer);
            if (e == Errno.OK && peer.Port == 0) e = Errno.EINVAL; // what a program leaves is checked again
        }

        if (e != Errno.OK) return e;
        var ipc = new IpcmCookie(this);
        int segment = _user?.Segment ?? 0;
        e = ipc.Read(control, this);
        if (e == Errno.OK) e = ReadSegment(control, ref segment);
        if (e == Errno.OK) e = Route(peer.Address, ref ipc, now, out route);
        if (e != Errno.OK) return e;
        if ((flags & MsgFlags.PROBE) != 0 && !corks) return data.Length; // it only asks for the way (__ip_make_skb)
        var way = new UdpWay(peer, route, ipc, IsConnected && to is null, segment);
        if (corks)
        {
            _cork = new UdpCork(way);
            return Append(data, corks: true, flags, now);
        }

        e = MayTransmit(data.Length, way, flags, now);
        if (e == Errno.OK) e = Transmit(data, way, now);
        if (e != Errno.OK) return e;
        if (IsZerocopy(flags)) TellZerocopy(Notices.Call, Notices.Call++);
        return data.Length;
    }

    // ip_append_data's checks, before anything is copied.
    private Errno MayTransmit(int length, in UdpWay way, MsgFlags flags, Instant now)
    {
        if (length <= UdpHeader.MaxPayload && Fits(UdpHeader.Length + length, way.Route)) return MaySend(UdpHeader.Length + length, way.Segment > 0 ? Fib.MaxMtu : FragmentSize(way.Route), flags, now);
        QueueLocalError(Errno.EMSGSIZE, IpAddress.FromV4(way.Route.Daddr), Peer.Port, way.Route.Mtu, now);
        return Errno.EMSGSIZE;
    }

    // udp_send_skb: one datagram, or with UDP_SEGMENT as many as it takes.
    private Errno Transmit(ReadOnlySpan<byte> data, in UdpWay way, Instant now)
    {
        ReadOnlySpan<byte> whole = data;
        if (way.Segment > 0)
        {
            if (UdpHeader.Length + Ipv4Header.MinLength + way.Segment > way.Route.Mtu) return Errno.EMSGSIZE;
            if (data.Length > way.Segment * MaxSegments || NoCheck) return Errno.EINVAL;
            for (; data.Length > way.Segment; data = data[way.Segment..]) TransmitOne(data[..way.Segment], way);
        }

        TransmitOne(data, way);
        StampSending(way.Ipc, whole, now);
        Net.Mib.Inc(Snmp.UdpOutDatagrams);
        return Errno.OK;
    }

    private void TransmitOne(ReadOnlySpan<byte> data, in UdpWay way)
    {
        int length = UdpHeader.Length + data.Length;
        SkBuff skb = Net.Pool.Alloc(Headroom, length);
        IpAddress saddr = IpAddress.FromV4(way.Route.Saddr), daddr = IpAddress.FromV4(way.Route.Daddr);
        Span<byte> datagram = skb.Put(length);
        var header = new UdpHeader(Local.Port, way.Peer.Port, (ushort)length);
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
        FillIp(skb, saddr, daddr, way.Connected);
        way.Ipc.Apply(skb);
        Transmit(skb, Truesize.Of(length, Ipv4Header.MinLength + (IpOptions?.Length ?? 0), FragmentSize(way.Route)));
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
        DropReason full = Enqueue(skb, now);
        if (full == DropReason.NOT_DROPPED_YET) return full;
        Net.Mib.Inc(full == DropReason.PROTO_MEM ? Snmp.UdpMemErrors : Snmp.UdpRcvbufErrors);
        Net.Mib.Inc(Snmp.UdpInErrors);
        return Net.Mib.Drop(skb, full);
    }

    /// <summary>Since 6.16 only an empty queue takes a datagram that is larger than what is left.</summary>
    protected override bool IsFull(int truesize) => RmemAlloc > 0 && RmemAlloc + truesize > Rcvbuf;

    protected override int QuotedHeader => UdpHeader.Length;

    protected override ushort QuotedPort(in IcmpErrorInfo error) => error.Quoted is { Transport: { Length: >= 4 } t } ? BinaryPrimitives.ReadUInt16BigEndian(t.AsSpan(2)) : (ushort)0;

    protected override void OnNoSpace() => Net.Mib.Inc(Snmp.UdpSndbufErrors);

    protected override void OnRead() => Net.Mib.Inc(Snmp.UdpInDatagrams);

    protected override SockAddr Source(SkBuff skb)
    {
        SockAddr from = SockAddr.In(skb.Ip.Saddr, new UdpView(skb.From(skb.TransportHeader)).Source);
        Net.Cgroup?.Recvmsg4(this, ref from);
        return from;
    }
}
