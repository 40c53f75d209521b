// The rare options at SOL_SOCKET, and those that only few kinds of sockets have: the rest of sk_setsockopt and sk_getsockopt (net/core/sock.c).

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    private SockUserOptions? _userOptions;

    private SockUserOptions UserOptions => _userOptions ??= new SockUserOptions();

    /// <summary>SO_PEEK_OFF: where MSG_PEEK begins (sk_peek_off), bytes; below zero when it is off.</summary>
    public int PeekOff => _userOptions?.PeekOff ?? -1;

    /// <summary>SO_MAX_PACING_RATE, bytes per second; all ones for none. It bounds what TCP paces by; other protocols only keep it.</summary>
    public ulong MaxPacingRate => _userOptions?.MaxPacingRate ?? ulong.MaxValue;

    /// <summary>SO_MAX_PACING_RATE was set.</summary>
    private protected virtual void OnMaxPacingRate()
    {
    }

    /// <inheritdoc cref="SockUserOptions.PacingAsked"/>
    protected bool IsPacingAsked => _userOptions is { PacingAsked: true };

    /// <summary>SO_INCOMING_CPU as it was set, -1 for none: of equals this socket is preferred on that CPU.</summary>
    public int IncomingCpu => _userOptions?.IncomingCpu ?? -1;

    /// <summary>SO_ZEROCOPY: MSG_ZEROCOPY may be used.</summary>
    public bool ZeroCopy => Bit(SockBits.ZeroCopy);

    /// <summary>SO_TXREHASH: after a time-out the flow is hashed anew (net.core.txrehash is 1).</summary>
    public bool IsTxRehash => _userOptions?.TxRehash != false;

    /// <summary>SO_SELECT_ERR_QUEUE: what waits in the error queue shows as POLLPRI too.</summary>
    public bool SelectErrQueue => Bit(SockBits.SelectErrQueue);

    /// <summary>SO_RXQ_OVFL, SO_RCVMARK, SO_RCVPRIORITY: control messages that datagrams bring.</summary>
    public bool RxqOvfl => Bit(SockBits.RxqOvfl);

    /// <inheritdoc cref="RxqOvfl"/>
    public bool RcvMark => Bit(SockBits.RcvMark);

    /// <inheritdoc cref="RxqOvfl"/>
    public bool RcvPriority => Bit(SockBits.RcvPriority);

    /// <summary>sock->ops->set_peek_off: whether this kind of socket knows SO_PEEK_OFF.</summary>
    protected virtual bool HasPeekOff => true;

    /// <summary>sk_is_tcp.</summary>
    protected virtual bool IsTcp => false;

    /// <summary>sk_may_scm_recv: credentials and descriptors come with messages (AF_UNIX, AF_NETLINK).</summary>
    protected virtual bool MayReceiveScm => false;

    /// <summary>sk_incoming_cpu: the CPU that last handled a packet for it; -1 before.</summary>
    protected virtual int LastCpu => -1;

    /// <summary>sockatmark: the next byte but so many is behind the urgent mark; a read stops there.</summary>
    public virtual bool IsMarkAt(int offset) => false;

    /// <summary>sk_peek_offset_fwd: MSG_PEEK has given so many bytes; the next one begins behind them.</summary>
    public void Peeked(int bytes)
    {
        if (_userOptions is { PeekOff: >= 0 } u) u.PeekOff += bytes;
    }

    /// <summary>sk_peek_offset_bwd: so many bytes are gone from the queue.</summary>
    protected void PeekOffsetBack(int bytes)
    {
        if (_userOptions is { PeekOff: > 0 } u) u.PeekOff = Math.Max(u.PeekOff - bytes, 0);
    }

    /// <summary>tcp_recv_timestamp: when the last of what was read came, for who asked (SO_TIMESTAMP and its kin).</summary>
    protected void PutStreamStamps(ref CmsgWriter control, Instant stamp)
    {
        if (_stamps != StampKind.None) PutStamp(ref control, stamp);
        if ((Timestamping & (Software | RxSoftware)) != (Software | RxSoftware)) return;
        Span<byte> three = stackalloc byte[48];
        three.Clear();
        WriteTime(three, stamp, 1);
        control.Put((int)SockLevel.SOCKET, (int)(_stampsAreNew ? SockOpt.SO_TIMESTAMPING_NEW : SockOpt.SO_TIMESTAMPING), three);
    }

    /// <summary>sk_set_peek_off(sk, -1).</summary>
    protected void PeekOffReset()
    {
        if (_userOptions is { } u) u.PeekOff = -1;
    }

    private bool Bit(SockBits bit) => _userOptions is { } u && (u.Bits & bit) != 0;

    private Errno SetBit(SockBits bit, bool on)
    {
        if (on) UserOptions.Bits |= bit;
        else if (_userOptions is { } u) u.Bits &= ~bit;
        return Errno.OK;
    }

    /// <summary>sk_setsockopt's rest: at least four bytes are there.</summary>
    private Errno SetUserOption(SockOpt option, ReadOnlySpan<byte> value, int v)
    {
        switch (option)
        {
            case SockOpt.SO_DEBUG: return SetBit(SockBits.Debug, v != 0);
            case SockOpt.SO_BSDCOMPAT or SockOpt.SO_CNX_ADVICE: return Errno.OK; // taken, and without effect
            case SockOpt.SO_PASSCRED or SockOpt.SO_PASSSEC or SockOpt.SO_PASSPIDFD or SockOpt.SO_PASSRIGHTS when !MayReceiveScm: return Errno.EOPNOTSUPP;
            case SockOpt.SO_RXQ_OVFL: return SetBit(SockBits.RxqOvfl, v != 0);
            case SockOpt.SO_WIFI_STATUS: return SetBit(SockBits.WifiStatus, v != 0);
            case SockOpt.SO_NOFCS: return SetBit(SockBits.NoFcs, v != 0);
            case SockOpt.SO_SELECT_ERR_QUEUE: return SetBit(SockBits.SelectErrQueue, v != 0);
            case SockOpt.SO_RCVMARK: return SetBit(SockBits.RcvMark, v != 0);
            case SockOpt.SO_RCVPRIORITY: return SetBit(SockBits.RcvPriority, v != 0);
            case SockOpt.SO_PREFER_BUSY_POLL: return SetBit(SockBits.PreferBusyPoll, v != 0);
            case SockOpt.SO_BUSY_POLL_BUDGET: return v is < 0 or > ushort.MaxValue ? Errno.EINVAL : Errno.OK;
            case SockOpt.SO_BUSY_POLL:
                if (v < 0) return Errno.EINVAL;
                UserOptions.BusyPoll = v;
                return Errno.OK;
            case SockOpt.SO_LOCK_FILTER:
                if (Bit(SockBits.FilterLocked) && v == 0) return Errno.EPERM;
                return SetBit(SockBits.FilterLocked, v != 0);
            case SockOpt.SO_ATTACH_FILTER or SockOpt.SO_ATTACH_REUSEPORT_CBPF: return value.Length != 16 ? Errno.EINVAL : Errno.ENOPROTOOPT; // no filters yet
            case SockOpt.SO_ATTACH_BPF or SockOpt.SO_ATTACH_REUSEPORT_EBPF: return value.Length != 4 ? Errno.EINVAL : Errno.EBADF; // no descriptor is a program
            case SockOpt.SO_DETACH_FILTER: return Bit(SockBits.FilterLocked) ? Errno.EPERM : Errno.ENOENT;
            case SockOpt.SO_DETACH_REUSEPORT_BPF: return ReusePort ? Errno.ENOENT : Errno.EINVAL;
            case SockOpt.SO_PEEK_OFF:
                if (!HasPeekOff) return Errno.EOPNOTSUPP;
                UserOptions.PeekOff = v;
                return Errno.OK;
            case SockOpt.SO_MAX_PACING_RATE:
                UserOptions.MaxPacingRate = value.Length == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(value) : v == -1 ? ulong.MaxValue : (uint)v;
                if (UserOptions.MaxPacingRate != ulong.MaxValue) UserOptions.PacingAsked = true;
                OnMaxPacingRate();
                return Errno.OK;
            case SockOpt.SO_INCOMING_CPU:
                UserOptions.IncomingCpu = v;
                return Errno.OK;
            case SockOpt.SO_ZEROCOPY:
                if (Protocol is not (IpProtocol.TCP or IpProtocol.UDP)) return Errno.EOPNOTSUPP;
                return v is < 0 or > 1 ? Errno.EINVAL : SetBit(SockBits.ZeroCopy, v != 0);
            case SockOpt.SO_TXTIME: return SetTxTime(value);
            case SockOpt.SO_BINDTOIFINDEX:
                if (v < 0) return Errno.EINVAL;
                BoundIfIndex = v;
                return Errno.OK;
            case SockOpt.SO_BUF_LOCK:
                if ((v & ~3) != 0) return Errno.EINVAL;
                SndbufLocked = (v & 1) != 0;
                RcvbufLocked = (v & 2) != 0;
                return Errno.OK;
            case SockOpt.SO_RESERVE_MEM: return v < 0 ? Errno.EINVAL : Errno.EOPNOTSUPP; // only a socket whose memory a control group counts may
            case SockOpt.SO_TXREHASH:
                if (!IsTcp) return Errno.EOPNOTSUPP;
                if (v is < -1 or > 1) return Errno.EINVAL;
                UserOptions.TxRehash = v == -1 ? null : v == 1;
                return Errno.OK;
            case SockOpt.SO_DEVMEM_DONTNEED: return IsTcp ? Errno.EINVAL : Errno.EBADF;
            default: return Errno.ENOPROTOOPT; // what may only be read is refused in the same words
        }
    }

    private Errno SetTxTime(ReadOnlySpan<byte> value)
    {
        if (value.Length != 8) return Errno.EINVAL;
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(value[4..]);
        if ((flags & ~3u) != 0) return Errno.EINVAL;
        int clock = BinaryPrimitives.ReadInt32LittleEndian(value);
        if (clock is not (0 or 1 or 11)) return Errno.EINVAL; // CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_TAI
        UserOptions.TxTime = (clock, flags);
        return Errno.OK;
    }

    /// <summary>sk_getsockopt's rest.</summary>
    private Errno GetUserOption(SockOpt option, Span<byte> value, out int length)
    {
        length = 0;
        Span<byte> full = stackalloc byte[36];
        full.Clear();
        int n = sizeof(int), v = 0;
        switch (option)
        {
            case SockOpt.SO_BSDCOMPAT or SockOpt.SO_INCOMING_NAPI_ID: break;
            case SockOpt.SO_DEBUG: v = Bit(SockBits.Debug) ? 1 : 0; break;
            case SockOpt.SO_RXQ_OVFL: v = RxqOvfl ? 1 : 0; break;
            case SockOpt.SO_WIFI_STATUS: v = Bit(SockBits.WifiStatus) ? 1 : 0; break;
            case SockOpt.SO_NOFCS: v = Bit(SockBits.NoFcs) ? 1 : 0; break;
            case SockOpt.SO_SELECT_ERR_QUEUE: v = SelectErrQueue ? 1 : 0; break;
            case SockOpt.SO_RCVMARK: v = RcvMark ? 1 : 0; break;
            case SockOpt.SO_RCVPRIORITY: v = RcvPriority ? 1 : 0; break;
            case SockOpt.SO_PREFER_BUSY_POLL: v = Bit(SockBits.PreferBusyPoll) ? 1 : 0; break;
            case SockOpt.SO_BUSY_POLL: v = _userOptions?.BusyPoll ?? 0; break;
            case SockOpt.SO_LOCK_FILTER: v = Bit(SockBits.FilterLocked) ? 1 : 0; break;
            case SockOpt.SO_ATTACH_FILTER: return Errno.OK; // SO_GET_FILTER: none, no bytes
            case SockOpt.SO_PEEK_OFF:
                if (!HasPeekOff) return Errno.EOPNOTSUPP;
                v = PeekOff;
                break;
            case SockOpt.SO_MAX_PACING_RATE:
                if (value.Length < 8)
                {
                    v = (int)(uint)Math.Min(MaxPacingRate, uint.MaxValue);
                    break;
                }

                n = 8;
                BinaryPrimitives.WriteUInt64LittleEndian(full, MaxPacingRate);
                break;
            case SockOpt.SO_BPF_EXTENSIONS: v = 64; break; // SKF_AD_MAX
            case SockOpt.SO_INCOMING_CPU: v = _userOptions?.IncomingCpu ?? LastCpu; break;
            case SockOpt.SO_ZEROCOPY: v = ZeroCopy ? 1 : 0; break;
            case SockOpt.SO_BINDTOIFINDEX: v = BoundIfIndex; break;
            case SockOpt.SO_BUF_LOCK: v = (SndbufLocked ? 1 : 0) | (RcvbufLocked ? 2 : 0); break;
            case SockOpt.SO_RESERVE_MEM: break;
            case SockOpt.SO_TXREHASH:
                if (!IsTcp) return Errno.EOPNOTSUPP;
                v = IsTxRehash ? 1 : 0;
                break;
            case SockOpt.SO_TXTIME:
                n = 8;
                if (_userOptions?.TxTime is not { } t) break;
                BinaryPrimitives.WriteUInt32LittleEndian(full[4..], t.Flags);
                v = t.Clock;
                break;
            case SockOpt.SO_MEMINFO:
                n = 36;
                WriteMemInfo(full);
                v = RmemAlloc;
                break;
            case SockOpt.SO_COOKIE or SockOpt.SO_NETNS_COOKIE:
                if (option == SockOpt.SO_COOKIE ? value.Length < 8 : value.Length != 8) return Errno.EINVAL;
                length = 8;
                BinaryPrimitives.WriteUInt64LittleEndian(value, option == SockOpt.SO_COOKIE ? Cookie : Net.Cookie);
                return Errno.OK;
            case SockOpt.SO_PEERCRED:
                // struct ucred: only AF_UNIX knows its peer's; elsewhere nobody's.
                n = 12;
                full.Slice(4, 8).Fill(0xFF);
                break;
            case SockOpt.SO_PEERGROUPS or SockOpt.SO_PEERPIDFD: return Errno.ENODATA;
            case SockOpt.SO_PEERNAME: return GetPeerName(value, out length);
            case SockOpt.SO_PASSCRED or SockOpt.SO_PASSSEC or SockOpt.SO_PASSPIDFD or SockOpt.SO_PASSRIGHTS when !MayReceiveScm: return Errno.EOPNOTSUPP;
            default: return Errno.ENOPROTOOPT;
        }

        if (option != SockOpt.SO_MAX_PACING_RATE || n == 4) BinaryPrimitives.WriteInt32LittleEndian(full, v);
        length = Math.Min(n, value.Length);
        full[..length].CopyTo(value);
        return Errno.OK;
    }

    /// <summary>SO_COOKIE (sock_gen_cookie): a number of its own, given when it is first asked for.</summary>
    public ulong Cookie
    {
        get
        {
            if (UserOptions.Cookie == 0) UserOptions.Cookie = Net.NextCookie();
            return UserOptions.Cookie;
        }
    }

    /// <summary>sk_get_meminfo: SK_MEMINFO_*.</summary>
    private void WriteMemInfo(Span<byte> b)
    {
        int at = 0;
        foreach (int v in (ReadOnlySpan<int>)[RmemAlloc, Rcvbuf, WmemAlloc, Sndbuf, ForwardAlloc, WmemQueued, OmemAlloc, BacklogLength, Drops])
        {
            BinaryPrimitives.WriteInt32LittleEndian(b[at..], v);
            at += sizeof(int);
        }
    }

    /// <summary>sk_wmem_alloc: what has been handed to the layers below and is not freed there yet, bytes.</summary>
    protected virtual int WmemAlloc => 0;

    /// <summary>sk_omem_alloc: options and the error queue, bounded by optmem_max.</summary>
    protected virtual int OmemAlloc => 0;

    /// <summary>sk_backlog.len: the driver's, bytes.</summary>
    public int BacklogLength
    {
        get => _userOptions is { } u ? u.BacklogLength : 0;
        set
        {
            if (_userOptions is not null || value != 0) UserOptions.BacklogLength = value;
        }
    }

    /// <summary>sk_drops.</summary>
    public int Drops
    {
        get => _userOptions is { } u ? u.Drops : 0;
        protected set
        {
            if (_userOptions is not null || value != 0) UserOptions.Drops = value;
        }
    }

    private Errno GetPeerName(Span<byte> value, out int length)
    {
        length = 0;
        if (Peer.Port == 0) return Errno.ENOTCONN;
        if (value.Length > 16) return Errno.EINVAL;
        Span<byte> a = stackalloc byte[16];
        a.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(a, (ushort)AddressFamily.INET);
        BinaryPrimitives.WriteUInt16BigEndian(a[2..], Peer.Port);
        BinaryPrimitives.WriteUInt32BigEndian(a[4..], Peer.Address.V4);
        a[..value.Length].CopyTo(value);
        length = value.Length;
        return Errno.OK;
    }

    /// <summary>sk_clone: an accepted socket has its listener's, but a cookie of its own.</summary>
    private protected void InheritUserOptions(Sock from)
    {
        LingerSeconds = from.LingerSeconds;
        if (from._userOptions is not { } u) return;
        SockUserOptions own = UserOptions;
        (own.MaxPacingRate, own.PacingAsked, own.PeekOff, own.BusyPoll) = (u.MaxPacingRate, u.PacingAsked, u.PeekOff, u.BusyPoll);
        (own.IncomingCpu, own.TxTime, own.TxRehash, own.Bits) = (u.IncomingCpu, u.TxTime, u.TxRehash, u.Bits);
    }
}
