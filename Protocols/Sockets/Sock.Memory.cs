// A socket's account with its protocol's memory: sk_forward_alloc, sk_rmem_schedule, sk_wmem_schedule, sk_mem_charge, sk_mem_uncharge,
// sk_mem_reclaim (include/net/sock.h). Pages are taken from the protocol, bytes are charged against them; whole pages go back at once.

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    /// <summary>sk_forward_alloc: bytes that were taken from the protocol and are not charged for anything yet.</summary>
    public int ForwardAlloc { get; private set; }

    /// <summary>sk->sk_prot->memory_allocated; null for a protocol that keeps no account.</summary>
    protected virtual ProtoMemory? Memory => null;

    /// <summary>sk_rmem_schedule, sk_wmem_schedule: whether so many bytes may be charged; takes pages for them when there are too few.</summary>
    protected bool MemSchedule(int size, SockMemory kind, Instant now)
    {
        if (Memory is not { } memory) return true;
        int delta = size - ForwardAlloc;
        if (delta <= 0) return true;
        int pages = ProtoMemory.Pages(delta);
        ForwardAlloc += pages * ProtoMemory.PageSize;
        if (memory.Raise(pages, (long)WmemQueued + RmemAlloc + ForwardAlloc, IsBelowMinimum(kind), now)) return true;
        ForwardAlloc -= pages * ProtoMemory.PageSize;
        return false;
    }

    /// <summary>Whether so many bytes may be charged without asking for pages.</summary>
    protected bool MemScheduled(int size) => Memory is null || size <= ForwardAlloc;

    /// <summary>sk_forced_mem_schedule: for what must not fail (a FIN, the first segment of a write).</summary>
    protected void MemForce(int size)
    {
        if (Memory is not { } memory) return;
        int delta = size - ForwardAlloc;
        if (delta <= 0) return;
        int pages = ProtoMemory.Pages(delta);
        ForwardAlloc += pages * ProtoMemory.PageSize;
        memory.Force(pages);
    }

    /// <summary>sk_mem_charge.</summary>
    protected void MemCharge(int size)
    {
        if (Memory is not null) ForwardAlloc -= size;
    }

    /// <summary>sk_mem_uncharge: gives whole pages back.</summary>
    protected void MemUncharge(int size, Instant now)
    {
        if (Memory is null) return;
        ForwardAlloc += size;
        MemReclaim(now);
    }

    /// <summary>sk_mem_reclaim: gives back all whole pages that are not charged for.</summary>
    protected void MemReclaim(Instant now)
    {
        if (Memory is not { } memory) return;
        int pages = ForwardAlloc / ProtoMemory.PageSize;
        if (pages <= 0) return;
        ForwardAlloc -= pages * ProtoMemory.PageSize;
        memory.Reduce(pages, now);
    }

    /// <summary>At its end a socket holds nothing (sk_stream_kill_queues, inet_sock_destruct).</summary>
    protected void MemRelease(Instant now) => MemReclaim(now);

    /// <summary>Whether it holds less than the minimum that is always granted (sk_get_rmem0, sk_get_wmem0).</summary>
    protected virtual bool IsBelowMinimum(SockMemory kind) => false;
}
