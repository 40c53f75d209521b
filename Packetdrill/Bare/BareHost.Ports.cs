// bind, listen and connect on a bare host: the port table is asked between the halves that Protocols has of them.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill.Bare;

internal sealed partial class BareHost
{
    /// <summary>bind(2).</summary>
    public Errno Bind(BareSocket s, SockAddr address)
    {
        Errno e = InetCalls.CheckBind(s.Sk, Fib, ref address, s.Tcp is null ? s.Sk.Local.Port != 0 : s.HasPort);
        if (e != Errno.OK) return e;
        if (address.Port == 0 && ((InetSock)s.Sk).BindAddressNoPort)
        {
            // The port is chosen when the peer is known. Until then it may be bound again.
            s.Sk.Local = address;
            s.AddressLocked |= !address.Address.IsAny;
            return Errno.OK;
        }

        bool named = address.Port != 0;
        e = GetPort(s, ref address, autobind: false);
        if (e != Errno.OK) return e;
        s.PortLocked = named;
        s.AddressLocked = !address.Address.IsAny;
        return Errno.OK;
    }

    /// <summary>listen(2).</summary>
    public Errno Listen(BareSocket s, int backlog)
    {
        if (s.Tcp is not { } tcp) return Errno.EOPNOTSUPP;
        if (!StreamCalls.MayListen(tcp, s.State)) return Errno.EINVAL;
        if (tcp.State != TcpState.LISTEN)
        {
            SockAddr local = StreamCalls.Named(tcp.Local);
            PortHandle handle = tcp.Port;
            Errno e = _tcpPorts.Listen(s, tcp, ref local, ref handle);
            tcp.Port = handle;
            if (e != Errno.OK) return e;
            tcp.Local = local;
            s.HasPort = s.IsHashed = true;
            tcp.Routes ??= peer => StreamCalls.RouteTo(tcp, Fib, peer, Now);
        }

        return tcp.Listen(StreamCalls.Backlog(tcp, backlog), Now);
    }

    /// <summary>connect(2) up to its wait.</summary>
    public CallStep Connect(BareSocket s, SockAddr peer)
    {
        if (s.Tcp is not { } tcp) return CallStep.Answer(ConnectDatagrams(s, (DatagramSock)s.Sk, peer));
        if (peer.Family == AddressFamily.UNSPEC)
        {
            if (tcp.State == TcpState.LISTEN) ForgetChildren(tcp);
            return CallStep.Answer(StreamCalls.Dissolve(tcp, ref s.State, s.AddressLocked, Now));
        }

        if (StreamCalls.Connect(tcp, ref s.State, s.AddressLocked, Now) is { } step) return step;
        Errno e = TakePlace(s, tcp, ref peer, out TcpRoute route, out TcpTimewait? takenOver);
        return e != Errno.OK ? CallStep.Answer(e) : StreamCalls.Connected(tcp, ref s.State, peer, route, takenOver, Now);
    }

    /// <summary>connect(2) within a send.</summary>
    public CallStep Open(BareSocket s, ref SendProgress call)
    {
        SockAddr peer = call.To!.Value;
        Errno e = TakePlace(s, s.Tcp!, ref peer, out TcpRoute route, out TcpTimewait? takenOver);
        return e != Errno.OK
            ? CallStep.Answer(e)
            : StreamCalls.OpenAt(s.Tcp!, ref s.State, ref call, s.NonBlocking, s.AddressLocked, peer, route, takenOver, Now);
    }

    /// <summary>inet_autobind: a port before a first send. EAGAIN: none is left.</summary>
    public Errno Autobind(BareSocket s)
    {
        SockAddr local = SockAddr.In(s.Sk.Local.Address, 0);
        return GetPort(s, ref local, autobind: true) == Errno.OK ? Errno.OK : Errno.EAGAIN;
    }

    /// <summary>An option that counts in the table has changed.</summary>
    public void PortOptionChanged(BareSocket s) => PortsOf(s.Sk).SetOptions(s.Sk.Port, s.Sk);

    private Errno GetPort(BareSocket s, ref SockAddr local, bool autobind)
    {
        Errno e = PortsOf(s.Sk).Bind(s, s.Sk, ref local, out PortHandle handle, autobind);
        if (e != Errno.OK) return e;
        Moved(s, handle);
        (s.Sk.Port, s.Sk.Local, s.HasPort) = (handle, local, true);
        return Errno.OK;
    }

    private Errno TakePlace(BareSocket s, TcpSock tcp, ref SockAddr peer, out TcpRoute route, out TcpTimewait? takenOver)
    {
        takenOver = null;
        Errno e = StreamCalls.Route(tcp, Fib, ref peer, Now, out SockAddr local, out route);
        if (e != Errno.OK) return e;
        PortHandle handle = tcp.Port;
        _tcp.BeginConnect(Now);
        e = _tcpPorts.Connect(s, tcp, ref local, peer, ref handle, _mayReuse, addressLocked: false);
        takenOver = _tcp.TakeTakenOver();
        tcp.Port = handle;
        if (e != Errno.OK) return e;
        tcp.Local = local;
        s.HasPort = s.IsHashed = true;
        return Errno.OK;
    }

    // inet_dgram_connect: fixes the peer; AF_UNSPEC forgets it.
    private Errno ConnectDatagrams(BareSocket s, DatagramSock sk, SockAddr peer)
    {
        PortTable<object> ports = PortsOf(sk);
        PortHandle handle = sk.Port;
        SockAddr local = sk.Local;
        if (peer.Family == AddressFamily.UNSPEC)
        {
            ports.Disconnect(ref local, ref handle, s.AddressLocked);
            Moved(s, handle);
            sk.Port = handle;
            // The port that bind(2) did not name is gone; the address that it named is not.
            sk.SetDisconnected(local.Port == 0 && s.AddressLocked ? SockAddr.In(sk.Local.Address, 0) : local);
            return Errno.OK;
        }

        Errno e = sk.RouteTo(ref peer, Now, out IpAddress source);
        if (e != Errno.OK) return e;
        local = SockAddr.In(sk.Local.Address.IsAny ? source : sk.Local.Address, sk.Local.Port);
        e = ports.Connect(s, sk, ref local, peer, ref handle, null, s.AddressLocked);
        if (e != Errno.OK) return Errno.EAGAIN;
        Moved(s, handle);
        sk.Port = handle;
        sk.SetConnected(local, peer);
        return Errno.OK;
    }
}
