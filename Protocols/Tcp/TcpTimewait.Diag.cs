// What TIME_WAIT keeps as inet_twsk_diag_fill and get_timewait4_sock show it.

namespace ActorNet.Protocols.Tcp;

public sealed partial class TcpTimewait
{
    /// <summary>All that is known of it now.</summary>
    public InetDiag Diag(Instant now) => new()
    {
        Type = SocketType.STREAM,
        Protocol = IpProtocol.TCP,
        State = Substate,
        Local = Local,
        Peer = Peer,
        Timer = DiagTimer.TIMEWAIT,
        Expires = Duration.Max(Expires - now, Duration.Zero),
        Cookie = CookieOf(Local, Peer),
        Tos = Tos,
        Refs = 3,
    };

    /// <summary>A number for what has no place in a list: it follows from the pair.</summary>
    internal static ulong CookieOf(in SockAddr local, in SockAddr peer)
    {
        ulong x = (local.Address.Low ^ peer.Address.Low * 31) + ((ulong)local.Port << 16 | peer.Port);
        x = (x ^ x >> 30) * 0xBF58_476D_1CE4_E5B9;
        return x >> 32;
    }
}
