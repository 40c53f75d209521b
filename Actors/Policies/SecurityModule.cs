// struct security_hook_list of the socket layer (include/linux/lsm_hook_defs.h, security/security.c): what a security module is asked before a call goes on.

namespace ActorNet.Actors;

/// <summary>A security module. Each hook answers OK, or the errno that the call fails with (EACCES by custom).</summary>
/// <remarks>
/// Hooks run where __sys_* of net/socket.c has them: the descriptor and the flags have been checked, the protocol has not been asked. They may look at the
/// socket's machine and must not change it. Modules are asked in the order they were added; the first that refuses ends it.
/// </remarks>
public abstract class SecurityModule
{
    /// <summary>Before a socket is made; its family may not even be known.</summary>
    public virtual Errno SocketCreate(ITask task, AddressFamily family, SocketType type, IpProtocol protocol) => Errno.OK;

    /// <summary>It is made, and has no descriptor yet; a refusal releases it.</summary>
    public virtual Errno SocketPostCreate(ITask task, Sock sk) => Errno.OK;

    /// <summary>socketpair(2): both are made, each with the two hooks before this one, and not joined yet; a refusal releases them.</summary>
    public virtual Errno SocketSocketpair(ITask task, Sock first, Sock second) => Errno.OK;

    public virtual Errno SocketBind(ITask task, Sock sk, SockAddr address) => Errno.OK;

    public virtual Errno SocketConnect(ITask task, Sock sk, SockAddr address) => Errno.OK;

    public virtual Errno SocketListen(ITask task, Sock sk, int backlog) => Errno.OK;

    /// <summary>Before an accept takes, or waits for, a connection.</summary>
    public virtual Errno SocketAccept(ITask task, Sock sk) => Errno.OK;

    /// <param name="to">Null: the call names no address.</param>
    /// <param name="size">Bytes.</param>
    public virtual Errno SocketSendmsg(ITask task, Sock sk, SockAddr? to, int size) => Errno.OK;

    /// <param name="size">Bytes of room.</param>
    public virtual Errno SocketRecvmsg(ITask task, Sock sk, int size, MsgFlags flags) => Errno.OK;

    public virtual Errno SocketGetsockname(ITask task, Sock sk) => Errno.OK;

    public virtual Errno SocketGetpeername(ITask task, Sock sk) => Errno.OK;

    public virtual Errno SocketSetsockopt(ITask task, Sock sk, SockLevel level, int option) => Errno.OK;

    public virtual Errno SocketGetsockopt(ITask task, Sock sk, SockLevel level, int option) => Errno.OK;

    public virtual Errno SocketShutdown(ITask task, Sock sk, ShutdownHow how) => Errno.OK;
}
