// Options at IPPROTO_TCP: do_tcp_setsockopt (net/ipv4/tcp.c, man 7 tcp). SOL_SOCKET and IPPROTO_IP are Sock's and InetSock's.

using System.Text;

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    private TcpUserOptions User => _user ??= new TcpUserOptions();

    /// <inheritdoc/>
    public override bool IsListening => _state == TcpState.LISTEN;

    /// <inheritdoc/>
    protected override int PathMtu => _state == TcpState.LISTEN || Peer == default ? 0 : _user is { RouteMtu: > 0 } u ? u.RouteMtu : _mtu; // the route stays with a connection that is over

    /// <inheritdoc/>
    public override Errno Setsockopt(SockLevel level, int option, ReadOnlySpan<byte> value, Instant now)
    {
        _mstamp = now;
        return level switch
        {
            SockLevel.SOCKET => SetSocketOption(option, value, now),
            SockLevel.IP => SetIpOption(option, value),
            SockLevel.TCP => SetTcpOption((TcpOpt)option, value),
            _ => Errno.ENOPROTOOPT,
        };
    }

    /// <inheritdoc/>
    protected override void OnSocketOption(SockOpt option, Instant now)
    {
        switch (option)
        {
            case SockOpt.SO_KEEPALIVE when _state is not (TcpState.CLOSE or TcpState.LISTEN):
                // tcp_set_keepalive.
                _keepaliveAt = KeepOpen ? now + KeepaliveTime : _state == TcpState.FIN_WAIT2 && IsDetached ? _keepaliveAt : Instant.Never;
                break;
            case SockOpt.SO_RCVLOWAT:
                SetRcvlowat();
                break;
            case SockOpt.SO_SNDBUF or SockOpt.SO_SNDBUFFORCE:
                TellWriteSpace(); // a writer may be able to go on
                break;
        }
    }

    /// <summary>tcp_set_rcvlowat: no more than half of the largest buffer, and the buffer must be able to hold it.</summary>
    private void SetRcvlowat()
    {
        Rcvlowat = Math.Max(1, Math.Min(Rcvlowat, (RcvbufLocked ? Rcvbuf : Sysctl.tcp_rmem_max) >> 1));
        TellDataReady(); // what is here may be enough now
        if (RcvbufLocked) return;
        int space = SpaceFromWin(Rcvlowat);
        if (space <= Rcvbuf) return;
        Rcvbuf = space;
        if (_rcv.WindowClamp < Rcvlowat) _rcv.WindowClamp = Rcvlowat;
    }

    private Errno SetTcpOption(TcpOpt option, ReadOnlySpan<byte> value)
    {
        if (option == TcpOpt.TCP_CONGESTION) return SetCongestion(value);
        if (option == TcpOpt.TCP_ULP) return SetUlp(value);
        if (option == TcpOpt.TCP_FASTOPEN_KEY) return SetFastOpen(option, value, 0);
        if (value.Length < 4) return Errno.EINVAL;
        int v = BinaryPrimitives.ReadInt32LittleEndian(value);
        switch (option)
        {
            case TcpOpt.TCP_NODELAY:
                if (v != 0)
                {
                    // It overrides a cork for what waits now, and only for that.
                    _nonagle |= NagleOff | NaglePush;
                    PushPending();
                }
                else
                {
                    _nonagle &= unchecked((byte)~NagleOff);
                }

                return Errno.OK;
            case TcpOpt.TCP_CORK:
                if (v != 0)
                {
                    _nonagle |= NagleCork;
                }
                else
                {
                    _nonagle &= unchecked((byte)~NagleCork);
                    if ((_nonagle & NagleOff) != 0) _nonagle |= NaglePush;
                    PushPending();
                }

                return Errno.OK;
            case TcpOpt.TCP_MAXSEG:
                if (v != 0 && v is < TcpConst.MinMss or > 32_767) return Errno.EINVAL;
                User.UserMss = v;
                return Errno.OK;
            case TcpOpt.TCP_KEEPIDLE:
                if (v is < 1 or > 32_767) return Errno.EINVAL;
                User.KeepIdle = v;
                if (KeepOpen && _state is not (TcpState.CLOSE or TcpState.LISTEN))
                {
                    Duration idle = _mstamp - Instant.Max(_rcvTstamp, _lrcvtime);
                    _keepaliveAt = _mstamp + Duration.Max(KeepaliveTime - idle, Duration.Zero);
                }

                return Errno.OK;
            case TcpOpt.TCP_KEEPINTVL:
                if (v is < 1 or > 32_767) return Errno.EINVAL;
                User.KeepIntvl = v;
                return Errno.OK;
            case TcpOpt.TCP_KEEPCNT:
                if (v is < 1 or > 127) return Errno.EINVAL;
                User.KeepCnt = v;
                return Errno.OK;
            case TcpOpt.TCP_SYNCNT:
                if (v is < 1 or > 127) return Errno.EINVAL;
                User.SynRetries = v;
                return Errno.OK;
            case TcpOpt.TCP_LINGER2:
                User.Linger2 = v < 0 ? -1 : Math.Min(v, 120);
                return Errno.OK;
            case TcpOpt.TCP_DEFER_ACCEPT:
                User.DeferAccept = SecondsToRetries(v);
                return Errno.OK;
            case TcpOpt.TCP_WINDOW_CLAMP:
                return SetWindowClamp(v);
            case TcpOpt.TCP_QUICKACK:
                SetQuickAck(v);
                return Errno.OK;
            case TcpOpt.TCP_USER_TIMEOUT:
                if (v < 0) return Errno.EINVAL;
                User.UserTimeout = v;
                return Errno.OK;
            case TcpOpt.TCP_NOTSENT_LOWAT:
                User.NotsentLowat = (uint)v;
                TellWriteSpace();
                return Errno.OK;
            default:
                return SetRareOption(option, value, v);
        }
    }

    private Errno SetCongestion(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return Errno.EINVAL;
        int end = value.IndexOf((byte)0);
        string name = Encoding.ASCII.GetString(end < 0 ? value[..Math.Min(value.Length, 15)] : value[..Math.Min(end, 15)]);
        ICongestionControl? ca = CongestionControls.Create(name);
        if (ca is null) return Errno.ENOENT;
        return ChangeCa(ca);
    }

    private Errno SetWindowClamp(int v)
    {
        if (v == 0)
        {
            if (_state != TcpState.CLOSE) return Errno.EINVAL;
            User.WindowClamp = 0;
            return Errno.OK;
        }

        int clamp = Math.Max(v, MinRcvbuf / 2);
        User.WindowClamp = clamp;
        if (_state is not (TcpState.CLOSE or TcpState.LISTEN)) MoveWindowClamp(clamp);
        return Errno.OK;
    }

    /// <summary>tcp_set_window_clamp: the offer follows downwards at once, upwards as far as has been offered.</summary>
    private void MoveWindowClamp(int to)
    {
        int clamp = Math.Max(to, MinRcvbuf / 2), old = _rcv.WindowClamp;
        _rcv.WindowClamp = clamp;
        if (clamp < old) _rcv.RcvSsthresh = Math.Min(_rcv.RcvSsthresh, clamp);
        else if (clamp > old) _rcv.RcvSsthresh = Math.Max(_rcv.RcvSsthresh, Math.Min(_rcv.RcvWnd, clamp));
    }

    private void SetQuickAck(int v)
    {
        if (v == 0)
        {
            EnterPingpong();
            return;
        }

        _pingpong = 0;
        if (_state.IsEstab() && (_ackPending & AckPending.Sched) != 0)
        {
            _ackPending |= AckPending.Pushed;
            CleanupRbuf(1);
            if ((v & 1) == 0) EnterPingpong();
        }
    }

    // secs_to_retrans: the least number of retransmissions whose time reaches so many seconds.
    private int SecondsToRetries(int seconds)
    {
        int n = 0;
        if (seconds <= 0) return 0;
        long timeout = 1, period = timeout, most = Sysctl.tcp_rto_max_ms / 1000;
        n = 1;
        while (seconds > period && n < 255)
        {
            n++;
            timeout = Math.Min(timeout << 1, most);
            period += timeout;
        }

        return n;
    }

    private int RetriesToSeconds(int n)
    {
        if (n <= 0) return 0;
        long timeout = 1, period = 1, most = Sysctl.tcp_rto_max_ms / 1000;
        while (--n > 0)
        {
            timeout = Math.Min(timeout << 1, most);
            period += timeout;
        }

        return (int)Math.Min(period, int.MaxValue);
    }

    // sk_clone: what an accepted socket has from its listener.
    private void InheritOptions(TcpSock listener)
    {
        Reuse = listener.Reuse;
        ReusePort = listener.ReusePort;
        KeepOpen = listener.KeepOpen;
        OobInline = listener.OobInline;
        Linger = listener.Linger;
        Mark = listener.Mark;
        Rcvlowat = listener.Rcvlowat;
        BoundIfIndex = listener.BoundIfIndex;
        Tos = listener.Tos;
        UcTtl = listener.UcTtl;
        PmtuDisc = listener.PmtuDisc;
        RecvErr = listener.RecvErr;
        MinTtl = listener.MinTtl;
        Sndbuf = listener.Sndbuf;
        Rcvbuf = listener.Rcvbuf;
        SndbufLocked = listener.SndbufLocked;
        RcvbufLocked = listener.RcvbufLocked;
        Rcvtimeo = listener.Rcvtimeo;
        Sndtimeo = listener.Sndtimeo;
        DontRoute = listener.DontRoute;
        Broadcast = listener.Broadcast;
        NoCheck = listener.NoCheck;
        InheritStamps(listener);
        InheritCmsgs(listener);
        InheritUserOptions(listener);
        if (listener._user is { } u)
        {
            _user = new TcpUserOptions
            {
                UserMss = u.UserMss, KeepIdle = u.KeepIdle, KeepIntvl = u.KeepIntvl, KeepCnt = u.KeepCnt, SynRetries = u.SynRetries,
                Linger2 = u.Linger2, UserTimeout = u.UserTimeout, WindowClamp = u.WindowClamp, NotsentLowat = u.NotsentLowat,
                RtoMaxMs = u.RtoMaxMs, RtoMinUs = u.RtoMinUs, DelackMaxUs = u.DelackMaxUs, TxDelayUs = u.TxDelayUs, SaveSyn = u.SaveSyn,
                ThinLinearTimeouts = u.ThinLinearTimeouts, RecvmsgInq = u.RecvmsgInq,
            };
            InheritFastOpen(listener);
        }
    }
}
