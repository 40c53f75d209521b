// What UDP and ICMP echo sockets share: a queue of datagrams bounded by sk_rcvbuf, a peer that may be fixed, asynchronous errors
// (net/core/datagram.c, net/ipv4/datagram.c, udp.c, ping.c).

namespace ActorNet.Protocols;

/// <summary>A machine that sends and receives whole datagrams.</summary>
public abstract partial class DatagramSock : InetSock
{
    /// <summary>Head room for the headers below the transport's, bytes.</summary>
    protected const int Headroom = 128;

    private SkBuff? _rcvHead, _rcvTail, _xmitHead, _xmitTail;
    private RouteOut _route;
    private (uint Daddr, uint Saddr, int Oif, int GenId) _routeKey;
    private Instant _routeUntil;
    private bool _closed, _rcvShutdown, _sendShutdown;

    protected DatagramSock(Net net, Fib fib, IpProtocol protocol)
        : base(net, AddressFamily.INET, SocketType.DGRAM, protocol)
    {
        Fib = fib;
        Local = Peer = SockAddr.In(IpAddress.Any4, 0);
    }

    /// <summary>connect(2) has fixed a peer.</summary>
    public bool IsConnected { get; private set; }

    public override bool HasPeer => IsConnected && (Peer.Port != 0 || Protocol == IpProtocol.ICMP);

    /// <summary>Truesize of what waits to be read (sk_rmem_alloc).</summary>
    public override int RmemAlloc => _rmemAlloc + ErrorAlloc;

    public override PollEvents Poll
    {
        get
        {
            PollEvents p = IsWriteable ? PollEvents.OUT | PollEvents.WRNORM | PollEvents.WRBAND : PollEvents.None;
            if (Err != Errno.OK) p |= PollEvents.ERR;
            p |= ErrorPoll;
            if (_rcvHead is not null || _rcvShutdown) p |= PollEvents.IN | PollEvents.RDNORM;
            if (_rcvShutdown) p |= PollEvents.RDHUP;
            if (_rcvShutdown && _sendShutdown) p |= PollEvents.HUP;
            return p;
        }
    }

    public override bool IsDead => _closed && _xmitHead is null;

    protected Fib Fib { get; }

    /// <summary>ip4_datagram_connect up to the route: the source that a connection to this peer will have.</summary>
    /// <returns>EAFNOSUPPORT, ENETUNREACH, EACCES (a broadcast without SO_BROADCAST) and the other errors of a route.</returns>
    public Errno RouteTo(ref SockAddr peer, Instant now, out IpAddress source)
    {
        source = IpAddress.Any4;
        if (peer.Family != AddressFamily.INET) return Errno.EAFNOSUPPORT;
        Errno e = Route(peer.Address, now, out RouteOut r);
        if (e != Errno.OK) return e;
        peer = SockAddr.In(IpAddress.FromV4(r.Daddr), peer.Port);
        source = IpAddress.FromV4(r.Saddr);
        return Errno.OK;
    }

    /// <summary>The demultiplexer has granted the connection: from now on only this peer is heard.</summary>
    public void SetConnected(SockAddr local, SockAddr peer)
    {
        Local = local;
        Peer = peer;
        IsConnected = true;
        SeedIds(Net.Random($"ip-id/{local}/{peer}"));
    }

    /// <summary>__udp_disconnect: forgets the peer; what is left of the local name is the demultiplexer's answer.</summary>
    public void SetDisconnected(SockAddr local)
    {
        Local = local;
        Peer = SockAddr.In(IpAddress.Any4, 0);
        IsConnected = false;
    }

    public override bool TryXmit(Instant now, [NotNullWhen(true)] out SkBuff? skb) => SkBuffChain.Take(ref _xmitHead, ref _xmitTail, out skb);

