// Options at IPPROTO_TCP that few programs use: thin streams, saved SYNs, in-queue notes, own bounds of the timers, and those that answer as a kernel
// does that has the feature but not for this socket (repair, upper-layer protocols, MPTCP) (do_tcp_setsockopt, do_tcp_getsockopt; net/ipv4/tcp.c).

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <summary>TCP_TIMEOUT_MIN, as options count it.</summary>
    private const int MinTimeoutUs = 2 * Jiffies.Micros;

    /// <inheritdoc/>
    protected override bool IsTcp => true;

    /// <inheritdoc/>
    protected override int LastCpu => _state is TcpState.LISTEN || _segsIn == 0 ? -1 : 0;

    /// <summary>tcp_rto_min.</summary>
    private int RtoMinUs => _user is { RtoMinUs: > 0 } u ? u.RtoMinUs : Sysctl.tcp_rto_min_us;

    /// <summary>tcp_rto_max.</summary>
    private Duration RtoMax => Duration.FromMilliseconds(_user is { RtoMaxMs: > 0 } u ? u.RtoMaxMs : Sysctl.tcp_rto_max_ms);

    /// <summary>tcp_delack_max: TCP_DELACK_MAX_US, and never later than the least RTO allows.</summary>
    private Duration DelackMax => _user is { DelackMaxUs: > 0 } u ? Duration.FromMicroseconds(u.DelackMaxUs) : TcpConst.DelackMax;

    // Those that are not an int.
    private static Errno SetUlp(ReadOnlySpan<byte> value) => value.IsEmpty ? Errno.EINVAL : Errno.ENOENT; // no upper-layer protocol is registered

    private Errno SetRareOption(TcpOpt option, ReadOnlySpan<byte> value, int v)
    {
        switch (option)
        {
            case TcpOpt.TCP_THIN_LINEAR_TIMEOUTS:
                if (v is < 0 or > 1) return Errno.EINVAL;
                User.ThinLinearTimeouts = v == 1;
                return Errno.OK;
            case TcpOpt.TCP_THIN_DUPACK:
                return v is < 0 or > 1 ? Errno.EINVAL : Errno.OK; // without effect since RACK
            case TcpOpt.TCP_SAVE_SYN:
                if (v is < 0 or > 2) return Errno.EINVAL;
                User.SaveSyn = (byte)v;
                return Errno.OK;
            case TcpOpt.TCP_INQ:
                if (v is < 0 or > 1) return Errno.EINVAL;
                User.RecvmsgInq = v == 1;
                return Errno.OK;
            case TcpOpt.TCP_TX_DELAY:
                if (v < 0) return Errno.EINVAL;
                User.TxDelayUs = v; // kept for the fq qdisc, which is not here
                return Errno.OK;
            case TcpOpt.TCP_RTO_MAX_MS:
                if (v is < 1000 or > 120_000) return Errno.EINVAL;
                User.RtoMaxMs = Jiffies.Round(v);
                return Errno.OK;
            case TcpOpt.TCP_RTO_MIN_US:
                if (v is <= 0 or > 120_000_000 || Jiffies.RoundMicros(v) < MinTimeoutUs) return Errno.EINVAL;
                User.RtoMinUs = Jiffies.RoundMicros(v);
                return Errno.OK;
            case TcpOpt.TCP_DELACK_MAX_US:
                if (v is <= 0 or > 200_000 || Jiffies.RoundMicros(v) < MinTimeoutUs) return Errno.EINVAL;
                User.DelackMaxUs = Jiffies.RoundMicros(v);
                return Errno.OK;
            case TcpOpt.TCP_REPAIR or TcpOpt.TCP_REPAIR_QUEUE or TcpOpt.TCP_TIMESTAMP or TcpOpt.TCP_REPAIR_WINDOW:
                return Errno.EPERM; // as for a process without CAP_NET_ADMIN
            case TcpOpt.TCP_AO_REPAIR when _state == TcpState.LISTEN:
                return Errno.EPERM;
            case TcpOpt.TCP_QUEUE_SEQ:
                return _state == TcpState.CLOSE ? Errno.EINVAL : Errno.EPERM; // no queue is under repair
            case TcpOpt.TCP_REPAIR_OPTIONS:
                return Errno.EINVAL;
            case TcpOpt.TCP_MD5SIG or TcpOpt.TCP_MD5SIG_EXT:
                return SetMd5Key(value, option == TcpOpt.TCP_MD5SIG_EXT);
            case TcpOpt.TCP_FASTOPEN or TcpOpt.TCP_FASTOPEN_CONNECT or TcpOpt.TCP_FASTOPEN_NO_COOKIE:
                return SetFastOpen(option, value, v);
            default:
                return Errno.ENOPROTOOPT;
        }
    }

    private Errno GetRareOption(TcpOpt option, Span<byte> value, out int length)
    {
        length = 0;
        int v;
        switch (option)
        {
            case TcpOpt.TCP_THIN_LINEAR_TIMEOUTS: v = _user is { ThinLinearTimeouts: true } ? 1 : 0; break;
            case TcpOpt.TCP_THIN_DUPACK or TcpOpt.TCP_REPAIR or TcpOpt.TCP_IS_MPTCP: v = 0; break;
            case TcpOpt.TCP_SAVE_SYN: v = _user?.SaveSyn ?? 0; break;
            case TcpOpt.TCP_INQ: v = _user is { RecvmsgInq: true } ? 1 : 0; break;
            case TcpOpt.TCP_TX_DELAY: v = _user?.TxDelayUs ?? 0; break;
            case TcpOpt.TCP_RTO_MAX_MS: v = (int)RtoMax.Milliseconds; break;
            case TcpOpt.TCP_RTO_MIN_US: v = RtoMinUs; break;
            case TcpOpt.TCP_DELACK_MAX_US: v = (int)DelackMax.Microseconds; break;
            case TcpOpt.TCP_TIMESTAMP: v = (int)TsNow; break;
            case TcpOpt.TCP_ULP: return Errno.OK; // none, no bytes
            case TcpOpt.TCP_CC_INFO: return GetCcInfo(value, out length);
            case TcpOpt.TCP_FASTOPEN: v = FastOpen is { Request: null, Queue: { } queue } ? queue.MaxLength : 0; break;
            case TcpOpt.TCP_FASTOPEN_CONNECT: v = FastOpen is { Connect: true } ? 1 : 0; break;
            case TcpOpt.TCP_FASTOPEN_NO_COOKIE: v = FastOpen is { NoCookie: true } ? 1 : 0; break;
            case TcpOpt.TCP_FASTOPEN_KEY: return GetFastOpenKey(value, out length);
            case TcpOpt.TCP_SAVED_SYN: return GetSavedSyn(value, out length);
            case TcpOpt.TCP_REPAIR_QUEUE or TcpOpt.TCP_QUEUE_SEQ or TcpOpt.TCP_ZEROCOPY_RECEIVE: return Errno.EINVAL;
            case TcpOpt.TCP_REPAIR_WINDOW: return value.Length != 20 ? Errno.EINVAL : Errno.EPERM;
            case TcpOpt.TCP_AO_REPAIR when _state == TcpState.LISTEN: return Errno.EPERM;
            default: return Errno.ENOPROTOOPT;
        }

        Span<byte> full = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(full, v);
        length = Math.Min(4, value.Length);
        full[..length].CopyTo(value);
        return Errno.OK;
    }

    /// <summary>TCP_SAVED_SYN: the headers of the SYN that made this connection, once; EINVAL tells how much room they need.</summary>
    private Errno GetSavedSyn(Span<byte> value, out int length)
    {
        length = 0;
        if (_user?.SavedSyn is not { } saved) return Errno.OK;
        length = saved.Length;
        if (value.Length < saved.Length) return Errno.EINVAL;
        saved.CopyTo(value);
        _user.SavedSyn = null;
        return Errno.OK;
    }

    /// <summary>tcp_reqsk_record_syn: IP and TCP headers, with TCP_SAVE_SYN at 2 the link's before them.</summary>
    private byte[]? RecordSyn(SkBuff skb)
    {
        if (_user is not { SaveSyn: > 0 } u || skb.NetworkHeader < 0) return null;
        int from = u.SaveSyn == 2 && skb.MacHeader >= 0 ? skb.MacHeader : skb.NetworkHeader;
        return skb.Head[from..(skb.TransportHeader + skb.Tcp.HeaderLength)];
    }
}
