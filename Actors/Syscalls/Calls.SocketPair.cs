// socketpair(2) (__sys_socketpair, net/socket.c): two sockets that are connected with each other.

namespace ActorNet.Actors;

public abstract partial class Syscall
{
    /// <summary>socketpair(2): 0, and two descriptors. EOPNOTSUPP: the family has no pairs, as AF_INET.</summary>
    public sealed class SocketPair() : Syscall(SyscallNr.socketpair)
    {
        public AddressFamily Family { get; set; }

        /// <summary>SOCK_*, with SOCK_NONBLOCK and SOCK_CLOEXEC or-ed in.</summary>
        public SocketType Type { get; set; }

        public IpProtocol Protocol { get; set; }

        /// <summary>The first descriptor, as soon as it is taken: told even when the pair is refused after that, as Linux writes it; -1 before.</summary>
        public int First { get; internal set; } = -1;

        /// <inheritdoc cref="First"/>
        public int Second { get; internal set; } = -1;

        internal Actors.Socket? Created { get; set; }

        internal Actors.Socket? Peer { get; set; }

        internal override bool NeedsSocket => false;

        internal override void OnEnter(ProcessActor process) => process.SocketPair(this);

        internal override void OnInterrupt(ProcessActor process)
        {
            // sockfs answers it without waiting.
        }

        internal override void OnCollapse(ProcessActor process)
        {
        }

        internal override void OnLost(ProcessActor process)
        {
            if (Created is { Actor: not null } created) process.Release(created.Opened(0));
            if (Peer is { Actor: not null } peer) process.Release(peer.Opened(0));
        }

        internal override void Trace(TraceHash trace, Instant now, int pid, string name) => trace.Call(now, pid, name, (long)Family, (long)Type, (long)Protocol, Result);

        internal override void Recycle()
        {
            base.Recycle();
            Created = Peer = null;
        }
    }
}
