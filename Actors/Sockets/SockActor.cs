// /sock/<inode>: the driver of one struct sock. Handling a message is lock_sock .. release_sock: the message changes the machine, then everything
// that follows from the change happens: packets go out, one timer is armed, waiting calls are tried again, pollers are woken.

namespace ActorNet.Actors;

/// <summary>Drives a socket's machine, whatever its protocol; the only place where a call waits.</summary>
/// <remarks>
/// Handles packets (a chain, data at the transport header), <see cref="Syscall"/>s from processes, <see cref="WaitEntry"/>, <see cref="DemuxRequest"/>
/// answers, <see cref="IcmpErrorNotice"/>, its timer, <see cref="Interrupt"/> and <see cref="RunEnded"/>. While a port request is out the socket is
/// owned by the call that made it: other calls wait in a backlog, in order.
/// </remarks>
internal sealed partial class SockActor : UntypedActor
{
    private readonly ProtoOps _ops;
    private ActorTimer? _timer;
    private CallQueue? _readers, _writers;
    private WaitQueue? _watchers;
    private Syscall? _owner;
    private Rare? _rare;
    private State _state;

    // sk_write_space out of the socket's turn: a turn of its own, in which waiting calls are tried again.
    private static readonly Action<Sock> s_lookAgain = sk =>
    {
        if (sk.Owner is IActorRef driver) driver.Tell(SockTimer.Instance, driver);
    };

    /// <summary>The owner of a machine whose actor was stopped by a bug: calls on its socket are EIO.</summary>
    public static readonly object Dead = new();

    /// <param name="stack">Knows which machine this is to drive (<see cref="NetStack.Unborn"/>): what every socket's actor would keep of its making is kept once.</param>
    public SockActor(NetStack stack)
    {
        Stack = stack;
        Unborn born = stack.Unborn[Self];
        Sk = born.Sk;
        _ops = born.Ops;
        IsHashed = HasPort = born.Adopted is not null;
    }

    /// <summary>What an actor under way is to drive.</summary>
    /// <param name="Adopted">The machine lives already: a listener's child, which takes its place in the demultiplexer's table; or null.</param>
    internal readonly record struct Unborn(Sock Sk, ProtoOps Ops, AdoptChild? Adopted);

    // What only a few sockets ever have.
    private sealed class Rare
    {
        public SockLock? Lock;
        public CallQueue? Backlog;
        public LostPackets? Lost;
        public OpenFile? Owned;
        public Syscall? Failed;
        public object? Private;
        public bool OwnerInterrupted;
    }

    [Flags]
    private enum State : ushort
    {
        None = 0,

        /// <summary>A port request is out; the socket is owned by the call that made it.</summary>
        Owned = 1,

        /// <summary>No descriptor names it any more.</summary>
        Closed = 2,

        /// <summary>The last request, Release, is out.</summary>
        Releasing = 4,

        /// <summary>It ended as it should.</summary>
        Ended = 8,

        /// <summary>In this turn: something that others may see has been told to the demultiplexer.</summary>
        ToldDemux = 16,

        /// <summary>A call's cost elapses on a processor; the socket is owned by it.</summary>
        OwnedByUser = 32,
        PortLocked = 64, AddressLocked = 128, HasPort = 256, IsHashed = 512,
    }

    private CallQueue? Backlog => _rare?.Backlog;

    private LostPackets? Lost => _rare?.Lost;

    private OpenFile? Owned => _rare?.Owned;

    private bool OwnerInterrupted
    {
        get => _rare is { OwnerInterrupted: true };
        set
        {
            if (value || _rare is not null) Few.OwnerInterrupted = value;
        }
    }

    private Rare Few => _rare ??= new Rare();

    private bool Is(State flag) => (_state & flag) != 0;

    private void Set(State flag, bool on) => _state = on ? _state | flag : _state & ~flag;

    public NetStack Stack { get; }

    public Sock Sk { get; }

    /// <summary>What its kind of socket does for each call (sock->ops).</summary>
    public ProtoOps Ops => _ops;

    /// <summary>This turn's time.</summary>
    public Instant Now { get; private set; }

    public IActorRef Me => Self;

    /// <summary>No descriptor names it any more: it goes on by itself until it is done.</summary>
    public bool IsOrphan => (_state & State.Closed) != 0;

    /// <summary>bind(2) named the port (SOCK_BINDPORT_LOCK): it stays the socket's when a connection ends.</summary>
    public bool PortLocked
    {
        get => Is(State.PortLocked);
        set => Set(State.PortLocked, value);
    }

