// call_int_hook (security/security.c): which hook a call has, and who is asked.

namespace ActorNet.Actors;

/// <summary>The security modules of a host.</summary>
internal sealed class SecurityHooks
{
    private SecurityModule[] _modules = [];

    public bool IsEmpty => _modules.Length == 0;

    public void Add(SecurityModule module) => _modules = [.. _modules, module];

    public void Remove(SecurityModule module) => _modules = [.. _modules.Where(m => m != module)];

    /// <summary>security_socket_create.</summary>
    public Errno Create(ITask task, AddressFamily family, SocketType type, IpProtocol protocol)
    {
        Errno e = Errno.OK;
        for (int i = 0; i < _modules.Length && e == Errno.OK; i++) e = _modules[i].SocketCreate(task, family, type, protocol);
        return e;
    }

    /// <summary>security_socket_post_create.</summary>
    public Errno PostCreate(ITask task, Sock sk)
    {
        Errno e = Errno.OK;
        for (int i = 0; i < _modules.Length && e == Errno.OK; i++) e = _modules[i].SocketPostCreate(task, sk);
        return e;
    }

    /// <summary>security_socket_socketpair.</summary>
    public Errno SocketPair(ITask task, Sock first, Sock second)
    {
        Errno e = Errno.OK;
        for (int i = 0; i < _modules.Length && e == Errno.OK; i++) e = _modules[i].SocketSocketpair(task, first, second);
        return e;
    }

    /// <summary>The hook of a call on a socket; OK for one that has none.</summary>
    public Errno Call(ITask task, Syscall call, Sock sk)
    {
        Errno e = Errno.OK;
        for (int i = 0; i < _modules.Length && e == Errno.OK; i++) e = Call(_modules[i], task, call, sk);
        return e;
    }

    private static Errno Call(SecurityModule module, ITask task, Syscall call, Sock sk) => call switch
    {
        Syscall.SendTo c => module.SocketSendmsg(task, sk, c.To, c.Data.Length),
        Syscall.RecvFrom c => module.SocketRecvmsg(task, sk, c.Buffer.Length, c.Flags),
        Syscall.Bind c => module.SocketBind(task, sk, c.Address),
        Syscall.Connect c => module.SocketConnect(task, sk, c.Address),
        Syscall.Listen c => module.SocketListen(task, sk, c.Backlog),
        Syscall.Accept => module.SocketAccept(task, sk),
        Syscall.GetName { OfPeer: false } => module.SocketGetsockname(task, sk),
        Syscall.GetName => module.SocketGetpeername(task, sk),
        Syscall.SetSockOpt c => module.SocketSetsockopt(task, sk, c.Level, c.Option),
        Syscall.GetSockOpt c => module.SocketGetsockopt(task, sk, c.Level, c.Option),
        Syscall.Shutdown c => module.SocketShutdown(task, sk, c.How),
        _ => Errno.OK,
    };
}
