// What the table is made of: rows (sockets), nodes (an address and a port), buckets (a port). Mirrors struct inet_bind_bucket and inet_bind2_bucket.

namespace ActorNet.Protocols;

public sealed partial class PortTable<TOwner>
{
    [Flags]
    private enum Is : ushort
    {
        None = 0, Reuse = 1, ReusePort = 2, V6Only = 4, Active = 8, Timewait = 16, Connected = 32, AddressLocked = 64, PortLocked = 128,

        /// <summary>connect() chose its port (SOCK_CONNECT_BIND): others may connect from it too.</summary>
        ConnectBound = 256,
    }

    private struct Row
    {
        public TOwner? Owner;
        public ReuseGroup? Group;
        public IpAddress Local, Peer;
        public int Node, Prev, Next, BoundIf;
        public uint Uid;

        // In the order of their binds, whatever has happened to them since (udp_table.hash).
        public uint Age;

        // In the order of their connects.
        public uint ConnectAge;
        public ushort Port, PeerPort;
        public short IncomingCpu;
        public Is Flags;

        public readonly bool Has(Is flag) => (Flags & flag) != 0;

        public void Set(Is flag, bool on) => Flags = on ? Flags | flag : Flags & ~flag;
    }

    // One address and port (struct inet_bind2_bucket): who can be found there, and who merely holds it.
    private struct Node
    {
        public IpAddress Address;
        public int Bucket, Active, Passive, Prev, Next;

        // How many are here that did not get the port from connect().
        public int Bound;
        public ushort Port;

        // fastreuse and fastreuseport are -1: connect() made it, and no bind has come here since. (One that was bound elsewhere and moved here does not count.)
        public bool ConnectOnly;

        /// <summary>Of the rows that can be found, else of those that merely hold it; -1: none.</summary>
        public readonly int First => Active >= 0 ? Active : Passive;
    }

    private const sbyte ConnectOnly = -1, NotShared = 0, SharedStrictly = 1;

    // One port (struct inet_bind_bucket).
    private struct Bucket
    {
        public int Nodes, Count;

        // Of its nodes, those that are not ConnectOnly.
        public int BoundNodes;
        public ushort Port;

        // fastreuseport: ConnectOnly: another connect() may share it for another peer. SharedStrictly: who comes with SO_REUSEPORT, this uid and this
        // address need not be looked at further. (What fastreuse would say of SO_REUSEADDR is never more than "look".)
        public sbyte Share;
        public uint ShareUid;
        public IpAddress ShareAddress;
    }
}
