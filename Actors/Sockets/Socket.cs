// struct socket (include/linux/net.h): the face a file shows of a socket. Its machine, struct sock, is the SockActor's.

namespace ActorNet.Actors;

/// <summary>A socket's face: what its file knows of it. <see cref="State"/> belongs to the SockActor, which changes it under the socket's lock, its turn.</summary>
internal sealed class Socket(NetStack stack, SocketType type)
{
    public readonly NetStack Stack = stack;
    public readonly SocketType Type = type;

    /// <summary>The inode number in sockfs, as /proc/net/tcp shows it.</summary>
    public long Inode;

    public SocketState State = SocketState.UNCONNECTED;

    /// <summary>The machine (sock->sk). Read and called by its SockActor only.</summary>
    public Sock? Sk;

    /// <summary>The calls this kind of socket knows (sock->ops).</summary>
    public ProtoOps? Ops;

    /// <summary>Its actor.</summary>
    public IActorRef? Actor;
}
