// connect(2) of a stream: __inet_stream_connect (net/ipv4/af_inet.c), tcp_v4_connect (net/ipv4/tcp_ipv4.c), and AF_UNSPEC, which dissolves.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

internal sealed partial class InetStreamOps
{
    public override void Connect(SockActor s, Syscall.Connect call)
    {
        var tcp = (TcpSock)s.Sk;
        Socket face = SockActor.Face(call);
        if (call.Address.Family == AddressFamily.UNSPEC)
        {
            Dissolve(s, tcp, face, call);
            return;
        }

        call.WasConnecting = face.State == SocketState.CONNECTING;
        switch (face.State)
        {
            case SocketState.CONNECTED:
                s.Answer(call, Errno.EISCONN);
                return;
            case SocketState.CONNECTING:
                FinishConnect(s, tcp, call, Errno.EALREADY);
                return;
            case SocketState.DISCONNECTING:
                s.Answer(call, Errno.EINVAL);
                return;
        }

        if (tcp.State != TcpState.CLOSE) s.Answer(call, Errno.EISCONN);
        else StartConnect(s, tcp, call, call.Address);
    }

    // tcp_v4_connect up to the choice of the port: where to, from where, over which path.
    private static void StartConnect(SockActor s, TcpSock tcp, Syscall call, SockAddr peer)
    {
        Errno e = s.PreConnect(ref peer);
        if (e != Errno.OK || peer.Family != AddressFamily.INET)
        {
            s.Answer(call, e != Errno.OK ? e : Errno.EAFNOSUPPORT);
            return;
        }

        SockAddr local = Named(tcp.Local);
        // One bound to a group or a broadcast address connects from its device's own (inet_bind leaves inet_saddr at 0).
        if (s.Stack.Fib.AddressType(local.Address.V4) is RouteType.MULTICAST or RouteType.BROADCAST) local = SockAddr.In(IpAddress.Any4, local.Port);
        RouteOut route = s.Stack.Fib.Output(peer.Address.V4, local.Address.V4, tcp.BoundIfIndex, s.Now, tcp.Transparent);
        if (route.Errno != Errno.OK || route.Type is RouteType.BROADCAST or RouteType.MULTICAST)
        {
            if (route.Errno is Errno.OK or Errno.ENETUNREACH) s.Stack.Net.Mib.Inc(Snmp.IpOutNoRoutes);
            s.Answer(call, route.Errno == Errno.OK ? Errno.ENETUNREACH : route.Errno);
            return;
        }

        if (local.Address.IsAny) local = SockAddr.In(IpAddress.FromV4(route.Saddr), local.Port);
        s.Ask(
            new DemuxRequest(DemuxRequest.What.Connect, s.Me, tcp)
            {
                Local = local,
                Peer = SockAddr.In(IpAddress.FromV4(route.Daddr), peer.Port),
                Route = new TcpRoute(local.Address, route.Mtu, route.AdvMss, route.InitCwnd),
            },
            call);
    }

    // The second half of __inet_stream_connect: what the handshake has come to.
    private static void FinishConnect(SockActor s, TcpSock tcp, Syscall.Connect call, Errno ifNot)
    {
        Socket face = SockActor.Face(call);
        switch (tcp.State)
        {
            case TcpState.SYN_SENT or TcpState.SYN_RECV:
                s.WaitToWrite(call, MsgFlags.None, tcp.Sndtimeo, tcp.IsConnectDeferred ? Errno.EISCONN : ifNot);
                break;
            default:
                Errno e = tcp.ConnectResult(s.Now);
                tcp.EndFastOpening();
                face.State = e == Errno.OK ? SocketState.CONNECTED : SocketState.UNCONNECTED;
                if (e != Errno.OK) ResetAddress(s, tcp);
                s.Answer(call, e);
                break;
        }
    }

    // connect with AF_UNSPEC: back to an unconnected socket.
    private void Dissolve(SockActor s, TcpSock tcp, Socket face, Syscall.Connect call)
    {
        if (tcp.State == TcpState.LISTEN) ForgetChildren(s, tcp);
        Errno e = tcp.Disconnect(s.Now);
        face.State = e == Errno.OK ? SocketState.UNCONNECTED : SocketState.DISCONNECTING;
        ResetAddress(s, tcp);
        AfterTurn(s);
        s.Answer(call, e);
    }

    // inet_reset_saddr: the address that the route gave goes with the peer; the port's number stays to be seen.
    private static void ResetAddress(SockActor s, TcpSock tcp)
    {
        if (!s.AddressLocked) tcp.Local = SockAddr.In(IpAddress.Any4, tcp.Local.Port);
    }
}
