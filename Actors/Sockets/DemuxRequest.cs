// What a socket asks of its protocol's demultiplexer, the owner of the port tables (sk->sk_prot->get_port, hash, unhash). The socket keeps
// its lock until the answer comes, so the demultiplexer may read the machine's options meanwhile.

namespace ActorNet.Actors;

/// <summary>A request to a demultiplexer, and, sent back, its answer.</summary>
internal sealed class DemuxRequest(DemuxRequest.What kind, IActorRef actor, Sock sk)
{
    public readonly What Kind = kind;

    /// <summary>The socket: who gets the packets, and the answer.</summary>
    public readonly IActorRef Actor = actor;

    /// <summary>Its machine.</summary>
    public readonly Sock Sk = sk;

    /// <summary>Bind: the address and port asked for. In the answer: what was given.</summary>
    public SockAddr Local { get; set; }

    /// <summary>Connect, HashChild: the far end.</summary>
    public SockAddr Peer;

    /// <summary>Connect: the path, for the machine; the demultiplexer does not look at it.</summary>
    public Protocols.Tcp.TcpRoute Route;

    /// <summary>Connect: a pair in TIME_WAIT whose place the connection takes, or null.</summary>
    public Protocols.Tcp.TcpTimewait? TakenOver;

    /// <summary>Bind: the port that was asked for; 0 for any.</summary>
    public ushort Asked;

    /// <summary>Bind: the kernel's own, before a first send; a disconnect lets it go.</summary>
    public bool IsAutobind;

    /// <summary>Connect, Disconnect: bind(2) named the address (SOCK_BINDADDR_LOCK), perhaps without a port.</summary>
    public bool IsAddressLocked;

    /// <summary>In the answer: OK, EADDRINUSE, EADDRNOTAVAIL…</summary>
    public Errno Error;

    /// <summary>The call that waits for it.</summary>
    public Syscall? Call;

    /// <summary>Groups: what the socket changes at devices; and what it hears from now on.</summary>
    public McChange[]? Changes;

    /// <inheritdoc cref="Changes"/>
    public McFilter? Filter;

    /// <summary>HashChild: who listens, to be told when the child is known; and its row.</summary>
    public IActorRef? Listener;

    /// <inheritdoc cref="Listener"/>
    public PortHandle ListenerPort;

    public enum What : byte
    {
        /// <summary>get_port: takes <see cref="Local"/>, port 0 for any free one.</summary>
        Bind,

        /// <summary>The socket wants every SYN to its port.</summary>
        Listen,

        /// <summary>Takes a port if there is none, and the connection's place in the table.</summary>
        Connect,

        /// <summary>connect(AF_UNSPEC) of a datagram socket: forgets the peer, and what was not asked for by bind.</summary>
        Disconnect,

        /// <summary>A listener's new child takes its place in the table. Answered to the listener as <see cref="ChildHashed"/>.</summary>
        HashChild,

        /// <summary>Out of the table of connections and listeners; a port that bind gave stays. Not answered.</summary>
        Unhash,

        /// <summary>Options that count in conflicts and look-ups have changed. Not answered.</summary>
        Update,

        /// <summary>put_port: the port goes, the socket stays. Not answered.</summary>
        PutPort,

        /// <summary>The socket's multicast groups have changed. Goes on to IGMP, which answers the call that it carries.</summary>
        Groups,

        /// <summary>Out of all tables. No packet follows the answer.</summary>
        Release,
    }
}

/// <summary>To a listener: from now on its child's segments go to the child.</summary>
internal sealed record ChildHashed(Sock Child);

/// <summary>To sockfs: a listener's child wants an actor.</summary>
internal sealed record AdoptChild(Sock Child, ProtoOps Ops, IActorRef Listener, PortHandle ListenerPort, IActorRef Demux);

/// <summary>To a child that has no place in the table: its connection is reset. It stays for who accepted it, or will.</summary>
internal sealed class ChildRefused
{
    public static readonly ChildRefused Instance = new();
}

/// <summary>To a child that nobody accepted: its listener was closed (inet_child_forget).</summary>
/// <param name="Listener">Is told when the child is gone: closing a listener is done when its children are.</param>
internal sealed record ListenerClosed(IActorRef Listener);

/// <summary>To a listener: a child that it told of its end is gone.</summary>
internal sealed class ChildGone
{
    public static readonly ChildGone Instance = new();
}

/// <summary>To all sockets: the run is over; let go of everything.</summary>
internal sealed class RunEnded
{
    public static readonly RunEnded Instance = new();
}
