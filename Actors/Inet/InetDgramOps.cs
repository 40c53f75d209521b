// inet_dgram_ops (net/ipv4/af_inet.c): the calls of UDP and ping sockets. listen and accept are not among them.

namespace ActorNet.Actors;

/// <summary>The calls of a datagram socket.</summary>
internal sealed class InetDgramOps : InetOps
{
    /// <summary>inet_dgram_connect: fixes the peer; AF_UNSPEC forgets it.</summary>
    public override void Connect(SockActor s, Syscall.Connect call)
    {
        var sk = (DatagramSock)s.Sk;
        if (call.Address.Family == AddressFamily.UNSPEC)
        {
            s.Ask(new DemuxRequest(DemuxRequest.What.Disconnect, s.Me, sk) { Local = sk.Local, IsAddressLocked = s.AddressLocked }, call);
            return;
        }

        SockAddr peer = call.Address;
        Errno e = s.PreConnect(ref peer);
        IpAddress source = default;
        if (e == Errno.OK) e = sk.RouteTo(ref peer, s.Now, out source);
        if (e != Errno.OK)
        {
            s.Answer(call, e);
            return;
        }

        IpAddress local = sk.Local.Address.IsAny ? source : sk.Local.Address;
        s.Ask(new DemuxRequest(DemuxRequest.What.Connect, s.Me, sk) { Local = SockAddr.In(local, sk.Local.Port), Peer = peer, IsAddressLocked = s.AddressLocked }, call);
    }

    /// <summary>inet_send_prepare: a socket without a port gets one with its first datagram.</summary>
    public override void SendTo(SockActor s, Syscall.SendTo call)
    {
        if (s.Sk.Local.Port != 0) s.Send(call);
        else s.Ask(new DemuxRequest(DemuxRequest.What.Bind, s.Me, s.Sk) { Local = SockAddr.In(s.Sk.Local.Address, 0), IsAutobind = true }, call);
    }

    public override void Shutdown(SockActor s, Syscall.Shutdown call) => s.Answer(call, s.Sk.Shutdown(call.How, s.Now));

    public override void OnPort(SockActor s, DemuxRequest answer)
    {
        var sk = (DatagramSock)s.Sk;
        Syscall call = answer.Call!;
        if (answer.Error != Errno.OK)
        {
            // inet_autobind's failure is EAGAIN, whoever needed the port.
            s.Answer(call, call is Syscall.Bind ? answer.Error : Errno.EAGAIN);
            return;
        }

        switch (answer.Kind)
        {
            case DemuxRequest.What.Bind:
                sk.Local = answer.Local;
                if (call is Syscall.Bind) s.AddressLocked = !answer.Local.Address.IsAny;
                if (call is Syscall.SendTo send) s.Send(send);
                else s.Answer(call, 0);
                break;
            case DemuxRequest.What.Connect:
                sk.SetConnected(answer.Local, answer.Peer);
                s.Answer(call, 0);
                break;
            case DemuxRequest.What.Disconnect:
                // The port that bind(2) did not name is gone; the address that it named is not.
                sk.SetDisconnected(answer.Local.Port == 0 && s.AddressLocked ? SockAddr.In(sk.Local.Address, 0) : answer.Local);
                s.Answer(call, 0);
                break;
        }
    }
}
