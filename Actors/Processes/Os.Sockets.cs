// The socket calls (man 2 socket and its SEE ALSO), one method and one Try twin each.

namespace ActorNet.Actors;

public sealed partial class Os
{
    private readonly FreeList<Syscall.Socket> _sockets = new();
    private readonly FreeList<Syscall.Bind> _binds = new();
    private readonly FreeList<Syscall.Listen> _listens = new();
    private readonly FreeList<Syscall.Connect> _connects = new();
    private readonly FreeList<Syscall.Accept> _accepts = new();
    private readonly FreeList<Syscall.SendTo> _sends = new();
    private readonly FreeList<Syscall.RecvFrom> _recvs = new();
    private readonly FreeList<Syscall.Read> _reads = new();
    private readonly FreeList<Syscall.Write> _writes = new();
    private readonly FreeList<Syscall.Shutdown> _shutdowns = new();
    private readonly FreeList<Syscall.Close> _closes = new();
    private readonly FreeList<Syscall.GetName> _names = new();
    private readonly FreeList<Syscall.SetSockOpt> _setsockopts = new();
    private readonly FreeList<Syscall.GetSockOpt> _getsockopts = new();
    private readonly FreeList<Syscall.Fcntl> _fcntls = new();
    private readonly FreeList<Syscall.Dup> _dups = new();

    /// <summary>socket(2): a descriptor.</summary>
    public ValueTask<int> Socket(AddressFamily family, SocketType type, IpProtocol protocol = 0) => Int(SocketCall(family, type, protocol));

    public ValueTask<SysResult> TrySocket(AddressFamily family, SocketType type, IpProtocol protocol = 0) => Try(SocketCall(family, type, protocol));

    /// <summary>bind(2). Port 0 takes a free one.</summary>
    public ValueTask Bind(int fd, SockAddr address) => Void(BindCall(fd, address));

    public ValueTask<SysResult> TryBind(int fd, SockAddr address) => Try(BindCall(fd, address));

    /// <summary>listen(2).</summary>
    /// <param name="backlog">Connections that may wait for accept, at most net.core.somaxconn.</param>
    public ValueTask Listen(int fd, int backlog) => Void(ListenCall(fd, backlog));

    public ValueTask<SysResult> TryListen(int fd, int backlog) => Try(ListenCall(fd, backlog));

    /// <summary>accept4(2): the connection's descriptor and its peer.</summary>
    /// <param name="flags">SOCK_NONBLOCK, SOCK_CLOEXEC.</param>
    public ValueTask<(int Fd, SockAddr Peer)> Accept(int fd, SocketType flags = 0)
    {
        Syscall.Accept call = AcceptCall(fd, flags);
        _process.Enter(call);
        return new ValueTask<(int Fd, SockAddr Peer)>(call, call.Version);
    }

    public ValueTask<SysResult> TryAccept(int fd, SocketType flags = 0) => Try(AcceptCall(fd, flags));

    /// <summary>connect(2).</summary>
    public ValueTask Connect(int fd, SockAddr address) => Void(ConnectCall(fd, address));

    public ValueTask<SysResult> TryConnect(int fd, SockAddr address) => Try(ConnectCall(fd, address));

    /// <summary>send(2): how many bytes were taken.</summary>
    public ValueTask<int> Send(int fd, ReadOnlyMemory<byte> data, MsgFlags flags = 0) => Int(SendCall(fd, data, flags, null));

    public ValueTask<SysResult> TrySend(int fd, ReadOnlyMemory<byte> data, MsgFlags flags = 0) => Try(SendCall(fd, data, flags, null));

    /// <summary>sendto(2).</summary>
    public ValueTask<int> SendTo(int fd, ReadOnlyMemory<byte> data, SockAddr to, MsgFlags flags = 0) => Int(SendCall(fd, data, flags, to));

    public ValueTask<SysResult> TrySendTo(int fd, ReadOnlyMemory<byte> data, SockAddr to, MsgFlags flags = 0) => Try(SendCall(fd, data, flags, to));

    /// <summary>recv(2): how many bytes, 0 at the end of the stream.</summary>
    public ValueTask<int> Recv(int fd, Memory<byte> buffer, MsgFlags flags = 0) => Int(RecvCall(fd, buffer, flags));

    public ValueTask<SysResult> TryRecv(int fd, Memory<byte> buffer, MsgFlags flags = 0) => Try(RecvCall(fd, buffer, flags));

