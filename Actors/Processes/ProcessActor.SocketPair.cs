// socketpair(2) (__sys_socketpair): both descriptors are taken first, so that a table without room is EMFILE whatever the family; then both sockets are made.

namespace ActorNet.Actors;

internal sealed partial class ProcessActor
{
    public void SocketPair(Syscall.SocketPair call)
    {
        call.First = call.Second = -1;
        if (!NetFamilies.AreFlags(call.Type))
        {
            Finish(call, Errno.EINVAL);
            return;
        }

        bool closeOnExec = (call.Type & SocketType.CLOEXEC) != 0;
        int first = _files.Reserve(closeOnExec), second = first < 0 ? -1 : _files.Reserve(closeOnExec);
        if (second < 0)
        {
            if (first >= 0) _files.Remove(first);
            Finish(call, Errno.EMFILE);
            return;
        }

        (call.First, call.Second) = (first, second);
        Errno e = MakePair(call);
        if (e == Errno.OK)
        {
            _stack.Sockfs.Tell(call, _self); // comes back with their actors
            return;
        }

        _files.Remove(first);
        _files.Remove(second);
        Finish(call, e);
    }

    // One after the other, each with its hooks; the family joins them, while nobody else knows of them.
    private Errno MakePair(Syscall.SocketPair call)
    {
        Errno e = Make(call.Family, call.Type, call.Protocol, out Socket? first);
        if (e != Errno.OK) return e;
        e = Make(call.Family, call.Type, call.Protocol, out Socket? second);
        if (e == Errno.OK && _spec.Host.Security is { } security) e = security.SocketPair(this, first!.Sk!, second!.Sk!);
        if (e == Errno.OK) e = first!.Ops!.SocketPair(first, second!);
        if (e == Errno.OK)
        {
            (call.Created, call.Peer) = (first, second);
            return Errno.OK;
        }

        Discard(first!);
        if (second is not null) Discard(second);
        return e;
    }

    private void Install(Syscall.SocketPair call)
    {
        Socket first = call.Created!, second = call.Peer!;
        if (_exited)
        {
            _files.Remove(call.First);
            _files.Remove(call.Second);
            Release(first.Opened(0));
            Release(second.Opened(0));
            Finish(call, Errno.EINTR);
            return;
        }

        FileFlags flags = (call.Type & SocketType.NONBLOCK) != 0 ? FileFlags.NONBLOCK : 0;
        _files.Install(call.First, first.Opened(flags));
        _files.Install(call.Second, second.Opened(flags));
        Finish(call, 0);
    }

    /// <summary>sock_create: the machine of a socket, with its hooks in their order. Flags or-ed to the type are not looked at.</summary>
    private Errno Make(AddressFamily family, SocketType type, IpProtocol protocol, out Socket? socket)
    {
        Net.Current = this;
        SecurityHooks? security = _spec.Host.Security;
        Errno e = _stack.Families.Create(_stack, family, type & SocketType.TypeMask, protocol, security, out socket);
        if (socket is { Sk: { } sk })
        {
            sk.Uid = Credentials.Uid;
            if (sk.Family == AddressFamily.INET && Net.Cgroup is { } cgroup && (e = cgroup.SockCreate(sk)) != Errno.OK) sk.Destroy();
            else if (security is not null && (e = security.PostCreate(this, sk)) != Errno.OK) Discard(socket);
            if (e != Errno.OK) socket = null;
        }

        Net.Current = KernelTask.Instance;
        return e;
    }

    /// <summary>sock_release of a socket that never had a descriptor.</summary>
    private void Discard(Socket socket)
    {
        Sock sk = socket.Sk!;
        if (sk.Family == AddressFamily.INET) Net.Cgroup?.SockRelease(sk);
        sk.Destroy();
    }
}
