// struct socket and its file, for machines without actors: what a descriptor refers to.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill.Bare;

/// <summary>A socket of a bare host: its machine, and what its face and its file know of it.</summary>
internal sealed class BareSocket(Sock sk)
{
    public Sock Sk { get; } = sk;

    /// <summary>Null for a socket that is no stream.</summary>
    public TcpSock? Tcp { get; } = sk as TcpSock;

    public SocketState State = SocketState.UNCONNECTED;

    public FileFlags Flags { get; set; } = FileFlags.RDWR;

    public bool NonBlocking => (Flags & FileFlags.NONBLOCK) != 0;

    /// <summary>Descriptors, and calls that wait.</summary>
    public int Refs { get; set; }

    /// <summary>No descriptor names it any more: it goes on by itself until its machine is done.</summary>
    public bool IsOrphan { get; set; }

    /// <summary>bind(2) named the port (SOCK_BINDPORT_LOCK), or the address (SOCK_BINDADDR_LOCK).</summary>
    public bool PortLocked { get; set; }

    /// <inheritdoc cref="PortLocked"/>
    public bool AddressLocked { get; set; }

    /// <summary>It has a port (inet_num), though its name may show one that it no longer has.</summary>
    public bool HasPort { get; set; }

    /// <summary>It is in the table of connections or listeners.</summary>
    public bool IsHashed { get; set; }
}
