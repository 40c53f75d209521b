// What a stream socket's calls do before, between and after its machine's steps (__inet_stream_connect, inet_shutdown and inet_release of net/ipv4/af_inet.c;
// tcp_v4_connect up to the choice of the port): whoever drives the socket asks the port table in between, and waits where a step says so.

namespace ActorNet.Protocols.Tcp;

/// <summary>The calls of a TCP socket as steps; the state is that of the socket's face.</summary>
public static partial class StreamCalls
{
    /// <summary>connect(2) up to the way: null when it goes on with <see cref="Route"/>, else what it has come to.</summary>
    public static CallStep? Connect(TcpSock tcp, ref SocketState state, bool addressLocked, Instant now) => state switch
    {
        SocketState.CONNECTED => CallStep.Answer(Errno.EISCONN),
        SocketState.CONNECTING => FinishConnect(tcp, ref state, addressLocked, Errno.EALREADY, now),
        SocketState.DISCONNECTING => CallStep.Answer(Errno.EINVAL),
        _ => tcp.State != TcpState.CLOSE ? CallStep.Answer(Errno.EISCONN) : null,
    };

    /// <summary>tcp_v4_connect up to the choice of the port: where to, from where, over which path. EAFNOSUPPORT; ENETUNREACH and its like: no way there.</summary>
    /// <param name="peer">Comes back as the route has it.</param>
    public static Errno Route(TcpSock tcp, Fib fib, ref SockAddr peer, Instant now, out SockAddr local, out TcpRoute route)
    {
        route = default;
        local = Named(tcp.Local);
        if (peer.Family != AddressFamily.INET) return Errno.EAFNOSUPPORT;
        // One bound to a group or a broadcast address connects from its device's own (inet_bind leaves inet_saddr at 0).
        if (fib.AddressType(local.Address.V4) is RouteType.MULTICAST or RouteType.BROADCAST) local = SockAddr.In(IpAddress.Any4, local.Port);
        RouteOut r = fib.Output(peer.Address.V4, local.Address.V4, tcp.BoundIfIndex, now, tcp.Transparent);
        if (r.Errno != Errno.OK || r.Type is RouteType.BROADCAST or RouteType.MULTICAST)
        {
            if (r.Errno is Errno.OK or Errno.ENETUNREACH) tcp.Net.Mib.Inc(Snmp.IpOutNoRoutes);
            return r.Errno == Errno.OK ? Errno.ENETUNREACH : r.Errno;
        }

        if (local.Address.IsAny) local = SockAddr.In(IpAddress.FromV4(r.Saddr), local.Port);
        peer = SockAddr.In(IpAddress.FromV4(r.Daddr), peer.Port);
        route = new TcpRoute(local.Address, r.Mtu, r.AdvMss, r.InitCwnd);
        return Errno.OK;
    }

    /// <summary>The port is there: sends the SYN.</summary>
    public static CallStep Connected(TcpSock tcp, ref SocketState state, SockAddr peer, in TcpRoute route, TcpTimewait? takenOver, Instant now)
    {
        Errno e = tcp.Connect(peer, route, now, takenOver);
        if (e is not (Errno.OK or Errno.EINPROGRESS)) return CallStep.Answer(e);
        state = SocketState.CONNECTING;
        return tcp.IsConnectDeferred ? CallStep.Answer(0) : CallStep.ToWrite(tcp.Sndtimeo, Errno.EINPROGRESS);
    }

    /// <summary>The second half of __inet_stream_connect: what the handshake has come to.</summary>
    /// <param name="addressLocked">bind(2) named the address.</param>
    public static CallStep FinishConnect(TcpSock tcp, ref SocketState state, bool addressLocked, Errno ifNot, Instant now)
    {
        if (tcp.State is TcpState.SYN_SENT or TcpState.SYN_RECV) return CallStep.ToWrite(tcp.Sndtimeo, tcp.IsConnectDeferred ? Errno.EISCONN : ifNot);
        Errno e = tcp.ConnectResult(now);
        tcp.EndFastOpening();
        state = e == Errno.OK ? SocketState.CONNECTED : SocketState.UNCONNECTED;
        if (e != Errno.OK) ResetAddress(tcp, addressLocked);
        return CallStep.Answer(e);
    }

