// A datagram socket's two buffers: what is on its way (sk_wmem_alloc against sk_sndbuf: sock_alloc_send_pskb, sock_def_write_space) and what waits to be
// read (sk_rmem_alloc against sk_rcvbuf and the protocol's memory: __udp_enqueue_schedule_skb, skb_consume_udp; net/core/sock.c, net/ipv4/udp.c).

namespace ActorNet.Protocols;

public abstract partial class DatagramSock
{
    private WmemAccount? _wmem;
    private int _rmemAlloc;

    /// <inheritdoc/>
    public override Instant NextTimer => _wmem is { NoSpace: true } w && !_closed ? w.NextLeaving : Instant.Never;

    /// <inheritdoc/>
    protected override int WmemAlloc => _wmem?.Alloc ?? 0;

    /// <summary>udp_memory_allocated; null for a protocol that keeps no account.</summary>
    protected override ProtoMemory? Memory => Protocol == IpProtocol.UDP ? Net.UdpMemory : null;

    /// <inheritdoc/>
    protected override bool IsBelowMinimum(SockMemory kind) => (kind == SockMemory.Receive ? _rmemAlloc : WmemAlloc) < ProtoMemory.PageSize; // udp_rmem_min, udp_wmem_min

    /// <summary>sock_writeable: less than half of SO_SNDBUF is on its way. Poll that shows it is not wants to be told (SOCKWQ_ASYNC_NOSPACE).</summary>
    private bool IsWriteable
    {
        get
        {
            if (_wmem is not { } w || w.Alloc < Sndbuf >> 1) return true;
            w.NoSpace = true;
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Advance(Instant now)
    {
        if (_wmem is not { } w) return;
        w.Advance(now);
        if (!w.NoSpace || w.Alloc >= Sndbuf >> 1) return;
        w.NoSpace = false;
        Wake(WriteSpace);
    }

    /// <inheritdoc/>
    public override void OnTimer(Instant now) => Advance(now);

    /// <summary>
    /// What sock_alloc_send_skb finds, after the route and the size: the pending error, EPIPE after a shutdown, EAGAIN when SO_SNDBUF is full, ENOBUFS for a
    /// datagram whose fragments would go beyond twice that.
    /// </summary>
    /// <param name="length">Bytes behind the IP header.</param>
    /// <param name="mtu">Where it is cut.</param>
    protected Errno MaySend(int length, int mtu, MsgFlags flags, Instant now)
    {
        if (Err != Errno.OK) return TakeError();
        if (_sendShutdown) return Errno.EPIPE;
        if (_wmem is { } w)
        {
            Advance(now);
            if (w.Alloc >= Sndbuf)
            {
                w.NoSpace = true;
                if ((flags & MsgFlags.DONTWAIT) != 0) OnNoSpace();
                return Errno.EAGAIN;
            }
        }

        // A fragment but the first is made unless those before it have used up twice the room.
        int header = Ipv4Header.MinLength + (IpOptions?.Length ?? 0), room = mtu - header & ~7;
        if (length + header <= mtu || room <= 0) return Errno.OK;
        long before = WmemAlloc + (long)((length - 1) / room) * Truesize.Of(room + header);
        return before <= 2L * Sndbuf ? Errno.OK : NoBuffers();
    }

    /// <summary>cork->fragsize: the path's MTU, or the device's for who does not look at that (ip_sk_use_pmtu).</summary>
    protected int FragmentSize(in RouteOut route) => PmtuDisc >= PmtuDisc.PROBE ? Math.Min(route.Device.Mtu, Fib.MaxMtu) : route.Mtu;

    private Errno NoBuffers()
    {
        Net.Mib.Inc(Snmp.IpOutDiscards);
        OnNoSpace();
        return Errno.ENOBUFS;
    }

    /// <summary>A send failed for want of room (for the protocol's counter).</summary>
    protected virtual void OnNoSpace()
    {
    }

    /// <summary>skb_set_owner_w.</summary>
    private void Own(SkBuff skb, int charge) => skb.SetOwner(_wmem ??= new WmemAccount(() => Net.OnWriteSpace?.Invoke(this)), charge);

    /// <summary>Whether a datagram may be queued; it is charged for then. SOCKET_RCVBUFF: no room in SO_RCVBUF; PROTO_MEM: none in udp_mem.</summary>
    protected DropReason Enqueue(SkBuff skb, Instant now)
    {
        int size = Truesize.Of(skb.Length + (skb.DataOffset - Math.Max(skb.NetworkHeader, 0)));
        DropReason full = _closed || IsFull(size) ? DropReason.SOCKET_RCVBUFF
            : !MemSchedule(size, SockMemory.Receive, now) ? DropReason.PROTO_MEM : DropReason.NOT_DROPPED_YET;
        if (full != DropReason.NOT_DROPPED_YET)
        {
            Drops++;
            return full;
        }

        skb.Orphan(); // where no device has done it
        MemCharge(size);
        skb.Charge = size;
        skb.DropCount = RxqOvfl ? Drops : 0;
        skb.Ip.HasPktInfo = WantsPktInfo;
        _rmemAlloc += size;
        SkBuffChain.Put(ref _rcvHead, ref _rcvTail, skb);
        Wake(DataReady);
        return DropReason.NOT_DROPPED_YET;
    }

    private SkBuff Dequeue(Instant now)
    {
        SkBuffChain.Take(ref _rcvHead, ref _rcvTail, out SkBuff? skb);
        _rmemAlloc -= skb!.Charge;
        MemUncharge(skb.Charge, now);
        skb.Charge = 0;
        return skb;
    }
}
