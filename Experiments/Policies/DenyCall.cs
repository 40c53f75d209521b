// deny-call: a security module that refuses socket calls by name.

using ActorNet.Actors;
using ActorNet.Protocols;

namespace ActorNet.Experiments;

/// <summary>Refuses socket calls by their names, for everyone or for one user.</summary>
internal sealed class DenyCall(string refused, long? user, Errno errno) : SecurityModule
{
    private static readonly string[] s_hooks =
        ["socket", "socketpair", "bind", "connect", "listen", "accept", "sendmsg", "recvmsg", "getsockname", "getpeername", "setsockopt", "getsockopt", "shutdown"];

    private static readonly Key<string> Call = Key.Choice("call", "", "the call; sendmsg and recvmsg stand for all that send and receive", s_hooks);
    private static readonly Key<Errno> With = PolicyKind.ErrnoKey("EACCES");

    public static readonly PolicyKind Kind = new("deny-call", "refuses a socket call by its name, before the protocol sees it (a security module)", Call, PolicyKind.UserKey, With)
    {
        Required = [Call],
        Attach = static (host, p) => host.Add(new DenyCall(p.Get(Call), p.Maybe(PolicyKind.UserKey), p.Get(With))),
    };

    public override Errno SocketCreate(ITask task, AddressFamily family, SocketType type, IpProtocol protocol) => Judge(task, "socket");

    public override Errno SocketSocketpair(ITask task, Sock first, Sock second) => Judge(task, "socketpair");

    public override Errno SocketBind(ITask task, Sock sk, SockAddr address) => Judge(task, "bind");

    public override Errno SocketConnect(ITask task, Sock sk, SockAddr address) => Judge(task, "connect");

    public override Errno SocketListen(ITask task, Sock sk, int backlog) => Judge(task, "listen");

    public override Errno SocketAccept(ITask task, Sock sk) => Judge(task, "accept");

    public override Errno SocketSendmsg(ITask task, Sock sk, SockAddr? to, int size) => Judge(task, "sendmsg");

    public override Errno SocketRecvmsg(ITask task, Sock sk, int size, MsgFlags flags) => Judge(task, "recvmsg");

    public override Errno SocketGetsockname(ITask task, Sock sk) => Judge(task, "getsockname");

    public override Errno SocketGetpeername(ITask task, Sock sk) => Judge(task, "getpeername");

    public override Errno SocketSetsockopt(ITask task, Sock sk, SockLevel level, int option) => Judge(task, "setsockopt");

    public override Errno SocketGetsockopt(ITask task, Sock sk, SockLevel level, int option) => Judge(task, "getsockopt");

    public override Errno SocketShutdown(ITask task, Sock sk, ShutdownHow how) => Judge(task, "shutdown");

    private Errno Judge(ITask task, string call) => call == refused && PolicyKind.Concerns(user, task) ? errno : Errno.OK;
}
