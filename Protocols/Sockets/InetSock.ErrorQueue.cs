// IP_RECVERR: ip_icmp_error, ip_local_error, ip_recv_error (net/ipv4/ip_sockglue.c; man 7 ip). Errors are read with MSG_ERRQUEUE, which never waits.

namespace ActorNet.Protocols;

public abstract partial class InetSock
{
    private ErrorQueue? Errors => _seldom?.Errors;

    /// <summary>Something waits in the error queue: POLLERR.</summary>
    protected bool HasErrors => Errors is { Count: > 0 };

    /// <summary>What the error queue is charged for, bytes.</summary>
    protected int ErrorAlloc => Errors?.Alloc ?? 0;

    /// <summary>What poll shows of the error queue: POLLERR, with SO_SELECT_ERR_QUEUE also POLLPRI.</summary>
    protected PollEvents ErrorPoll => !HasErrors ? PollEvents.None : SelectErrQueue ? PollEvents.ERR | PollEvents.PRI : PollEvents.ERR;

    /// <summary>ip_icmp_error.</summary>
    /// <param name="skip">Bytes of the quoted transport header that are not given back.</param>
    /// <param name="port">Where the packet was to go; 0: recvmsg names nobody.</param>
    protected void QueueIcmpError(in IcmpErrorInfo error, ushort port, int skip, Instant now)
    {
        if (error.Quoted is not { } quoted) return;
        uint info = error.Mtu > 0 ? (uint)error.Mtu : error.Pointer;
        byte[] payload = quoted.Transport.Length > skip ? quoted.Transport[skip..] : [];
        Queue(new QueuedError(error.Errno, ErrorOrigin.ICMP, error.IcmpType, error.IcmpCode, info, SockAddr.In(error.Destination, port), payload, quoted.Ip, now));
    }

    /// <summary>ip_local_error: found before the packet left. Only for who asked.</summary>
    protected void QueueLocalError(Errno errno, IpAddress daddr, ushort port, int info, Instant now)
    {
        if (RecvErr) Queue(new QueuedError(errno, ErrorOrigin.LOCAL, 0, 0, (uint)info, SockAddr.In(daddr, port), [], default, now));
    }

    /// <summary>skb_errqueue_purge.</summary>
    protected void PurgeErrors() => Errors?.Clear();

    /// <summary>ip_recv_error. EAGAIN: the queue is empty.</summary>
    protected SysResult RecvError(scoped Span<byte> buffer, ref CmsgWriter control, Instant now, out SockAddr from, out MsgFlags outFlags)
    {
        from = default;
        outFlags = MsgFlags.None;
        if (Errors is null || !Errors.TryTake(out QueuedError? e, out Errno? pending)) return Errno.EAGAIN;
        if (pending is { } errno) Err = errno;
        int copied = Math.Min(e.Payload.Length, buffer.Length);
        e.Payload.AsSpan(0, copied).CopyTo(buffer);
        outFlags = copied < e.Payload.Length ? MsgFlags.ERRQUEUE | MsgFlags.TRUNC : MsgFlags.ERRQUEUE;
        if (e.Destination.Port != 0) from = e.Destination;
        if (e.Origin == ErrorOrigin.TIMESTAMPING) PutStamps(ref control, e.At);
        else if (e.Origin != ErrorOrigin.ZEROCOPY) PutSocketCmsgs(ref control, e.At, 0, 0, 0);
        Span<byte> extended = stackalloc byte[32];
        extended.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(extended, (uint)e.Errno);
        extended[4] = (byte)e.Origin;
        extended[5] = e.Type;
        extended[6] = e.Code;
        BinaryPrimitives.WriteUInt32LittleEndian(extended[8..], e.Info);
        BinaryPrimitives.WriteUInt32LittleEndian(extended[12..], e.Data);
        if (e.Origin == ErrorOrigin.ICMP)
        {
            WriteSockaddr(extended[16..], e.Icmp.Saddr.V4, 0);
            PutIpCmsgs(ref control, e.Icmp, null, now);
        }

        control.Put((int)SockLevel.IP, (int)IpOpt.IP_RECVERR, extended);
        Errors.Release(e);
        Wake(HasErrors ? ErrorReport : PollEvents.None);
        return copied;
    }

    /// <summary>__msg_zerocopy_callback: calls with MSG_ZEROCOPY are done.</summary>
    private protected void QueueZerocopy(uint low, uint high, byte code)
    {
        ErrorQueue errors = Seldom.Errors ??= new ErrorQueue();
        if (!errors.TryExtend(low, high)) errors.AddZerocopy(code, low, high);
        Wake(ErrorReport);
    }

    /// <summary>__skb_complete_tx_timestamp: something that was sent got as far as that (SCM_TSTAMP_*).</summary>
    private protected void QueueStamp(byte kind, int key, byte[] payload, Instant now)
    {
        uint data = (Timestamping & SofOptId) != 0 ? (uint)key : 0;
        Queue(new QueuedError(Errno.ENOMSG, ErrorOrigin.TIMESTAMPING, 0, 0, kind, default, payload, default, now) { Data = data });
    }

    private void Queue(QueuedError error)
    {
        if (RmemAlloc + ErrorQueue.Truesize >= Rcvbuf) return;
        (Seldom.Errors ??= new ErrorQueue()).Add(error);
        Wake(ErrorReport);
    }
}
