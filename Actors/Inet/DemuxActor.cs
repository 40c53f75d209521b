// What the demultiplexers of TCP, UDP and ICMP echo have in common: a port table of actors, the sockets' requests, and batches split by
// destination in order (inet_hashtables.c, udp.c, ping.c as one actor each).

namespace ActorNet.Actors;

/// <summary>A protocol's demultiplexer: owns its port table, gives each packet to its socket's actor.</summary>
/// <remarks>Handles packets that IP delivers (a chain), <see cref="DemuxRequest"/>, <see cref="IcmpErrorReport"/> and <see cref="RunEnded"/>.</remarks>
internal abstract class DemuxActor : UntypedActor
{
    private IActorRef? _runTaker;
    private SkBuff? _runHead, _runTail;

    private readonly PortRules _rules;
    private readonly string _purpose;
    private PortTable<object>? _ports;

    protected DemuxActor(NetStack stack, PortRules rules, string purpose)
    {
        _rules = rules;
        _purpose = purpose;
        Stack = stack;
        Cell = Context;
        Me = Self;
    }

    protected NetStack Stack { get; }

    protected Net Net => Stack.Net;

    protected IActorContext Cell { get; }

    protected IActorRef Me { get; }

    /// <summary>Owners are IActorRefs, or what this protocol keeps in a socket's place.</summary>
    protected PortTable<object> Ports => _ports ??= new PortTable<object>(_rules, Stack.Net.Sysctl, Stack.Net.Random(_purpose));

    protected Instant Now => new(Cell.NowNanos());

    protected sealed override void OnReceive(object message)
    {
        switch (message)
        {
            case SkBuff chain:
                Rcv(chain);
                break;
            case DemuxRequest request:
                Serve(request);
                break;
            case Syscall { IsAnswered: true } answer:
                answer.Process!.Ref.Tell(answer, Me); // all that its socket told before has been done
                break;
            case IcmpErrorReport report:
                OnIcmpError(report);
                break;
            default:
                if (!OnOther(message)) Unhandled(message);
                break;
        }
    }

    private void Rcv(SkBuff chain)
    {
        SkBuff? skb = chain, next = null;
        uint life = chain.Life;
        try
        {
            Instant now = Now;
            for (; skb is not null; skb = next)
            {
                next = skb.Next;
                life = skb.Life;
                skb.Next = null;
                Rcv(skb, now);
            }
        }
        catch
        {
            LostMessages.Free(Net, _runHead);
            _runHead = null;
            new LostPackets(skb!, life, next).Free(Net);
            throw;
        }

        FlushRun();
    }

    /// <summary>One packet: hand it to <see cref="Deliver"/>, answer it or drop it.</summary>
    protected abstract void Rcv(SkBuff skb, Instant now);

    protected virtual bool OnOther(object message) => message is RunEnded;

    /// <summary>Gives a packet to a socket; packets in a row for one socket travel as one message.</summary>
    protected void Deliver(IActorRef taker, SkBuff skb)
    {
        if (_runTaker == taker)
        {
            _runTail!.Next = skb;
            _runTail = skb;
            return;
        }

        FlushRun();
        _runTaker = taker;
        _runHead = _runTail = skb;
    }

    /// <summary>Sends what <see cref="Deliver"/> holds back, so that a message to a socket cannot pass its packets.</summary>
    protected void FlushRun()
    {
        if (_runHead is null) return;
        _runTaker!.Tell(_runHead, Me);
        _runTaker = null;
        _runHead = _runTail = null;
    }

    /// <summary>Whether a connect may take the tuple of what stands in the table (tcp_twsk_unique).</summary>
    protected virtual Func<object, bool>? MayReuse => null;

    /// <summary>A socket hears other multicasts than before.</summary>
    protected virtual void OnFilter(PortHandle handle, McFilter? filter)
    {
    }

    /// <summary>A socket has another row than before, or none.</summary>
    protected virtual void OnMoved(Sock sk, PortHandle from, PortHandle to)
    {
    }

    /// <summary>A connect was tried: notes what it took over.</summary>
    protected virtual void OnConnected(DemuxRequest request)
    {
    }

    private void Serve(DemuxRequest r)
    {
        Sock sk = r.Sk;
        PortHandle handle = sk.Port;
        SockAddr local = r.Local;
        switch (r.Kind)
        {
            case DemuxRequest.What.Bind:
                r.Asked = r.Local.Port;
                r.Error = Ports.Bind(r.Actor, sk, ref local, out handle, r.IsAutobind);
                break;
            case DemuxRequest.What.Listen:
                r.Error = Ports.Listen(r.Actor, sk, ref local, ref handle);
                break;
            case DemuxRequest.What.Connect:
                r.Error = Ports.Connect(r.Actor, sk, ref local, r.Peer, ref handle, MayReuse, r.IsAddressLocked);
                OnConnected(r);
                break;
            case DemuxRequest.What.Disconnect:
                Ports.Disconnect(ref local, ref handle, r.IsAddressLocked);
                break;
            case DemuxRequest.What.HashChild:
                r.Error = Ports.Accept(r.ListenerPort, r.Actor, r.Local.Address, r.Peer, out handle);
                sk.Port = handle;
                r.Listener!.Tell(new ChildHashed(sk), Me);
                if (r.Error != Errno.OK) r.Actor.Tell(ChildRefused.Instance, Me);
                return;
            case DemuxRequest.What.Update:
                Ports.SetOptions(handle, sk);
                return;
            case DemuxRequest.What.Groups:
                OnFilter(handle, r.Filter);
                Stack.Igmp.Tell(r, Me);
                return;
            case DemuxRequest.What.Unhash:
                Ports.Unhash(sk);
                return;
            case DemuxRequest.What.PutPort:
                Ports.PutPort(sk);
                return;
            case DemuxRequest.What.Release:
                if (!handle.IsNone) Ports.Release(handle);
                handle = default;
                break;
        }

        r.Local = local;
        if (handle != sk.Port) OnMoved(sk, sk.Port, handle);
        sk.Port = handle;
        r.Actor.Tell(r, Me);
    }

    private void OnIcmpError(IcmpErrorReport report)
    {
        FlushRun();
        if (Ports.TryLookup(report.Peer.Address, report.Peer.Port, report.Local.Address, report.Local.Port, 0, out object? owner, out _)
            && owner is IActorRef actor)
        {
            actor.Tell(new IcmpErrorNotice(report.Error, report.Local, report.Peer), Me);
        }
        else
        {
            Net.Mib.Inc(Snmp.IcmpInErrors);
        }
    }
}

/// <summary>From ICMP to a demultiplexer: an error about a packet that this host sent.</summary>
/// <param name="Local">The quoted source: one of our sockets, if it is still there.</param>
/// <param name="Peer">The quoted destination.</param>
internal sealed record IcmpErrorReport(IcmpErrorInfo Error, SockAddr Local, SockAddr Peer);
