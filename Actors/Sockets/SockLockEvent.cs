// What an observer of a host's socket locks sees: who owns a socket, what its backlog takes and drops, and when it is drained.

namespace ActorNet.Actors;

/// <summary>Something happened to a socket's lock.</summary>
/// <param name="Call">The system call that owns the socket; null when none does any more.</param>
/// <param name="Backlog">Bytes in the backlog afterwards (ss: bl).</param>
/// <param name="Packets">Packets in the backlog afterwards; of DRAINED, those that were handled.</param>
public readonly record struct SockLockEvent(SockLockEvent.What Kind, Instant At, SockAddr Local, SockAddr Peer, SyscallNr? Call, int Backlog, int Packets)
{
    public enum What : byte
    {
        /// <summary>A call owns the socket while its cost elapses.</summary>
        OWNED,

        /// <summary>A packet waits for the owner, by itself or joined to the one before it.</summary>
        BACKLOGGED,

        /// <summary>The backlog was full (TCPBacklogDrop).</summary>
        DROPPED,

        /// <summary>An ICMP error came while the socket was owned (LockDroppedIcmps).</summary>
        ICMP_LOCKED,

        /// <summary>The packets of the backlog were handled, in order.</summary>
        DRAINED,

        /// <summary>The call let go.</summary>
        RELEASED,
    }
}
