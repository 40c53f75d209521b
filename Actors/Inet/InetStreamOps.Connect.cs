// connect(2) of a stream, driven: the logic is StreamCalls'; the port's owner is asked in between, and who must wait is kept.

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
            if (tcp.State == TcpState.LISTEN) ForgetChildren(s, tcp);
            Errno e = StreamCalls.Dissolve(tcp, ref face.State, s.AddressLocked, s.Now);
            AfterTurn(s);
            s.Answer(call, e);
            return;
        }

        call.WasConnecting = face.State == SocketState.CONNECTING;
        if (StreamCalls.Connect(tcp, ref face.State, s.AddressLocked, s.Now) is { } step) s.Do(call, step);
        else StartConnect(s, tcp, call, call.Address);
    }

    private static void StartConnect(SockActor s, TcpSock tcp, Syscall call, SockAddr peer)
    {
        Errno e = s.PreConnect(ref peer);
        SockAddr local = default;
        TcpRoute route = default;
        if (e == Errno.OK) e = StreamCalls.Route(tcp, s.Stack.Fib, ref peer, s.Now, out local, out route);
        if (e != Errno.OK) s.Answer(call, e);
        else s.Ask(new DemuxRequest(DemuxRequest.What.Connect, s.Me, tcp) { Local = local, Peer = peer, Route = route }, call);
    }
}