    public override SysResult Recv(scoped Span<byte> buffer, ref CmsgWriter control, MsgFlags flags, Instant now, out SockAddr from, out MsgFlags outFlags)
    {
        from = default;
        outFlags = MsgFlags.None;
        if ((flags & MsgFlags.OOB) != 0 && Protocol == IpProtocol.ICMP) return Errno.EOPNOTSUPP; // UDP does not look at it
        if ((flags & MsgFlags.ERRQUEUE) != 0) return RecvError(buffer, ref control, now, out from, out outFlags);
        if (Err != Errno.OK) return TakeError();
        int offset = 0;
        if (Next(flags, ref offset) is not { } skb) return _rcvShutdown && (flags & MsgFlags.DONTWAIT) == 0 ? 0 : Errno.EAGAIN; // only who would wait is told of the end
        int length = skb.Length, copied = buffer.Length;
        if (copied > length - offset) copied = length - offset;
        else if (copied < length) outFlags |= MsgFlags.TRUNC;
        skb.Data.Slice(offset, copied).CopyTo(buffer);
        from = Source(skb);
        PutSocketCmsgs(ref control, skb.Tstamp, skb.Mark, skb.Priority, skb.DropCount);
        PutIpCmsgs(ref control, skb, Fib, now);
        if ((flags & MsgFlags.PEEK) == 0)
        {
            PeekOffsetBack(length);
            OnRead();
            Dequeue(now).Free();
        }
        else
        {
            Peeked(copied);
        }

        return (flags & MsgFlags.TRUNC) != 0 ? length : copied;
    }

    // __skb_try_recv_from_queue: the first, or with SO_PEEK_OFF the one in which peeking goes on.
    private SkBuff? Next(MsgFlags flags, ref int offset)
    {
        SkBuff? skb = _rcvHead;
        if ((flags & MsgFlags.PEEK) == 0 || PeekOff < 0) return skb;
        for (offset = PeekOff; skb is not null && offset >= skb.Length && offset > 0; skb = skb.Next) offset -= skb.Length;
        return skb;
    }

    /// <summary>inet_shutdown of a datagram socket: ENOTCONN without a peer, but whoever waits is woken all the same.</summary>
    public override Errno Shutdown(ShutdownHow how, Instant now)
    {
        if ((uint)how > (uint)ShutdownHow.RDWR) return Errno.EINVAL;
        _rcvShutdown |= how != ShutdownHow.WR;
        _sendShutdown |= how != ShutdownHow.RD;
        Wake(StateChange);
        return IsConnected ? Errno.OK : Errno.ENOTCONN;
    }

    public override void Close(Instant now)
    {
        _closed = true;
        PurgeErrors();
        while (_rcvHead is not null) Dequeue(now).Free();
    }

    public override void Destroy()
    {
        Close(default);
        while (TryXmit(default, out SkBuff? skb)) Net.Mib.Drop(skb, DropReason.RUN_ENDED);
    }

    /// <summary>udp_err, ping_err: a path MTU is kept (ipv4_sk_update_pmtu), a connected socket hears of what is fatal, one with IP_RECVERR of everything.</summary>
    public override void IcmpError(in IcmpErrorInfo error, Instant now)
    {
        if (error.IsFragNeeded && PmtuDisc is not (PmtuDisc.INTERFACE or PmtuDisc.OMIT)) Fib.UpdatePmtu(error.Destination.V4, error.Mtu, now);
        if (error.Errno == Errno.OK || error.Errno == Errno.EMSGSIZE && PmtuDisc == PmtuDisc.DONT) return;
        bool fatal = error.Fatal || error.Errno == Errno.EMSGSIZE;
        if (!RecvErr && !(fatal && IsConnected)) return;
        if (RecvErr) QueueIcmpError(error, QuotedPort(error), QuotedHeader, now);
        Err = error.Errno;
        Wake(ErrorReport);
    }

    /// <summary>How much of the quoted transport header an error queue does not give back, bytes.</summary>
    protected abstract int QuotedHeader { get; }

    /// <summary>The destination port in the quoted header; 0 for a protocol without.</summary>
    protected abstract ushort QuotedPort(in IcmpErrorInfo error);

    public override Errno Setsockopt(SockLevel level, int option, ReadOnlySpan<byte> value, Instant now) => level switch
    {
        SockLevel.SOCKET => SetSocketOption(option, value, now),
        SockLevel.IP => SetIpOption(option, value),
        _ => Errno.ENOPROTOOPT,
    };

    public override Errno Getsockopt(SockLevel level, int option, Span<byte> value, out int length, Instant now)
    {
        length = 0;
        if (level == SockLevel.IP && (IpOpt)option == IpOpt.IP_MTU && IsConnected) Route(Peer.Address, now, out _); // the peer's, not the last sendto's
        return level switch
        {
            SockLevel.SOCKET => GetSocketOption(option, value, out length),
            SockLevel.IP => GetIpOption(option, value, out length),
            SockLevel.UDP when Protocol == IpProtocol.UDP => Errno.ENOPROTOOPT,
            _ => Errno.EOPNOTSUPP,
        };
    }

    /// <summary>A datagram was read (for the protocol's counter).</summary>
    protected virtual void OnRead()
    {
    }