    /// <summary>bind(2) named the address (SOCK_BINDADDR_LOCK): it stays the socket's when a connection ends.</summary>
    public bool AddressLocked
    {
        get => Is(State.AddressLocked);
        set => Set(State.AddressLocked, value);
    }

    /// <summary>It has a port (inet_num). Its name may show one (inet_sport) that it no longer has.</summary>
    public bool HasPort
    {
        get => Is(State.HasPort);
        set => Set(State.HasPort, value);
    }

    /// <summary>It is in the demultiplexer's table of connections or listeners.</summary>
    public bool IsHashed
    {
        get => Is(State.IsHashed);
        set => Set(State.IsHashed, value);
    }

    /// <summary>What its ops keep for it.</summary>
    public object? Private
    {
        get => _rare?.Private;
        set => Few.Private = value;
    }

    /// <summary>Nobody will ever name it: it ends when its machine is done.</summary>
    public void Orphan() => _state |= State.Closed;

    protected override void PreStart()
    {
        Stack.Unborn.Remove(Self, out Unborn born);
        if (born.Adopted is not { } m)
        {
            Sk.Owner ??= Me;
            Stack.Net.OnWriteSpace ??= s_lookAgain;
            return;
        }

        Sk.Owner = Me;
        // From itself, so that nothing else that it tells the table can come before it.
        m.Demux.Tell(
            new DemuxRequest(DemuxRequest.What.HashChild, Me, Sk) { Local = Sk.Local, Peer = Sk.Peer, Listener = m.Listener, ListenerPort = m.ListenerPort }, Me);
        Now = new Instant(Stack.Clock.NowNanos());
        Release(); // its timers may run, and it may owe an acknowledgement
    }

    protected override void OnReceive(object message)
    {
        Now = new Instant(Stack.Clock.NowNanos());
        _state &= ~State.ToldDemux;
        Sk.Advance(Now);
        switch (message)
        {
            case SkBuff skb when IsOwned && Sk.HasBacklog: AddBacklog(skb); break;
            case SkBuff skb: Rcv(skb); break;
            case Syscall call: Enter(call); break;
            case WaitEntry entry: entry.OnAsked(Me, _watchers ??= new WaitQueue(), Sk.Poll); break;
            case DemuxRequest answer: OnPort(answer); break;
            case SockTimer: OnTimer(); break;
            case CpuDone: OnCpuDone(); break;
            case IcmpErrorNotice notice when IsOwned: IcmpErrorLocked(notice); break;
            case IcmpErrorNotice notice: _ops.OnIcmpError(this, notice); break;
            case Interrupt interrupt: OnInterrupt(interrupt); break;
            case FileOwned owned: Few.Owned = owned.File; break;
            case RunEnded: OnRunEnded(); return;
            case ChildRefused or ListenerClosed when IsOwned: PutOff(message); break;
            default:
                if (!_ops.OnMessage(this, message)) Unhandled(message);
                break;
        }

        if (!IsOwned || !Sk.HasBacklog) Release();
    }

    protected override void PostStop()
    {
        Stack.Sockets--;
        Stack.List.Remove(Sk);
        if ((_state & State.Ended) != 0) return;
        // Stopped by a bug, which its supervisor reports: let go of what can be let go of, so that the host can go on.
        Stack.Books.Broken.Add($"{Stack.Net.HostName}: socket {Sk.Local} -> {Sk.Peer} was stopped in mid-life");
        Sk.Owner = Dead;
        _ops.Destroy(this);
        AnswerAll(_readers, Errno.EIO);
        AnswerAll(_writers, Errno.EIO);
        AnswerAll(Backlog, Errno.EIO);
        _watchers?.Free(Me);
        if (_owner is { IsAnswered: false } owner) Answer(owner, Errno.EIO);
        if (_rare?.Failed is { IsAnswered: false, IsIdle: false } current && current != _owner) Answer(current, Errno.EIO);
        Stack.Demux(Sk.Protocol)?.Tell(new DemuxRequest(DemuxRequest.What.Release, Me, Sk), Me);
        FreeBacklog(DropReason.NO_SOCKET);
        Sk.Destroy();
        _ops.Ended(this);
        Lost?.Free(Stack.Net); // what the machine had kept of it is free by now
    }

    private void Rcv(SkBuff first)
    {
        SkBuff? skb = first, next = null;
        uint life = first.Life;
        try
        {
            for (; skb is not null; skb = next)
            {
                next = skb.Next;
                life = skb.Life;
                skb.Next = null;
                if (_ops.Diverts(this, skb)) continue;
                if ((_state & State.Releasing) != 0)
                {
                    Stack.Net.Mib.Drop(skb, DropReason.NO_SOCKET);
                }
                else
                {
                    Sk.Rcv(skb, Now);
                    if (next is not null) _ops.AfterTurn(this); // the rest of the batch may be for a child that this segment made
                }
            }
        }
        catch
        {
            Few.Lost = new LostPackets(skb!, life, next);
            throw;
        }
    }