    /// <summary>recvfrom(2): how many bytes, from whom, and MSG_TRUNC where a datagram did not fit.</summary>
    public ValueTask<(int Count, SockAddr From, MsgFlags Flags)> RecvFrom(int fd, Memory<byte> buffer, MsgFlags flags = 0)
    {
        Syscall.RecvFrom call = RecvCall(fd, buffer, flags);
        _process.Enter(call);
        return new ValueTask<(int Count, SockAddr From, MsgFlags Flags)>(call, call.Version);
    }

    /// <summary>read(2) and write(2).</summary>
    public ValueTask<int> Read(int fd, Memory<byte> buffer)
    {
        Syscall.Read call = _reads.Rent();
        (call.Fd, call.Buffer) = (fd, buffer);
        return Int(call);
    }

    public ValueTask<int> Write(int fd, ReadOnlyMemory<byte> data)
    {
        Syscall.Write call = _writes.Rent();
        (call.Fd, call.Data) = (fd, data);
        return Int(call);
    }

    /// <summary>Sends all of it: send(2) until nothing is left, as a blocking stream socket does in one call unless it is interrupted.</summary>
    public async ValueTask SendAll(int fd, ReadOnlyMemory<byte> data)
    {
        while (data.Length > 0) data = data[await Send(fd, data)..];
    }

    /// <summary>shutdown(2).</summary>
    public ValueTask Shutdown(int fd, ShutdownHow how) => Void(ShutdownCall(fd, how));

    public ValueTask<SysResult> TryShutdown(int fd, ShutdownHow how) => Try(ShutdownCall(fd, how));

    /// <summary>close(2).</summary>
    public ValueTask Close(int fd) => Void(CloseCall(fd));

    public ValueTask<SysResult> TryClose(int fd) => Try(CloseCall(fd));

    /// <summary>getsockname(2).</summary>
    public ValueTask<SockAddr> GetSockName(int fd) => Name(fd, ofPeer: false);

    public ValueTask<SysResult> TryGetSockName(int fd) => Try(NameCall(fd, ofPeer: false));

    /// <summary>getpeername(2).</summary>
    public ValueTask<SockAddr> GetPeerName(int fd) => Name(fd, ofPeer: true);

    public ValueTask<SysResult> TryGetPeerName(int fd) => Try(NameCall(fd, ofPeer: true));

    /// <summary>setsockopt(2).</summary>
    public ValueTask SetSockOpt(int fd, SockLevel level, int option, int value) => Void(SetCall(fd, level, option, value));

    public ValueTask SetSockOpt(int fd, SockLevel level, int option, ReadOnlyMemory<byte> value) => Void(SetCall(fd, level, option, value));

    public ValueTask<SysResult> TrySetSockOpt(int fd, SockLevel level, int option, int value) => Try(SetCall(fd, level, option, value));

    public ValueTask<SysResult> TrySetSockOpt(int fd, SockLevel level, int option, ReadOnlyMemory<byte> value) => Try(SetCall(fd, level, option, value));

    /// <summary>getsockopt(2) of an int-valued option.</summary>
    public async ValueTask<int> GetSockOpt(int fd, SockLevel level, int option)
    {
        var value = new byte[sizeof(int)];
        await Int(GetCall(fd, level, option, value));
        return System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(value);
    }

    /// <summary>getsockopt(2): the number of bytes written to <paramref name="value"/>.</summary>
    public ValueTask<int> GetSockOpt(int fd, SockLevel level, int option, Memory<byte> value) => Int(GetCall(fd, level, option, value));

    public ValueTask<SysResult> TryGetSockOpt(int fd, SockLevel level, int option, Memory<byte> value) => Try(GetCall(fd, level, option, value));

    /// <summary>fcntl(2).</summary>
    public ValueTask<int> Fcntl(int fd, FcntlCmd cmd, int arg = 0) => Int(FcntlCall(fd, cmd, arg));

    public ValueTask<SysResult> TryFcntl(int fd, FcntlCmd cmd, int arg = 0) => Try(FcntlCall(fd, cmd, arg));

    /// <summary>dup(2), dup2(2).</summary>
    public ValueTask<int> Dup(int fd) => Int(DupCall(fd, SyscallNr.dup, -1));

    public ValueTask<int> Dup2(int fd, int newFd) => Int(DupCall(fd, SyscallNr.dup2, newFd));

