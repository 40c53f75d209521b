// What the user asks: connect, send, receive, poll (tcp_v4_connect, tcp_sendmsg, tcp_recvmsg, tcp_poll; net/ipv4/tcp.c, af_inet.c).
// RFC 9293 section 3.9.1. Nothing here waits: EAGAIN and EINPROGRESS say "ask again when Poll changes".

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private SeqNum _iss;
    private long _synSentMs;
    private bool _offerTimestamps;

    /// <summary>The listener that made this connection has not given it to accept(2) yet.</summary>
    private TcpListener? _listenedFor;

    /// <summary>Bytes in the last run of segments (<see cref="TcpControl.Continues"/>): what the kernel's last packet in the write queue holds.</summary>
    private int _tailRun;

    /// <summary>connect(2): sends a SYN. The demux has set <see cref="Sock.Local"/> with its port.</summary>
    /// <returns>
    /// EINPROGRESS when the SYN went out; EALREADY while it is on its way; OK once after it was answered, then EISCONN; the connection's error when it
    /// failed (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, …), once, after which another attempt may be made; EAFNOSUPPORT, ENETUNREACH.
    /// </returns>
    /// <param name="timewait">A TIME_WAIT pair that this connection takes over (<see cref="TcpTimewait.TryReuse"/>), or null.</param>
    public Errno Connect(SockAddr peer, in TcpRoute route, Instant now, TcpTimewait? timewait = null)
    {
        _mstamp = now;
        if (Has(TcpSockFlags.Connecting)) return ConnectResult(now) is var r && r == Errno.EINPROGRESS ? Errno.EALREADY : r;
        if (Has(TcpSockFlags.Connected)) return Errno.EISCONN;
        if (_state != TcpState.CLOSE) return Errno.EISCONN;
        if (peer.Family != Family) return Errno.EAFNOSUPPORT;
        if (peer.Address.IsMulticast || peer.Address.IsBroadcast) return Errno.ENETUNREACH;
        if (peer.Address.IsAny) peer = SockAddr.In(IpAddress.Loopback4, peer.Port);
        ResetForConnect();
        Peer = peer;
        if (Local.Address.IsAny) Local = SockAddr.In(route.Source, Local.Port);
        Set(TcpSockFlags.Connecting);
        SetState(TcpState.SYN_SENT);
        _iss = timewait is null ? Net.Tcp.SecureSeq(Local, Peer, now) : timewait.NextIsn;
        _tsOffset = timewait?.TsOffset ?? Net.Tcp.SecureTsOffset(Local, Peer);
        if (timewait is not null)
        {
            _tsRecent = timewait.TsRecent;
            _tsRecentStamp = timewait.TsRecentStamp;
        }

        ConnectInit(route);
        SeedIds(Net.Tcp.Random);
        Inc(Snmp.TcpActiveOpens);
        QueueControl(TcpFlags.SYN);
        SkBuff syn = _writeQueue.Head!;
        _synSentMs = now.Milliseconds;
        _retransStamp = now;
        TransmitData(syn);
        NewDataSent(syn);
        ArmRetrans(RetransKind.Retrans, _rto);
        CheckInvariants();
        return Errno.EINPROGRESS;
    }

    /// <summary>What a connect(2) in progress came to: EINPROGRESS still, OK (once), or its error (once). Afterwards as <see cref="Connect"/>.</summary>
    public Errno ConnectResult(Instant now)
    {
        _ = now;
        if (!Has(TcpSockFlags.Connecting)) return Has(TcpSockFlags.Connected) ? Errno.EISCONN : Errno.ENOTCONN;
        if (_state is TcpState.SYN_SENT or TcpState.SYN_RECV) return Errno.EINPROGRESS;
        Set(TcpSockFlags.Connecting, false);
        if (_state == TcpState.CLOSE && !Has(TcpSockFlags.Done))
        {
            Errno err = TakeError();
            return err == Errno.OK ? Errno.ECONNABORTED : err;
        }

        Set(TcpSockFlags.Connected);
        return Errno.OK;
    }

    // A socket may be connected again after a failure: everything of the last attempt goes.
    private void ResetForConnect()
    {
        _shutdown = 0;
        Set(TcpSockFlags.Done | TcpSockFlags.TimestampOk | TcpSockFlags.SackOk | TcpSockFlags.WscaleOk | TcpSockFlags.FastPath | TcpSockFlags.CwndLimited, false);
        _rtt = default;
        _rtt.Init();
        _rto = TcpConst.TimeoutInit;
        _retransmits = _backoff = _probesOut = _pingpong = _quick = 0;
        _mssClamp = TcpConst.DefaultMss;
        _sndWscale = 0;
        _tsRecent = 0;
        _tsRecentStamp = Instant.Never;
        _retransStamp = Instant.Never;
        _ato = Duration.Zero;
        SndCwnd = TcpConst.InitCwnd;
        SndSsthresh = TcpConst.InfiniteSsthresh;
        SndCwndCnt = 0;
        _caState = TcpCaState.Open;
        _packetsOut = _sackedOut = _lostOut = _retransOut = 0;
        _undoMarker = default;
        _ackPending = AckPending.None;
        _errSoft = Errno.OK;
    }

    // tcp_connect_init.
    private void ConnectInit(in TcpRoute route)
    {
        bool v4 = Peer.Address.IsV4;
        _routeAdvMss = route.EffectiveAdvMss(v4);
        int user = _user?.UserMss ?? 0;
        if (user > 0 && user < _mssClamp) _mssClamp = (ushort)user;
        _offerTimestamps = Sysctl.tcp_timestamps != 0;
        _advMss = (ushort)(user > 0 ? Math.Min(user, _routeAdvMss) : _routeAdvMss);
        _snd = new SendWindow { SndUna = _iss, SndNxt = _iss, WriteSeq = _iss, PushedSeq = _iss, SndSml = _iss };
        _rcv = default;
        _rcv.SelectInitial(FullSpace, _advMss, _user?.WindowClamp ?? 0, Sysctl.tcp_window_scaling, RmemMax);
        SyncMss(route.Mtu);
        _rcvMss = TcpConst.DefaultMss;
    }

    private int RmemMax => RcvbufLocked ? Rcvbuf : Math.Max(Sysctl.tcp_rmem_max, Sysctl.rmem_max);

    private TcpOptionsWriter SynOptions(bool synAck) => new()
    {
        Mss = _advMss,
        Timestamps = synAck ? Timestamps : _offerTimestamps,
        TsVal = TsNow,
        TsEcr = _tsRecent,
        SackPermitted = synAck ? IsSack : Sysctl.tcp_sack,
        WindowScale = (synAck ? Has(TcpSockFlags.WscaleOk) : Sysctl.tcp_window_scaling) ? _rcv.Wscale : -1,
    };

    // What the peer's SYN offered and we want too.
    private void AgreeOptions(in TcpOptionsReceived o)
    {
        Set(TcpSockFlags.TimestampOk, o.SawTimestamp && _offerTimestamps);
        Set(TcpSockFlags.SackOk, o.SackPermitted && Sysctl.tcp_sack);
        if (o.SawWindowScale && Sysctl.tcp_window_scaling)
        {
            Set(TcpSockFlags.WscaleOk);
            _sndWscale = o.WindowScale;
        }
        else
        {
            _sndWscale = _rcv.Wscale = 0;
            _rcv.WindowClamp = Math.Min(_rcv.WindowClamp, TcpConst.MaxWindowUnscaled);
        }

        int mss = o.Mss == 0 ? TcpConst.DefaultMss : o.Mss;
        if (_user is { UserMss: > 0 }) mss = Math.Min(mss, _user.UserMss);
        _mssClamp = (ushort)mss;
    }

    /// <summary>tcp_finish_connect and tcp_init_transfer.</summary>
    private void FinishConnect()
    {
        SetState(TcpState.ESTABLISHED);
        _rcvTstamp = _lsndtime = _mstamp;
        // RFC 6298 (5.7): a lost SYN makes the RTO 3 s unless an RTT is known; RFC 5681 3.1: and the initial window one segment.
        if (!_rtt.HasSample)
        {
            _rtt.MdevMax4 = _rtt.Mdev4 = _rtt.RttVar4 = 3_000_000;
            _rto = TcpConst.TimeoutFallback;
        }

        SndCwnd = _totalRetrans > 1 && _undoMarker != default ? 1 : TcpConst.InitCwnd;
        _undoMarker = default;
        _cwndStamp = _mstamp;
        SetCaState(TcpCaState.Open);
        _retransStamp = Instant.Never;
        InitBufferSpace();
        if (KeepOpen) _keepaliveAt = _mstamp + KeepaliveTime;
        FastPathCheck();
    }

    /// <inheritdoc/>
    public override SysResult Send(ReadOnlySpan<byte> data, SockAddr? to, MsgFlags flags, Instant now)
    {
        _ = to; // sendto(2) on a connected stream ignores the address
        _mstamp = now;
        if ((flags & MsgFlags.FASTOPEN) != 0) return Errno.EOPNOTSUPP;
        if (!_state.CanSend())
        {
            // sk_stream_wait_connect: not connecting means a broken pipe, whatever the reason.
            if (Err != Errno.OK) return TakeError();
            return _state is TcpState.SYN_SENT or TcpState.SYN_RECV && (_shutdown & SendShutdown) == 0 ? Errno.EAGAIN : Errno.EPIPE;
        }

        if (Err != Errno.OK) return TakeError();
        if ((_shutdown & SendShutdown) != 0) return Errno.EPIPE;
        SlowStartAfterIdleIfNew();
        int mss = CurrentMss(), goal = SizeGoal(mss), copied = 0;
        while (copied < data.Length)
        {
            // The last packet may grow to the goal without asking for memory; what of it has been sent meanwhile does not count.
            int run = Math.Min(_tailRun, _snd.WriteSeq - _snd.SndNxt);
            bool goesOn = run > 0 && run < goal && _writeQueue.Tail is { Tcp.Eor: false } t && (t.Tcp.Flags & (byte)(TcpFlags.FIN | TcpFlags.SYN)) == 0;
            if (!goesOn)
            {
                if (_wmemQueued >= Sndbuf || NotsentFull)
                {
                    Set(TcpSockFlags.NoSpace);
                    if (copied > 0) Push(flags & ~MsgFlags.MORE, mss, NaglePush);
                    // What was pushed may have gone at once; the memory is freed only by ACKs.
                    break;
                }

                run = 0;
            }

            int n = Math.Min(goal - run, data.Length - copied);
            AppendRun(data.Slice(copied, n), mss, goesOn, keepPush: copied > 0);
            copied += n;
            _tailRun = run + n;
            if (copied == data.Length || _tailRun < goal) continue;
            if (ForcedPush)
            {
                MarkPush(_writeQueue.Tail!);
                PushPending(mss, NaglePush);
            }
            else if (_snd.WriteSeq - _snd.SndNxt == _tailRun)
            {
                WriteXmit(mss, NaglePush, PushOne);
            }
        }

        if (copied == 0 && !data.IsEmpty) return Errno.EAGAIN;
        if (copied > 0)
        {
            if ((flags & MsgFlags.EOR) != 0 && _writeQueue.Tail is { } last) last.Tcp.Eor = true;
            if ((flags & MsgFlags.OOB) != 0)
            {
                _urgent ??= new TcpUrgent();
                _urgent.SndUp = _snd.WriteSeq;
                _urgent.SndMode = true;
            }

            Push(flags, mss, _nonagle);
        }

        CheckInvariants();
        return copied;
    }

    // tcp_skb_entail's check: the first write after everything was sent.
    private void SlowStartAfterIdleIfNew()
    {
        if (_writeQueue.IsEmpty) SlowStartAfterIdleCheck();
    }

    private bool NotsentFull => _user is { NotsentLowat: > 0 } u && (uint)(_snd.WriteSeq - _snd.SndNxt) >= u.NotsentLowat;

    // Adds to the last run, segment by segment.
    private void AppendRun(ReadOnlySpan<byte> data, int mss, bool goesOn, bool keepPush)
    {
        // A mark that this call set belongs to the packet, so it moves to its new end; one of an earlier call is taken back.
        bool push = false;
        if (goesOn)
        {
            SkBuff tail = _writeQueue.Tail!;
            push = keepPush && (tail.Tcp.Flags & (byte)TcpFlags.PSH) != 0;
            tail.Tcp.Flags &= unchecked((byte)~TcpFlags.PSH);
        }

        while (!data.IsEmpty)
        {
            int room = goesOn ? mss - _writeQueue.Tail!.Length : 0;
            if (room <= 0)
            {
                NewSegment(mss, data.Length, goesOn);
                room = mss;
                goesOn = true;
            }

            int n = Math.Min(room, data.Length);
            Append(data[..n]);
            data = data[n..];
        }

        if (push) _writeQueue.Tail!.Tcp.Flags |= (byte)TcpFlags.PSH;
    }

    private void NewSegment(int mss, int wanted, bool goesOn)
    {
        SkBuff skb = Net.Pool.Alloc(Math.Min(mss, Math.Max(wanted, 256)));
        skb.Tcp.Seq = skb.Tcp.EndSeq = _snd.WriteSeq.Value;
        skb.Tcp.Flags = (byte)TcpFlags.ACK;
        skb.Tcp.Continues = goesOn;
        _writeQueue.Append(skb);
        _wmemQueued += SegmentCharge;
        _nonagle &= unchecked((byte)~NaglePush);
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        SkBuff skb = _writeQueue.Tail!;
        if (skb.Tailroom < data.Length)
        {
            // A segment that began small grows: a larger buffer takes its place.
            SkBuff larger = Net.Pool.Alloc(Math.Max(skb.Length + data.Length, Math.Min((int)_mssCache, 66_000)));
            larger.Put(skb.Data);
            larger.Tcp = skb.Tcp;
            _writeQueue.Remove(skb);
            _writeQueue.Append(larger);
            skb.Free();
            skb = larger;
        }

        skb.Put(data);
        _wmemQueued += data.Length;
        skb.Tcp.EndSeq += (uint)data.Length;
        _snd.WriteSeq += data.Length;
    }

    /// <summary>forced_push: at least every half of the peer's window something is marked for delivery.</summary>
    private bool ForcedPush => _snd.WriteSeq > _snd.PushedSeq + (_snd.MaxWindow >> 1);

    private void MarkPush(SkBuff skb)
    {
        skb.Tcp.Flags |= (byte)TcpFlags.PSH;
        _snd.PushedSeq = _snd.WriteSeq;
    }

    /// <summary>tcp_push.</summary>
    private void Push(MsgFlags flags, int mss, byte nonagle)
    {
        if (_writeQueue.Tail is not { } tail) return;
        bool more = (flags & MsgFlags.MORE) != 0;
        if (!more || ForcedPush) MarkPush(tail);
        PushPending(mss, more ? NagleCork : nonagle);
    }

    /// <inheritdoc/>
    public override SysResult Recv(Span<byte> buffer, MsgFlags flags, Instant now, out SockAddr from, out MsgFlags outFlags)
    {
        from = default;
        outFlags = MsgFlags.None;
        _mstamp = now;
        if (_state == TcpState.LISTEN) return Errno.ENOTCONN;
        if ((flags & MsgFlags.ERRQUEUE) != 0) return Errno.EAGAIN;
        if ((flags & MsgFlags.OOB) != 0) return RecvUrgent(buffer, flags, out outFlags);
        int copied = CopyReceived(buffer, flags);
        if (copied > 0 || buffer.IsEmpty)
        {
            if ((flags & MsgFlags.PEEK) == 0 && copied > 0)
            {
                RcvSpaceAdjust();
                CleanupRbuf(copied);
                FastPathCheckAfterRead();
            }

            if (copied > 0) return copied;
        }

        if (Has(TcpSockFlags.Done)) return 0;
        if (Err != Errno.OK) return TakeError();
        if ((_shutdown & RcvShutdown) != 0) return 0;
        // This occurs when user tries to read from a never connected socket.
        return _state == TcpState.CLOSE ? Errno.ENOTCONN : Errno.EAGAIN;
    }

    private void FastPathCheckAfterRead()
    {
        if (_state == TcpState.ESTABLISHED && !Has(TcpSockFlags.FastPath)) FastPathCheck();
    }

    // Copies in order from the receive queue; segments may overlap and are read once.
    private int CopyReceived(Span<byte> buffer, MsgFlags flags)
    {
        bool peek = (flags & MsgFlags.PEEK) != 0, discard = (flags & MsgFlags.TRUNC) != 0;
        SeqNum at = _rcv.CopiedSeq;
        int copied = 0;
        SkBuff? skb = _receiveQueue.Head;
        while (skb is not null)
        {
            SkBuff? next = skb.Next;
            int offset = at - skb.Tcp.Seq, available = skb.Length - offset;
            if (available > 0)
            {
                int n = Math.Min(available, buffer.Length - copied);
                if (_urgent is { RcvMarked: true } && UrgentStops(ref at, ref offset, ref n, copied, peek)) break;
                if (n <= 0 && available > 0 && buffer.Length == copied) break;
                if (!discard) skb.Data.Slice(offset, n).CopyTo(buffer[copied..]);
                copied += n;
                at += n;
                if (!peek) _rcv.CopiedSeq = at;
                if (offset + n < skb.Length) break;
            }

            if ((skb.Tcp.Flags & (byte)TcpFlags.FIN) != 0)
            {
                at = skb.Tcp.EndSeq;
                if (!peek) _rcv.CopiedSeq = at;
            }

            if (!peek)
            {
                _receiveQueue.Remove(skb);
                _rmemAlloc -= skb.Truesize;
                skb.Free();
            }

            skb = next;
            if (copied == buffer.Length && skb is not null) break;
        }

        return copied;
    }

    // A read stops before the urgent byte, and the next one steps over it (it is read with MSG_OOB), unless SO_OOBINLINE.
    private bool UrgentStops(ref SeqNum at, ref int offset, ref int n, int copied, bool peek)
    {
        int distance = _urgent!.RcvSeq - at;
        if (distance < 0 || distance >= n) return false;
        if (distance > 0)
        {
            n = distance;
            return false;
        }

        if (copied > 0) return true;
        if (OobInline)
        {
            if (!peek) _urgent.RcvMarked = false;
            return false;
        }

        at += 1;
        offset++;
        n--;
        if (!peek)
        {
            _rcv.CopiedSeq = at;
            _urgent.RcvMarked = !_urgent.RcvValid || !_urgent.RcvRead;
        }

        return false;
    }

    private SysResult RecvUrgent(Span<byte> buffer, MsgFlags flags, out MsgFlags outFlags)
    {
        outFlags = MsgFlags.None;
        if (OobInline || _urgent is null || (!_urgent.RcvMarked && !_urgent.RcvValid) || _urgent.RcvRead) return Errno.EINVAL;
        if (_state == TcpState.CLOSE && !Has(TcpSockFlags.Done)) return Errno.ENOTCONN;
        if (_urgent.RcvValid)
        {
            outFlags = MsgFlags.OOB;
            if (buffer.IsEmpty)
            {
                outFlags |= MsgFlags.TRUNC;
                return 0;
            }

            buffer[0] = _urgent.RcvByte;
            if ((flags & MsgFlags.PEEK) == 0) _urgent.RcvRead = true;
            return 1;
        }

        return _state == TcpState.CLOSE || (_shutdown & RcvShutdown) != 0 ? 0 : Errno.EAGAIN;
    }

    /// <summary>sk_stream_is_writeable: a third of what is queued is free, and TCP_NOTSENT_LOWAT is kept.</summary>
    private bool StreamIsWriteable => Sndbuf - _wmemQueued >= _wmemQueued >> 1 && (_user is not { NotsentLowat: > 0 } u || (uint)(_snd.WriteSeq - _snd.SndNxt) << 1 < u.NotsentLowat);

    /// <inheritdoc/>
    public override PollEvents Poll
    {
        get
        {
            if (_state == TcpState.LISTEN) return _listener!.HasAcceptable ? PollEvents.IN | PollEvents.RDNORM : PollEvents.None;
            PollEvents mask = PollEvents.None;
            if (_shutdown == (RcvShutdown | SendShutdown) || _state == TcpState.CLOSE) mask |= PollEvents.HUP;
            if ((_shutdown & RcvShutdown) != 0) mask |= PollEvents.IN | PollEvents.RDNORM | PollEvents.RDHUP;
            if (_state is not (TcpState.SYN_SENT or TcpState.SYN_RECV))
            {
                int target = Rcvlowat;
                if (_urgent is { RcvMarked: true } && _urgent.RcvSeq == _rcv.CopiedSeq && !OobInline) target++;
                if (_rcv.RcvNxt - _rcv.CopiedSeq >= target && _state != TcpState.CLOSE | !_receiveQueue.IsEmpty) mask |= PollEvents.IN | PollEvents.RDNORM;
                if ((_shutdown & SendShutdown) != 0 || StreamIsWriteable) mask |= PollEvents.OUT | PollEvents.WRNORM;
                if (_urgent is { RcvValid: true, RcvRead: false }) mask |= PollEvents.PRI;
            }

            if (Err != Errno.OK) mask |= PollEvents.ERR;
            return mask;
        }
    }
}
