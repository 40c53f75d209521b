// What a machine has to say about packets, errors and timers that come while a process owns its socket (sock_owned_by_user), and about the moment when it
// lets go (release_sock, sk_prot->release_cb). The driver keeps the backlog and knows the owner.

namespace ActorNet.Protocols;

public abstract partial class Sock
{
    /// <summary>sock_owned_by_user while the owner handles the backlog itself, on its way out (__release_sock).</summary>
    public bool IsReleasing { get; set; }

    /// <summary>Whether packets wait while a process owns the socket. Those of UDP, raw and ping sockets never do: their receive queues have a lock of their own.</summary>
    public virtual bool HasBacklog => false;

    /// <summary>A packet while the socket is owned: into the backlog, or dropped (and counted) here. NOT_DROPPED_YET: it waits; else the caller drops it for this reason.</summary>
    public virtual DropReason AddBacklog(SkBacklog backlog, SkBuff skb) =>
        backlog.TryAdd(skb, RmemAlloc, (long)Rcvbuf + Sndbuf) ? DropReason.NOT_DROPPED_YET : DropReason.SOCKET_BACKLOG;

    /// <summary>An ICMP error while the socket is owned. Protocols whose errors need no lock handle it as ever.</summary>
    public virtual void IcmpErrorLocked(in IcmpErrorInfo error, Instant now) => IcmpError(error, now);

    /// <summary>The owner lets go, before the backlog is handled: timers that ran out since it took the lock could not be handled.</summary>
    /// <param name="since">When the owner took the lock.</param>
    public virtual void TimersLocked(Instant since, Instant now)
    {
    }

    /// <summary>sk_prot->release_cb, behind the backlog: what was put off happens.</summary>
    public virtual void ReleaseCb(Instant now)
    {
    }
}