    /// <summary>A connect's time is over.</summary>
    /// <param name="wasConnecting">An earlier call had begun it.</param>
    public static Errno ConnectExpired(bool wasConnecting) => wasConnecting ? Errno.EALREADY : Errno.EINPROGRESS;

    /// <summary>connect with AF_UNSPEC: back to an unconnected socket. A listener's children are the driver's to forget before.</summary>
    public static Errno Dissolve(TcpSock tcp, ref SocketState state, bool addressLocked, Instant now)
    {
        Errno e = tcp.Disconnect(now);
        state = e == Errno.OK ? SocketState.UNCONNECTED : SocketState.DISCONNECTING;
        ResetAddress(tcp, addressLocked);
        return e;
    }

    /// <summary>Whether a socket may listen; the port table is asked after that.</summary>
    public static bool MayListen(TcpSock tcp, SocketState state) => state == SocketState.UNCONNECTED && tcp.State is TcpState.CLOSE or TcpState.LISTEN;

    /// <summary>listen(2)'s backlog, cut to net.core.somaxconn.</summary>
    public static int Backlog(TcpSock tcp, int backlog) => (int)Math.Min((uint)backlog, (uint)tcp.Net.Sysctl.somaxconn);

    /// <summary>Whether shutdown(2) takes the socket out of its state altogether (LISTEN, SYN_SENT). A listener's children are the driver's to forget before it.</summary>
    public static bool Unconnects(TcpSock tcp, ShutdownHow how) => tcp.State == TcpState.SYN_SENT || (tcp.State == TcpState.LISTEN && how != ShutdownHow.WR);

    /// <summary>inet_shutdown. EINVAL: no such way.</summary>
    public static Errno Shutdown(TcpSock tcp, ref SocketState state, ShutdownHow how, Instant now)
    {
        if ((uint)how > 2) return Errno.EINVAL;
        bool unconnects = Unconnects(tcp, how);
        TcpState before = tcp.State;
        Errno e = tcp.Shutdown(how, now);
        // A connect that has failed, and whose error nobody took, leaves a socket that only AF_UNSPEC brings back.
        if (unconnects) state = SocketState.UNCONNECTED;
        else if (state == SocketState.CONNECTING) state = before is TcpState.SYN_RECV or TcpState.CLOSE ? SocketState.DISCONNECTING : SocketState.CONNECTED;
        return e;
    }

    /// <summary>SO_LINGER with a time: close waits until what was sent is acknowledged (inet_release, sk_stream_wait_close).</summary>
    public static CallStep Linger(TcpSock tcp) =>
        !tcp.CloseIsComplete && tcp.Linger is { Nanoseconds: > 0 } time ? CallStep.ToWrite(time, Errno.OK) : CallStep.Answer(0);

    /// <summary>The way back to who sent a SYN, as inet_csk_route_req finds it.</summary>
    public static TcpRoute RouteTo(TcpSock listener, Fib fib, IpAddress peer, Instant now)
    {
        RouteOut r = fib.Output(peer.V4, 0, listener.BoundIfIndex, now);
        return new TcpRoute(IpAddress.FromV4(r.Saddr), r.Errno == Errno.OK ? r.Mtu : 1500, r.AdvMss, r.InitCwnd);
    }

    /// <summary>A name as the port table takes it: one that nobody gave is the wildcard.</summary>
    public static SockAddr Named(SockAddr a) => a.Family == AddressFamily.UNSPEC ? SockAddr.In(IpAddress.Any4, 0) : a;

    // inet_reset_saddr: the address that the route gave goes with the peer; the port's number stays to be seen.
    private static void ResetAddress(TcpSock tcp, bool addressLocked)
    {
        if (!addressLocked) tcp.Local = SockAddr.In(IpAddress.Any4, tcp.Local.Port);
    }
}