    /// <summary>The sender of a queued datagram.</summary>
    protected abstract SockAddr Source(SkBuff skb);

    protected override int PathMtu => IsConnected ? _route.Mtu : 0;

    /// <summary>What udp_sendmsg and ping_v4_sendmsg check before they look for a route: the destination, or why there is none.</summary>
    protected Errno Destination(SockAddr? to, MsgFlags flags, bool needsPort, out SockAddr peer)
    {
        peer = Peer;
        if ((flags & MsgFlags.OOB) != 0) return Errno.EOPNOTSUPP;
        if (to is { } named)
        {
            if (named.Family is not (AddressFamily.INET or AddressFamily.UNSPEC)) return Errno.EAFNOSUPPORT;
            peer = named.Address.IsV4 ? named : SockAddr.In(IpAddress.Any4, named.Port);
            if (needsPort && named.Port == 0) return Errno.EINVAL;
        }
        else if (!IsConnected)
        {
            return Errno.EDESTADDRREQ;
        }

        return Errno.OK;
    }

    /// <summary>A route to a destination, remembered while routes do not change. ENETUNREACH and its kin; EACCES for a broadcast without SO_BROADCAST.</summary>
    /// <param name="ipc">What control messages say of interface and source; the interface that is chosen stands in it afterwards.</param>
    protected Errno Route(IpAddress daddr, ref IpcmCookie ipc, Instant now, out RouteOut route)
    {
        ipc.Oif = OutInterface(daddr, ipc.Oif);
        return Route(daddr, ipc.Oif, ipc.Saddr, now, out route);
    }

    /// <inheritdoc cref="Route(IpAddress, ref IpcmCookie, Instant, out RouteOut)"/>
    protected Errno Route(IpAddress daddr, Instant now, out RouteOut route) => Route(daddr, OutInterface(daddr, BoundIfIndex), 0, now, out route);

    // Where nothing else names an interface, IP_MULTICAST_IF or IP_UNICAST_IF does.
    private int OutInterface(IpAddress daddr, int oif) => oif != 0 ? oif : daddr.IsMulticast ? McIndex : UnicastIf;

    private Errno Route(IpAddress daddr, int oif, uint asked, Instant now, out RouteOut route)
    {
        uint source = asked != 0 ? asked : Local.Address.V4;
        if (source == 0 && daddr.IsMulticast) source = McAddr;
        (uint, uint, int, int) key = (daddr.V4, source, oif, Transparent ? ~Fib.GenId : Fib.GenId);
        if (key != _routeKey || now >= _routeUntil)
        {
            // A socket bound to a group or a broadcast address sends from its device's own (inet_bind leaves inet_saddr at 0).
            if (asked == 0 && Fib.AddressType(source) is RouteType.MULTICAST or RouteType.BROADCAST) source = daddr.IsMulticast ? McAddr : 0;
            _route = Fib.Output(daddr.V4, source, oif, now, Transparent);
            _routeKey = key;
            _routeUntil = now + Duration.FromSeconds(1); // a path's MTU that was learned does not last for ever
        }

        route = _route;
        return Permitted(route);
    }

    private Errno Permitted(in RouteOut route)
    {
        if (route.Errno == Errno.ENETUNREACH) Net.Mib.Inc(Snmp.IpOutNoRoutes);
        if (route.Errno != Errno.OK) return route.Errno;
        return route.Type == RouteType.BROADCAST && !Broadcast ? Errno.EACCES : Errno.OK;
    }

    /// <summary>Whether a packet of this many bytes, IP header excluded, may be sent by a route, in pieces if need be.</summary>
    protected bool Fits(int length, in RouteOut route)
    {
        int most = PmtuDisc switch
        {
            PmtuDisc.DO => route.Mtu,
            PmtuDisc.PROBE or PmtuDisc.INTERFACE => Math.Min(route.Device.Mtu, Fib.MaxMtu),
            _ => Fib.MaxMtu,
        };
        return length + Ipv4Header.MinLength + (IpOptions?.Length ?? 0) <= most;
    }

    /// <summary>Puts a packet out, charged to this socket; <see cref="TryXmit"/> gives it.</summary>
    protected void Transmit(SkBuff skb, int charge)
    {
        Own(skb, charge);
        SkBuffChain.Put(ref _xmitHead, ref _xmitTail, skb);
    }

    /// <summary>Whether a datagram of this truesize finds no room: a queue below its limit takes one more, which may go beyond it.</summary>
    protected virtual bool IsFull(int truesize) => RmemAlloc >= Rcvbuf;
}
