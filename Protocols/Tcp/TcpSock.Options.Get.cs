// getsockopt(2) at IPPROTO_TCP: do_tcp_getsockopt (net/ipv4/tcp.c, man 7 tcp).

using System.Text;

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpSock
{
    /// <inheritdoc/>
    public override Errno Getsockopt(SockLevel level, int option, Span<byte> value, out int length, Instant now)
    {
        _mstamp = now;
        length = 0;
        return level switch
        {
            SockLevel.SOCKET => GetSocketOption(option, value, out length),
            SockLevel.IP => GetIpOption(option, value, out length),
            SockLevel.TCP => GetTcpOption((TcpOpt)option, value, out length),
            _ => Errno.EOPNOTSUPP,
        };
    }

    private Errno GetTcpOption(TcpOpt option, Span<byte> value, out int length)
    {
        length = 0;
        int v;
        switch (option)
        {
            case TcpOpt.TCP_INFO:
                Span<byte> info = stackalloc byte[TcpInfoLength];
                WriteInfo(info);
                length = Math.Min(value.Length, TcpInfoLength);
                info[..length].CopyTo(value);
                return Errno.OK;
            case TcpOpt.TCP_CONGESTION:
                Span<byte> name = stackalloc byte[16];
                name.Clear();
                Encoding.ASCII.GetBytes(_ca.Name, name);
                length = Math.Min(value.Length, 16);
                name[..length].CopyTo(value);
                return Errno.OK;
            case TcpOpt.TCP_NODELAY: v = (_nonagle & NagleOff) != 0 ? 1 : 0; break;
            case TcpOpt.TCP_CORK: v = (_nonagle & NagleCork) != 0 ? 1 : 0; break;
            case TcpOpt.TCP_MAXSEG:
                v = _user is { UserMss: > 0 } && _state is TcpState.CLOSE or TcpState.LISTEN && _user?.UserMss > 0 ? _user.UserMss : _mssCache;
                break;
            case TcpOpt.TCP_KEEPIDLE: v = (int)(KeepaliveTime.Milliseconds / 1000); break;
            case TcpOpt.TCP_KEEPINTVL: v = (int)(KeepaliveIntvl.Milliseconds / 1000); break;
            case TcpOpt.TCP_KEEPCNT: v = KeepaliveProbes; break;
            case TcpOpt.TCP_SYNCNT: v = _user is { SynRetries: > 0 } ? _user.SynRetries : Sysctl.tcp_syn_retries; break;
            case TcpOpt.TCP_LINGER2: v = Linger2Seconds == 0 ? Sysctl.tcp_fin_timeout : Linger2Seconds; break;
            case TcpOpt.TCP_DEFER_ACCEPT: v = RetriesToSeconds(_user?.DeferAccept ?? 0); break;
            case TcpOpt.TCP_WINDOW_CLAMP: v = _state is TcpState.CLOSE or TcpState.LISTEN ? _user?.WindowClamp ?? 0 : _rcv.WindowClamp; break;
            case TcpOpt.TCP_QUICKACK: v = InPingpong ? 0 : 1; break;
            case TcpOpt.TCP_USER_TIMEOUT: v = _user?.UserTimeout ?? 0; break;
            case TcpOpt.TCP_NOTSENT_LOWAT: v = (int)(_user?.NotsentLowat ?? 0); break;
            default: return GetRareOption(option, value, out length);
        }

        Span<byte> full = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(full, v);
        length = Math.Min(4, value.Length);
        full[..length].CopyTo(value);
        return Errno.OK;
    }
}