    // release_sock.
    private void Release()
    {
        Pump();
        _ops.AfterTurn(this);
        PollEvents wakes = Sk.TakeWakes();
        if (Owned is not null) SignalOwner(wakes);
        if (_readers?.Head is not null) RetryReaders();
        if (_writers?.Head is not null) RetryWriters();
        if (_watchers is { IsEmpty: false }) WakeWatchers(wakes);
        Pump(); // what the tried calls made
        if ((_state & (State.Closed | State.Releasing)) == State.Closed && Sk.IsDead && !_ops.HoldsOn(this)) LetGo();
        if (!IsOwned && _owner is Syscall.Close close && ((_state & State.Releasing) != 0 || !Sk.IsDead))
        {
            _owner = null;
            Answer(close, 0);
        }

        Arm();
        if (_readers is { Head: null }) Stack.PutAway(ref _readers);
        if (_writers is { Head: null }) Stack.PutAway(ref _writers);
    }

    private void Pump()
    {
        if (!Sk.TryXmit(Now, out SkBuff? first)) return;
        SkBuff tail = first;
        while (Sk.TryXmit(Now, out SkBuff? skb))
        {
            tail.Next = skb;
            tail = skb;
        }

        if (Stack.Net.Cpu is { } cpu) ChargeXmit(cpu, first);
        Stack.Ip.Tell(first, Me);
    }

    private void Arm()
    {
        Instant at = Sk.NextTimer;
        if (_readers?.Head is not null) at = Instant.Min(at, _readers.EarliestDeadline());
        if (_writers?.Head is not null) at = Instant.Min(at, _writers.EarliestDeadline());
        if (_timer is null)
        {
            if (at == Instant.Never) return;
            _timer = new ActorTimer(Context, SockTimer.Instance);
        }

        _timer.Arm(at.Nanoseconds);
    }

    private void OnTimer()
    {
        if (IsOwned && Sk.HasBacklog) return; // what has run out by then is handled when the owner lets go
        if (Sk.NextTimer <= Now) Sk.OnTimer(Now);
        if (_readers?.Head is not null) Expire(_readers);
        if (_writers?.Head is not null) Expire(_writers);
    }

    // Nothing is left to do: out of the tables first, so that no packet can come to an actor that is gone.
    private void LetGo()
    {
        _state |= State.Releasing;
        if (Stack.Demux(Sk.Protocol) is not null) TellDemux(new DemuxRequest(DemuxRequest.What.Release, Me, Sk));
        else End();
    }

    private void End()
    {
        _state |= State.Ended;
        FreeBacklog(DropReason.NO_SOCKET);
        _timer?.Disarm();
        Sk.Destroy();
        Stack.Books.CheckBuffers(Sk);
        _ops.Ended(this);
        Context.Stop(Me);
    }

    private void OnPort(DemuxRequest answer)
    {
        if (answer.Kind == DemuxRequest.What.Release)
        {
            End();
            return;
        }

        _state &= ~State.Owned;
        _owner = null;
        bool interrupted = OwnerInterrupted;
        OwnerInterrupted = false;
        if (Stack.Net.Cgroup is not null) PostBind(answer);
        if (answer.Call is { Process: { } caller }) Stack.Net.Current = caller;
        _ops.OnPort(this, answer);
        Stack.Net.Current = KernelTask.Instance;
        if (interrupted && answer.Call is { WaitingIn: not null } waits) OnInterrupt(new Interrupt(waits, waits.Version));
        LetOthersIn();
    }

    private void OnRunEnded()
    {
        if ((_state & State.Ended) != 0) return;
        _ops.Destroy(this);
        AnswerAll(_readers, Errno.EINTR);
        AnswerAll(_writers, Errno.EINTR);
        AnswerAll(Backlog, Errno.EINTR);
        if (_owner is { } call)
        {
            _owner = null;
            Answer(call, Errno.EINTR);
        }

        End();
    }

    private void AnswerAll(CallQueue? queue, Errno errno)
    {
        while (queue?.Dequeue() is { } call) Answer(call, errno);
    }
}

/// <summary>What a socket's timer delivers.</summary>
internal sealed class SockTimer
{
    public static readonly SockTimer Instance = new();
}

/// <summary>From a demultiplexer: an ICMP error about a packet of this socket.</summary>
internal sealed record IcmpErrorNotice(IcmpErrorInfo Error, SockAddr Local, SockAddr Peer);
