// struct proto_ops (include/linux/net.h): what a kind of socket does for each call. What a kind lacks stays with sock_no_* here:
// the errno that Linux gives. A method answers the call (SockActor.Answer), lets it wait, or asks the port's owner first.

namespace ActorNet.Actors;

/// <summary>A socket type's calls. One object serves all sockets of its type; each method runs in the socket's turn, which is its lock.</summary>
internal abstract class ProtoOps
{
    /// <summary>sock_no_bind.</summary>
    public virtual void Bind(SockActor s, Syscall.Bind call) => s.Answer(call, Errno.EOPNOTSUPP);

    /// <summary>sock_no_connect.</summary>
    public virtual void Connect(SockActor s, Syscall.Connect call) => s.Answer(call, Errno.EOPNOTSUPP);

    /// <summary>sock_no_listen.</summary>
    public virtual void Listen(SockActor s, Syscall.Listen call) => s.Answer(call, Errno.EOPNOTSUPP);

    /// <summary>sock_no_socketpair. Joins two sockets that were just made, in the caller's turn: they have no actors yet, which come to their faces before the descriptors do.</summary>
    public virtual Errno SocketPair(Socket first, Socket second) => Errno.EOPNOTSUPP;

    /// <summary>sock_no_accept.</summary>
    public virtual void Accept(SockActor s, Syscall.Accept call) => s.Answer(call, Errno.EOPNOTSUPP);

    /// <summary>sock_no_shutdown.</summary>
    public virtual void Shutdown(SockActor s, Syscall.Shutdown call) => s.Answer(call, Errno.EOPNOTSUPP);

    /// <summary>sock_no_getname.</summary>
    public virtual void GetName(SockActor s, Syscall.GetName call) => s.Answer(call, Errno.EOPNOTSUPP);

    /// <summary>sock_no_sendmsg.</summary>
    public virtual void SendTo(SockActor s, Syscall.SendTo call) => s.Answer(call, Errno.EOPNOTSUPP);

    /// <summary>sock_no_recvmsg.</summary>
    public virtual void RecvFrom(SockActor s, Syscall.RecvFrom call) => s.Answer(call, Errno.EOPNOTSUPP);

    /// <summary>sock->ops->release: the last descriptor is gone: closes the machine. The driver answers the call unless it waits.</summary>
    public virtual void Release(SockActor s, Syscall.Close call) => s.Sk.Close(s.Now);

    /// <summary>Whether a closed socket must stay for what is on its way to it.</summary>
    public virtual bool HoldsOn(SockActor s) => false;

    /// <summary>A call that waits gives up: its time is over, or a signal came.</summary>
    public virtual void GaveUp(SockActor s, Syscall call)
    {
    }

    /// <summary>A waiting connect or accept is tried again: something changed.</summary>
    public virtual void Retry(SockActor s, Syscall call)
    {
    }

    /// <summary>The port's owner has answered; the socket's lock was held meanwhile.</summary>
    public virtual void OnPort(SockActor s, DemuxRequest answer)
    {
    }

    /// <summary>An ICMP error about a packet of this socket.</summary>
    public virtual void OnIcmpError(SockActor s, IcmpErrorNotice notice) => s.Sk.IcmpError(notice.Error, s.Now);

    /// <summary>A message for this kind of socket only; false if it is not known.</summary>
    public virtual bool OnMessage(SockActor s, object message) => false;

    /// <summary>A packet, before the machine sees it; true if it went elsewhere.</summary>
    public virtual bool Diverts(SockActor s, SkBuff skb) => false;

    /// <summary>release_sock: after every turn, when packets are sent and before waiting calls are tried.</summary>
    public virtual void AfterTurn(SockActor s)
    {
    }

    /// <summary>The socket is gone, and out of all tables.</summary>
    public virtual void Ended(SockActor s)
    {
    }

    /// <summary>The run ends, or the socket's actor was stopped: nothing more is sent.</summary>
    public virtual void Destroy(SockActor s)
    {
    }
}
