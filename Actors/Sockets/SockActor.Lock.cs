// lock_sock, release_sock and the backlog (net/core/sock.c). The message being handled is the lock; it is held longer while a port request is out, and,
// on a host with a CPU model, while a system call's cost elapses. What comes meanwhile waits: packets in the backlog, calls in line, timers for the release.

namespace ActorNet.Actors;

internal sealed partial class SockActor
{
    /// <summary>sock_owned_by_user.</summary>
    private bool IsOwned => (_state & (State.Owned | State.OwnedByUser)) != 0;

    /// <summary>The call that owns the socket; null when none does.</summary>
    public Syscall? Owner => IsOwned ? _owner : null;

    private SockLock Lock => Few.Lock ??= new SockLock();

    private SockLock? Locked => _rare?.Lock;

    // lock_sock for a call: it works when its time on a processor has passed.
    private void Begin(Syscall call)
    {
        if (Stack.Net.Cpu is not { } cpu)
        {
            Dispatch(call);
            return;
        }

        CpuJob job = cpu.Run(Now, cpu.Model.Syscall);
        if (job.End <= Now)
        {
            Dispatch(call);
            return;
        }

        Lock.Job = job;
        Lock.Since = Now;
        _state |= State.OwnedByUser;
        _owner = call;
        Observe(SockLockEvent.What.OWNED, call.Nr);
        (Lock.Timer ??= new ActorTimer(Context, CpuDone.Instance)).Arm(job.End.Nanoseconds);
    }

    private void OnCpuDone()
    {
        if ((_state & State.OwnedByUser) == 0) return;
        Instant due = Stack.Net.Cpu!.Due(Lock.Job);
        if (due > Now)
        {
            Lock.Timer!.Arm(due.Nanoseconds); // interrupts took the processor meanwhile
            return;
        }

        Syscall call = _owner!;
        bool interrupted = OwnerInterrupted;
        _state &= ~State.OwnedByUser;
        _owner = null;
        OwnerInterrupted = false;
        Lock.Works = true;
        Dispatch(call);
        if (IsOwned) OwnerInterrupted = interrupted; // by a port request: it may wait when that is answered
        else if (interrupted && call.WaitingIn is { } queue && (queue == _readers || queue == _writers)) OnInterrupt(new Interrupt(call, call.Version));
        if (!IsOwned) Pump(); // what the call sent goes before what the backlog makes
        Lock.Works = false;
        LetOthersIn();
    }

    // release_sock: the backlog, then what was put off, then the next in line.
    private void LetOthersIn()
    {
        while (!IsOwned)
        {
            if (Locked is not null) DrainBacklog(Locked);
            if (IsOwned || Backlog?.Dequeue() is not { } call) return;
            Pump();
            if (_watchers is { IsEmpty: false }) WakeWatchers(PollEvents.None); // poll needs no lock
            Begin(call);
        }
    }

    private void DrainBacklog(SockLock held)
    {
        if (held.Since is { } since) Sk.TimersLocked(since, Now);
        int packets = held.Backlog?.Count ?? 0;
        if (packets == 0 && held.Since is null && held.PutOff is not { Count: > 0 }) return;
        Sk.IsReleasing = true;
        while (held.Backlog is not null && held.Backlog.TryTake(out SkBuff? skb))
        {
            Rcv(skb);
            Pump();
            _ops.AfterTurn(this);
        }

        Sk.IsReleasing = false;
        Sk.BacklogLength = 0;
        if (packets > 0) Observe(SockLockEvent.What.DRAINED, packets: packets);
        Sk.ReleaseCb(Now);
        if (held.Since is not null)
        {
            held.Since = null;
            if (Sk.NextTimer <= Now) Sk.OnTimer(Now);
            Observe(SockLockEvent.What.RELEASED);
        }

        if (held.PutOff is not { Count: > 0 } putOff) return;
        foreach (object message in putOff) _ops.OnMessage(this, message);
        putOff.Clear();
    }

    private void AddBacklog(SkBuff first)
    {
        SkBacklog backlog = Lock.Backlog ??= new SkBacklog();
        for (SkBuff? skb = first, next; skb is not null; skb = next)
        {
            next = skb.Next;
            skb.Next = null;
            DropReason reason = Sk.AddBacklog(backlog, skb);
            Sk.BacklogLength = backlog.Length;
            if (reason != DropReason.NOT_DROPPED_YET) Stack.Net.Mib.Drop(skb, reason);
            Observe(reason == DropReason.NOT_DROPPED_YET ? SockLockEvent.What.BACKLOGGED : SockLockEvent.What.DROPPED);
        }
    }

    private void FreeBacklog(DropReason reason)
    {
        Locked?.Timer?.Disarm();
        while (Locked?.Backlog is { } backlog && backlog.TryTake(out SkBuff? skb)) Stack.Net.Mib.Drop(skb, reason);
        Sk.BacklogLength = 0;
    }

    private void IcmpErrorLocked(IcmpErrorNotice notice)
    {
        Sk.IcmpErrorLocked(notice.Error, Now);
        Observe(SockLockEvent.What.ICMP_LOCKED);
    }

    private void PutOff(object message) => (Lock.PutOff ??= []).Add(message);

    // What a call sends is the caller's time; what answers a packet is the softirq's.
    private void ChargeXmit(Cpu cpu, SkBuff chain)
    {
        Duration cost = cpu.Model.Transmit;
        if (cost == Duration.Zero) return;
        int packets = 0;
        for (SkBuff? skb = chain; skb is not null; skb = skb.Next) packets++;
        if (Locked is { Works: true }) cpu.Charge(Locked.Job.Core, Now, cost * packets);
        else cpu.Softirq(0, Now, cost * packets);
    }

    private void Observe(SockLockEvent.What kind, SyscallNr? call = null, int packets = 0)
    {
        if (Stack.LockObserver is not { } observer) return;
        observer(new SockLockEvent(kind, Now, Sk.Local, Sk.Peer, call ?? _owner?.Nr, Sk.BacklogLength, packets == 0 ? Locked?.Backlog?.Count ?? 0 : packets));
    }

    /// <summary>What only a socket that was found owned carries.</summary>
    private sealed class SockLock
    {
        public CpuJob Job;
        public ActorTimer? Timer;
        public SkBacklog? Backlog;
        public List<object>? PutOff;

        /// <summary>When a call took the lock for the time of its cost; null when it does not hold it.</summary>
        public Instant? Since;

        /// <summary>The call's own work is being done.</summary>
        public bool Works;
    }

    /// <summary>A call has had its time on a processor.</summary>
    private sealed class CpuDone
    {
        public static readonly CpuDone Instance = new();
    }
}
