// inet_stream_ops (net/ipv4/af_inet.c) and the parts of tcp.c and inet_connection_sock.c that wait: listen, accept, close with linger.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Actors;

/// <summary>The calls of a TCP socket.</summary>
internal sealed partial class InetStreamOps : InetOps
{
    /// <summary>inet_listen. The backlog has been cut to net.core.somaxconn by listen(2).</summary>
    public override void Listen(SockActor s, Syscall.Listen call)
    {
        var tcp = (TcpSock)s.Sk;
        if (!StreamCalls.MayListen(tcp, SockActor.Face(call).State))
            s.Answer(call, Errno.EINVAL);
        else if (tcp.State == TcpState.LISTEN)
            s.Answer(call, tcp.Listen(StreamCalls.Backlog(tcp, call.Backlog), s.Now)); // only the backlog changes
        else
            s.Ask(new DemuxRequest(DemuxRequest.What.Listen, s.Me, tcp) { Local = StreamCalls.Named(tcp.Local) }, call);
    }

    public override void Accept(SockActor s, Syscall.Accept call)
    {
        var tcp = (TcpSock)s.Sk;
        if (tcp.State != TcpState.LISTEN)
        {
            s.Answer(call, Errno.EINVAL);
            return;
        }

        // The first in the queue stays there until its actor is made, in this instant, so that poll goes on showing it.
        if (tcp.FirstToAccept is { Owner: null })
        {
            s.WaitForChild(call);
            return;
        }

        if (tcp.FirstToAccept?.Owner is not { } owner || !tcp.TryAccept(out TcpSock? child))
        {
            s.WaitToRead(call);
            return;
        }

        call.Peer = child.Peer;
        call.Accepted = new Socket(s.Stack, SocketType.STREAM)
        {
            Sk = child, Ops = this, Driver = owner as IActorRef ?? ActorRefs.Nobody, Inode = s.Stack.NextInode(), State = SocketState.CONNECTED,
        };
        child.Inode = call.Accepted.Inode;
        s.Answer(call, call.NewFd);
    }

    public override void Retry(SockActor s, Syscall call)
    {
        switch (call)
        {
            case Syscall.Accept accept: Accept(s, accept); break;
            case Syscall.Connect: s.Do(call, StreamCalls.FinishConnect((TcpSock)s.Sk, ref SockActor.Face(call).State, s.AddressLocked, Errno.EINPROGRESS, s.Now)); break;
            case Syscall.Close close: Linger(s, close); break;
        }
    }

    public override void RecvFrom(SockActor s, Syscall.RecvFrom call) => s.Do(call, call.Progress.RecvStream(s.Sk, call.NonBlocking, s.Now), call.Flags);

    public override void Shutdown(SockActor s, Syscall.Shutdown call)
    {
        var tcp = (TcpSock)s.Sk;
        bool unconnects = (uint)call.How <= 2 && StreamCalls.Unconnects(tcp, call.How);
        if (unconnects && tcp.State == TcpState.LISTEN) ForgetChildren(s, tcp);
        Errno e = StreamCalls.Shutdown(tcp, ref SockActor.Face(call).State, call.How, s.Now);
        if (unconnects) AfterTurn(s); // out of the table before the caller hears of it
        s.Answer(call, e);
    }

    public override void Release(SockActor s, Syscall.Close call)
    {
        var tcp = (TcpSock)s.Sk;
        if (tcp.State == TcpState.LISTEN) ForgetChildren(s, tcp);
        s.DropGroups();
        tcp.Close(s.Now);
        if (!call.Implied) Linger(s, call);
    }

    public override void OnPort(SockActor s, DemuxRequest answer)
    {
        var tcp = (TcpSock)s.Sk;
        Syscall call = answer.Call!;
        if (answer.Error != Errno.OK)
        {
            s.Answer(call, answer.Error);
            return;
        }

        tcp.Local = answer.Local;
        s.HasPort = true;
        switch (call)
        {
            case Syscall.Bind:
                s.PortLocked = answer.Asked != 0;
                s.AddressLocked = !answer.Local.Address.IsAny;
                s.Answer(call, 0);
                break;
            case Syscall.Listen listen:
                s.IsHashed = true;
                tcp.Routes ??= peer => StreamCalls.RouteTo(tcp, s.Stack.Fib, peer, s.Now);
                s.Answer(call, tcp.Listen(StreamCalls.Backlog(tcp, listen.Backlog), s.Now));
                break;
            case Syscall.Connect:
                s.IsHashed = true;
                s.Do(call, StreamCalls.Connected(tcp, ref SockActor.Face(call).State, answer.Peer, answer.Route, answer.TakenOver, s.Now));
                break;
            case Syscall.SendTo send:
                s.IsHashed = true;
                CallStep step = StreamCalls.OpenAt(
                    tcp, ref SockActor.Face(call).State, ref send.Progress, send.NonBlocking, s.AddressLocked, answer.Peer, answer.Route, answer.TakenOver, s.Now);
                s.Do(call, step, send.Flags);
                break;
        }
    }

