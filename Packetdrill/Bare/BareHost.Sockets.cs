// release_sock on a bare host: after every change of a socket's machine its packets go out, its children take their places, and calls that wait are tried.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill.Bare;

internal sealed partial class BareHost
{
    private readonly List<BareSocket> _sockets = [];
    private readonly List<BareCall> _waiting = [];
    private readonly List<BarePoll> _polls = [];
    private readonly List<string> _broken = [];

    private bool _isOver;

    // sk_write_space out of a socket's own turn.
    private readonly Queue<BareSocket> _again = new();

    /// <summary>socket(2): what the family makes.</summary>
    public Errno Create(SocketType type, IpProtocol protocol, out BareSocket? socket)
    {
        socket = null;
        Errno e = InetCalls.Create(Net, Fib, type, protocol, out Sock? sk);
        if (e == Errno.OK) socket = Add(sk!);
        return e;
    }

    /// <summary>A call begins: what changes with time alone is brought up to date.</summary>
    public void Enter(BareSocket s) => s.Sk.Advance(Now);

    /// <summary>A call that does not wait has done its work.</summary>
    public SysResult Leave(BareSocket s, SysResult result)
    {
        Turn(s);
        Drain();
        return result;
    }

    /// <summary>Makes a call, which may wait; what it sends leaves before this returns.</summary>
    public async ValueTask<SysResult> Make(BareCall call)
    {
        BareSocket s = call.Socket;
        bool waits = !call.Try(Now);
        if (waits) _waiting.Add(call);
        if (waits) s.Refs++; // fdget: a close(2) meanwhile ends the descriptor, the socket ends with the call
        Leave(s, 0);
        SysResult result = await call.Answer;
        if (waits && --s.Refs == 0 && !s.IsOrphan && !_isOver)
        {
            _waiting.Remove(call); // it may be its own turn that this goes on in
            CloseLast(s);
            Leave(s, 0);
        }

        return result;
    }

    /// <summary>The last that held a socket lets it go.</summary>
    public void CloseLast(BareSocket s)
    {
        Enter(s);
        s.IsOrphan = true;
        if (s.Tcp is { State: TcpState.LISTEN } listener) ForgetChildren(listener);
        s.Sk.Close(Now);
    }

    /// <summary>poll(2).</summary>
    public ValueTask<int> Make(BarePoll poll)
    {
        if (!poll.Try(Now)) _polls.Add(poll);
        return new ValueTask<int>(poll.Answer);
    }

    /// <summary>inet_csk_listen_stop: connections that nobody accepted are reset.</summary>
    public void ForgetChildren(TcpSock listener)
    {
        while (listener.TryAccept(out TcpSock? child))
        {
            if (child.Owner is not BareSocket s) continue;
            child.Abort(Now);
            s.IsOrphan = true;
            Turn(s);
        }
    }

    /// <summary>The run ends: all lets go. What was not as it should be.</summary>
    public IReadOnlyList<string> Destroy()
    {
        _isOver = true;
        foreach (BareCall call in _waiting.ToArray()) call.Interrupt();
        foreach (BareSocket s in _sockets.ToArray()) LetGo(s);
        _ip.Destroy();
        while (_loopback.TryDequeue(out (Instant, SkBuff Packet) p)) Net.Mib.Drop(p.Packet, DropReason.RUN_ENDED);
        if (_pool.Outstanding != 0) _broken.Add($"{_pool.Outstanding} packets were never freed");
        return _broken;
    }

    private BareSocket Add(Sock sk)
    {
        var s = new BareSocket(sk);
        sk.Owner = s;
        _sockets.Add(s);
        return s;
    }

    private void Deliver(BareSocket s, SkBuff skb)
    {
        s.Sk.Advance(Now);
        s.Sk.Rcv(skb, Now);
        Turn(s);
    }

    private void Turn(BareSocket s)
    {
        Pump(s);
        if (s.Tcp is { } tcp) AfterTurn(s, tcp);
        foreach (BareCall call in _waiting.Where(c => c.Socket == s).ToArray())
        {
            if (call.IsWoken && call.Try(Now)) _waiting.Remove(call);
        }

        s.Sk.TakeWakes();
        Pump(s);
        if (s.Tcp is { } same) AfterTurn(s, same);
        if (s.IsOrphan && s.Sk.IsDead) LetGo(s);
    }

    private void Pump(BareSocket s)
    {
        while (s.Sk.TryXmit(Now, out SkBuff? skb)) _ip.Xmit(skb, Now);
    }

    private void AfterTurn(BareSocket s, TcpSock tcp)
    {
        if (tcp.State == TcpState.LISTEN)
        {
            while (tcp.TryTakeChild(out TcpSock? child)) Adopt(child, tcp);
        }
        else if (tcp.TryTakeTimewait(out TcpTimewait? timewait))
        {
            s.IsHashed = false;
            _tcp.Keep(timewait, tcp);
        }

        if (tcp.State != TcpState.CLOSE || !s.IsHashed) return;
        s.IsHashed = false;
        _tcpPorts.Unhash(tcp);
        if (!s.PortLocked) s.HasPort = false; // the port is anybody's again
    }

    private void Adopt(TcpSock child, TcpSock listener)
    {
        BareSocket s = Add(child);
        s.State = SocketState.CONNECTED;
        s.HasPort = s.IsHashed = true;
        Errno e = _tcpPorts.Accept(listener.Port, s, child.Local.Address, child.Peer, out PortHandle handle);
        child.Port = handle;
        if (e != Errno.OK) child.Disconnect(Now);
        Turn(s); // its timers may run, and it may owe an acknowledgement
    }

    private void LetGo(BareSocket s)
    {
        if (!_sockets.Remove(s)) return;
        Moved(s, default);
        PortsOf(s.Sk).PutPort(s.Sk);
        s.Sk.Destroy();
        if (s.Sk.RmemAlloc != 0 || s.Sk.WmemQueued != 0 || s.Sk.ForwardAlloc != 0)
            _broken.Add($"{s.Sk.Protocol} socket {s.Sk.Local} -> {s.Sk.Peer} ended with rmem {s.Sk.RmemAlloc}, wmem {s.Sk.WmemQueued} and forward {s.Sk.ForwardAlloc} bytes on its account");
    }

    // A socket has another row than before, or none.
    private void Moved(BareSocket s, PortHandle to)
    {
        if (s.Sk.Protocol == IpProtocol.UDP && to != s.Sk.Port) _udp.Moved(s.Sk, s.Sk.Port, to);
    }
}
