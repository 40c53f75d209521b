// What ICMP tells of a connection: tcp_v4_err, tcp_req_err, tcp_v4_mtu_reduced (net/ipv4/tcp_ipv4.c; RFC 5461, RFC 5927), tcp_simple_retransmit.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <inheritdoc/>
    public override void IcmpError(in IcmpErrorInfo error, Instant now)
    {
        _mstamp = now;
        if (_state == TcpState.CLOSE)
        {
            Inc(Snmp.IcmpInErrors); // there is no connection
            return;
        }

        SeqNum seq = error.Seq;
        if (_state == TcpState.LISTEN) return; // RequestError
        // RFC 5927 section 4: only an error about something in flight can be true.
        RequestSock? req = FastOpenRequest;
        if (!seq.IsBetween(req?.SntIsn ?? _snd.SndUna, _snd.SndNxt))
        {
            Inc(Snmp.TcpExtOutOfWindowIcmps);
            return;
        }

        if (error.IsFragNeeded)
        {
            MtuReduced(error.Mtu);
            return;
        }

        if (error.Errno == Errno.OK) return;
        if (_state is TcpState.SYN_SENT or TcpState.SYN_RECV && req is not { Accepted: true })
        {
            // A connection that is not there yet dies of any hard or soft error that ICMP reports; one that Fast Open gave away already does not.
            if (RecvErr) QueueIcmpError(error, Peer.Port, 0, now);
            DoneWithError(error.Errno);
            return;
        }

        // Established: RFC 1122 4.2.3.9 and RFC 5461: a hint, reported only when the connection then times out; with IP_RECVERR a hard one is told.
        if (RecvErr && error.Fatal)
        {
            Err = error.Errno;
            Wake(ErrorReport);
        }
        else
        {
            _errSoft = error.Errno;
        }
    }

    /// <inheritdoc/>
    protected override Errno TakeSoftError()
    {
        Errno e = _errSoft;
        _errSoft = Errno.OK;
        return e;
    }

    /// <summary>tcp_req_err: an error about a listener's SYN-ACK: that nobody can be reached drops the half-open connection.</summary>
    public void RequestError(in IcmpErrorInfo error, in SockAddr local, in SockAddr peer)
    {
        if (_listener?.Find(new RequestKey(local.Address, peer.Address, local.Port, peer.Port)) is not { } req)
        {
            Inc(Snmp.IcmpInErrors);
            return;
        }

        if (error.Seq != req.SntIsn.Value)
        {
            Inc(Snmp.TcpExtOutOfWindowIcmps);
            return;
        }

        bool unreachable = (IcmpType)error.IcmpType == IcmpType.DEST_UNREACH && error.IcmpCode is IcmpCode.NET_UNREACH or IcmpCode.HOST_UNREACH;
        if (!unreachable && (IcmpType)error.IcmpType is not (IcmpType.PARAMETERPROB or IcmpType.TIME_EXCEEDED)) return;
        _listener.Remove(req);
        Inc(Snmp.TcpExtListenDrops);
    }

    /// <summary>
    /// tcp_v4_mtu_reduced and tcp_simple_retransmit: only now, that the sequence number was one in flight, does the route have the smaller MTU. What no longer fits
    /// is cut and sent again, and cwnd keeps its size.
    /// </summary>
    private void MtuReduced(int mtu)
    {
        int path = ReducePathMtu(mtu);
        if (mtu < path && PmtuDisc == PmtuDisc.DO) _errSoft = Errno.EMSGSIZE; // it cannot be as small as the path wants it
        if (path == _mtu) return;
        if (path > _mtu || PmtuDisc is PmtuDisc.DONT or PmtuDisc.INTERFACE or PmtuDisc.OMIT)
        {
            User.RouteMtu = path; // for what is made from now on
            return;
        }

        SyncMss(path);
        SimpleRetransmit();
    }

    // inet_csk_update_pmtu: what the route's MTU is thereafter.
    private int ReducePathMtu(int mtu)
    {
        if (Net.Fib is { } fib)
        {
            fib.UpdatePmtu(Peer.Address.V4, mtu, _mstamp);
            _routeGen = fib.GenId;
            RouteOut r = fib.Output(Peer.Address.V4, Local.Address.V4, BoundIfIndex, _mstamp, Transparent);
            if (r.Errno == Errno.OK) return r.Mtu;
        }

        return Math.Min(_mtu, Math.Max(mtu, FibExceptions.MinPmtu)); // nobody makes us send crumbs (ip_rt_min_pmtu)
    }

    /// <summary>tcp_simple_retransmit.</summary>
    private void SimpleRetransmit()
    {
        if (_packetsOut == 0) return;
        int lost = _lostOut;
        bool tooLong = false;
        for (SkBuff? skb = _rtxQueue.Head; skb is not null; skb = skb.Next)
        {
            // Of one of the kernel's packets all are, its last and shorter one too (tcp_skb_seglen).
            tooLong = skb.Length > _mssCache || (skb.Tcp.Continues && tooLong);
            if (tooLong) MarkLost(skb);
        }

        if (lost == _lostOut && _lostOut == 0) return;
        if (!IsSack) LimitRenoSacked();
        RetransmitNotCongested();
    }
}