    public ValueTask<SysResult> TryDup(int fd) => Try(DupCall(fd, SyscallNr.dup, -1));

    public ValueTask<SysResult> TryDup2(int fd, int newFd) => Try(DupCall(fd, SyscallNr.dup2, newFd));

    private ValueTask<SockAddr> Name(int fd, bool ofPeer)
    {
        Syscall.GetName call = NameCall(fd, ofPeer);
        _process.Enter(call);
        return new ValueTask<SockAddr>(call, call.Version);
    }

    private Syscall.Socket SocketCall(AddressFamily family, SocketType type, IpProtocol protocol)
    {
        Syscall.Socket call = _sockets.Rent();
        (call.Family, call.Type, call.Protocol) = (family, type, protocol);
        return call;
    }

    private Syscall.Bind BindCall(int fd, SockAddr address)
    {
        Syscall.Bind call = _binds.Rent();
        (call.Fd, call.Address) = (fd, address);
        return call;
    }

    private Syscall.Listen ListenCall(int fd, int backlog)
    {
        Syscall.Listen call = _listens.Rent();
        (call.Fd, call.Backlog) = (fd, backlog);
        return call;
    }

    private Syscall.Accept AcceptCall(int fd, SocketType flags)
    {
        Syscall.Accept call = _accepts.Rent();
        (call.Fd, call.Flags) = (fd, flags);
        return call;
    }

    private Syscall.Connect ConnectCall(int fd, SockAddr address)
    {
        Syscall.Connect call = _connects.Rent();
        (call.Fd, call.Address) = (fd, address);
        return call;
    }

    private Syscall.SendTo SendCall(int fd, ReadOnlyMemory<byte> data, MsgFlags flags, SockAddr? to)
    {
        Syscall.SendTo call = _sends.Rent();
        call.Fd = fd;
        call.Data = data;
        call.Flags = flags;
        call.To = to;
        return call;
    }

    private Syscall.RecvFrom RecvCall(int fd, Memory<byte> buffer, MsgFlags flags)
    {
        Syscall.RecvFrom call = _recvs.Rent();
        call.Fd = fd;
        call.Buffer = buffer;
        call.Flags = flags;
        return call;
    }

    private Syscall.Shutdown ShutdownCall(int fd, ShutdownHow how)
    {
        Syscall.Shutdown call = _shutdowns.Rent();
        (call.Fd, call.How) = (fd, how);
        return call;
    }

    private Syscall.Close CloseCall(int fd)
    {
        Syscall.Close call = _closes.Rent();
        call.Fd = fd;
        return call;
    }

    private Syscall.GetName NameCall(int fd, bool ofPeer)
    {
        Syscall.GetName call = _names.Rent();
        call.Nr = ofPeer ? SyscallNr.getpeername : SyscallNr.getsockname;
        (call.Fd, call.OfPeer) = (fd, ofPeer);
        return call;
    }

    private Syscall.SetSockOpt SetCall(int fd, SockLevel level, int option, int value)
    {
        Syscall.SetSockOpt call = SetCall(fd, level, option, ReadOnlyMemory<byte>.Empty);
        call.SetValue(value);
        return call;
    }

    private Syscall.SetSockOpt SetCall(int fd, SockLevel level, int option, ReadOnlyMemory<byte> value)
    {
        Syscall.SetSockOpt call = _setsockopts.Rent();
        (call.Fd, call.Level, call.Option) = (fd, level, option);
        call.Value = value;
        return call;
    }

    private Syscall.GetSockOpt GetCall(int fd, SockLevel level, int option, Memory<byte> value)
    {
        Syscall.GetSockOpt call = _getsockopts.Rent();
        (call.Fd, call.Level, call.Option) = (fd, level, option);
        call.Value = value;
        return call;
    }

    private Syscall.Fcntl FcntlCall(int fd, FcntlCmd cmd, int arg)
    {
        Syscall.Fcntl call = _fcntls.Rent();
        (call.Fd, call.Cmd, call.Arg) = (fd, cmd, arg);
        return call;
    }

    private Syscall.Dup DupCall(int fd, SyscallNr nr, int newFd)
    {
        Syscall.Dup call = _dups.Rent();
        call.Nr = nr;
        (call.Fd, call.NewFd, call.Flags) = (fd, newFd, 0);
        return call;
    }
}