    public override bool OnMessage(SockActor s, object message)
    {
        switch (message)
        {
            case ChildHashed m:
                Queue(s).Adopted((TcpSock)m.Child, s.Stack.Tcp, s.Me);
                return true;
            case ChildRefused:
                ((TcpSock)s.Sk).Disconnect(s.Now);
                return true;
            case ChildGone:
                Queue(s).Gone();
                return true;
            case ListenerClosed:
                s.Private = message;
                ((TcpSock)s.Sk).Abort(s.Now);
                s.Orphan();
                return true;
            default:
                return false;
        }
    }

    // Until the demultiplexer knows a child its segments still come to the listener; after the end of a connection those of its
    // TIME_WAIT, or strays, come to the socket that was it. Both go back to the demultiplexer, which knows by now, or soon.
    public override bool Diverts(SockActor s, SkBuff skb)
    {
        var tcp = (TcpSock)s.Sk;
        if (tcp.State == TcpState.CLOSE && !s.IsHashed)
        {
            s.Stack.Tcp.Tell(skb, s.Me);
            return true;
        }

        return s.Private is Listening { IsAdopting: true } listening && listening.Keeps(skb);
    }

    public override void AfterTurn(SockActor s)
    {
        var tcp = (TcpSock)s.Sk;
        if (tcp.State == TcpState.LISTEN)
        {
            while (tcp.TryTakeChild(out TcpSock? child))
            {
                Queue(s).Adopting(child);
                s.Stack.Sockfs.Tell(new AdoptChild(child, this, s.Me, tcp.Port, s.Stack.Tcp), s.Me);
            }
        }
        else if (tcp.TryTakeTimewait(out TcpTimewait? tw))
        {
            s.IsHashed = false;
            s.TellDemux(new TimewaitHandover(tw, s.Me, tcp));
        }

        if (tcp.State == TcpState.CLOSE && s.IsHashed)
        {
            s.IsHashed = false;
            s.TellDemux(new DemuxRequest(DemuxRequest.What.Unhash, s.Me, tcp));
            // The port is anybody's again; getsockname goes on showing it.
            if (!s.PortLocked) s.HasPort = false;
        }
    }

    public override void OnIcmpError(SockActor s, IcmpErrorNotice notice)
    {
        var tcp = (TcpSock)s.Sk;
        if (tcp.State == TcpState.LISTEN) tcp.RequestError(notice.Error, notice.Local, notice.Peer);
        else base.OnIcmpError(s, notice);
    }

    public override bool HoldsOn(SockActor s) => s.Private is Listening { HasChildren: true };

    public override void Ended(SockActor s)
    {
        if (s.Private is ListenerClosed told) told.Listener.Tell(ChildGone.Instance, s.Me);
    }

    public override void Destroy(SockActor s) => (s.Private as Listening)?.Free(s.Stack.Net);

    protected override bool IsBound(SockActor s) => s.HasPort;

    private static Listening Queue(SockActor s) => (Listening)(s.Private ??= new Listening());

    /// <summary>inet_csk_listen_stop: connections that nobody accepted are reset.</summary>
    private static void ForgetChildren(SockActor s, TcpSock tcp)
    {
        Listening listening = Queue(s);
        while (tcp.TryAccept(out TcpSock? child)) listening.Forget(child, s.Me);
    }

    private static void Linger(SockActor s, Syscall.Close call)
    {
        CallStep step = StreamCalls.Linger((TcpSock)s.Sk);
        if (step.Next == CallNext.WaitToWrite) s.Do(call, step);
        else s.AnswerWhenGone(call);
    }
}
