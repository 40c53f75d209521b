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
        if (e == Errno.OK) e = InetCalls.CheckBind(s.Sk, s.Stack.Fib, ref a, IsBound(s));
        if (e != Errno.OK) s.Answer(call, e);
        else if (a.Port == 0 && ((InetSock)s.Sk).BindAddressNoPort) BindAddress(s, a, call);
        else s.Ask(new DemuxRequest(DemuxRequest.What.Bind, s.Me, s.Sk) { Local = a }, call);
    }

    /// <summary>inet_getname.</summary>
    public override void GetName(SockActor s, Syscall.GetName call)
    {
        if (InetCalls.Name(s.Sk, call.OfPeer, out SockAddr a) is var e and not Errno.OK)
        {
            s.Answer(call, e);
            return;
        }

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

    // IP_BIND_ADDRESS_NO_PORT: the port is chosen when the peer is known. Until then it may be bound again.
    private static void BindAddress(SockActor s, SockAddr a, Syscall.Bind call)
    {
        s.Sk.Local = a;
        s.AddressLocked |= !a.Address.IsAny;
        s.Answer(call, 0);
    }
}
