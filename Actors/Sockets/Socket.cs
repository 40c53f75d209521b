// struct socket_alloc (include/net/sock.h): struct socket, the face of a socket, and its file in one: an open socket has both as long as it has either.
// Its machine, struct sock, is the SockActor's.

namespace ActorNet.Actors;

/// <summary>A socket's face: what its descriptors refer to. <see cref="State"/> belongs to the SockActor, which changes it under the socket's lock, its turn.</summary>
internal sealed class Socket(NetStack stack, SocketType type) : OpenFile(FileFlags.RDWR)
{
    public readonly NetStack Stack = stack;

    public SocketState State = SocketState.UNCONNECTED;

    /// <summary>The machine (sock->sk). Read and called by its SockActor only.</summary>
    public Sock? Sk;

    /// <summary>The calls this kind of socket knows (sock->ops).</summary>
    public ProtoOps? Ops;

    /// <summary>The machine's actor.</summary>
    public IActorRef? Driver;

    private readonly byte _type = (byte)type;
    private uint _inode;

    public SocketType Type => (SocketType)_type;

    /// <summary>The inode number in sockfs, as /proc/net/tcp shows it.</summary>
    public long Inode
    {
        get => _inode;
        set => _inode = (uint)value;
    }

    public override IActorRef? Actor => Driver;

    public override bool CanAsync => true;

    public override bool RaisesSigpipe => Type == SocketType.STREAM;

    public override bool IsDead => Sk!.Owner == SockActor.Dead;

    /// <summary>sock_alloc_file: with these flags beside O_RDWR.</summary>
    public Socket Opened(FileFlags flags)
    {
        Flags = flags | FileFlags.RDWR;
        return this;
    }
}
