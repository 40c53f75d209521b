// The system calls of a program on a bare host: descriptors, and the calls that make, name and end connections. What a process of a simulated host does
// beside its sockets (signals, /proc, pipes) is not here.

using ActorNet.Protocols.Tcp;

namespace ActorNet.Packetdrill.Bare;

/// <summary>A program's calls on a bare host.</summary>
internal sealed partial class BareProcess(BareHost host) : ISocketCalls
{
    private const int NoFile = 1024 - HostProcess.Terminal, SOCK_MAX = 11, FamilyCount = 46;
    private const SocketType Flags = SocketType.NONBLOCK | SocketType.CLOEXEC;
    private readonly List<BareSocket?> _files = [];

    public ValueTask<SysResult> TrySocket(AddressFamily family, SocketType type, IpProtocol protocol = 0)
    {
        if ((type & ~(SocketType.TypeMask | Flags)) != 0) return Of(Errno.EINVAL);
        if ((int)family >= FamilyCount) return Of(Errno.EAFNOSUPPORT);
        if ((int)(type & SocketType.TypeMask) >= SOCK_MAX) return Of(Errno.EINVAL);
        if (family != AddressFamily.INET) return Of(Errno.EAFNOSUPPORT);
        Errno e = host.Create(type & SocketType.TypeMask, protocol, out BareSocket? s);
        return Of(e != Errno.OK ? e : Install(s!, (type & SocketType.NONBLOCK) != 0));
    }

    public ValueTask<SysResult> TryBind(int fd, SockAddr address) => On(fd, s => host.Bind(s, address));

    public ValueTask<SysResult> TryListen(int fd, int backlog) => On(fd, s => host.Listen(s, backlog));

    public async ValueTask<(int Fd, SockAddr Peer)> Accept(int fd, SocketType flags = 0)
    {
        BareSocket s = Find(fd, SyscallNr.accept4);
        if ((flags & ~Flags) != 0) throw new ErrnoException(Errno.EINVAL, SyscallNr.accept4);
        var call = new BareAccept(s);
        host.Enter(s);
        SysResult r = await host.Make(call);
        if (!r.IsOk) throw new ErrnoException(r.Errno, SyscallNr.accept4);
        return ((int)Install(call.Accepted!, (flags & SocketType.NONBLOCK) != 0).Value, call.Accepted!.Sk.Peer);
    }

    public ValueTask<SysResult> TryConnect(int fd, SockAddr address)
    {
        if (Find(fd) is not { } s) return Of(Errno.EBADF);
        bool wasConnecting = s.State == SocketState.CONNECTING;
        host.Enter(s);
        CallStep step = host.Connect(s, address);
        return step.Next == CallNext.Answer ? Of(host.Leave(s, step.Result)) : host.Make(new BareConnect(s, step, wasConnecting));
    }

    public ValueTask<SysResult> TryShutdown(int fd, ShutdownHow how) => On(fd, s =>
    {
        if (s.Tcp is not { } tcp) return s.Sk.Shutdown(how, host.Now);
        if ((uint)how <= 2 && tcp.State == TcpState.LISTEN && StreamCalls.Unconnects(tcp, how)) host.ForgetChildren(tcp);
        return StreamCalls.Shutdown(tcp, ref s.State, how, host.Now);
    });

    public ValueTask<SysResult> TryClose(int fd)
    {
        if (Find(fd) is not { } s) return Of(Errno.EBADF);
        _files[fd] = null;
        if (--s.Refs > 0) return Of(0);
        host.CloseLast(s);
        return s.Tcp is null ? Of(host.Leave(s, 0)) : host.Make(new BareLinger(s));
    }

    public ValueTask<SockAddr> GetSockName(int fd) => Name(fd, ofPeer: false);

    public ValueTask<SockAddr> GetPeerName(int fd) => Name(fd, ofPeer: true);

    public ValueTask<SysResult> TryDup(int fd) => Of(Find(fd) is { } s ? Install(s, s.NonBlocking) : Errno.EBADF);

    /// <summary>The socket of a descriptor; null: there is none.</summary>
    private BareSocket? Find(int fd) => (uint)fd < (uint)_files.Count ? _files[fd] : null;

    private BareSocket Find(int fd, SyscallNr call) => Find(fd) ?? throw new ErrnoException(Errno.EBADF, call);

    private SysResult Install(BareSocket s, bool nonBlocking)
    {
        int fd = _files.IndexOf(null);
        if (fd < 0) fd = _files.Count;
        if (fd >= NoFile) return Errno.EMFILE;
        if (fd == _files.Count) _files.Add(null);
        _files[fd] = s;
        s.Refs++;
        if (nonBlocking) s.Flags |= FileFlags.NONBLOCK;
        return fd;
    }

    private ValueTask<SockAddr> Name(int fd, bool ofPeer)
    {
        SyscallNr call = ofPeer ? SyscallNr.getpeername : SyscallNr.getsockname;
        SockAddr name = default;
        Errno e = Find(fd) is { } s ? InetCalls.Name(s.Sk, ofPeer, out name) : Errno.EBADF;
        return e == Errno.OK ? new ValueTask<SockAddr>(name) : ValueTask.FromException<SockAddr>(new ErrnoException(e, call));
    }

    // A call that does not wait.
    private ValueTask<SysResult> On(int fd, Func<BareSocket, SysResult> work)
    {
        if (Find(fd) is not { } s) return Of(Errno.EBADF);
        host.Enter(s);
        return Of(host.Leave(s, work(s)));
    }

    private static ValueTask<SysResult> Of(SysResult r) => new(r);
}
