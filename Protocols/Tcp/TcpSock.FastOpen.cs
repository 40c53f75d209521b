// Fast Open, the client: a SYN that asks for a cookie, or carries one and data, and what the SYN-ACK makes of it (net/ipv4/tcp_fastopen.c,
// tcp_send_syn_data of tcp_output.c, tcp_rcv_fastopen_synack of tcp_input.c). RFC 7413 section 4.1.2, 4.2.1.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>MAX_TCP_OPTION_SPACE: what a SYN with data leaves free for options, those of boxes on the way too.</summary>
    private const int MaxOptionSpace = 40;

    /// <summary>SKB_FRAG_PAGE_ORDER, bytes: the data of a SYN is one piece.</summary>
    private const int PageFrag = 32_768;

    private FastOpenState? FastOpen => _user?.FastOpen;

    private FastOpenState MakeFastOpen() => User.FastOpen ??= new FastOpenState();

    private FastOpenModes FastOpenMode => (FastOpenModes)Sysctl.tcp_fastopen;

    /// <summary>Whether a client may (tcp_fastopen, bit 0): else MSG_FASTOPEN is EOPNOTSUPP.</summary>
    public bool MayFastOpen => (FastOpenMode & FastOpenModes.ClientEnable) != 0;

    /// <summary>A call with MSG_FASTOPEN waits for its handshake: another one is EALREADY.</summary>
    public bool IsFastOpening => FastOpen is { HasRequest: true };

    /// <summary>connect(2) was answered and no SYN has gone: the first write sends it (TCP_FASTOPEN_CONNECT).</summary>
    public bool IsConnectDeferred => FastOpen is { IsDeferred: true };

    /// <summary>sendto(2) with MSG_FASTOPEN on a socket that is not connected: sends a SYN, with data if there is a cookie.</summary>
    /// <param name="copied">Bytes that went with the SYN.</param>
    /// <returns>As <see cref="Connect(SockAddr, in TcpRoute, Instant, TcpTimewait?)"/>.</returns>
    public Errno ConnectAndSend(SockAddr peer, in TcpRoute route, ReadOnlySpan<byte> data, MsgFlags flags, Instant now, TcpTimewait? timewait, out int copied)
    {
        copied = 0;
        MakeFastOpen().HasRequest = true;
        Errno e = Connect(peer, route, data, now, timewait, ref copied);
        ZerocopyOf(flags, data.Length)?.Commit(copied, _snd.WriteSeq);
        return e;
    }

    /// <summary>The first write after a deferred connect: the SYN goes, with data.</summary>
    public int SendDeferred(ReadOnlySpan<byte> data, MsgFlags flags, Instant now)
    {
        _mstamp = now;
        MakeFastOpen().HasRequest = true;
        ConnectInit();
        int copied = SendSyn(data);
        ZerocopyOf(flags, data.Length)?.Commit(copied, _snd.WriteSeq);
        CheckInvariants();
        return copied;
    }

    /// <summary>A call waits for the handshake with more to write: that may carry the ACK of the SYN-ACK.</summary>
    public void NoteWriteWaits() => Set(TcpSockFlags.WritePending);

    /// <summary>The call that opened is over, or no longer waits.</summary>
    public void EndFastOpening()
    {
        if (FastOpen is not { } f) return;
        f.HasRequest = f.IsDeferred = false;
    }

    // tcp_fastopen_defer_connect: with a cookie the SYN waits for data; without, it asks for one.
    private bool DeferConnect()
    {
        if (FastOpen is not { Connect: true, HasRequest: false } f) return false;
        ushort mss = 0;
        if (!CheckCookie(f, ref mss, ref f.Cookie))
        {
            f.HasRequest = true;
            return false;
        }

        f.IsDeferred = true;
        return true;
    }

    /// <summary>tcp_fastopen_cookie_check: whether data may go with the SYN, and with which option.</summary>
    private bool CheckCookie(FastOpenState f, ref ushort mss, ref FastOpenCookie cookie)
    {
        cookie = Net.Tcp.CachedCookie(Local.Address, Peer.Address, ref mss);
        if (Net.Tcp.IsFastOpenDisabled(_mstamp, out bool check))
        {
            cookie.Length = -1;
            return false;
        }

        f.SynFastopenCheck |= check;
        if ((FastOpenMode & FastOpenModes.ClientNoCookie) != 0 || f.NoCookie)
        {
            cookie.Length = -1;
            return true;
        }

        if (cookie.Length > 0) return true;
        f.Fail = FastOpenFail.CookieUnavailable;
        return false;
    }

    /// <summary>tcp_send_syn_data: the SYN that is queued already goes out, with as much data as a cached MSS allows.</summary>
    private int SendSynData(FastOpenState f, SkBuff syn, ReadOnlySpan<byte> data)
    {
        int space = 0;
        ushort mss = _advMss; // if the server's is not known
        if (CheckCookie(f, ref mss, ref f.Cookie))
        {
            _mssClamp = (ushort)(_user is { UserMss: > 0 } u ? Math.Min(mss, u.UserMss) : mss);
            SyncMss(_mtu);
            int room = Math.Min(_mtu - 20 - TcpHeader.MinLength, _mssClamp);
            space = Math.Min(Math.Max(room, Sysctl.tcp_min_snd_mss) - MaxOptionSpace, Math.Min(data.Length, PageFrag));
            SkBuff segment = QueueSynData(data[..space]);
            Transmit(_iss, (TcpFlags)syn.Tcp.Flags, segment.Data);
            syn.Tcp.SentAt = segment.Tcp.SentAt = _mstamp;
            f.SynData = space > 0;
            NewDataSent(syn);
            SeqNum small = _snd.SndSml;
            NewDataSent(segment);
            _snd.SndSml = small; // Minshall's rule is of write_xmit's segments
        }
        else
        {
            if (f.Cookie.Length > 0) f.Cookie.Length = 0;
            _mssClamp = mss;
            TransmitData(syn);
            NewDataSent(syn);
        }

        f.Cookie.Length = -1; // the SYN again is a plain one
        return space;
    }

    private SkBuff QueueSynData(ReadOnlySpan<byte> data)
    {
        SkBuff segment = Net.Pool.Alloc(data.Length);
        segment.Put(data);
        segment.Tcp.Seq = _snd.WriteSeq.Value;
        segment.Tcp.EndSeq = segment.Tcp.Seq + (uint)data.Length;
        segment.Tcp.Flags = (byte)(TcpFlags.ACK | TcpFlags.PSH);
        _snd.WriteSeq += data.Length;
        _snd.PushedSeq = _snd.WriteSeq;
        MemForce(Charge(segment));
        WmemCharge(Charge(segment));
        if (data.Length > 0) Flow.ChronoStart(TcpChrono.Busy, _mstamp);
        _writeQueue.Append(segment);
        return segment;
    }

    // The option of our SYN, if it is to have one.
    private FastOpenCookie SynCookie()
    {
        if (FastOpen is not { HasRequest: true } f || f.Cookie.Length < 0) return default;
        f.SynFastopen = true;
        f.SynFastopenExp = f.Cookie.Experimental;
        return f.Cookie;
    }

    /// <summary>tcp_rcv_fastopen_synack: keeps the server's cookie and MSS, and sends again what it did not take.</summary>
    /// <param name="saidMss">The SYN-ACK's MSS, whatever TCP_MAXSEG says.</param>
    /// <returns>True when data of the SYN was sent again, which acknowledges the SYN-ACK.</returns>
    private bool RcvFastOpenSynAck(FastOpenState f, TcpHeader th, ushort saidMss)
    {
        SkBuff? data = f.SynData ? _rtxQueue.Head : null;
        FastOpenCookie cookie = f.SynFastopen ? FastOpenCookie.Parse(th.Options) : default; // one that was not asked for does not count
        byte tryExperiment = 0;
        // We asked, and got none: the server may know the experiment's option only; if not that either, the other one it is again.
        if (f.SynFastopen && _totalRetrans == 0 && cookie.Length < 0 && !f.SynData) tryExperiment = (byte)(f.SynFastopenExp ? 2 : 1);
        Net.Tcp.CacheCookie(Local.Address, Peer.Address, saidMss != 0 ? saidMss : _mssClamp, cookie, tryExperiment);
        if (data is not null)
        {
            f.Fail = _totalRetrans > 0 ? FastOpenFail.SynRetransmitted : FastOpenFail.DataNotAcked;
            for (SkBuff? skb = data; skb is not null; skb = skb.Next) MarkLost(skb);
            RetransmitNotCongested();
            Inc(Snmp.TcpExtTCPFastOpenActiveFail);
            return true;
        }

        f.SynDataAcked = f.SynData;
        if (f.SynDataAcked)
        {
            Inc(Snmp.TcpExtTCPFastOpenActive);
            if (_delivered > 1) _delivered--; // SYN and data were counted apart
        }

        return false;
    }

    /// <summary>tcp_non_congestion_loss_retransmit: what is marked goes again, and it was not congestion that lost it.</summary>
    private void RetransmitNotCongested()
    {
        if (_caState != TcpCaState.Loss)
        {
            _highSeq = _snd.SndNxt;
            SndSsthresh = CurrentSsthresh;
            _priorSsthresh = 0;
            _undoMarker = default;
            SetCaState(TcpCaState.Loss);
        }

        XmitRetransmitQueue();
    }

    /// <summary>tcp_fastopen_active_detect_blackhole: boxes that swallow such SYNs, or all that follows: three time-outs in a row, or the end.</summary>
    private void DetectBlackhole(bool expired)
    {
        if (FastOpen is not { } f || !(f.SynFastopen || f.SynData || f.SynDataAcked)) return;
        if (_retransmits == 2 || (_retransmits < 2 && expired)) Net.Tcp.DisableFastOpen(_mstamp);
    }

    /// <summary>tcp_fastopen_active_disable_ofo_check: a connection that ends and never had data but a FIN out of order lost it to such a box.</summary>
    private void CheckBlackholeAtEnd()
    {
        if (FastOpen is not { SynFastopen: true } f) return;
        if ((_flow?.DataSegsIn ?? 0) == 0)
        {
            if (_ofo?.Queue.Head is { Next: null } only && (only.Tcp.Flags & (byte)TcpFlags.FIN) != 0) Net.Tcp.DisableFastOpen(_mstamp);
        }
        else if (f.SynFastopenCheck && !Local.Address.IsLoopback)
        {
            Sysctl.FastOpenPauses = 0;
        }
    }

    private Errno SetFastOpen(TcpOpt option, ReadOnlySpan<byte> value, int v)
    {
        bool idle = _state is TcpState.CLOSE or TcpState.LISTEN;
        switch (option)
        {
            case TcpOpt.TCP_FASTOPEN:
                if (v < 0 || !idle) return Errno.EINVAL;
                Net.Tcp.InitFastOpenKey();
                TuneFastOpen(v);
                return Errno.OK;
            case TcpOpt.TCP_FASTOPEN_CONNECT:
                if (v is < 0 or > 1) return Errno.EINVAL;
                if (!MayFastOpen) return Errno.EOPNOTSUPP;
                if (_state != TcpState.CLOSE) return Errno.EINVAL;
                MakeFastOpen().Connect = v == 1;
                return Errno.OK;
            case TcpOpt.TCP_FASTOPEN_NO_COOKIE:
                if (v is < 0 or > 1 || !idle) return Errno.EINVAL;
                MakeFastOpen().NoCookie = v == 1;
                return Errno.OK;
            default: // TCP_FASTOPEN_KEY
                if (value.Length is not (TcpNetns.KeyLength or 2 * TcpNetns.KeyLength)) return Errno.EINVAL;
                MakeFastOpen().Keys = value.ToArray();
                return Errno.OK;
        }
    }

    // tcp_fastopen_get_cipher: the socket's own keys, not those of its namespace.
    private Errno GetFastOpenKey(Span<byte> value, out int length)
    {
        byte[] keys = FastOpen?.Keys ?? [];
        length = Math.Min(value.Length, keys.Length);
        keys.AsSpan(0, length).CopyTo(value);
        return Errno.OK;
    }
}
