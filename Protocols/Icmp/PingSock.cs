// ICMP echo sockets (SOCK_DGRAM, IPPROTO_ICMP): net/ipv4/ping.c. The program writes a whole echo request and reads whole echo replies; the
// identification is the socket's port, and the checksum is the kernel's.

namespace ActorNet.Protocols;

/// <summary>A ping socket's machine. Its driver binds it, to an identification, before the first send.</summary>
public sealed class PingSock(Net net, Fib fib) : DatagramSock(net, fib, IpProtocol.ICMP)
{
    /// <summary>
    /// Sends an echo request: header and data as the program gives them, with this socket's identification and a checksum. EINVAL: shorter than
    /// the header, or not an echo request.
    /// </summary>
    public override SysResult Send(ReadOnlySpan<byte> data, SockAddr? to, ReadOnlySpan<byte> control, MsgFlags flags, Instant now)
    {
        if (data.Length > 0xFFFF) return Errno.EMSGSIZE;
        if (data.Length < IcmpHeader.Length) return Errno.EINVAL;
        if ((flags & MsgFlags.OOB) != 0) return Errno.EOPNOTSUPP;
        var given = new IcmpView(data);
        if (given.Type != (byte)IcmpType.ECHO || given.Code != 0) return Errno.EINVAL;
        Errno e = Destination(to, flags, needsPort: false, out SockAddr peer);
        if (e != Errno.OK) return e;
        var ipc = new IpcmCookie(this);
        RouteOut route = default;
        e = ipc.Read(control, this);
        if (e == Errno.OK) e = Route(peer.Address, ref ipc, now, out route);
        if (e != Errno.OK) return e;
        if (!Fits(data.Length, route)) return Errno.EMSGSIZE;
        e = MaySend(data.Length, FragmentSize(route), flags, now);
        if (e != Errno.OK) return e;

        SkBuff skb = Net.Pool.Alloc(Headroom, data.Length);
        Span<byte> message = skb.Put(data.Length);
        data[IcmpHeader.Length..].CopyTo(message[IcmpHeader.Length..]);
        IcmpHeader.Echo(IcmpType.ECHO, Local.Port, given.Sequence).Emit(message);
        skb.TransportHeader = skb.DataOffset;
        FillIp(skb, IpAddress.FromV4(route.Saddr), IpAddress.FromV4(route.Daddr), connected: false);
        ipc.Apply(skb);
        Net.Mib.Inc(Snmp.IcmpOutMsgs);
        Net.Mib.Inc(Snmp.IcmpOutEchos);
        Transmit(skb, Truesize.Of(data.Length, Ipv4Header.MinLength + (IpOptions?.Length ?? 0), FragmentSize(route)));
        return data.Length;
    }

    /// <summary>Takes an echo reply whose checksum has been verified: data at the ICMP header.</summary>
    public override DropReason Rcv(SkBuff skb, Instant now)
    {
        if (skb.Tstamp == default) skb.Tstamp = now;
        DropReason full = Enqueue(skb, now);
        return full == DropReason.NOT_DROPPED_YET ? full : Net.Mib.Drop(skb, full);
    }

    protected override bool HasPeekOff => false;

    protected override int QuotedHeader => 0;

    protected override ushort QuotedPort(in IcmpErrorInfo error) => 0;

    protected override SockAddr Source(SkBuff skb) => SockAddr.In(skb.Ip.Saddr, 0);
}
