// af_inet.c: what TCP, UDP and ping sockets share: inet_bind, inet_getname, inet_autobind.

namespace ActorNet.Actors;

/// <summary>The calls that all sockets of AF_INET have.</summary>
internal abstract class InetOps : ProtoOps
{
    /// <summary>inet_bind.</summary>
    public override void Bind(SockActor s, Syscall.Bind call)
    {
        SockAddr a = call.Address;
        Errno e = s.Stack.Net.Cgroup is { } cgroup ? cgroup.Bind4(s.Sk, ref a) : Errno.OK;
        if (e == Errno.OK) e = CheckBind(s, ref a);
        if (e == Errno.OK && NeedsService(s, a.Port) && !call.Process!.Credentials.Capable(Capability.NET_BIND_SERVICE)) e = Errno.EACCES;
        if (e == Errno.OK && IsBound(s)) e = Errno.EINVAL; // bound already
        if (e != Errno.OK) s.Answer(call, e);
        else if (a.Port == 0 && ((InetSock)s.Sk).BindAddressNoPort) BindAddress(s, a, call);
        else s.Ask(new DemuxRequest(DemuxRequest.What.Bind, s.Me, s.Sk) { Local = a }, call);
    }

    /// <summary>inet_getname.</summary>
    public override void GetName(SockActor s, Syscall.GetName call)
    {
        SockAddr a = call.OfPeer ? s.Sk.Peer : s.Sk.Local;
        if (call.OfPeer && !HasPeer(s))
        {
            s.Answer(call, Errno.ENOTCONN);
            return;
        }

        if (a.Family == AddressFamily.UNSPEC) a = SockAddr.In(IpAddress.Any4, 0);
        s.Stack.Net.Cgroup?.GetName4(s.Sk, call.OfPeer, ref a);
        call.Address = a;
        s.Answer(call, 0);
    }

    public override void RecvFrom(SockActor s, Syscall.RecvFrom call) => s.Recv(call);

    public override void Release(SockActor s, Syscall.Close call)
    {
        s.DropGroups();
        s.Sk.Close(s.Now);
    }

    /// <summary>It has a port.</summary>
    protected virtual bool IsBound(SockActor s) => s.Sk.Local.Port != 0;

    protected abstract bool HasPeer(SockActor s);

    // inet_port_requires_bind_service; an identification of a ping socket is no port.
    private static bool NeedsService(SockActor s, ushort port) =>
        port != 0 && port < s.Stack.Net.Sysctl.ip_unprivileged_port_start && s.Sk.Protocol != IpProtocol.ICMP;

    // IP_BIND_ADDRESS_NO_PORT: the port is chosen when the peer is known. Until then it may be bound again.
    private static void BindAddress(SockActor s, SockAddr a, Syscall.Bind call)
    {
        s.Sk.Local = a;
        s.AddressLocked |= !a.Address.IsAny;
        s.Answer(call, 0);
    }

    // A bound address must be this host's, a broadcast or a group, unless the socket or the host says otherwise.
    private static Errno CheckBind(SockActor s, ref SockAddr a)
    {
        if (a.Family != AddressFamily.INET)
        {
            // AF_UNSPEC is taken for AF_INET if the address is INADDR_ANY: programs have relied on it.
            if (a.Family != AddressFamily.UNSPEC || !a.Address.IsAny) return Errno.EAFNOSUPPORT;
            a = SockAddr.In(IpAddress.Any4, a.Port);
        }

        if (!a.Address.IsAny && s.Stack.Fib.AddressType(a.Address.V4) is not (RouteType.LOCAL or RouteType.BROADCAST or RouteType.MULTICAST)
            && s.Sk is InetSock { FreeBind: false, Transparent: false } && !s.Stack.Net.Sysctl.ip_nonlocal_bind)
        {
            return Errno.EADDRNOTAVAIL;
        }

        return Errno.OK;
    }
}
